/**
 * Waits for one answer by key, mouse or touch.
 *
 * Place: flow.js calls it once the question is on the screen; before that nothing listens, so an
 * early key does nothing. The first answer removes every listener: one response per trial,
 * whatever is pressed twice.
 */

/** @typedef {import("./presenter.js").Side} Side */
/** @typedef {"keyboard" | "mouse" | "touch"} InputKind */
/** @typedef {{side: Side, input: InputKind, atMs: number}} Answer */

/** @type {Record<string, Side>} */
const SIDE_OF_KEY = { f: "left", j: "right", ArrowLeft: "left", ArrowRight: "right" };
/** @type {Record<string, Side>} */
const SIDE_OF_STACKED_KEY = { ...SIDE_OF_KEY, ArrowUp: "left", ArrowDown: "right" };
/** For keyboards without Latin letters. @type {Record<string, Side>} */
const SIDE_OF_CODE = { KeyF: "left", KeyJ: "right" };

/**
 * Gives the side that a key stands for.
 * @param {{key: string, code: string}} event
 * @param {boolean} isStacked whether one place is above the other.
 * @returns {Side | null} null for a key without meaning.
 */
export function sideOfKey({ key, code }, isStacked) {
  const sides = isStacked ? SIDE_OF_STACKED_KEY : SIDE_OF_KEY;
  const name = key.length === 1 ? key.toLowerCase() : key;
  if (Object.hasOwn(sides, name)) return sides[name];
  const isLatin = /^[\x20-\x7e]$/.test(key);
  return !isLatin && key.length === 1 && Object.hasOwn(SIDE_OF_CODE, code)
    ? SIDE_OF_CODE[code]
    : null;
}

/**
 * Resolves with the first answer given after answering was allowed.
 * @param {object} options
 * @param {Record<Side, HTMLButtonElement>} options.buttons
 * @param {number} options.allowedAtMs on the clock of event time stamps.
 * @param {() => boolean} options.isStacked
 * @returns {Promise<Answer>} atMs is when the key, button or finger went down.
 */
export function waitForAnswer({ buttons, allowedAtMs, isStacked }) {
  return new Promise((resolve) => {
    const listening = new AbortController();
    const { signal } = listening;
    /** @type {(side: Side, input: InputKind, atMs: number) => void} */
    const settle = (side, input, atMs) => {
      if (signal.aborted || atMs < allowedAtMs) return;
      listening.abort();
      resolve({ side, input, atMs });
    };
    document.addEventListener("keydown", (event) => onKey(event, isStacked(), settle), { signal });
    for (const side of /** @type {Side[]} */ (["left", "right"])) {
      listenToButton(buttons[side], side, settle, signal);
    }
  });
}

/**
 * @param {KeyboardEvent} event
 * @param {boolean} isStacked
 * @param {(side: Side, input: InputKind, atMs: number) => void} settle
 */
function onKey(event, isStacked, settle) {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const side = sideOfKey(event, isStacked);
  if (side === null) return;
  event.preventDefault(); // an arrow must not scroll the page
  if (!event.repeat) settle(side, "keyboard", event.timeStamp);
}

/**
 * A press counts when it is let go on the button (it can still be taken back by moving away), but
 * its time is when it went down. A click without a press comes from a key or a screen reader.
 * @param {HTMLButtonElement} button
 * @param {Side} side
 * @param {(side: Side, input: InputKind, atMs: number) => void} settle
 * @param {AbortSignal} signal
 */
function listenToButton(button, side, settle, signal) {
  /** @type {PointerEvent | null} */
  let press = null;
  button.addEventListener("pointerdown", (event) => (press = event), { signal });
  button.addEventListener(
    "click",
    (event) => {
      const isPointer = press !== null && event.detail !== 0;
      const input = isPointer ? kindOfPointer(press?.pointerType) : "keyboard";
      settle(side, input, isPointer && press ? press.timeStamp : event.timeStamp);
      press = null;
    },
    { signal },
  );
}

/**
 * @param {string | undefined} pointerType
 * @returns {InputKind}
 */
function kindOfPointer(pointerType) {
  return pointerType === "touch" || pointerType === "pen" ? "touch" : "mouse";
}
