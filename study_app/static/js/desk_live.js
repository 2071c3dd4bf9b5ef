/**
 * Keeps a part of a page of the desk up to date while somebody looks at it.
 *
 * Place: an element with data-live (where its content comes from) and data-every-s. Only what has
 * changed is changed, so that focus, selection and scrolling stay; nothing moves or blinks. Without
 * this script the page has a link that loads it again; with it the link is shown only in trouble.
 */

const MS_PER_S = 1000;

/**
 * Make an element like another one, touching only what differs.
 * @param {Element} old
 * @param {Element} fresh
 */
export function morph(old, fresh) {
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  morphChildren(old, fresh);
}

/**
 * Make the content of an element like that of another one.
 * @param {Element} old
 * @param {Element | DocumentFragment} fresh
 */
export function morphChildren(old, fresh) {
  const before = [...old.childNodes].filter(hasContent);
  const after = [...fresh.childNodes].filter(hasContent);
  after.forEach((node, place) => {
    const there = before[place];
    if (!there) old.append(node);
    else if (!isSameKind(there, node)) there.replaceWith(node);
    else if (there instanceof Element && node instanceof Element) morph(there, node);
    else if (there.nodeValue !== node.nodeValue) there.nodeValue = node.nodeValue;
  });
  for (const node of before.slice(after.length)) node.remove();
}

/**
 * Whether a node is more than the space between two others, which may be missing on one side.
 * @param {Node} node
 */
function hasContent(node) {
  return !(node instanceof Text) || node.data.trim() !== "";
}

/**
 * @param {Node} one
 * @param {Node} other
 */
function isSameKind(one, other) {
  return one.nodeType === other.nodeType && one.nodeName === other.nodeName;
}

/** Fetches again and again while the page is visible. */
class Live {
  #element;
  #note;
  #timer = 0;
  #isFetching = false;

  /**
   * @param {HTMLElement} element
   * @param {HTMLElement | null} note shown while nothing can be fetched.
   */
  constructor(element, note) {
    this.#element = element;
    this.#note = note;
  }

  start() {
    this.#tell(true);
    this.#wait();
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) clearTimeout(this.#timer);
      else this.#refresh();
    });
  }

  #wait() {
    clearTimeout(this.#timer);
    const everyMs = Number(this.#element.dataset.everyS) * MS_PER_S;
    this.#timer = setTimeout(() => this.#refresh(), everyMs);
  }

  async #refresh() {
    if (document.hidden || this.#isFetching) return;
    this.#isFetching = true;
    this.#tell(await this.#fetch().catch(() => false));
    this.#isFetching = false;
    this.#wait();
  }

  /** @returns {Promise<boolean>} whether what is shown is what is. */
  async #fetch() {
    const response = await fetch(/** @type {string} */ (this.#element.dataset.live), {
      // Who is not logged in any more is not led to the door unseen.
      redirect: "error",
    });
    if (!response.ok) return false;
    const template = document.createElement("template");
    template.innerHTML = (await response.text()).trim();
    morphChildren(this.#element, template.content);
    return true;
  }

  /** @param {boolean} isFresh */
  #tell(isFresh) {
    if (this.#note) this.#note.hidden = isFresh;
  }
}

for (const element of document.querySelectorAll("[data-live]")) {
  const note = document.querySelector("[data-live-note]");
  new Live(/** @type {HTMLElement} */ (element), /** @type {HTMLElement | null} */ (note)).start();
}
