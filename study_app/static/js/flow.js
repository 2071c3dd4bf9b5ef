/**
 * One study session in the browser: next pair, show, ask, send, feedback in practice, next.
 *
 * Place: trials.js builds the parts and starts run(). The server decides which pair is next, so a
 * reload, a second window or a lost connection continues there; this module keeps no plan of its
 * own. The server knows each opening of the page by a key, and hears of each pair before it is
 * shown, so that none is shown twice.
 */

import { ApiError, isTemporary } from "./api.js";
import { waitForAnswer } from "./input.js";
import { makeKey } from "./outbox.js";
import { PictureError, closePair, loadPair } from "./pictures.js";
import { findObstacle } from "./readiness.js";
import { holdWindowLock } from "./window_lock.js";

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
/** A first pair that comes sooner is not announced. */
const LOADING_AFTER_MS = 400;
/** After so many vain attempts by hand the participant is told whom to write to. */
const N_VAIN_ATTEMPTS = 2;
/** The server's answer for a picture of a pair that is not the next one (any more). */
const NOT_FOUND = 404;
/** The server's answer for a pair that another window goes on with. */
const CONFLICT = 409;
/** The server's answers where nothing may be left: no study session any more, or a withdrawn one. */
const OVER_STATUS = [401, 410];

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
  #starter;
  #wait;
  /** Names this opening of the page. */
  #pageKey = makeKey();
  /** @type {Set<string>} keys of trials that were on this page. */
  #shown = new Set();
  #isLoading = true;

  /**
   * @param {object} parts
   * @param {import("./api.js").Api} parts.api
   * @param {import("./outbox.js").Outbox} parts.outbox
   * @param {import("./presenter.js").Presenter} parts.presenter
   * @param {import("./stage.js").Stage} parts.stage
   * @param {import("./panels.js").Panels} parts.panels
   * @param {import("./progress.js").Progress} parts.progress
   * @param {import("./disturbances.js").Disturbances} parts.disturbances
   * @param {import("./starter.js").Starter} parts.starter
   * @param {HTMLButtonElement} parts.nextPair ends the feedback of a practice pair.
   * @param {(ms: number) => Promise<void>} parts.wait
   */
  constructor(parts) {
    const { api, outbox, presenter, stage, panels, progress } = parts;
    const { disturbances, starter, nextPair, wait } = parts;
    this.#api = api;
    this.#outbox = outbox;
    this.#presenter = presenter;
    this.#stage = stage;
    this.#panels = panels;
    this.#progress = progress;
    this.#disturbances = disturbances;
    this.#starter = starter;
    this.#nextPair = nextPair;
    this.#wait = wait;
  }

  /** Runs until all answers are stored, or the server ends the session. */
  async run() {
    try {
      await holdWindowLock({
        askWhere: () => this.#panel("elsewhere"),
        onTaken: () => location.reload(), // which then says that it goes on elsewhere
      });
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
    void this.#announceLoading();
    for (;;) {
      const next = await this.#ready(upcoming);
      this.#endLoading();
      if ("finished" in next) return next.finished;
      this.#progress.show(next.trial);
      await this.#pauseBefore(next.trial, isFirstHere);
      isFirstHere = false;
      const done = await this.#oneTrial(next.trial, next.pair);
      if (!done?.reply) await this.#panel("elsewhere"); // which would take the pair back at once
      upcoming = this.#fetchUpcoming(done?.reply?.next); // meanwhile the feedback is read
      if (done?.reply?.feedback) await this.#giveFeedback(done.reply.feedback, done.answer);
      closePair(next.pair);
    }
  }

  async #announceLoading() {
    await this.#wait(LOADING_AFTER_MS);
    if (this.#isLoading) this.#showLoading(0);
  }

  /** @param {number} share */
  #showLoading(share) {
    this.#stage.hide();
    this.#panels.showLoading(share);
  }

  #endLoading() {
    if (this.#isLoading) this.#panels.close();
    this.#isLoading = false;
  }

  /**
   * Says what comes, where something new comes or the page was opened anew; then waits until the
   * pair can be seen well.
   * @param {Trial} trial
   * @param {boolean} isFirstHere
   */
  async #pauseBefore(trial, isFirstHere) {
    const number = String(trial.number);
    if (trial.first_of_block) await this.#panel(trial.block);
    else if (trial.break_before) await this.#panel("break");
    else if (isFirstHere) await this.#panel("resume", { number });
    for (;;) {
      const obstacle = findObstacle(trial.image_size_px);
      if (obstacle === null) return;
      await this.#panel(obstacle, { number });
    }
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
   * @returns {Promise<{answer: Answer, reply: Reply | null} | null>} null where another window
   *   went on with this pair, so that nothing was shown.
   */
  async #oneTrial(trial, pair) {
    this.#stage.prepare(trial, pair);
    this.#disturbances.start();
    const presentation = await this.#present(trial);
    if (presentation === null) return null;
    const { buttons } = this.#stage;
    const isStacked = () => this.#stage.isStacked;
    const answer = await waitForAnswer({ buttons, allowedAtMs: presentation.allowedAtMs, isStacked });
    this.#stage.acknowledge(answer.side);
    const body = this.#record(presentation, answer);
    const [reply] = await Promise.all([
      this.#outbox.send({ trial_key: trial.trial_key, page_key: this.#pageKey, body }),
      this.#wait(ACKNOWLEDGED_MS),
    ]);
    return { answer, reply };
  }

  /**
   * @param {Trial} trial
   * @returns {Promise<Presentation | null>}
   */
  async #present(trial) {
    try {
      const heard = this.#starter.tell(trial.trial_key, this.#pageKey);
      const presentation = await this.#presenter.present(trial, heard);
      this.#shown.add(trial.trial_key);
      return presentation;
    } catch (error) {
      if (error instanceof ApiError && error.status === CONFLICT) return null;
      throw error;
    }
  }

  /**
   * Puts together what is stored of a trial.
   * @param {Presentation} presentation
   * @param {Answer} answer
   */
  #record({ exposures, allowedAtMs, startedAtMs, ...frames }, answer) {
    return {
      response_key: makeKey(),
      chosen_side: answer.side,
      response_ms: answer.atMs - allowedAtMs,
      input: answer.input,
      exposures,
      frame_interval_ms: frames.frame_interval_ms,
      max_frame_interval_ms: frames.max_frame_interval_ms,
      ...this.#disturbances.stop(startedAtMs),
      device_pixel_ratio: window.devicePixelRatio,
      shown_px: this.#stage.shownPx,
      window_width_px: window.innerWidth,
      window_height_px: window.innerHeight,
      zoom: window.visualViewport?.scale ?? null,
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
   * @param {Trial | Finished | null} known a pair that need not be asked for.
   * @returns {Promise<Upcoming>}
   */
  async #fetchUpcoming(known = null) {
    let trial = known;
    for (let attempt = 0; ; attempt += 1) {
      try {
        trial ??= await this.#nextTrial();
        if (trial.state === "finished") return { finished: trial };
        return { trial, pair: await loadPair(trial.images, (share) => this.#onProgress(share)) };
      } catch (error) {
        if (error instanceof PictureError && error.status === NOT_FOUND) trial = null;
        if (!mayPass(error) || attempt >= RETRY_AFTER_MS.length) return { error, trial };
      }
      await this.#wait(RETRY_AFTER_MS[attempt]);
    }
  }

  /**
   * A pair that this page has shown and whose answer the server did not take is not shown again:
   * under a new key the page is given another.
   * @returns {Promise<Trial | Finished>}
   */
  async #nextTrial() {
    const trial = await this.#api.nextTrial(this.#pageKey);
    if (trial.state === "finished" || !this.#shown.has(trial.trial_key)) return trial;
    this.#pageKey = makeKey();
    return this.#api.nextTrial(this.#pageKey);
  }

  /** @param {number} share */
  #onProgress(share) {
    if (this.#isLoading && this.#panels.isOpen("loading")) this.#showLoading(share);
  }

  /**
   * Waits for the next pair; where it cannot be had, says so and offers to try again.
   * @param {Promise<Upcoming>} upcoming
   * @returns {Promise<Next>}
   */
  async #ready(upcoming) {
    let next = await upcoming;
    for (let nVain = 0; "error" in next; nVain += 1) {
      if (!mayPass(next.error)) throw next.error;
      this.#isLoading = false;
      await this.#panel(nVain < N_VAIN_ATTEMPTS ? "trouble" : "no-help");
      this.#isLoading = true;
      this.#showLoading(0);
      next = await this.#fetchUpcoming(next.trial);
    }
    return next;
  }

  /** @param {unknown} error a refusal that no waiting changes, or a fault of ours. */
  #stop(error) {
    this.#stage.hide();
    if (!(error instanceof ApiError)) {
      this.#panels.end("stopped", { message: "" });
      throw error;
    }
    const { message, status } = error;
    const isOver = OVER_STATUS.includes(status);
    // what the page says of kept answers would be wrong
    this.#panels.end("stopped", isOver ? { message, kept: "" } : { message });
  }
}

/**
 * Says whether trying again may help.
 * @param {unknown} error
 */
function mayPass(error) {
  return error instanceof PictureError || isTemporary(error);
}
