// The last page on the one machine of a laboratory: it goes back to the start when nobody has
// touched anything for a while, so that nobody reads the page of who was here before.

const SIGNS_OF_LIFE = ["pointerdown", "pointermove", "keydown", "wheel", "scroll", "touchstart"];

/**
 * Submit the form after an idle time, with a notice before.
 *
 * @param {HTMLFormElement} form with data-idle-s and data-notice-s, in seconds
 */
export function returnWhenIdle(form) {
  const notice = /** @type {HTMLElement} */ (form.querySelector("[data-notice]"));
  const idleMs = Number(form.dataset.idleS) * 1000;
  const noticeMs = Number(form.dataset.noticeS) * 1000;
  let announcing = 0;
  let leaving = 0;

  function startAgain() {
    clearTimeout(announcing);
    clearTimeout(leaving);
    notice.hidden = true;
    announcing = setTimeout(() => (notice.hidden = false), idleMs - noticeMs);
    leaving = setTimeout(() => form.submit(), idleMs);
  }

  for (const sign of SIGNS_OF_LIFE)
    document.addEventListener(sign, startAgain, { passive: true, capture: true });
  startAgain();
}

for (const form of document.querySelectorAll("form[data-next-person]"))
  returnWhenIdle(/** @type {HTMLFormElement} */ (form));
