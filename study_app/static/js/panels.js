/**
 * The texts between the trials: before practice, before the test, break, resume, trouble.
 *
 * Place: flow.js shows one and waits until its button is pressed. The words stand in trials.html,
 * one section with data-panel each.
 */

/** @typedef {"practice" | "main" | "break" | "resume" | "trouble" | "stopped"} PanelName */

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
