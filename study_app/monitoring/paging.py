"""Cut a long list into pages. Pure.

Place on the data's path: participants and contact sheet show a page at a time.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class PageCut:
    """Which part of a list a page shows.

    Attributes:
        number: of the page, from 1.
        n_pages: how many there are, 1 at least.
        start: place of its first item, from 0.
        stop: place after its last item.
    """

    number: int
    n_pages: int
    start: int
    stop: int


def cut_page(number: int, n_items: int, length: int) -> PageCut:
    """Give the page of a number, or the nearest that exists.

    Args:
        number: asked for, from 1; any.
        n_items: in the whole list.
        length: of a page.
    """
    n_pages = max(1, -(-n_items // length))
    number = min(max(1, number), n_pages)
    start = (number - 1) * length
    return PageCut(number, n_pages, start, min(start + length, n_items))
