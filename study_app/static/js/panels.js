/**
 * The texts between the trials: loading, before practice, before the test, break, resume, pauses,
 * trouble.
 *
 * Place: flow.js shows one and waits until its button is pressed. The words stand in trials.html,
 * one section with data-panel each.
 */

/**
 * @typedef {"loading" | "practice" | "main" | "break" | "resume" | "away" | "small" | "zoomed" |
 *   "elsewhere" | "trouble" | "no-help" | "stopped"} PanelName
 */

/** Shows one panel at a time. */
export class Panels {
  /** @type {HTMLElement[]} */
  #panels;

  /** @param {ParentNode} root */
  constructor(root) {
    this.#panels = [...root.querySelectorAll("[data-panel]")].map(
      (panel) => /** @type {HTMLElement} */ (panel),
    );
  }

  /**
   * Shows a panel, with the focus on its button, until the button is pressed.
   * @param {PanelName} name
   * @param {Record<string, string>} [values] texts for the elements with data-value.
   * @returns {Promise<void>}
   */
  async ask(name, values = {}) {
    const panel = this.#open(name, values);
    const button = /** @type {HTMLButtonElement} */ (panel.querySelector("button"));
    button.focus();
    await new Promise((resolve) => button.addEventListener("click", resolve, { once: true }));
    panel.hidden = true;
  }

  /**
   * Shows how far the first pair is loaded.
   * @param {number} share from 0 to 1.
   */
  showLoading(share) {
    const panel = this.#open("loading", {});
    const bar = /** @type {HTMLElement} */ (panel.querySelector("[role=progressbar]"));
    const fill = /** @type {HTMLElement} */ (bar.firstElementChild);
    bar.setAttribute("aria-valuenow", String(Math.round(100 * share)));
    fill.style.width = `${100 * share}%`;
  }

  /** @param {PanelName} name */
  isOpen(name) {
    return this.#panels.some((panel) => panel.dataset.panel === name && !panel.hidden);
  }

  /** Shows no panel. */
  close() {
    for (const panel of this.#panels) panel.hidden = true;
  }

  /**
   * Shows a panel that nothing follows.
   * @param {PanelName} name
   * @param {Record<string, string>} [values]
   */
  end(name, values = {}) {
    this.#open(name, values);
  }

  /**
   * @param {PanelName} name
   * @param {Record<string, string>} values
   */
  #open(name, values) {
    for (const panel of this.#panels) panel.hidden = panel.dataset.panel !== name;
    const panel = this.#panels.find((one) => one.dataset.panel === name);
    if (!panel) throw new Error(`no panel ${name}`);
    for (const [key, value] of Object.entries(values)) {
      for (const slot of panel.querySelectorAll(`[data-value="${key}"]`)) slot.textContent = value;
    }
    return panel;
  }
}
