/**
 * Notes what disturbs a trial from outside: page hidden, focus lost, window resized.
 *
 * Place: flow.js starts the notes with a trial and sends them along with the answer; the study's
 * rule, on the server, decides what they mean.
 */

/** @typedef {"hidden" | "shown" | "blurred" | "focused" | "resized"} EventKind */
/** @typedef {{kind: EventKind, at_ms: number}} Noted at_ms from the first frame of the trial. */

/**
 * @typedef {object} Notes
 * @property {number} n_hidden
 * @property {number} n_blurred
 * @property {number} n_resized
 * @property {Noted[]} events the first of them; the counts are of all.
 */

/** The server takes no more. */
const MOST_EVENTS = 50;

/** Notes events between start() and stop(). */
export class Disturbances {
  /** @type {{kind: EventKind, stamp: number}[]} */
  #noted = [];
  /** @type {AbortController | null} */
  #listening = null;

  /** Begins with an empty page. */
  start() {
    this.#listening?.abort();
    this.#noted = [];
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    const listen = (/** @type {string} */ name, /** @type {() => EventKind} */ kind) =>
      window.addEventListener(
        name,
        (event) => this.#noted.push({ kind: kind(), stamp: event.timeStamp }),
        { signal, capture: name === "visibilitychange" },
      );
    listen("visibilitychange", () => (document.hidden ? "hidden" : "shown"));
    listen("blur", () => "blurred");
    listen("focus", () => "focused");
    listen("resize", () => "resized");
  }

  /**
   * Ends the notes.
   * @param {number} startedAtMs stamp of the first frame of the trial.
   * @returns {Notes}
   */
  stop(startedAtMs) {
    this.#listening?.abort();
    this.#listening = null;
    return {
      n_hidden: this.#count("hidden"),
      n_blurred: this.#count("blurred"),
      n_resized: this.#count("resized"),
      events: this.#noted
        .slice(0, MOST_EVENTS)
        .map(({ kind, stamp }) => ({ kind, at_ms: Math.max(0, stamp - startedAtMs) })),
    };
  }

  /** @param {EventKind} kind */
  #count(kind) {
    return this.#noted.filter((one) => one.kind === kind).length;
  }
}
