"""Every text of the pages is translated into every language, and says the same in it."""

import ast
import inspect
import re
from functools import cache
from pathlib import Path

import pytest
from babel.messages import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from study_app import errors
from study_app.study_tables import LANGUAGES
from tests.conftest import ROOT

TRANSLATIONS = ROOT / "study_app" / "translations"
TRANSLATED = sorted(set(LANGUAGES) - {"en"})
KEYWORDS = DEFAULT_KEYWORDS | {"lazy_gettext": None}

# Seen in a terminal, or in the log only.
FOR_RESEARCHERS = {"SetChanged", "StudyChanged", "WrongState", "UnknownParticipant", "StudyError"}

PLACEHOLDER = re.compile(r"%\((\w+)\)[a-z]")
SAID_IN_A_TERMINAL = re.compile(r"study-app |--\w")
TAG = re.compile(r"<[^>]*>")


def read_catalogue(language: str) -> Catalog:
    with _path(language, "po").open("rb") as file:
        return read_po(file, locale=language)


@cache
def extracted() -> frozenset[str | tuple[str, str]]:
    """Give every text to be translated; a pair of texts where there is a plural."""
    with (ROOT / "babel.cfg").open() as file:
        mapping, options = parse_mapping_cfg(file)
    found = extract_from_dir(str(ROOT / "study_app"), mapping, options, keywords=KEYWORDS)
    return frozenset(_key(text) for _file, _line, text, _comments, _context in found)


def messages(catalogue: Catalog) -> dict[str | tuple[str, str], tuple[str, ...]]:
    return {_key(message.id): _forms(message) for message in catalogue if message.id}


def test_there_is_a_catalogue_for_each_language():
    assert sorted(path.name for path in TRANSLATIONS.iterdir() if path.is_dir()) == TRANSLATED


def test_the_texts_of_templates_views_and_errors_are_found():
    texts = extracted()

    assert "Stop and withdraw" in texts
    assert "Please choose one of the two." in texts
    assert "There is no such study here" in texts
    assert ("%(num)s pair", "%(num)s pairs") in texts


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_is_translated_and_none_is_left_over(language):
    done = messages(read_catalogue(language))

    assert sorted(map(str, extracted() - set(done))) == [], "new texts; see babel.cfg"
    assert sorted(map(str, set(done) - extracted())) == [], "texts that are said no more"
    assert [text for text, forms in done.items() if not all(forms)] == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_translation_is_a_guess(language):
    catalogue = read_catalogue(language)

    assert [message.id for message in catalogue if message.id and message.fuzzy] == []
    assert list(catalogue.check()) == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_values_and_markup_are_those_of_the_english_text(language):
    for text, forms in messages(read_catalogue(language)).items():
        english = text if isinstance(text, tuple) else (text,)
        for form in forms:
            assert _values(form) in [_values(one) for one in english], form
            assert sorted(TAG.findall(form)) == sorted(TAG.findall(english[-1])), form


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_translation_can_break_out_of_an_attribute(language):
    """Texts stand in attributes too, between straight quotes."""
    for forms in messages(read_catalogue(language)).values():
        assert [form for form in forms if '"' in TAG.sub("", form)] == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_compiled_catalogue_is_that_of_the_text(language):
    with _path(language, "mo").open("rb") as file:
        compiled = read_mo(file)

    assert messages(compiled) == messages(read_catalogue(language))


@pytest.mark.parametrize("language", TRANSLATED)
def test_translations_end_as_the_english_texts_do(language):
    """A sentence stays a sentence, a question a question, a label a label."""
    for text, forms in messages(read_catalogue(language)).items():
        english = text[-1] if isinstance(text, tuple) else text
        assert {_ending(form) for form in forms} == {_ending(english)}, (english, forms)


def _path(language: str, ending: str) -> Path:
    return TRANSLATIONS / language / "LC_MESSAGES" / f"messages.{ending}"


def _key(text: str | list[str] | tuple[str, ...]) -> str | tuple[str, str]:
    return text if isinstance(text, str) else (text[0], text[1])


def _forms(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string)


def _values(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text))


def _ending(text: str) -> str:
    last = TAG.sub("", text).strip()[-1:]
    return {"。": ".", "？": "?", "：": ":"}.get(last, last if last in ".?:" else "")


def test_every_refusal_that_is_shown_to_participants_is_marked():
    """An error is shown on a page when it has a title of its own."""
    shown = {
        name
        for name, found in vars(errors).items()
        if inspect.isclass(found)
        and issubclass(found, errors.StudyError)
        and not issubclass(found, errors.DeskError)
        and ("title" in vars(found) or found.status in (403, 404, 409))
    } - FOR_RESEARCHERS
    raised = [
        (path.name, node.lineno, node.exc.args[0])
        for path in sorted((ROOT / "study_app").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and node.exc.args
        if getattr(node.exc.func, "id", "") in shown
    ]

    unmarked = [
        (name, line, ast.unparse(said))
        for name, line, said in raised
        if not _is_marked(said) and not SAID_IN_A_TERMINAL.search(ast.unparse(said))
    ]
    assert len(raised) > 15
    assert unmarked == []


def _is_marked(said: ast.expr) -> bool:
    """N_("..."), or a constant in capitals that was marked where it is written."""
    if isinstance(said, ast.Name):
        return said.id.isupper()
    return isinstance(said, ast.Call) and getattr(said.func, "id", "") == "N_"
