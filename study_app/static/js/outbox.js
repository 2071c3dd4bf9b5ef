/**
 * Keeps every answer in the browser until the server has acknowledged it.
 *
 * Place: flow.js puts an answer in; it is stored in localStorage before the first attempt to send
 * it, and taken out only when the server has said that it is recorded (or will never take it). A
 * reload, a closed lid or a lost connection therefore loses nothing, and the answer's response_key
 * lets the server recognise one that arrives twice.
 */

import { ApiError, isTemporary } from "./api.js";

/** @typedef {import("./api.js").Reply} Reply */
/**
 * @typedef {object} Entry
 * @property {string} trial_key
 * @property {string} [page_key] of the opening of the page that showed the pair.
 * @property {{response_key: string} & Record<string, unknown>} body
 */

/**
 * @typedef {object} Store the part of localStorage that is used.
 * @property {(key: string) => string | null} getItem
 * @property {(key: string, value: string) => void} setItem
 */

const STORAGE_KEY = "colorization-turing-test:outbox";
const FIRST_BACK_OFF_MS = 500;
const LONGEST_BACK_OFF_MS = 10_000;
/** The server knows the answer, or knows that it is none: sending it again is of no use. */
const FINAL_STATUS = [404, 409, 422];

/**
 * Gives the pause before the next attempt; there is no last attempt.
 * @param {number} attempt from 0.
 * @returns {number} ms.
 */
export function backOffMs(attempt) {
  return Math.min(FIRST_BACK_OFF_MS * 2 ** Math.min(attempt, 10), LONGEST_BACK_OFF_MS);
}

/**
 * Makes a random key by which the server recognises an answer or a page (UUID version 4).
 * crypto.randomUUID exists only on HTTPS and localhost; a laboratory's own network has neither.
 * @returns {string}
 */
export function makeKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** Sends answers in their order, each until it is acknowledged. */
export class Outbox {
  #post;
  #store;
  #wait;
  #onWaiting;

  /**
   * @param {object} options
   * @param {(entry: Entry) => Promise<Reply>} options.post
   * @param {Store} options.store
   * @param {(ms: number) => Promise<void>} options.wait may end early, when the network is back.
   * @param {(isWaiting: boolean) => void} options.onWaiting told when sending stops and goes on.
   */
  constructor({ post, store, wait, onWaiting }) {
    this.#post = post;
    this.#store = store;
    this.#wait = wait;
    this.#onWaiting = onWaiting;
  }

  /**
   * Stores an answer and sends it.
   * @param {Entry} entry
   * @returns {Promise<Reply | null>} null if the server refused it for good.
   */
  async send(entry) {
    this.#save([...this.waiting(), entry]);
    return this.deliver();
  }

  /**
   * Sends whatever is still waiting, oldest first.
   * @returns {Promise<Reply | null>} the reply to the last one.
   */
  async deliver() {
    let reply = null;
    for (let entry = this.waiting()[0]; entry; entry = this.waiting()[0]) {
      reply = await this.#untilAnswered(entry);
      const key = entry.body.response_key;
      this.#save(this.waiting().filter((other) => other.body.response_key !== key));
    }
    return reply;
  }

  /**
   * Lists the answers that are not acknowledged yet.
   * @returns {Entry[]}
   */
  waiting() {
    return JSON.parse(this.#store.getItem(STORAGE_KEY) ?? "[]");
  }

  /**
   * @param {Entry} entry
   * @returns {Promise<Reply | null>}
   */
  async #untilAnswered(entry) {
    for (let attempt = 0; ; attempt += 1) {
      try {
        const reply = await this.#post(entry);
        this.#onWaiting(false);
        return reply;
      } catch (error) {
        if (error instanceof ApiError && FINAL_STATUS.includes(error.status)) return null;
        if (!isTemporary(error)) throw error;
      }
      this.#onWaiting(true);
      await this.#wait(backOffMs(attempt));
    }
  }

  /** @param {Entry[]} entries */
  #save(entries) {
    this.#store.setItem(STORAGE_KEY, JSON.stringify(entries));
  }
}

/**
 * Forgets the answers that were not sent: their participant's data are deleted.
 * @param {Store} store
 */
export function forgetAnswers(store) {
  store.setItem(STORAGE_KEY, "[]");
}

/**
 * Gives localStorage, or memory where the browser forbids it (private windows).
 * @returns {Store}
 */
export function openStore() {
  try {
    const probe = `${STORAGE_KEY}:probe`;
    localStorage.setItem(probe, "");
    localStorage.removeItem(probe);
    return localStorage;
  } catch {
    return openMemory();
  }
}

/**
 * Gives a store that is forgotten with the page: a preview's, which must neither send nor keep the
 * answers of whoever takes part in the same browser.
 * @returns {Store}
 */
export function openMemory() {
  const memory = new Map();
  return {
    getItem: (key) => memory.get(key) ?? null,
    setItem: (key, value) => void memory.set(key, value),
  };
}
