/**
 * One study session in the browser: next pair, show, ask, send, feedback in practice, next.
 *
 * Place: trials.js builds the parts and starts run(). The server decides which pair is next, so a
 * reload, a second tab or a lost connection continues there; this module keeps no plan of its own.
 */

import { ApiError, isTemporary } from "./api.js";
import { waitForAnswer } from "./input.js";
import { makeResponseKey } from "./outbox.js";
import { PictureError, closePair, loadPair } from "./pictures.js";

/** @typedef {import("./api.js").Trial} Trial */
/** @typedef {import("./api.js").Finished} Finished */
/** @typedef {import("./api.js").Reply} Reply */
/** @typedef {import("./input.js").Answer} Answer */
/** @typedef {import("./pictures.js").Pair} Pair */
/** @typedef {import("./presenter.js").Presentation} Presentation */
/** @typedef {{trial: Trial, pair: Pair} | {finished: Finished}} Next */
/** @typedef {Next | {error: unknown, trial: Trial | Finished | null}} Upcoming */

/** The taken button stays visible at least this long. */
const ACKNOWLEDGED_MS = 200;
/** Silent attempts to get the next pair before the participant is asked to try again. */
const RETRY_AFTER_MS = [300, 900, 1800];
/** The server's answer for a picture of a pair that is not the next one (any more). */
const NOT_FOUND = 404;

/** Leads one participant from pair to pair. */
export class Flow {
  #api;
  #outbox;
  #presenter;
  #stage;
  #panels;
  #progress;
  #disturbances;
  #nextPair;
  #wait;

  /**
   * @param {object} parts
   * @param {import("./api.js").Api} parts.api
   * @param {import("./outbox.js").Outbox} parts.outbox
   * @param {import("./presenter.js").Presenter} parts.presenter
   * @param {import("./stage.js").Stage} parts.stage
   * @param {import("./panels.js").Panels} parts.panels
   * @param {import("./progress.js").Progress} parts.progress
   * @param {import("./disturbances.js").Disturbances} parts.disturbances
   * @param {HTMLButtonElement} parts.nextPair ends the feedback of a practice pair.
   * @param {(ms: number) => Promise<void>} parts.wait
   */
  constructor({ api, outbox, presenter, stage, panels, progress, disturbances, nextPair, wait }) {
    this.#api = api;
    this.#outbox = outbox;
    this.#presenter = presenter;
    this.#stage = stage;
    this.#panels = panels;
    this.#progress = progress;
    this.#disturbances = disturbances;
    this.#nextPair = nextPair;
    this.#wait = wait;
  }

  /** Runs until all answers are stored, or the server ends the session. */
  async run() {
    try {
      await this.#outbox.deliver(); // what an earlier visit could not send
      const { next_url } = await this.#allPairs();
      location.assign(next_url);
    } catch (error) {
      this.#stop(error);
    }
  }

  /** @returns {Promise<Finished>} */
  async #allPairs() {
    let isFirstHere = true;
    let upcoming = this.#fetchUpcoming();
    for (;;) {
      const next = await this.#ready(upcoming);
      if ("finished" in next) return next.finished;
      this.#progress.show(next.trial);
      await this.#pauseBefore(next.trial, isFirstHere);
      isFirstHere = false;
      const { answer, reply } = await this.#oneTrial(next.trial, next.pair);
      upcoming = this.#fetchUpcoming(); // meanwhile the feedback is read
      if (reply?.feedback) await this.#giveFeedback(reply.feedback, answer);
      closePair(next.pair);
    }
  }

  /**
   * Says what comes, where something new comes or the page was opened anew.
   * @param {Trial} trial
   * @param {boolean} isFirstHere
   */
  async #pauseBefore(trial, isFirstHere) {
    if (trial.first_of_block) return this.#panel(trial.block);
    if (trial.break_before) return this.#panel("break");
    if (isFirstHere) return this.#panel("resume", { number: String(trial.number) });
  }

  /**
   * @param {import("./panels.js").PanelName} name
   * @param {Record<string, string>} [values]
   */
  async #panel(name, values) {
    this.#stage.hide();
    await this.#panels.ask(name, values);
  }

  /**
   * Shows the pair, takes one answer, and returns when the server has it.
   * @param {Trial} trial
   * @param {Pair} pair
   */
  async #oneTrial(trial, pair) {
    this.#stage.prepare(trial, pair);
    this.#disturbances.start();
    const presentation = await this.#presenter.present(trial);
    const { buttons } = this.#stage;
    const isStacked = () => this.#stage.isStacked;
    const answer = await waitForAnswer({ buttons, allowedAtMs: presentation.allowedAtMs, isStacked });
    this.#stage.acknowledge(answer.side);
    const body = this.#record(presentation, answer);
    const [reply] = await Promise.all([
      this.#outbox.send({ trial_key: trial.trial_key, body }),
      this.#wait(ACKNOWLEDGED_MS),
    ]);
    return { answer, reply };
  }

  /**
   * Puts together what is stored of a trial.
   * @param {Presentation} presentation
   * @param {Answer} answer
   */
  #record({ exposures, frame_interval_ms, allowedAtMs }, answer) {
    return {
      response_key: makeResponseKey(),
      chosen_side: answer.side,
      response_ms: answer.atMs - allowedAtMs,
      input: answer.input,
      exposures,
      frame_interval_ms,
      ...this.#disturbances.stop(),
      device_pixel_ratio: window.devicePixelRatio,
      shown_px: this.#stage.shownPx,
    };
  }

  /**
   * @param {import("./api.js").Feedback} feedback
   * @param {Answer} answer
   */
  async #giveFeedback(feedback, answer) {
    this.#stage.showFeedback(feedback, answer.side);
    this.#nextPair.focus({ preventScroll: true });
    await new Promise((resolve) => {
      this.#nextPair.addEventListener("click", resolve, { once: true });
    });
  }

  /**
   * Asks for the next pair and decodes both pictures; never rejects, so that it can run ahead.
   * @param {Trial | Finished | null} known a pair that was asked for already: the server counts how
   *   often a pair is given out, because a pair given twice may have been seen twice.
   * @returns {Promise<Upcoming>}
   */
  async #fetchUpcoming(known = null) {
    let trial = known;
    for (let attempt = 0; ; attempt += 1) {
      try {
        trial ??= await this.#api.nextTrial();
        if (trial.state === "finished") return { finished: trial };
        return { trial, pair: await loadPair(trial.images) };
      } catch (error) {
        if (error instanceof PictureError && error.status === NOT_FOUND) trial = null;
        if (!mayPass(error) || attempt >= RETRY_AFTER_MS.length) return { error, trial };
      }
      await this.#wait(RETRY_AFTER_MS[attempt]);
    }
  }

  /**
   * Waits for the next pair; where it cannot be had, says so and offers to try again.
   * @param {Promise<Upcoming>} upcoming
   * @returns {Promise<Next>}
   */
  async #ready(upcoming) {
    let next = await upcoming;
    while ("error" in next) {
      if (!mayPass(next.error)) throw next.error;
      await this.#panel("trouble");
      next = await this.#fetchUpcoming(next.trial);
    }
    return next;
  }

  /** @param {unknown} error a refusal that no waiting changes, or a fault of ours. */
  #stop(error) {
    this.#stage.hide();
    const message = error instanceof ApiError ? error.message : "";
    this.#panels.end("stopped", { message });
    if (!(error instanceof ApiError)) throw error;
  }
}

/**
 * Says whether trying again may help.
 * @param {unknown} error
 */
function mayPass(error) {
  return error instanceof PictureError || isTemporary(error);
}
