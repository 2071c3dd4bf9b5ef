"""The words of a participant's page, in their order: what a reader meets, without its looks. Pure.

Place on the data's path: beside it. ``study_flow.py`` prints the words for who has to approve a
study; whatever a page may show at some moment is among them, hidden or not.
"""

from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Literal

Kind = Literal["heading", "text", "item", "button", "choice", "field", "picture"]
Attributes = list[tuple[str, str | None]]

SKIPPED = frozenset({"script", "style", "template", "head", "footer", "nav"})
VOID = frozenset({"br", "hr", "img", "input", "link", "meta", "path", "rect", "circle", "line"})
BLOCKS: dict[str, Kind] = {
    "h1": "heading",
    "h2": "heading",
    "h3": "heading",
    "h4": "heading",
    "li": "item",
    "button": "button",
    "summary": "button",
    "dt": "heading",
    **dict.fromkeys(
        (
            *("p", "div", "section", "main", "figure", "figcaption", "legend", "label"),
            *("td", "th", "dd"),
        ),
        "text",
    ),
}
# Galleries are pictures and their captions only; what else stands twice is said in another way.
GALLERIES = frozenset({"gallery", "all-pairs"})
GALLERY = "pairs of pictures"
SAID_TWICE = frozenset({"when-stacked"})
# What a script fills in.
FILLED_IN = frozenset({"data-value", "data-number", "data-of"})
GAP = "…"
# Words that the page's own script shows at their moment.
SPOKEN = ("data-right", "data-wrong", "data-original", "data-false-colours")
BUTTON_CLASS = "button"


@dataclass(frozen=True)
class Words:
    """A piece of a page.

    Attributes:
        kind: what it is; a field has the words that label it, a picture those that describe it.
        text: in one line.
    """

    kind: Kind
    text: str


def words_of_page(page: str) -> list[Words]:
    """Give the words of a page.

    Args:
        page: HTML.
    """
    parser = _PageWords()
    parser.feed(page)
    parser.close()
    parser.end_piece()
    return parser.found


class _PageWords(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Words] = []
        self._open: list[tuple[str, Kind | None]] = []
        self._kinds: list[Kind] = ["text"]
        self._skipped_in = 0
        self._piece: list[str] = []

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        """Begin a piece, or skip what is no text."""
        given = dict(attrs)
        if tag in VOID:
            self._add_void(tag, given)
            return
        if not self._skipped_in:
            self._add("picture", _pictured(tag, given))
        skips = self._skipped_in > 0 or _is_skipped(tag, given)
        kind = _kind_of(tag, given)
        if skips:
            self._skipped_in += 1
        elif kind is not None:
            self.end_piece()
            self._kinds.append(kind)
        self._open.append((tag, None if skips else kind))
        if not skips:
            self._add_spoken(tag, given)

    def handle_endtag(self, tag: str) -> None:
        """End a piece."""
        if tag in VOID or tag not in (name for name, _ in self._open):
            return
        while self._open:
            name, kind = self._open.pop()
            if self._skipped_in:
                self._skipped_in -= 1
            elif kind is not None:
                self.end_piece()
                self._kinds.pop()
            if name == tag:
                return

    def handle_data(self, data: str) -> None:
        """Take words up."""
        if not self._skipped_in:
            self._piece.append(data)

    def end_piece(self) -> None:
        """Put the words taken up so far down as one piece."""
        text = " ".join("".join(self._piece).split())
        self._piece = []
        if text:
            self.found.append(Words(self._kinds[-1], text))

    def _add(self, kind: Kind, text: str) -> None:
        if text.strip():
            self.end_piece()
            self.found.append(Words(kind, " ".join(text.split())))

    def _add_void(self, tag: str, given: dict[str, str | None]) -> None:
        if self._skipped_in:
            return
        if tag == "img":
            self._add("picture", given.get("alt") or "")
        elif tag == "br":
            self._piece.append(" ")
        elif tag == "input" and given.get("type") in ("radio", "checkbox"):
            self._kinds[-1] = "choice"  # of the label around it

    def _add_spoken(self, tag: str, given: dict[str, str | None]) -> None:
        for name in SPOKEN:
            self._add("text", given.get(name) or "")
        if tag == "textarea":
            self._add("field", GAP)
        if tag == "span" and FILLED_IN & set(given):
            self._piece.append(GAP)


def _kind_of(tag: str, given: dict[str, str | None]) -> Kind | None:
    if tag == "a" and BUTTON_CLASS in _classes(given):
        return "button"
    return BLOCKS.get(tag)


def _pictured(tag: str, given: dict[str, str | None]) -> str:
    """Describe a drawing or a gallery; empty for what is neither."""
    if tag == "svg":
        return given.get("aria-label") or ""
    return GALLERY if GALLERIES & _classes(given) else ""


def _is_skipped(tag: str, given: dict[str, str | None]) -> bool:
    return (
        tag in SKIPPED
        or tag == "svg"
        or given.get("aria-hidden") == "true"
        or bool((GALLERIES | SAID_TWICE) & _classes(given))
    )


def _classes(given: dict[str, str | None]) -> set[str]:
    return set((given.get("class") or "").split())
