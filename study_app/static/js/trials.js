/**
 * Entry of trials.html: builds the parts from the page and starts the flow.
 *
 * Place: the only module with work at load time.
 */

import { Api } from "./api.js";
import { Disturbances } from "./disturbances.js";
import { Flow } from "./flow.js";
import { Outbox, openMemory, openStore } from "./outbox.js";
import { Panels } from "./panels.js";
import { Presenter } from "./presenter.js";
import { Progress } from "./progress.js";
import { Stage } from "./stage.js";
import { Starter } from "./starter.js";

/**
 * @param {string} selector
 * @returns {HTMLElement}
 */
function find(selector) {
  const element = document.querySelector(selector);
  if (!(element instanceof HTMLElement)) throw new Error(`trials.html has no ${selector}`);
  return element;
}

/** @param {number} ms @returns {Promise<void>} */
function wait(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/**
 * Waits, but not longer than until the browser is online again.
 * @param {number} ms
 * @returns {Promise<void>}
 */
function waitOrOnline(ms) {
  const online = new Promise((resolve) => {
    window.addEventListener("online", resolve, { once: true });
  });
  return Promise.race([wait(ms), online]).then(() => undefined);
}

/** A key held down must not press the next button that gets the focus. */
function ignoreHeldKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.repeat && (event.key === "Enter" || event.key === " ")) event.preventDefault();
  });
}

function start() {
  const page = find("[data-trials]");
  const token = document.querySelector('meta[name="csrf-token"]')?.getAttribute("content") ?? "";
  const { nextUrl = "", startUrl = "", responseUrl = "" } = page.dataset;
  const api = new Api({ nextUrl, startUrl, responseUrl, pageUrl: location.pathname, token });
  const offline = find("[data-offline]");
  const outbox = new Outbox({
    post: ({ trial_key, page_key, body }) => api.postResponse(trial_key, body, page_key),
    store: "forgets" in page.dataset ? openMemory() : openStore(),
    wait: waitOrOnline,
    onWaiting: (isWaiting) => (offline.hidden = !isWaiting),
  });
  const waiting = find("[data-waiting]");
  const starter = new Starter({
    post: (trialKey, pageKey) => api.startTrial(trialKey, pageKey),
    wait: waitOrOnline,
    onWaiting: (isWaiting) => (waiting.hidden = !isWaiting),
  });
  const stage = new Stage(find("[data-stage]"));
  const flow = new Flow({
    api,
    outbox,
    presenter: new Presenter(stage),
    stage,
    panels: new Panels(page),
    progress: new Progress(find("[data-progress]")),
    disturbances: new Disturbances(),
    starter,
    nextPair: /** @type {HTMLButtonElement} */ (find("[data-next-pair]")),
    wait,
  });
  ignoreHeldKeys();
  return flow.run();
}

void start();
