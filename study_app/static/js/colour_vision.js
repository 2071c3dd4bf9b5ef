/**
 * The keyboard for the plates of screening_colour_vision.html, and no answer before there is a plate
 * to see; without this module the buttons work alike.
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

/**
 * A circle that has not come yet must not be taken for one without a number.
 * @param {HTMLImageElement} plate
 * @param {HTMLFormElement} keypad
 */
function watch(plate, keypad) {
  const failed = document.querySelector("[data-failed]");
  const look = () => {
    const isSeen = plate.complete && plate.naturalWidth > 0;
    keypad.setAttribute("aria-busy", String(!isSeen));
    for (const button of keypad.querySelectorAll("button")) button.disabled = !isSeen;
    if (failed instanceof HTMLElement) failed.hidden = !plate.complete || isSeen;
  };
  plate.addEventListener("load", look);
  plate.addEventListener("error", look);
  look();
}

const keypad = document.querySelector("[data-keypad]");
const plate = document.querySelector("[data-plate]");
if (keypad instanceof HTMLFormElement) listen(keypad);
if (plate instanceof HTMLImageElement && keypad instanceof HTMLFormElement) watch(plate, keypad);
