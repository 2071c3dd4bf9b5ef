/**
 * Counts what disturbs a trial from outside: the page hidden, the window resized.
 *
 * Place: flow.js starts the count with a trial and sends it along with the answer; the study's
 * rule, on the server, decides what it means.
 */

/** Counts events between start() and stop(). */
export class Disturbances {
  #counts = { n_hidden: 0, n_resized: 0 };
  /** @type {AbortController | null} */
  #listening = null;

  /** Begins to count from zero. */
  start() {
    this.stop();
    this.#counts = { n_hidden: 0, n_resized: 0 };
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    const onVisibility = () => {
      if (document.hidden) this.#counts.n_hidden += 1;
    };
    document.addEventListener("visibilitychange", onVisibility, { signal });
    window.addEventListener("resize", () => (this.#counts.n_resized += 1), { signal });
  }

  /**
   * Ends the count.
   * @returns {{n_hidden: number, n_resized: number}}
   */
  stop() {
    this.#listening?.abort();
    this.#listening = null;
    return { ...this.#counts };
  }
}
