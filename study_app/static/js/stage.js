/**
 * The two places, the question with its buttons, and the practice feedback, as the page has them.
 *
 * Place: presenter.js tells it what to draw and when; flow.js gives it the decoded pair and the
 * reply to a practice answer. Words stand in trials.html; here is only what is visible, where,
 * and at what size.
 */

/** @typedef {import("./presenter.js").Side} Side */
/** @typedef {import("./pictures.js").Pair} Pair */
/** @typedef {import("./api.js").Trial} Trial */
/** @typedef {import("./api.js").Feedback} Feedback */
/** @typedef {"blank" | "question" | "answered" | "feedback"} State */

/** Between two places side by side, CSS px; the same as --gap in trials.css. */
export const GAP_PX = 32;
/** Arms of the fixation cross and their thickness, as shares of the picture. */
const CROSS_ARM = 1 / 24;
const CROSS_LINE = 1 / 96;
const CROSS_GREY = "#4a4a4a";
/** Side of one field of the mask, in pixels of the picture. */
const NOISE_FIELD_PX = 4;
/** @type {Side[]} */
export const SIDES = ["left", "right"];

/** The elements of one side. */
class Place {
  /** @param {Element} root */
  constructor(root) {
    this.root = root;
    this.canvas = /** @type {HTMLCanvasElement} */ (root.querySelector("canvas"));
    this.button = /** @type {HTMLButtonElement} */ (root.querySelector("button"));
    this.caption = /** @type {HTMLElement} */ (root.querySelector("[data-caption]"));
    this.message = /** @type {HTMLElement} */ (root.querySelector("[data-message]"));
    this.context = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d"));
  }

  /** @param {ImageBitmap} picture */
  fit(picture) {
    this.canvas.width = picture.width; // also clears it
    this.canvas.height = picture.height;
  }

  /** @param {ImageBitmap} picture */
  draw(picture) {
    this.clear();
    this.context.drawImage(picture, 0, 0);
  }

  /** A cross in the middle. */
  drawCross() {
    const { width, height } = this.canvas;
    const arm = Math.max(3, Math.round(width * CROSS_ARM));
    const line = Math.max(1, Math.round(width * CROSS_LINE));
    const [x, y] = [Math.round(width / 2), Math.round(height / 2)];
    this.context.fillStyle = CROSS_GREY;
    this.context.fillRect(x - arm, y - line, 2 * arm, 2 * line);
    this.context.fillRect(x - line, y - arm, 2 * line, 2 * arm);
  }

  /** @param {ImageData} noise */
  cover(noise) {
    this.context.putImageData(noise, 0, 0);
  }

  clear() {
    this.context.clearRect(0, 0, this.canvas.width, this.canvas.height);
  }
}

/**
 * Makes a mask: fields of chance greys.
 * @param {number} width px.
 * @param {number} height px.
 * @returns {ImageData} r = g = b, opaque.
 */
export function greyNoise(width, height) {
  const noise = new ImageData(width, height);
  const nAcross = Math.ceil(width / NOISE_FIELD_PX);
  const greys = crypto.getRandomValues(new Uint8Array(nAcross));
  for (let y = 0; y < height; y += 1) {
    if (y % NOISE_FIELD_PX === 0) crypto.getRandomValues(greys);
    for (let x = 0; x < width; x += 1) {
      const grey = greys[Math.floor(x / NOISE_FIELD_PX)];
      noise.data.set([grey, grey, grey, 255], 4 * (y * width + x));
    }
  }
  return noise;
}

/** Draws one trial after the other in the same two places. */
export class Stage {
  #root;
  #live;
  #question;
  /** @type {Record<Side, Place>} */
  #places;
  /** @type {Pair | null} */
  #pair = null;
  /** @type {ImageData | null} */
  #noise = null;
  #imageSizePx = 0;

