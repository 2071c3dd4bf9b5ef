/**
 * The thin bar and “Pair 12 of 40” at the foot.
 *
 * Place: flow.js tells it the pair that comes; the bar grows with the pairs that are answered.
 */

/** @typedef {import("./api.js").Trial} Trial */

/** Shows how far the block has come. */
export class Progress {
  #root;
  #bar;
  #fill;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.#root = root;
    this.#bar = /** @type {HTMLElement} */ (root.querySelector("[role=progressbar]"));
    this.#fill = /** @type {HTMLElement} */ (this.#bar.firstElementChild);
  }

  /** @param {Pick<Trial, "block" | "number" | "n_in_block">} trial */
  show({ block, number, n_in_block }) {
    this.#root.hidden = false;
    for (const words of this.#root.querySelectorAll("[data-block]")) {
      /** @type {HTMLElement} */ (words).hidden = words.getAttribute("data-block") !== block;
    }
    for (const slot of this.#root.querySelectorAll("[data-number]")) {
      slot.textContent = String(number);
    }
    for (const slot of this.#root.querySelectorAll("[data-of]")) {
      slot.textContent = String(n_in_block);
    }
    this.#bar.setAttribute("aria-valuemax", String(n_in_block));
    this.#bar.setAttribute("aria-valuenow", String(number - 1));
    this.#fill.style.width = `${(100 * (number - 1)) / n_in_block}%`;
  }
}
