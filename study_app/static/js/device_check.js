/**
 * Measures the window, the screen and the browser, says what to change, and looks again.
 *
 * Place: entry of screening_device.html, which has all words; the server judges the same measures
 * again (device_report.py). Nothing that names the device is read: no user agent.
 */

import { openStore } from "./outbox.js";
import { FrameMeter } from "./timing.js";

/** @typedef {"window" | "zoom" | "browser"} Problem */

/** How long frames are watched. */
const WATCH_MS = 500;
const ZOOM_TOLERANCE = 0.01;
/** The ground of neutral.css, as browsers tell it. */
const GROUND = "rgb(119, 119, 119)";

/**
 * Gives the names that the browser does not know.
 * @param {string[]} names such as "crypto.getRandomValues".
 * @returns {string[]}
 */
export function missingFeatures(names) {
  return names.filter((name) => {
    /** @type {any} */
    let found = globalThis;
    for (const part of name.split(".")) found = found?.[part];
    return found === undefined;
  });
}

/**
 * Says whether a window is at least as large as one of some sizes.
 * @param {number} width CSS px.
 * @param {number} height CSS px.
 * @param {string} sizes such as "580x304 292x564".
 * @returns {boolean}
 */
export function hasRoom(width, height, sizes) {
  return sizes.split(" ").some((size) => {
    const [wantedWidth, wantedHeight] = size.split("x").map(Number);
    return width >= wantedWidth && height >= wantedHeight;
  });
}

/** @param {string} query @returns {boolean} */
function matches(query) {
  return window.matchMedia(query).matches;
}

/** @returns {"rec2020" | "p3" | "srgb" | "unknown"} the widest range of colours claimed. */
function colourGamut() {
  if (matches("(color-gamut: rec2020)")) return "rec2020";
  if (matches("(color-gamut: p3)")) return "p3";
  return matches("(color-gamut: srgb)") ? "srgb" : "unknown";
}

/** @returns {"fine" | "coarse" | "none"} */
function pointer() {
  if (matches("(pointer: fine)")) return "fine";
  return matches("(pointer: coarse)") ? "coarse" : "none";
}

/** @returns {boolean} whether something else than this study chose the colours of the page. */
function areColoursChanged() {
  const { backgroundColor, filter } = getComputedStyle(document.documentElement);
  const isFiltered = filter !== "none" || getComputedStyle(document.body).filter !== "none";
  return isFiltered || (backgroundColor !== GROUND && !matches("(forced-colors: active)"));
}

/**
 * Watches frames go by while the page can be seen.
 * @returns {Promise<number>} the median time between two of them, ms.
 */
export function measureFrameInterval() {
  const meter = new FrameMeter();
  /** @type {number | null} */
  let begin = null;
  return new Promise((resolve) => {
    const tick = (/** @type {number} */ stamp) => {
      begin ??= stamp;
      meter.tick(stamp);
      if (stamp - begin >= WATCH_MS) resolve(meter.intervalMs);
      else requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  });
}

/**
 * Measures all but the frames; the names are those of device_report.py.
 * @param {string[]} features that the study needs.
 */
export function measure(features) {
  return {
    screen_width_px: screen.width,
    screen_height_px: screen.height,
    window_width_px: window.innerWidth,
    window_height_px: window.innerHeight,
    device_pixel_ratio: window.devicePixelRatio,
    zoom: window.visualViewport?.scale ?? 1,
    colour_depth: screen.colorDepth,
    colour_gamut: colourGamut(),
    pointer: pointer(),
    missing_features: missingFeatures(features),
    forced_colours: matches("(forced-colors: active)"),
    inverted_colours: matches("(inverted-colors: inverted)"),
    colours_changed: areColoursChanged(),
    keeps_answers: openStore() instanceof Storage,
  };
}

/** The page: what it shows of the measures. */
class DeviceCheck {
  #root;
  #sizes;
  #features;
  #frameIntervalMs = 0;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.#root = root;
    this.#sizes = root.dataset.sizes ?? "";
    this.#features = (root.dataset.features ?? "").split(" ");
  }

  async run() {
    const lacks = missingFeatures(["requestAnimationFrame"]).length > 0;
    this.#frameIntervalMs = lacks ? 1000 : await measureFrameInterval();
    this.#look();
    const again = () => this.#look();
    window.addEventListener("resize", again);
    window.visualViewport?.addEventListener("resize", again);
    for (const query of ["(forced-colors: active)", "(inverted-colors: inverted)"])
      window.matchMedia(query).addEventListener("change", again);
  }

  /** Measures, and shows what that means. */
  #look() {
    const measures = { ...measure(this.#features), frame_interval_ms: this.#frameIntervalMs };
    /** @type {Record<Problem, boolean>} */
    const problems = {
      window: !hasRoom(measures.window_width_px, measures.window_height_px, this.#sizes),
      zoom: Math.abs(measures.zoom - 1) > ZOOM_TOLERANCE,
      browser: measures.missing_features.length > 0,
    };
    const isFit = !Object.values(problems).includes(true);
    this.#show("data-state", { ready: isFit, waiting: !isFit, measuring: false });
    this.#show("data-problem", problems);
    this.#show("data-hint", {
      forced_colours: measures.forced_colours,
      inverted_colours: measures.inverted_colours,
      colours_changed: measures.colours_changed,
      keeps_answers: !measures.keeps_answers,
    });
    this.#toggle("[data-continue]", isFit);
    this.#toggle("[data-cannot]", !isFit);
    const size = `${measures.window_width_px} × ${measures.window_height_px}`;
    for (const place of document.querySelectorAll("[data-window-size]")) place.textContent = size;
    for (const field of document.querySelectorAll('input[name="measures"]'))
      /** @type {HTMLInputElement} */ (field).value = JSON.stringify(measures);
  }

  /**
   * @param {string} attribute
   * @param {Record<string, boolean>} visible by value of the attribute.
   */
  #show(attribute, visible) {
    for (const [name, isVisible] of Object.entries(visible))
      this.#toggle(`[${attribute}="${name}"]`, isVisible);
  }

  /** @param {string} selector @param {boolean} isVisible */
  #toggle(selector, isVisible) {
    const element = this.#root.querySelector(selector) ?? document.querySelector(selector);
    if (element instanceof HTMLElement && element.hidden === isVisible) element.hidden = !isVisible;
  }
}

const root = document.querySelector("[data-device-check]");
if (root instanceof HTMLElement) void new DeviceCheck(root).run();
