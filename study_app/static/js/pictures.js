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

/**
 * @callback OnProgress told while bytes come in.
 * @param {number} share of both pictures, from 0 to 1.
 */

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
 * @param {OnProgress} [onProgress]
 * @returns {Promise<Pair>}
 */
export async function loadPair(urls, onProgress = () => {}) {
  const shares = { left: 0, right: 0 };
  const load = (/** @type {Side} */ side) =>
    loadPicture(urls[side], (share) => {
      shares[side] = share;
      onProgress((shares.left + shares.right) / 2); // both are of one length
    });
  const [left, right] = await Promise.all([load("left"), load("right")]);
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
 * @param {OnProgress} onProgress
 * @returns {Promise<ImageBitmap>}
 */
async function loadPicture(url, onProgress) {
  try {
    const response = await fetch(url, {
      cache: "no-store",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (!response.ok) {
      throw new PictureError(`the server answered ${response.status}`, response.status);
    }
    return await createImageBitmap(await readAll(response, onProgress));
  } catch (error) {
    throw error instanceof PictureError ? error : new PictureError(String(error));
  }
}

/**
 * @param {Response} response
 * @param {OnProgress} onProgress
 * @returns {Promise<Blob>}
 */
async function readAll(response, onProgress) {
  const nBytes = Number(response.headers.get("Content-Length"));
  if (!response.body || !nBytes) return response.blob();
  const reader = response.body.getReader();
  /** @type {BlobPart[]} */
  const parts = [];
  let nRead = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    parts.push(part.value);
    nRead += part.value.byteLength;
    onProgress(Math.min(1, nRead / nBytes));
  }
  return new Blob(parts, { type: response.headers.get("Content-Type") ?? "" });
}