  /** @param {HTMLElement} root the stage of trials.html. */
  constructor(root) {
    this.#root = root;
    this.#live = /** @type {HTMLElement} */ (document.querySelector("[data-live]"));
    this.#question = /** @type {HTMLElement} */ (root.querySelector("[data-question]"));
    const place = (/** @type {Side} */ side) =>
      new Place(/** @type {Element} */ (root.querySelector(`[data-side="${side}"]`)));
    this.#places = { left: place("left"), right: place("right") };
    window.addEventListener("resize", () => this.#layOut());
  }

  /** @returns {Record<Side, HTMLButtonElement>} */
  get buttons() {
    return { left: this.#places.left.button, right: this.#places.right.button };
  }

  /** Whether one place is above the other. */
  get isStacked() {
    return this.#root.hasAttribute("data-stacked");
  }

  /** Width of a picture on the page, CSS px. */
  get shownPx() {
    return this.#places.left.canvas.getBoundingClientRect().width;
  }

  /**
   * Takes the pair of the next trial; nothing of it is visible yet.
   * @param {Trial} trial
   * @param {Pair} pair
   */
  prepare(trial, pair) {
    this.#pair = pair;
    this.#noise = trial.mask === "noise" ? greyNoise(pair.left.width, pair.left.height) : null;
    this.#imageSizePx = trial.image_size_px;
    this.#root.hidden = false;
    this.#live.textContent = "";
    const { firstPicture, secondPicture } = this.#root.dataset;
    for (const side of SIDES) {
      const { canvas, button } = this.#places[side];
      const isFirst = trial.first_side === "both" ? side === "left" : side === trial.first_side;
      canvas.setAttribute("aria-label", (isFirst ? firstPicture : secondPicture) ?? "");
      button.setAttribute("aria-pressed", "false");
      this.#places[side].fit(pair[side]);
    }
    this.#layOut();
    this.#root.scrollIntoView({ block: "nearest" });
    this.blank();
  }

  /** Puts the stage away, behind a panel. */
  hide() {
    this.#root.hidden = true;
  }

  /** @param {Side[]} sides draws the pictures of these sides, and no mask beside them. */
  show(sides) {
    for (const side of SIDES) {
      if (sides.includes(side)) this.#places[side].draw(this.#pictures()[side]);
      else this.#places[side].clear();
    }
  }

  /** Draws nothing but the ground. */
  blank() {
    for (const side of SIDES) this.#places[side].clear();
    this.#setState("blank");
  }

  /** @param {Side[]} sides draws a cross in the middle of these places. */
  fixate(sides) {
    for (const side of sides) this.#places[side].drawCross();
  }

  /** @param {Side[]} sides covers these places with grey noise. */
  mask(sides) {
    for (const side of sides) if (this.#noise) this.#places[side].cover(this.#noise);
  }

  /** Draws the question and its buttons, and has it read out. */
  ask() {
    this.blank();
    this.#setState("question");
    this.#live.textContent = this.#question.textContent;
  }

  /** @param {Side} side shows that its button was taken, and that no other counts. */
  acknowledge(side) {
    this.#places[side].button.setAttribute("aria-pressed", "true");
    this.#setState("answered");
  }

  /**
   * Shows both pictures again and says which was which.
   * @param {Feedback} feedback
   * @param {Side} chosen the side that the participant called false.
   */
  showFeedback({ correct, real_side }, chosen) {
    const { right, wrong, original, falseColours } = this.#root.dataset;
    for (const side of SIDES) {
      this.#places[side].caption.textContent =
        (side === real_side ? original : falseColours) ?? "";
      this.#places[side].message.hidden = side !== chosen;
      this.#places[side].message.dataset.correct = String(correct);
    }
    const words = this.#places[chosen].message.querySelector("[data-words]");
    if (words) words.textContent = (correct ? right : wrong) ?? "";
    this.show(SIDES);
    this.#setState("feedback");
    this.#live.textContent = words?.textContent ?? "";
  }

  /** @returns {Pair} */
  #pictures() {
    if (this.#pair === null) throw new Error("a picture was asked for before a pair was there");
    return this.#pair;
  }

  /** @param {State} state */
  #setState(state) {
    this.#root.dataset.state = state;
    for (const side of SIDES) this.#places[side].button.disabled = state !== "question";
  }

  /** Side by side where both fit, one above the other where not; never wider than the window. */
  #layOut() {
    if (this.#root.hidden) return;
    const roomPx = Math.floor(this.#root.getBoundingClientRect().width);
    const sizePx = Math.min(this.#imageSizePx, roomPx);
    this.#root.style.setProperty("--image-size", `${sizePx}px`);
    this.#root.toggleAttribute("data-stacked", 2 * sizePx + GAP_PX > roomPx);
  }
}
