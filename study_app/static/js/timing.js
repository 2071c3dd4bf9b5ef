/**
 * Frame arithmetic: pure, without a clock, a page or a picture.
 *
 * Place: presenter.js asks these functions in which frame to draw. A frame is known by the time
 * stamp that requestAnimationFrame hands to its callback; what is drawn in one frame is on the
 * screen from the next one.
 */

/** Assumed until frames have been measured. */
export const DEFAULT_FRAME_INTERVAL_MS = 1000 / 60;

/** Frame intervals that the running median looks back on. */
const N_INTERVALS = 61;

/** Measures the screen's frame interval while frames pass by. */
export class FrameMeter {
  /** @type {number[]} */
  #intervals = [];
  /** @type {number | null} */
  #lastStamp = null;

  /**
   * Notes one frame.
   * @param {number} stamp time stamp of the frame, ms.
   */
  tick(stamp) {
    if (this.#lastStamp !== null && stamp > this.#lastStamp) {
      this.#intervals.push(stamp - this.#lastStamp);
      if (this.#intervals.length > N_INTERVALS) this.#intervals.shift();
    }
    this.#lastStamp = stamp;
  }

  /** Forgets the last frame, so that a pause between two presentations is no frame interval. */
  pause() {
    this.#lastStamp = null;
  }

  /** Median frame interval in ms; a few lost frames do not move it. */
  get intervalMs() {
    if (this.#intervals.length === 0) return DEFAULT_FRAME_INTERVAL_MS;
    const sorted = [...this.#intervals].sort((a, b) => a - b);
    const middle = sorted.length >> 1;
    return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}

/**
 * Says whether a change drawn in this frame comes on the screen nearest to the wanted time.
 *
 * The change is seen from the next frame, expected one interval later. It is due as soon as that
 * moment is at most half a frame early: the error of every duration is at most half a frame, at
 * any refresh rate, as long as no frame is lost at the change itself.
 * @param {number} stamp of the current frame, ms.
 * @param {number} wantedMs when the change shall be seen, on the same clock.
 * @param {number} intervalMs the frame interval.
 * @returns {boolean}
 */
export function isDue(stamp, wantedMs, intervalMs) {
  return stamp + intervalMs >= wantedMs - intervalMs / 2;
}

/**
 * Gives the longest time between two frames.
 * @param {number[]} stamps of consecutive frames, ms, ascending; two at least.
 * @returns {number} ms.
 */
export function longestInterval(stamps) {
  let longest = 0;
  for (let i = 1; i < stamps.length; i += 1) {
    longest = Math.max(longest, stamps[i] - stamps[i - 1]);
  }
  return longest;
}

/**
 * Counts the frames that never came between the given ones.
 * @param {number[]} stamps of consecutive frames, ms, ascending.
 * @param {number} intervalMs the frame interval.
 * @returns {number} whole frames, 0 if every frame came.
 */
export function countDroppedFrames(stamps, intervalMs) {
  let nDropped = 0;
  for (let i = 1; i < stamps.length; i += 1) {
    nDropped += Math.max(0, Math.round((stamps[i] - stamps[i - 1]) / intervalMs) - 1);
  }
  return nDropped;
}
