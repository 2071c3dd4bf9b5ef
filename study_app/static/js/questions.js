/**
 * Entry of questions.html: what was typed stays when the page is read in another language.
 *
 * Place: the answers leave the page for the time between the click on a language and the page in
 * it, in this tab only.
 */

const STORAGE_KEY = "colorization-turing-test:typed";
const TOKEN = "csrf_token";

/** @param {HTMLFormElement} form */
function keep(form) {
  const typed = [...new FormData(form)].filter(([name]) => name !== TOKEN);
  sessionStorage.setItem(STORAGE_KEY, JSON.stringify(typed));
}

/** @param {HTMLFormElement} form */
function putBack(form) {
  const typed = JSON.parse(sessionStorage.getItem(STORAGE_KEY) ?? "[]");
  sessionStorage.removeItem(STORAGE_KEY);
  for (const [name, value] of typed) {
    const field = form.elements.namedItem(name);
    if (field instanceof RadioNodeList || field instanceof HTMLTextAreaElement) field.value = value;
  }
}

const form = document.querySelector("form[data-questions]");
if (form instanceof HTMLFormElement) {
  try {
    putBack(form);
    for (const link of document.querySelectorAll(".languages a"))
      link.addEventListener("click", () => keep(form));
  } catch {
    // a browser that forbids storage asks again
  }
}
