/**
 * Fetches and decodes the two pictures of a pair, before anything is shown.
 *
 * Place: flow.js loads a pair here while the participant still reads something else; the decoded
 * bitmaps are drawn by stage.js without further work. A picture that cannot be had is a
 * PictureError, never a blank.
 */

/** @typedef {import("./presenter.js").Side} Side */
/** @typedef {Record<Side, ImageBitmap>} Pair */

const TIMEOUT_MS = 30_000;

/** A picture could not be fetched or decoded. */
export class PictureError extends Error {
  /**
   * @param {string} message
   * @param {number} [status] the server's refusal, if there was one.
   */
  constructor(message, status = 0) {
    super(message);
    this.status = status;
  }
}

/**
 * Fetches and decodes both pictures.
 * @param {Record<Side, string>} urls
 * @returns {Promise<Pair>}
 */
export async function loadPair(urls) {
  const [left, right] = await Promise.all([loadPicture(urls.left), loadPicture(urls.right)]);
  return { left, right };
}

/**
 * Frees the memory of a pair that will not be drawn again.
 * @param {Pair} pair
 */
export function closePair(pair) {
  pair.left.close();
  pair.right.close();
}

/**
 * @param {string} url
 * @returns {Promise<ImageBitmap>}
 */
async function loadPicture(url) {
  try {
    const response = await fetch(url, {
      cache: "no-store",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (!response.ok) {
      throw new PictureError(`the server answered ${response.status}`, response.status);
    }
    return await createImageBitmap(await response.blob());
  } catch (error) {
    throw error instanceof PictureError ? error : new PictureError(String(error));
  }
}
