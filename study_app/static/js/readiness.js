/**
 * Says whether a pair can be seen well just now: page in view, window large enough, no pinch zoom.
 *
 * Place: flow.js asks before each pair and shows the panel of that name until it is well again.
 * During a pair nothing is stopped: disturbances.js notes what happens.
 */

import { GAP_PX } from "./stage.js";

/** @typedef {"away" | "small" | "zoomed"} Obstacle */

/** Between two places one above the other where there is little height. */
const STACKED_GAP_PX = 8;
/** Browsers round the scale. */
const LARGEST_SCALE = 1.01;

/**
 * Says whether two pictures fit, beside or above each other.
 * @param {number} widthPx of the window, CSS px.
 * @param {number} heightPx of the window, CSS px.
 * @param {number} imagePx side of a picture, CSS px.
 * @returns {boolean}
 */
export function fitsWindow(widthPx, heightPx, imagePx) {
  if (2 * imagePx + GAP_PX <= widthPx) return heightPx >= imagePx;
  return widthPx >= imagePx && heightPx >= 2 * imagePx + STACKED_GAP_PX;
}

/**
 * Gives what stands in the way of the next pair.
 * @param {number} imagePx side of a picture, CSS px.
 * @returns {Obstacle | null}
 */
export function findObstacle(imagePx) {
  if (document.hidden) return "away";
  if ((window.visualViewport?.scale ?? 1) > LARGEST_SCALE) return "zoomed";
  const { clientWidth, clientHeight } = document.documentElement;
  return fitsWindow(clientWidth, clientHeight, imagePx) ? null : "small";
}
