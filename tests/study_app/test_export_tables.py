"""The tables beside the trial table; ``test_export.py`` has how they are written."""

import json
import secrets
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa

from study_app import enrolment, export_tables
from study_app.catalog import find_study
from study_app.enrolment import Applicant
from study_app.erasure import erase, find_of_code
from study_app.export_tables import (
    ANSWERS,
    ERASURES,
    EXPORT_TABLES,
    EXPOSURES,
    FLOW,
    PARTICIPANTS,
    SCREENING,
    codebook_rows,
    text_cell,
)
from study_app.extensions import db
from study_app.models import QuestionAnswer, ScreeningCheck, StudySession, Trial
from study_app.simulated_token import sign_token
from study_app.study_moves import open_study
from study_app.study_tables import Screening, StandardQuestions
from tests.study_app import factories
from tests.study_app.factories import NOW, Browser, response_body


@pytest.fixture
def screening_app(app, set_folder):
    """An open study with two checks and a question, and another one that has a participant."""
    text = factories.study_text(
        screening=Screening(device="check", display="record"),
        questions=StandardQuestions(("strategy",)),
    )
    with app.app_context():
        for source in (factories.study_text(id="noise"), text):
            study = factories.create_study(source, set_folder).study
            open_study(db.session(), study, None, NOW)
    Browser(app).consent("noise")
    return app


def rows_of(app, table, study="colours"):
    with app.app_context():
        return list(table.text_rows(db.session(), find_study(db.session(), study)))


def pass_checks(app, code, names=("device", "display"), answer=None):
    with app.app_context():
        own = db.session.scalars(sa.select(StudySession).where(StudySession.code == code)).one()
        for name in names:
            db.session.add(
                ScreeningCheck(
                    study_session_id=own.id,
                    name=name,
                    passed=True,
                    details={"width": 800, "colours": ["p3"]},
                    started_at=NOW,
                    done_at=NOW,
                )
            )
        if answer:
            db.session.add(
                QuestionAnswer(
                    study_session_id=own.id,
                    question_id="strategy",
                    answer=answer,
                    answered_at=NOW,
                )
            )
        db.session.commit()


def code_of(browser):
    with browser.client.session_transaction() as cookie:
        return cookie["study_sessions"]["colours"]


def enrol(app, **carried):
    """Give the browser of somebody who has consented, before the first check."""
    browser = Browser(app)
    browser.get("/study/colours")
    browser.get(f"/study/colours/consent?{urlencode(carried)}")
    with app.app_context():
        applicant = Applicant(secrets.token_hex(8), simulated=bool(carried))
        code = enrolment.enrol(db.session(), "colours", applicant, NOW).code
    with browser.client.session_transaction() as cookie:
        cookie.update({"study_sessions": {"colours": code}, "study": "colours"})
    return browser


def test_a_study_session_is_a_row_with_what_became_of_it(screening_app):
    first, second = enrol(screening_app), enrol(screening_app)
    pass_checks(screening_app, code_of(first))
    pass_checks(screening_app, code_of(second), names=("device",))

    rows = rows_of(screening_app, PARTICIPANTS)

    assert [row["study_session_id"] for row in rows] == [code_of(first), code_of(second)]
    assert rows[0]["screened_at"] == "2026-03-01T12:00:00Z"
    assert rows[1]["screened_at"] == ""
    row = rows[0]
    assert (row["recruiter"], row["language"], row["payment"]) == ("link", "en", "open")
    assert (row["inclusion"], row["inclusion_reason"], row["n_interrupted"]) == ("open", "", "0")
    assert int(row["seed"]) >= 0
    with screening_app.app_context():
        own = db.session.scalars(
            sa.select(StudySession).where(StudySession.code == code_of(first))
        ).one()
        assert row["plan_digest"] == own.plan_digest


def test_what_the_checks_found_is_a_row_each(screening_app):
    browser = enrol(screening_app)
    pass_checks(screening_app, code_of(browser))

    rows = rows_of(screening_app, SCREENING)

    assert [(row["check"], row["passed"]) for row in rows] == [
        ("device", "true"),
        ("display", "true"),
    ]
    assert rows[0]["details"] == '{"colours":["p3"],"width":800}'


def test_an_answer_stands_beside_its_question(screening_app):
    browser = enrol(screening_app)
    pass_checks(screening_app, code_of(browser), answer='By feel, "mostly"\n')

    (row,) = rows_of(screening_app, ANSWERS)

    assert (row["study_session_id"], row["question_id"]) == (code_of(browser), "strategy")
    assert row["answer"] == 'By feel, "mostly"\n'
    assert row["question"].endswith("?")


def test_everything_measured_stands_beside_the_trial(screening_app):
    browser = enrol(screening_app)
    pass_checks(screening_app, code_of(browser))
    browser.get("/trials")
    events = [{"kind": "blurred", "at_ms": 12.5}]
    browser.answer(
        browser.next_trial()["trial_key"],
        response_body(n_blurred=1, events=events, window_width_px=1280, zoom=1),
    )

    rows = rows_of(screening_app, EXPOSURES)

    assert [row["trial_index"] for row in rows] == [str(number) for number in range(10)]
    assert json.loads(rows[0]["events"]) == events
    assert (rows[0]["left_onset_ms"], rows[0]["left_offset_ms"]) == ("900.0", "1900.0")
    assert float(rows[0]["window_width_px"]) == 1280
    assert rows[0]["input"] == "keyboard"
    assert {rows[1][name] for name in ("left_onset_ms", "events", "exposure_valid")} == {""}


