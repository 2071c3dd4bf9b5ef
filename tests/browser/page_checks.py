"""What must be true of a page for people who see, steer or read otherwise than its makers."""

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, Request

# WCAG 2.2 A and AA, and what the makers of axe-core hold to be good practice.
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

TOO_WIDE = """() => {
  const width = document.documentElement.clientWidth;
  const wide = [...document.querySelectorAll("body *")]
    .filter((e) => e.checkVisibility() && !e.closest(".visually-hidden"))
    .filter((e) => e.getBoundingClientRect().right > width + 0.5
      || e.getBoundingClientRect().left < -0.5)
    .map((e) => e.outerHTML.slice(0, 80));
  return document.documentElement.scrollWidth > width ? ["scrolls", ...wide] : wide;
}"""

MOVING = """() => [...document.querySelectorAll("*")].filter((e) => {
  const { transitionDuration, animationName } = getComputedStyle(e);
  return animationName !== "none" || transitionDuration !== "0s";
}).map((e) => e.outerHTML.slice(0, 80))"""

# One stop for each group of radio buttons: the arrow keys move within it.
CONTROLS = """() => {
  const name = (e) => e.type === "radio" ? `radio ${e.name}`
    : `${e.tagName} ${e.textContent.trim() || e.name || e.id}`;
  window.nameOfControl = name;
  const all = [...document.querySelectorAll("a[href], button, input, select, textarea, summary")];
  const usable = all.filter((e) => e.checkVisibility({ visibilityProperty: true }) && !e.disabled);
  return [...new Set(usable.map(name))];
}"""
FOCUSED = """() => {
  const { activeElement: e } = document;
  const { outlineStyle, outlineWidth } = getComputedStyle(e);
  const name = e === document.body ? null : window.nameOfControl(e);
  return { name, isSeen: outlineStyle !== "none" && outlineWidth !== "0px" };
}"""


def asked_by_pages(page: Page) -> list[str]:
    """Give a list that grows with each request of the page, or of its scripts, from now on.

    The icon is left out: the browser fetches it when it likes.
    """
    asked: list[str] = []

    def note(request: Request) -> None:
        if not request.url.endswith("/favicon.svg"):
            asked.append(f"{request.method} {request.url}")

    page.on("request", note)
    return asked


def axe_violations(page: Page, rules: list[str] | None = None) -> list[str]:
    """Give what axe-core finds on the page as it stands, one line for each element.

    Args:
        page: where axe-core may have been loaded already.
        rules: names of rules of axe-core; all that bear one of ``AXE_TAGS`` if None.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    chosen = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": AXE_TAGS}
    options = {"resultTypes": ["violations"], "runOnly": chosen}
    result: dict[str, Any] = page.evaluate("(options) => axe.run(options)", options)
    found: list[dict[str, Any]] = result["violations"]
    return [
        f"{violation['id']}: {node['html'][:120]} {node['failureSummary'][:200]}"
        for violation in found
        for node in violation["nodes"]
    ]


def unreached_controls(page: Page) -> list[str]:
    """Press Tab through the page; gives the controls that were not reached or whose focus hides."""
    controls = page.evaluate(CONTROLS)
    reached = {}
    page.evaluate("document.activeElement.blur()")
    for _ in range(len(controls) + 1):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        reached[focused["name"]] = focused["isSeen"]
    return [name for name in controls if not reached.get(name)]


def troubles(page: Page) -> list[str]:
    """Give all that is wrong with the page as it stands; steps on its controls."""
    return [
        *axe_violations(page),
        *(f"too wide: {found}" for found in page.evaluate(TOO_WIDE)),
        *(f"moves: {found}" for found in page.evaluate(MOVING)),
        *(f"not reached by keyboard: {name}" for name in unreached_controls(page)),
    ]
