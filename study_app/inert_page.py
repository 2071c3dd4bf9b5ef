"""Make a participant's page one that can be looked at only: no form leaves, no link leads astray.

Pure. Place on the data's path: beside it; the preview shows the pages of a study through this. What
is no form, link or picture stays as it is, byte for byte.
"""

from collections.abc import Callable
from html import escape
from html.parser import HTMLParser

Attributes = list[tuple[str, str | None]]

# Of a form: where it goes, and what lets a script send it by itself.
OF_SENDING = ("action", "method", "data-next-person")
ADDRESS_OF = {"a": "href", "img": "src"}


def make_inert(page: str, address_of: Callable[[str], str | None]) -> str:
    """Take from a page what would send or lead anywhere.

    Args:
        page: HTML.
        address_of: gives the address to be used for one that stands in the page; None for none.

    Returns:
        The page; its buttons do nothing, its links lead where they may or nowhere.
    """
    parser = _InertPage(address_of)
    parser.feed(page)
    parser.close()
    return "".join(parser.parts)


class _InertPage(HTMLParser):
    def __init__(self, address_of: Callable[[str], str | None]) -> None:
        super().__init__(convert_charrefs=False)
        self.parts: list[str] = []
        self._address_of = address_of

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        """Write a tag, changed where it would send or lead anywhere."""
        changed = self._changed(tag, attrs)
        self.parts.append(
            self.get_starttag_text() or "" if changed == attrs else _tag(tag, changed)
        )

    def handle_startendtag(self, tag: str, attrs: Attributes) -> None:
        """Write a tag that has no content."""
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        """Write the end of an element."""
        self.parts.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        """Write text as it is."""
        self.parts.append(data)

    def handle_entityref(self, name: str) -> None:
        """Write a named character as it is."""
        self.parts.append(f"&{name};")

    def handle_charref(self, name: str) -> None:
        """Write a numbered character as it is."""
        self.parts.append(f"&#{name};")

    def handle_decl(self, decl: str) -> None:
        """Write the kind of document as it is."""
        self.parts.append(f"<!{decl}>")

    def _changed(self, tag: str, attrs: Attributes) -> Attributes:
        if tag == "form":
            return [(name, value) for name, value in attrs if name not in OF_SENDING]
        if tag in ("button", "input"):
            return [
                (name, "button" if (name, value) == ("type", "submit") else value)
                for name, value in attrs
                if name not in ("formaction", "formmethod")
            ]
        if tag in ADDRESS_OF:
            return self._led(attrs, ADDRESS_OF[tag])
        return attrs

    def _led(self, attrs: Attributes, name: str) -> Attributes:
        given = dict(attrs).get(name)
        if given is None:
            return attrs
        address = self._address_of(given)
        if address is None:
            rest = [(other, value) for other, value in attrs if other != name]
            return [*rest, ("role", "link"), ("aria-disabled", "true")] if name == "href" else rest
        return [(other, address if other == name else value) for other, value in attrs]


def _tag(tag: str, attrs: Attributes) -> str:
    written = (name if value is None else f'{name}="{escape(value)}"' for name, value in attrs)
    return f"<{' '.join((tag, *written))}>"
