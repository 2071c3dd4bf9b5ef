/**
 * The keyboard for the plates of screening_colour_vision.html; without it the buttons work alike.
 *
 * Place: entry of that page. It knows no right answer: nothing in the browser does.
 */

/** @param {HTMLFormElement} keypad */
function listen(keypad) {
  let isSent = false;
  document.addEventListener("keydown", (event) => {
    if (event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    const button = keypad.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (button instanceof HTMLButtonElement) button.click();
  });
  // One press, one request; the server ignores a second answer to the same plate as well.
  keypad.addEventListener("submit", (event) => {
    if (isSent) event.preventDefault();
    isSent = true;
  });
  window.addEventListener("pageshow", () => (isSent = false));
}

/** @param {HTMLImageElement} plate */
function watch(plate) {
  const failed = document.querySelector("[data-failed]");
  const tell = () => {
    if (failed instanceof HTMLElement) failed.hidden = false;
  };
  plate.addEventListener("error", tell);
  if (plate.complete && plate.naturalWidth === 0) tell();
}

const keypad = document.querySelector("[data-keypad]");
const plate = document.querySelector("[data-plate]");
if (keypad instanceof HTMLFormElement) listen(keypad);
if (plate instanceof HTMLImageElement) watch(plate);
