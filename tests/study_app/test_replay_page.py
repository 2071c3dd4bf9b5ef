import base64
import re

import pytest
import sqlalchemy as sa

from study_app import trial_flow
from study_app.catalog import find_study
from study_app.enrolment import Applicant, enrol
from study_app.extensions import db
from study_app.models import Trial
from study_app.replay import read_replay
from study_app.replay_page import (
    WITHDRAWN_SENTENCE,
    is_proved,
    proof_sentences,
    table_lines,
    trial_notes,
    write_page,
)
from study_app.responses import parse_response
from tests.study_app.factories import NOW, response_body


@pytest.fixture
def code(open_app):
    """The code of somebody who answered three of ten; in the app's context."""
    with open_app.app_context():
        found = enrol(db.session(), "colours", Applicant("own"), NOW)
        for changes in ({}, {"n_hidden": 2}, {"events": [{"kind": "hidden", "at_ms": 5.5}]}):
            key = trial_flow.issue_next_trial(db.session(), found.code, NOW).trial_key
            report = parse_response(response_body("left", **changes))
            trial_flow.record_response(db.session(), found.code, key, report, NOW)
        yield found.code


def replay(code):
    return read_replay(db.session(), find_study(db.session(), "colours"), code)


def change_a_side(code):
    trial = replay(code).trials[0].trial
    trial.real_side = "right" if trial.real_side == "left" else "left"
    db.session.commit()


def test_the_page_holds_every_image_where_it_was_shown_and_needs_nothing_else(code):
    found = replay(code)

    page = write_page(found)

    shown = [
        base64.b64decode(text) for text in re.findall(r'src="data:image/png;base64,(.*?)"', page)
    ]
    assert shown == [image.data for t in found.trials for image in (t.left, t.right)]
    assert not re.search(r'(?:src|href)="(?!data:)', page)
    assert "<script" not in page


def test_the_page_says_what_was_real_and_what_was_answered(code):
    page = write_page(replay(code))

    assert page.count("<p>original</p>") == page.count("<p>false colours</p>") == 10
    assert page.count("left has false colours: ") == 3
    assert page.count("812 ms, by keyboard") == 3
    assert "page hidden: 2" in page
    assert "5.5" in page


def test_what_was_written_by_others_is_escaped(code):
    """Details of checks and events come from browsers."""
    trial = replay(code).trials[0]
    trial.response.events = [{"kind": "<b>bold</b>", "at_ms": 1}]

    page = write_page(replay(code))

    assert "<b>bold" not in page
    assert "&lt;b&gt;bold" in page


def test_what_is_proved_is_said(code):
    found = replay(code)

    sentences = " ".join(proof_sentences(found))

    assert is_proved(found)
    assert found.study_session.plan_digest[:12] in sentences
    assert "All 20 images" in sentences
    assert "NOT" not in sentences


def test_what_is_not_proved_is_said(code):
    change_a_side(code)
    found = replay(code)

    assert not is_proved(found)
    assert "NOT those planned" in proof_sentences(found)[0]
    assert 'class="proof broken"' in write_page(found)


def test_of_who_withdrew_no_answer_stands_on_the_page(code):
    trial_flow.withdraw(db.session(), code, NOW)

    page = write_page(replay(code))

    assert WITHDRAWN_SENTENCE in page
    assert page.count("<p>original</p>") == 10
    assert "has false colours: " not in page
    assert "812" not in page


def test_the_table_has_a_line_for_each_trial(code):
    found = replay(code)

    head, *lines = table_lines(found)

    assert len(lines) == 10
    assert [int(line.split()[0]) for line in lines] == list(range(1, 11))
    first = lines[0].split()
    planned = found.trials[0].planned
    right = "+" if planned.real_side == "right" else "x"
    assert first[1:] == [
        "practice", "practice", planned.first_side, planned.real_side,
        "left", right, "812", "1000", "1000", "valid",
    ]  # fmt: skip
    assert lines[9].endswith("(no answer)")
    assert head.split()[0] == "place"


def test_what_was_out_of_the_ordinary_is_noted(code):
    trials = replay(code).trials
    db.session.execute(
        sa.update(Trial).where(Trial.id == trials[0].trial.id).values(n_issued=3, n_started=2)
    )
    db.session.commit()

    assert trial_notes(trials[0]) == ["given 3 times", "begun 2 times"]
    assert trial_notes(trials[1]) == ["page hidden: 2"]
    assert trial_notes(trials[5]) == ["no answer"]