def test_rows_read_a_few_at_a_time_are_the_same_rows(open_app, monkeypatch):
    """A large study is not held in memory."""
    for _ in range(2):
        browser = Browser(open_app)
        browser.consent()
        browser.answer_next()
    at_once = rows_of(open_app, EXPOSURES)

    monkeypatch.setattr(export_tables, "ROWS_AT_ONCE", 3)

    assert rows_of(open_app, EXPOSURES) == at_once
    assert len(at_once) == 2 * 10


def test_an_interrupted_trial_is_followed_by_the_one_that_took_its_place(screening_app):
    enrol(screening_app)
    with screening_app.app_context():
        trials = db.session.scalars(
            sa.select(Trial).order_by(Trial.study_session_id.desc(), Trial.trial_index).limit(10)
        ).all()
        trials[9].place, trials[0].interrupted_at = 0, NOW
        pairs = [trials[0].stimulus_pair.pair_id, trials[9].stimulus_pair.pair_id]
        db.session.commit()

    rows = rows_of(screening_app, EXPOSURES)

    assert [row["pair_id"] for row in rows[:2]] == pairs
    assert [row["trial_index"] for row in rows] == [str(number) for number in range(10)]
    assert [bool(row["interrupted_at"]) for row in rows[:2]] == [True, False]
    assert rows_of(screening_app, PARTICIPANTS)[0]["n_interrupted"] == "1"


def test_who_withdrew_keeps_the_rows_but_nothing_they_answered(screening_app):
    browser = enrol(screening_app)
    pass_checks(screening_app, code_of(browser), answer="by feel")
    browser.get("/trials")
    browser.answer_next()
    browser.get("/withdraw")
    assert browser.post_form("/withdraw").status_code == 200

    assert rows_of(screening_app, ANSWERS) == []
    assert {row["details"] + row["passed"] for row in rows_of(screening_app, SCREENING)} == {""}
    exposures = rows_of(screening_app, EXPOSURES)
    assert len(exposures) == 10
    assert {row["left_shown_ms"] + row["input"] for row in exposures} == {""}


def test_an_erased_person_is_a_receipt_and_a_count(screening_app):
    code = code_of(enrol(screening_app))
    with screening_app.app_context():
        study = find_study(db.session(), "colours")
        receipt = erase(db.session(), find_of_code(db.session(), study, code), "researcher", NOW)

    (row,) = rows_of(screening_app, ERASURES)
    assert row == {
        "receipt": receipt.receipt,
        "requested_by": "researcher",
        "state_before": "running",
        "condition": "full",
        "simulated": "false",
        "n_trials": "10",
        "n_responses": "0",
        "erased_at": "2026-03-01T12:00:00Z",
    }
    assert rows_of(screening_app, ERASURES, "noise") == []
    assert rows_of(screening_app, PARTICIPANTS) == []
    assert steps_of(screening_app)["enrolled"] == "1"
    assert steps_of(screening_app)["erased"] == "1"


def steps_of(app, simulated="false", study="colours"):
    return {
        row["step"]: row["n"]
        for row in rows_of(app, FLOW, study)
        if row["simulated"] == simulated and row["n"] != "0"
    }


def test_the_flow_counts_openings_and_study_sessions(screening_app):
    browsers = [enrol(screening_app) for _ in range(3)]
    pass_checks(screening_app, code_of(browsers[0]))
    browsers[0].get("/trials")
    browsers[0].answer_next()
    with screening_app.app_context():
        own = db.session.scalars(
            sa.select(StudySession).where(StudySession.code == code_of(browsers[1]))
        ).one()
        own.state, own.screened_out_by, own.screened_out_at = "screened-out", "device", NOW
        db.session.commit()
    token = sign_token(factories.SECRET_KEY, "colours", 1)
    enrol(screening_app, simulated=token)

    assert steps_of(screening_app) == {
        "invitation": "4",  # the simulated observer's invitation had no token
        "consent": "3",
        "enrolled": "3",
        "screened-out-device": "1",
        "screened": "1",
        "started": "1",
    }
    assert steps_of(screening_app, "true") == {"consent": "1", "enrolled": "1"}
    assert steps_of(screening_app, study="noise") == {"consent": "1", "enrolled": "1"}


def test_a_study_without_checks_has_no_step_for_them(screening_app):
    steps = {row["step"] for row in rows_of(screening_app, FLOW, "noise")}

    assert "screened" not in steps
    assert "enrolled" in steps


def test_every_column_of_every_table_is_explained():
    rows = list(codebook_rows(EXPORT_TABLES))

    assert {row["file"] for row in rows} == {table.name for table in EXPORT_TABLES}
    assert len({(row["file"], row["column"]) for row in rows}) == len(rows)
    assert all(row["meaning"] and row["type"] for row in rows)


def test_everything_measured_is_exported():
    told = set(EXPOSURES.column_names)
    measured = {
        column.name
        for column in sa.inspect(QuestionAnswer.metadata.tables["response"]).columns
        if not column.primary_key and not column.foreign_keys
    }

    assert measured - told == {"response_key", "chosen_side", "response_ms", "answered_at"}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (False, "false"),
        (0, "0"),
        (NOW, "2026-03-01T12:00:00Z"),
        ({"b": 1, "a": "ü"}, '{"a":"ü","b":1}'),
    ],
    ids=["none", "boolean", "zero", "time", "json"],
)
def test_values_are_written_in_one_way(value, text):
    assert text_cell(value) == text
