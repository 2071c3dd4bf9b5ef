/**
 * Copy buttons beside texts that are to be copied.
 *
 * Place: a button with data-copy in the same section as the text. Without this script, or where the
 * browser does not let pages copy, the text can be selected as any other.
 */

/** @param {HTMLButtonElement} button */
function offer(button) {
  const section = /** @type {HTMLElement} */ (button.closest("section"));
  const text = /** @type {HTMLTextAreaElement} */ (section.querySelector("textarea"));
  const said = /** @type {HTMLElement} */ (section.querySelector("[data-copied]"));
  button.hidden = false;
  button.addEventListener("click", async () => {
    text.select();
    try {
      await navigator.clipboard.writeText(text.value);
      said.textContent = "Copied.";
    } catch {
      said.textContent = "Selected; copy it with the keyboard.";
    }
  });
}

for (const button of document.querySelectorAll("button[data-copy]"))
  offer(/** @type {HTMLButtonElement} */ (button));
