/**
 * Shows one pair by the frame clock and measures what it did.
 *
 * Place: flow.js hands it a trial whose two pictures are already decoded; stage.js does the
 * drawing. Nothing here counts frames or trusts a timer: every change is drawn in the frame whose
 * successor is nearest to the wanted time, and onset and offset are the time stamps of the frames
 * after the draws. The clock is passed in, so a test can run it at any refresh rate.
 */

import { FrameMeter, countDroppedFrames, isDue, longestInterval } from "./timing.js";

/** @typedef {"left" | "right"} Side */

/**
 * @typedef {object} FrameClock
 * @property {(callback: (stamp: number) => void) => unknown} requestFrame calls back in the next
 *   frame with that frame's time stamp in ms.
 */

/**
 * @typedef {object} Drawing what the presenter needs of a stage.
 * @property {(sides: Side[]) => void} show draws the pictures of these sides and nothing else.
 * @property {() => void} blank draws nothing but the ground.
 * @property {() => void} ask draws the question and its buttons.
 * @property {(sides: Side[]) => void} [fixate] draws a cross where these pictures will come.
 * @property {(sides: Side[]) => void} [mask] draws grey noise where these pictures were.
 */

/**
 * @typedef {object} Timing planned durations, ms.
 * @property {number} lead_in_ms blank before the first picture.
 * @property {number} display_ms each picture.
 * @property {number} isi_ms blank between the pictures.
 * @property {number} response_delay_ms blank before the question.
 */

/**
 * @typedef {object} Presentable what is to be shown.
 * @property {"sequential" | "side-by-side"} layout
 * @property {Side | "both"} first_side
 * @property {Timing} timing
 * @property {boolean} [fixation] whether a cross stands in the blank before a picture.
 * @property {"none" | "noise"} [mask] what covers the place after a picture.
 * @property {number} [mask_ms] how long, within the blank after the picture.
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
 * @property {number} max_frame_interval_ms longest of the trial.
 * @property {number} startedAtMs stamp of the first frame.
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

/**
 * @typedef {object} Gate what a blank waits for.
 * @property {boolean} isOpen
 * @property {{error: unknown} | null} failure it will never open.
 */

/** @type {Gate} */
const OPEN = { isOpen: true, failure: null };

/**
 * Lets frames look at a promise without waiting for it.
 * @param {Promise<unknown>} ready
 * @returns {Gate}
 */
function watch(ready) {
  /** @type {Gate} */
  const gate = { isOpen: false, failure: null };
  ready.then(
    () => (gate.isOpen = true),
    (error) => (gate.failure = { error }),
  );
  return gate;
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
   * @param {Presentable} trial
   * @param {Promise<unknown>} [ready] the blank before the first picture lasts until then, and the
   *   planned time at least; where it is rejected, nothing is shown and neither is anything here.
   * @returns {Promise<Presentation>} once the question is on the screen.
   */
  async present(trial, ready = Promise.resolve()) {
    const { timing } = trial;
    const gate = watch(ready);
    await this.#start();
    const measured = [];
    const steps = planSteps(trial.layout, trial.first_side);
    let seenMs = await this.#draw(() => this.#rest(trial, [], steps[0]));
    let blankMs = timing.lead_in_ms;
    for (const [i, sides] of steps.entries()) {
      const isLast = i + 1 === steps.length;
      await this.#frameNearest(seenMs + blankMs, gate);
      blankMs = isLast ? timing.response_delay_ms : timing.isi_ms;
      const shown = await this.#expose(trial, sides, steps[i + 1]);
      await this.#unmask(trial, shown.offset, blankMs, steps[i + 1]);
      measured.push({ sides, ...shown });
      seenMs = shown.offset;
    }
    await this.#frameNearest(seenMs + blankMs, gate);
    const allowedAtMs = await this.#draw(() => this.#stage.ask());
    return this.#summary(measured, timing.display_ms, allowedAtMs);
  }

  async #start() {
    this.#meter.pause();
    this.#stamps = [];
    await this.#frame();
  }

  /**
   * @param {Presentable} trial
   * @param {Side[]} sides
   * @param {Side[]} [next] pictures that come after these.
   */
  async #expose(trial, sides, next) {
    const first = this.#stamps.length - 1;
    const onset = await this.#draw(() => this.#stage.show(sides));
    await this.#frameNearest(onset + trial.timing.display_ms);
    const offset = await this.#draw(() => this.#rest(trial, sides, next));
    return { onset, offset, first, last: this.#stamps.length - 1 };
  }

  /**
   * Takes the mask away before the blank ends; one as long as the blank goes with what follows.
   * @param {Presentable} trial
   * @param {number} offset stamp from which the mask was seen.
   * @param {number} blankMs
   * @param {Side[]} [next]
   */
  async #unmask(trial, offset, blankMs, next) {
    const { mask = "none", mask_ms = 0 } = trial;
    if (mask === "none" || mask_ms >= blankMs - this.#meter.intervalMs) return;
    await this.#frameNearest(offset + mask_ms);
    await this.#draw(() => this.#rest(trial, [], next));
  }

  /**
   * Draws a blank with what the study wants in it.
   * @param {Presentable} trial
   * @param {Side[]} before the pictures that were shown until now.
   * @param {Side[]} [next] the pictures that come.
   */
  #rest({ fixation = false, mask = "none" }, before, next) {
    this.#stage.blank();
    if (mask === "noise" && before.length) this.#stage.mask?.(before);
    if (fixation && next) this.#stage.fixate?.(next);
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
   * @param {Gate} [gate] not before it is open.
   */
  async #frameNearest(wantedMs, gate = OPEN) {
    while (!gate.isOpen || !isDue(this.#stamps.at(-1) ?? 0, wantedMs, this.#meter.intervalMs)) {
      if (gate.failure) throw gate.failure.error;
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
    return {
      exposures,
      frame_interval_ms: intervalMs,
      max_frame_interval_ms: longestInterval(this.#stamps),
      startedAtMs: this.#stamps[0],
      allowedAtMs,
    };
  }
}
