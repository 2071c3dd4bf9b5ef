"""Where the researcher's desk stands among the addresses of the server."""

from urllib.parse import urlsplit

import flask

DESK_PREFIX = "/desk"
HOME = DESK_PREFIX + "/"


def is_desk() -> bool:
    """Say whether a request is about the desk, also about a page that the desk does not have."""
    path = flask.request.path
    return path == DESK_PREFIX or path.startswith(HOME)


def way_on(wanted: str) -> str:
    """Give the address of the desk that somebody wanted; the desk's first page for any other.

    A login that led to any address it is given would lead to other people's servers.
    """
    inside = _is_plain(wanted) and wanted.startswith(HOME)
    return wanted if inside and ".." not in urlsplit(wanted).path.split("/") else HOME


def _is_plain(text: str) -> bool:
    """Say whether there is nothing in a text that browsers and we might read differently."""
    return text.isascii() and text.isprintable() and "\\" not in text and " " not in text
