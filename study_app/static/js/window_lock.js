/**
 * Lets one window at a time show the pairs.
 *
 * Place: flow.js takes the lock before its first request. Where the browser has no Web Locks (they
 * need https or this machine) or denies them, as it may in a frame on another site, every window
 * goes on, and the server alone sees to it that no pair is shown twice.
 */

const NAME = "colorization-turing-test:trials";
/** A page that is being loaded again keeps its lock for a moment. */
const PATIENCE_MS = 700;
/** Name of the error where locks are denied, whoever holds them. */
const DENIED = "SecurityError";

/**
 * Takes the lock and keeps it as long as the page is there.
 * @param {object} options
 * @param {() => Promise<void>} options.askWhere the study is open in another window: fulfilled when
 *   the participant wants to continue in this one.
 * @param {() => void} options.onTaken another window continues from now on.
 * @returns {Promise<void>} once this window has it.
 */
export async function holdWindowLock({ askWhere, onTaken }) {
  if (!navigator.locks) return;
  if (await take({ signal: AbortSignal.timeout(PATIENCE_MS) }, onTaken)) return;
  await askWhere();
  await take({ steal: true }, onTaken);
}

/**
 * @param {LockOptions} options
 * @param {() => void} onTaken
 * @returns {Promise<boolean>} whether the lock was got, or there is none to be had.
 */
function take(options, onTaken) {
  let isHeld = false;
  return new Promise((resolve) => {
    const keep = () => {
      isHeld = true;
      resolve(true);
      return new Promise(() => {});
    };
    navigator.locks.request(NAME, options, keep).catch((error) => {
      if (isHeld) onTaken();
      else resolve(error.name === DENIED);
    });
  });
}
