/**
 * Shows one pair by the frame clock and measures what it did.
 *
 * Place: flow.js hands it a trial whose two pictures are already decoded; stage.js does the
 * drawing. Nothing here counts frames or trusts a timer: every change is drawn in the frame whose
 * successor is nearest to the wanted time, and onset and offset are the time stamps of the frames
 * after the draws. The clock is passed in, so a test can run it at any refresh rate.
 */

import { FrameMeter, countDroppedFrames, isDue } from "./timing.js";

/** @typedef {"left" | "right"} Side */

/**
 * @typedef {object} FrameClock
 * @property {(callback: (stamp: number) => void) => unknown} requestFrame calls back in the next
 *   frame with that frame's time stamp in ms.
 */

/**
 * @typedef {object} Drawing what the presenter needs of a stage.
 * @property {(sides: Side[]) => void} show draws the pictures of these sides.
 * @property {() => void} blank draws nothing but the ground.
 * @property {() => void} ask draws the question and its buttons.
 */

/**
 * @typedef {object} Timing planned durations, ms.
 * @property {number} lead_in_ms blank before the first picture.
 * @property {number} display_ms each picture.
 * @property {number} isi_ms blank between the pictures.
 * @property {number} response_delay_ms blank before the question.
 */

/**
 * @typedef {object} Exposure what was planned and measured for one picture, ms from the first
 *   frame of the trial.
 * @property {number} planned_ms
 * @property {number} onset_ms
 * @property {number} offset_ms
 * @property {number} shown_ms
 * @property {number} n_dropped_frames lost from the frame that drew it to the one after it was
 *   cleared: 0 means that the stamps are certain to the frame.
 */

/**
 * @typedef {object} Presentation
 * @property {Record<Side, Exposure>} exposures
 * @property {number} frame_interval_ms median.
 * @property {number} allowedAtMs stamp of the frame that first shows the question; on the clock
 *   of performance.now() and of event time stamps.
 */

/** The screen's own frames. @type {FrameClock} */
export const browserClock = {
  requestFrame: (callback) => window.requestAnimationFrame(callback),
};

/**
 * Gives the sides that are shown together, in their order.
 * @param {"sequential" | "side-by-side"} layout
 * @param {Side | "both"} firstSide
 * @returns {Side[][]}
 */
export function planSteps(layout, firstSide) {
  if (layout === "side-by-side") return [["left", "right"]];
  return firstSide === "right" ? [["right"], ["left"]] : [["left"], ["right"]];
}

/** Shows pairs on one stage, one after the other. */
export class Presenter {
  #stage;
  #clock;
  #meter = new FrameMeter();
  /** @type {number[]} */
  #stamps = [];

  /**
   * @param {Drawing} stage
   * @param {FrameClock} clock
   */
  constructor(stage, clock = browserClock) {
    this.#stage = stage;
    this.#clock = clock;
  }

  /**
   * Shows the pair and then the question.
   * @param {{layout: "sequential" | "side-by-side", first_side: Side | "both", timing: Timing}} trial
   * @returns {Promise<Presentation>} once the question is on the screen.
   */
  async present({ layout, first_side, timing }) {
    await this.#start();
    const measured = [];
    let seenMs = await this.#draw(() => this.#stage.blank());
    let blankMs = timing.lead_in_ms;
    for (const sides of planSteps(layout, first_side)) {
      await this.#frameNearest(seenMs + blankMs);
      const shown = await this.#expose(sides, timing.display_ms);
      measured.push({ sides, ...shown });
      seenMs = shown.offset;
      blankMs = timing.isi_ms;
    }
    await this.#frameNearest(seenMs + timing.response_delay_ms);
    const allowedAtMs = await this.#draw(() => this.#stage.ask());
    return this.#summary(measured, timing.display_ms, allowedAtMs);
  }

  async #start() {
    this.#meter.pause();
    this.#stamps = [];
    await this.#frame();
  }

  /**
   * @param {Side[]} sides
   * @param {number} displayMs
   */
  async #expose(sides, displayMs) {
    const first = this.#stamps.length - 1;
    const onset = await this.#draw(() => this.#stage.show(sides));
    await this.#frameNearest(onset + displayMs);
    const offset = await this.#draw(() => this.#stage.blank());
    return { onset, offset, first, last: this.#stamps.length - 1 };
  }

  /**
   * Draws in the current frame; gives the stamp of the next one, which shows it.
   * @param {() => void} change
   */
  async #draw(change) {
    change();
    return this.#frame();
  }

  /**
   * Waits for the frame in which to draw what shall be seen at that time.
   * @param {number} wantedMs
   */
  async #frameNearest(wantedMs) {
    while (!isDue(this.#stamps[this.#stamps.length - 1], wantedMs, this.#meter.intervalMs)) {
      await this.#frame();
    }
  }

  /** @returns {Promise<number>} the next frame's stamp; what follows runs inside that frame. */
  #frame() {
    return new Promise((resolve) => {
      this.#clock.requestFrame((stamp) => {
        this.#meter.tick(stamp);
        this.#stamps.push(stamp);
        resolve(stamp);
      });
    });
  }

  /**
   * @param {{sides: Side[], onset: number, offset: number, first: number, last: number}[]} measured
   * @param {number} plannedMs
   * @param {number} allowedAtMs
   * @returns {Presentation}
   */
  #summary(measured, plannedMs, allowedAtMs) {
    const intervalMs = this.#meter.intervalMs;
    const exposures = /** @type {Record<Side, Exposure>} */ ({});
    for (const { sides, onset, offset, first, last } of measured) {
      const exposure = {
        planned_ms: plannedMs,
        onset_ms: onset - this.#stamps[0],
        offset_ms: offset - this.#stamps[0],
        shown_ms: offset - onset,
        n_dropped_frames: countDroppedFrames(this.#stamps.slice(first, last + 1), intervalMs),
      };
      for (const side of sides) exposures[side] = exposure;
    }
    return { exposures, frame_interval_ms: intervalMs, allowedAtMs };
  }
}
