from dataclasses import replace

import pytest

from study_app import collected
from study_app.errors import StudyError
from study_app.study_file import parse_study_file
from study_app.study_flow import read_flow
from study_app.study_tables import Screening, StandardQuestions
from tests.study_app import factories

CONSENT = "You take part of your own free will."
OWN_TABLES = """
[wording.de]
title = "Farben"
consent = "Sie nehmen aus freien Stücken teil."
"""


def two_languages():
    text = factories.study_text(
        screening=Screening(device="check", colour_vision="screen-out", display="record"),
        questions=StandardQuestions(("display", "strategy")),
    )
    return text.replace('offered = ["en"]', 'offered = ["en", "de"]') + OWN_TABLES


@pytest.fixture(scope="module", params=["en", "de"])
def flow(request):
    source = two_languages()
    return read_flow(parse_study_file(source), source, request.param)


def said(flow, title):
    (page,) = (page for page in flow.pages if page.title == title)
    return " ".join(words.text for words in page.words)


def test_the_pages_come_in_the_order_of_the_way(flow):
    titles = [page.title for page in flow.pages]

    wanted = ["Invitation", "Consent", "Screen and browser", "Instructions", "Questions", "Debrief"]
    assert [title for title in titles if title in wanted] == wanted


def test_the_consent_stands_whole_in_the_pages_own_language(flow):
    study_file = flow.study_file
    texts = {"en": study_file.consent.text, "de": study_file.wording["de"].consent}

    found = said(flow, "Consent")

    for paragraph in texts[flow.language].split("\n\n"):
        assert " ".join(paragraph.split()) in found
    assert ("einverstanden" in found) == (flow.language == "de")


def test_the_pairs_stand_there_once_with_the_words_of_rare_moments(flow):
    pairs = [page for page in flow.pages if page.title.startswith("The pairs")]

    (page,) = pairs
    assert len(page.words) > 30


def test_what_is_stored_is_what_the_consent_lists(flow):
    consent = said(flow, "Consent")

    assert flow.stored
    assert all(sentence in consent for sentence, _ in flow.stored)
    assert len(flow.stored) == sum(item.applies(flow.study_file) for item in collected.COLLECTED)


def test_every_moment_is_told(flow):
    moments = {moment for _, moment in flow.stored}

    assert moments == {
        "when they agree",
        "at each check",
        "planned when they agree, then at each pair",
        "at each pair",
        "with the questions",
        "as they go on",
    }


def test_a_study_of_little_has_fewer_pages(flow):
    source = factories.study_text()
    plain = read_flow(parse_study_file(source), source, "en")

    titles = {page.title for page in plain.pages}

    assert {"Invitation", "Consent", "Debrief"} <= titles
    assert not {"Screen and browser", "Questions", "Who does not pass"} & titles
    assert len(plain.pages) < len(flow.pages)
    assert CONSENT in said(plain, "Consent")


def test_a_set_that_does_not_fit_is_refused(tmp_path):
    source = factories.study_text()
    too_small = factories.build_set(tmp_path / "set", 4)

    with pytest.raises(StudyError, match="photo"):
        read_flow(parse_study_file(source), source, "en", [too_small])


def test_what_is_fooled_by_name_cannot_break_the_page():
    source = factories.study_text()
    study_file = parse_study_file(source)
    named = replace(study_file, study=replace(study_file.study, title="<b>T</b> & co"))
    changed = source.replace(f'title = "{study_file.study.title}"', 'title = "<b>T</b> & co"')

    found = read_flow(named, changed, "en")

    assert "<b>T</b> & co" in said(found, "Invitation")
