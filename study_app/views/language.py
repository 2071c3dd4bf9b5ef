"""The language of a page: chosen by a link, kept in the cookie, else the browser's, else the first.

A link adds ``?language=CODE`` to the address it stands on, so the place is kept; such an address
may be given out as an invitation as well.
"""

from typing import Any
from urllib.parse import urlencode

import flask
from flask import request

from study_app.catalog import file_of
from study_app.extensions import babel, db
from study_app.languages import language_tag, record_language, text_direction
from study_app.study_tables import LANGUAGES
from study_app.views import cookie
from study_app.views.desk_paths import is_desk
from study_app.wording import words_of

LANGUAGE = "language"
DESK_LANGUAGE = "en"


def register_languages(app: flask.Flask) -> None:
    """Translate every page, and let it know its language and the others."""
    babel.init_app(app, locale_selector=page_language)
    app.before_request(_take_choice)
    app.context_processor(_add_language)


def page_language() -> str:
    """Give the code of the language of this page: of those offered, what is wanted most."""
    offered = _offered()
    chosen: str | None = flask.session.get(LANGUAGE)
    if chosen in offered:
        return chosen
    wanted = (value.partition("-")[0].lower() for value, q in request.accept_languages if q)
    return next((code for code in wanted if code in offered), offered[0])


def remember_language() -> str:
    """Keep the language of this page for all that follow; gives its code."""
    flask.session[LANGUAGE] = code = page_language()
    return code


def forget_language() -> None:
    """Take the browser's language again, for the next person on the same machine."""
    flask.session.pop(LANGUAGE, None)


def _offered() -> tuple[str, ...]:
    """Give the languages of the study, or all where a page is about none; the desk has one."""
    study = flask.g.get("study")
    if study is None and is_desk():
        return (DESK_LANGUAGE,)
    return file_of(study).languages.offered if study else tuple(LANGUAGES)


def _take_choice() -> None:
    code = request.args.get(LANGUAGE)
    if code not in LANGUAGES:
        return
    flask.session[LANGUAGE] = code
    study_session_code = cookie.current_code()
    if study_session_code is not None:
        record_language(db.session(), study_session_code, code)


def _add_language() -> dict[str, Any]:
    code = page_language()
    study = flask.g.get("study")
    return {
        "page_language": language_tag(code),
        "text_direction": text_direction(code),
        "language_links": _links(code),
        "language_tag": language_tag,
        "wording": words_of(file_of(study), code) if study else None,
    }


def _links(current: str) -> list[dict[str, Any]]:
    """Give one link for each language offered, none where there is no choice."""
    offered = _offered()
    if len(offered) == 1:
        return []
    given = {name: value for name, value in request.args.items() if name != LANGUAGE}
    return [
        {
            "name": LANGUAGES[code],
            "tag": language_tag(code),
            "url": f"?{urlencode({**given, LANGUAGE: code})}",
            "is_current": code == current,
        }
        for code in offered
    ]
