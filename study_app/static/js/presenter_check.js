/**
 * Entry of presenter_check.html: shows grey patterns with the study's presenter and sums up.
 *
 * Place: beside the trials; it asks the server for nothing and sends nothing.
 */

import { Presenter } from "./presenter.js";
import { SIDES, greyNoise } from "./stage.js";

/** @typedef {import("./presenter.js").Side} Side */
/** @typedef {import("./presenter.js").Exposure} Exposure */
/** @typedef {import("./presenter.js").Presentation} Presentation */

const BLANK_MS = 200;
/** As in a study: time to measure the frame interval. */
const FIRST_BLANK_MS = 900;

/**
 * Sums up exposures.
 * @param {Exposure[]} exposures
 * @param {number} intervalMs median frame interval.
 */
export function sumUp(exposures, intervalMs) {
  const errors = exposures.map((one) => one.shown_ms - one.planned_ms);
  const share = (/** @type {number} */ limitMs) =>
    errors.filter((error) => Math.abs(error) <= limitMs).length / errors.length;
  return {
    n: exposures.length,
    planned_ms: exposures[0].planned_ms,
    frame_interval_ms: intervalMs,
    mean_shown_ms: mean(exposures.map((one) => one.shown_ms)),
    least_error_ms: Math.min(...errors),
    mean_error_ms: mean(errors),
    greatest_error_ms: Math.max(...errors),
    share_within_half_a_frame: share(intervalMs / 2),
    share_within_one_frame: share(intervalMs),
    n_with_dropped_frames: exposures.filter((one) => one.n_dropped_frames > 0).length,
  };
}

/** @param {number[]} values */
function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Draws patterns where a study draws pictures. */
class Patterns {
  /** @type {Record<Side, CanvasRenderingContext2D>} */
  #contexts;
  #noise;

  /** @param {ParentNode} root */
  constructor(root) {
    const context = (/** @type {Side} */ side) => {
      const canvas = /** @type {HTMLCanvasElement} */ (root.querySelector(`[data-side=${side}]`));
      return /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    };
    this.#contexts = { left: context("left"), right: context("right") };
    const { width, height } = this.#contexts.left.canvas;
    this.#noise = greyNoise(width, height);
  }

  /** @param {Side[]} sides */
  show(sides) {
    for (const side of sides) this.#contexts[side].putImageData(this.#noise, 0, 0);
  }

  blank() {
    for (const side of SIDES) {
      const { canvas } = this.#contexts[side];
      this.#contexts[side].clearRect(0, 0, canvas.width, canvas.height);
    }
  }

  ask() {
    this.blank();
  }
}

/**
 * @param {number} durationMs
 * @param {number} nPairs
 * @param {Presenter} presenter
 * @param {(nDone: number) => void} onDone
 * @returns {Promise<Presentation[]>}
 */
async function measure(durationMs, nPairs, presenter, onDone) {
  const presentations = [];
  for (let i = 0; i < nPairs; i += 1) {
    const first_side = SIDES[i % 2];
    const timing = {
      lead_in_ms: i === 0 ? FIRST_BLANK_MS : BLANK_MS,
      display_ms: durationMs,
      isi_ms: BLANK_MS,
      response_delay_ms: 0,
    };
    presentations.push(await presenter.present({ layout: "sequential", first_side, timing }));
    onDone(2 * (i + 1));
  }
  return presentations;
}

/**
 * @param {ReturnType<typeof sumUp> & {max_frame_interval_ms: number}} summary
 * @param {Exposure[]} exposures
 */
function asText(summary, exposures) {
  const { innerWidth, innerHeight, devicePixelRatio } = window;
  const lines = Object.entries(summary).map(([name, value]) => `${name}\t${rounded(value)}`);
  return [
    `measured_at\t${new Date().toISOString()}`,
    `window_px\t${innerWidth} x ${innerHeight}`,
    `device_pixel_ratio\t${devicePixelRatio}`,
    ...lines,
    "",
    "onset_ms\tplanned_ms\tshown_ms\terror_ms\tn_dropped_frames",
    ...exposures.map((one) =>
      [one.onset_ms, one.planned_ms, one.shown_ms, one.shown_ms - one.planned_ms]
        .map(rounded)
        .concat(String(one.n_dropped_frames))
        .join("\t"),
    ),
  ].join("\n");
}

/** @param {number} value */
function rounded(value) {
  return String(Math.round(value * 1000) / 1000);
}

/** @param {string} name @param {number} value */
function inWords(name, value) {
  if (name.startsWith("share_")) return `${(100 * value).toFixed(1)} %`;
  return name.startsWith("n") || name === "planned_ms" ? String(value) : value.toFixed(2);
}

/**
 * @param {string} selector
 * @returns {HTMLElement}
 */
function find(selector) {
  const element = document.querySelector(selector);
  if (!(element instanceof HTMLElement)) throw new Error(`presenter_check.html has no ${selector}`);
  return element;
}

/** @param {FormData} wanted */
async function run(wanted) {
  const nPairs = Number(wanted.get("count")) / 2;
  let nHidden = 0;
  const onHidden = () => (nHidden += Number(document.hidden));
  document.addEventListener("visibilitychange", onHidden);
  find("[data-all]").textContent = String(2 * nPairs);
  find("[data-done]").textContent = "0";
  const patterns = find("[data-patterns]");
  for (const part of [find("[data-state]"), patterns]) part.hidden = false;
  for (const part of [find("[data-form]"), find("[data-result]")]) part.hidden = true;
  patterns.scrollIntoView({ block: "nearest" });
  const presentations = await measure(
    Number(wanted.get("duration")),
    nPairs,
    new Presenter(new Patterns(patterns)),
    (nDone) => (find("[data-done]").textContent = String(nDone)),
  );
  document.removeEventListener("visibilitychange", onHidden);
  showResult(presentations, nHidden > 0);
}

/**
 * @param {Presentation[]} presentations
 * @param {boolean} wasHidden
 */
function showResult(presentations, wasHidden) {
  const exposures = presentations.flatMap(({ exposures: { left, right } }) =>
    [left, right].sort((a, b) => a.onset_ms - b.onset_ms),
  );
  const last = presentations[presentations.length - 1];
  const summary = {
    ...sumUp(exposures, last.frame_interval_ms),
    max_frame_interval_ms: Math.max(...presentations.map((one) => one.max_frame_interval_ms)),
  };
  for (const [name, value] of Object.entries(summary)) {
    find(`[data-value="${name}"]`).textContent = inWords(name, value);
  }
  const text = /** @type {HTMLTextAreaElement} */ (find("[data-text]"));
  text.value = asText(summary, exposures);
  find("[data-disturbed]").hidden = !wasHidden;
  for (const part of [find("[data-state]"), find("[data-patterns]")]) part.hidden = true;
  for (const part of [find("[data-form]"), find("[data-result]")]) part.hidden = false;
}

function start() {
  const form = /** @type {HTMLFormElement} */ (find("[data-form]"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void run(new FormData(form));
  });
  find("[data-copy]").addEventListener("click", async () => {
    const text = /** @type {HTMLTextAreaElement} */ (find("[data-text]"));
    text.select();
    // where pages may not write to the clipboard, the text is selected for Ctrl and C
    await navigator.clipboard?.writeText(text.value).then(
      () => (find("[data-copied]").hidden = false),
      () => undefined,
    );
  });
}

start();
