/**
 * Tells the server that a pair is about to be shown, until it has heard.
 *
 * Place: flow.js gives the promise to presenter.js, which keeps the blank before the first picture
 * until it is fulfilled: no picture is on the screen before the server knows, so a reload in the
 * middle of a pair can be told from one before it.
 */

import { isTemporary } from "./api.js";
import { backOffMs } from "./outbox.js";

/** Blank after a notice about the connection, so that a picture is not a surprise. */
const SETTLE_MS = 900;

/** Tells starts, each until it is acknowledged or refused. */
export class Starter {
  #post;
  #wait;
  #onWaiting;

  /**
   * @param {object} options
   * @param {(trialKey: string, pageKey: string) => Promise<unknown>} options.post
   * @param {(ms: number) => Promise<void>} options.wait may end early, when the network is back.
   * @param {(isWaiting: boolean) => void} options.onWaiting told when a start cannot be told.
   */
  constructor({ post, wait, onWaiting }) {
    this.#post = post;
    this.#wait = wait;
    this.#onWaiting = onWaiting;
  }

  /**
   * @param {string} trialKey
   * @param {string} pageKey
   * @returns {Promise<void>} rejected with the ApiError of a refusal.
   */
  async tell(trialKey, pageKey) {
    let attempt = 0;
    while (!(await this.#isHeard(trialKey, pageKey))) {
      this.#onWaiting(true);
      await this.#wait(backOffMs(attempt));
      attempt += 1;
    }
    if (attempt === 0) return;
    this.#onWaiting(false);
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  }

  /**
   * @param {string} trialKey
   * @param {string} pageKey
   */
  async #isHeard(trialKey, pageKey) {
    try {
      await this.#post(trialKey, pageKey);
      return true;
    } catch (error) {
      if (isTemporary(error)) return false;
      this.#onWaiting(false);
      throw error;
    }
  }
}
