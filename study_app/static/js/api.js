/**
 * The requests of a study session, and what can go wrong with them.
 *
 * Place: the only module that knows addresses and status codes. A request that found no server is
 * an OfflineError (try again); one that the server refused is an ApiError with the server's code
 * and sentence.
 */

/** @typedef {import("./presenter.js").Side} Side */
/** @typedef {import("./presenter.js").Timing} Timing */

/**
 * @typedef {object} Trial the next pair, as the server tells it; nothing here says which is real.
 * @property {"trial"} state
 * @property {string} trial_key
 * @property {"practice" | "main"} block
 * @property {number} number from 1 within the block.
 * @property {number} n_in_block
 * @property {boolean} first_of_block
 * @property {boolean} break_before
 * @property {"sequential" | "side-by-side"} layout
 * @property {Side | "both"} first_side
 * @property {number} image_size_px
 * @property {Record<Side, string>} images
 * @property {Timing} timing
 * @property {boolean} fixation
 * @property {"none" | "noise"} mask
 * @property {number} mask_ms
 */

/** @typedef {{state: "finished", next_url: string}} Finished */
/** @typedef {{correct: boolean, real_side: Side}} Feedback practice only. */
/**
 * @typedef {object} Reply
 * @property {true} recorded
 * @property {Feedback | null} feedback
 * @property {Trial | null} [next] the next pair; null or missing where it has to be asked for.
 */

const TIMEOUT_MS = 15_000;
const FORGED_OR_OLD_TOKEN = 400;
/** Answers of a server that is busy or restarting. */
const TEMPORARY_STATUS = [408, 425, 429];

/** No answer came from the server. */
export class OfflineError extends Error {}

/** The server answered with a refusal. */
export class ApiError extends Error {
  /**
   * @param {number} status HTTP status.
   * @param {string} code of the server, kebab-case.
   * @param {string} message one sentence.
   */
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/**
 * Says whether the same request may succeed later without anybody changing anything.
 * @param {unknown} error
 * @returns {boolean}
 */
export function isTemporary(error) {
  if (error instanceof OfflineError) return true;
  return (
    error instanceof ApiError && (error.status >= 500 || TEMPORARY_STATUS.includes(error.status))
  );
}

/** Talks to the server for one study session, which the cookie identifies. */
export class Api {
  #nextUrl;
  #startUrl;
  #responseUrl;
  #pageUrl;
  #token;

  /**
   * @param {object} options
   * @param {string} options.nextUrl where the next pair is asked for.
   * @param {string} options.startUrl where a start is told, with TRIAL_KEY for the trial's key.
   * @param {string} options.responseUrl where an answer goes, with TRIAL_KEY for the trial's key.
   * @param {string} options.pageUrl a page that carries a fresh CSRF token.
   * @param {string} options.token the CSRF token of this page.
   */
  constructor({ nextUrl, startUrl, responseUrl, pageUrl, token }) {
    this.#nextUrl = nextUrl;
    this.#startUrl = startUrl;
    this.#responseUrl = responseUrl;
    this.#pageUrl = pageUrl;
    this.#token = token;
  }

  /**
   * Asks for the next pair.
   * @param {string} pageKey names this opening of the page.
   * @returns {Promise<Trial | Finished>}
   */
  nextTrial(pageKey) {
    return request(forPage(this.#nextUrl, pageKey), { cache: "no-store" });
  }

  /**
   * Says that this page is about to show the pair; once more changes nothing.
   * @param {string} trialKey
   * @param {string} pageKey
   * @returns {Promise<unknown>}
   */
  startTrial(trialKey, pageKey) {
    return this.#send(addressOf(this.#startUrl, trialKey), { page_key: pageKey });
  }

  /**
   * Sends one answer; sending it again with the same response_key changes nothing.
   * @param {string} trialKey
   * @param {object} body
   * @param {string} [pageKey] of the opening of the page that goes on with the next pair.
   * @returns {Promise<Reply>}
   */
  postResponse(trialKey, body, pageKey) {
    const url = addressOf(this.#responseUrl, trialKey);
    return this.#send(pageKey ? forPage(url, pageKey) : url, body);
  }

  /**
   * @param {string} url
   * @param {object} body
   * @returns {Promise<any>}
   */
  async #send(url, body) {
    try {
      return await this.#post(url, body);
    } catch (error) {
      if (!(error instanceof ApiError && error.status === FORGED_OR_OLD_TOKEN)) throw error;
      await this.#renewToken(); // a page left open overnight: its token is too old, its answer is not
      return this.#post(url, body);
    }
  }

  /**
   * @param {string} url
   * @param {object} body
   */
  #post(url, body) {
    return request(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": this.#token },
      body: JSON.stringify(body),
      keepalive: true,
    });
  }

  async #renewToken() {
    const response = await reach(this.#pageUrl, { cache: "no-store" });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    this.#token = page.querySelector('meta[name="csrf-token"]')?.getAttribute("content") ?? "";
  }
}

/**
 * @param {string} template
 * @param {string} trialKey
 */
function addressOf(template, trialKey) {
  return template.replace("TRIAL_KEY", encodeURIComponent(trialKey));
}

/**
 * @param {string} url
 * @param {string} pageKey
 */
function forPage(url, pageKey) {
  return `${url}?page=${encodeURIComponent(pageKey)}`;
}

/**
 * @param {string} url
 * @param {RequestInit} options
 * @returns {Promise<any>} the JSON body of a successful answer.
 */
async function request(url, options) {
  const response = await reach(url, options);
  const body = await response.json().catch(() => null);
  if (response.ok && body !== null) return body;
  if (response.ok) throw new OfflineError("the answer broke off"); // or a Wi-Fi login page
  throw new ApiError(
    response.status,
    body?.error ?? "unknown",
    body?.message ?? `The server answered ${response.status}.`,
  );
}

/**
 * @param {string} url
 * @param {RequestInit} options
 * @returns {Promise<Response>}
 */
async function reach(url, options) {
  try {
    return await fetch(url, { ...options, signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch (error) {
    throw new OfflineError(String(error));
  }
}
