"""Nothing about an erased person is left: every table is written out and looked through."""

import struct
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from study_app import trial_flow
from study_app.catalog import find_study
from study_app.enrolment import Applicant, enrol
from study_app.erasure import erase, find_of_code
from study_app.errors import NoStudySession, StudyError, UnknownParticipant
from study_app.extensions import Base, db
from study_app.models import (
    Erasure,
    Participant,
    QuestionAnswer,
    Response,
    ScreeningCheck,
    StudySession,
    Trial,
)
from study_app.responses import parse_response
from tests.study_app.factories import NOW, Browser, response_body

PERSONAL = (Participant, StudySession, ScreeningCheck, QuestionAnswer, Trial, Response)


@pytest.fixture
def busy_app(open_app):
    """The open study ``colours`` with somebody else in the middle."""
    other = Browser(open_app)
    other.consent(participant="somebody else")
    other.answer_next()
    return open_app


def add_all_kinds_of_rows(app, external_id="the person", n_answers=4):
    """Enrol somebody with rows in every table; gives all that names them."""
    with app.app_context():
        enrolled = enrol(
            db.session(), "colours", Applicant("own key 71", external_id=external_id), NOW
        )
        browser = Browser(app)
        with browser.client.session_transaction() as cookie:
            cookie.update({"study_sessions": {"colours": enrolled.code}, "study": "colours"})
        row_id, code = enrolled.id, enrolled.code
    browser.get("/trials")
    for _ in range(n_answers):
        browser.answer_next()
    with app.app_context():
        db.session.add(
            ScreeningCheck(
                study_session_id=row_id,
                name="display",
                passed=True,
                details={"secret": "a detail"},
                started_at=NOW,
            )
        )
        db.session.add(
            QuestionAnswer(
                study_session_id=row_id, question_id="strategy", answer="by feel", answered_at=NOW
            )
        )
        db.session.commit()
        own = db.session.get_one(StudySession, row_id)
        keys = db.session.scalars(
            sa.select(Trial.trial_key).where(Trial.study_session_id == row_id)
        )
        names = [code, own.participant.code, own.enrolment_key, str(own.seed), *keys]
        names += [own.completion_code] if own.completion_code else []
    return code, [*names, external_id, "a detail", "by feel"]


def erase_by_code(app, code, requested_by="researcher"):
    with app.app_context():
        study_session = find_of_code(db.session(), find_study(db.session(), "colours"), code)
        return erase(db.session(), study_session, requested_by, NOW)


def dump(app):
    """Give all rows of all tables as one text."""
    with app.app_context(), db.engine.connect() as connection:
        return "\n".join(
            repr(tuple(row))
            for table in Base.metadata.sorted_tables
            for row in connection.execute(sa.select(table))
        )


def count(app, table):
    with app.app_context():
        return db.session.scalar(sa.select(sa.func.count()).select_from(table))


def test_no_table_names_an_erased_person(busy_app):
    before = {table: count(busy_app, table) for table in PERSONAL}
    code, names = add_all_kinds_of_rows(busy_app)
    text = dump(busy_app)
    assert [name for name in names if name not in text] == []

    erase_by_code(busy_app, code)

    text = dump(busy_app)
    assert [name for name in names if name in text] == []
    assert {table: count(busy_app, table) for table in PERSONAL} == before


def test_the_receipt_says_how_much_and_not_who(busy_app):
    code, _ = add_all_kinds_of_rows(busy_app)

    receipt = erase_by_code(busy_app, code, "participant")

    with busy_app.app_context():
        stored = db.session.scalars(sa.select(Erasure)).one()
        assert (stored.receipt, stored.requested_by) == (receipt.receipt, "participant")
        assert (stored.state_before, stored.condition_name) == ("running", "full")
        assert (stored.n_trials, stored.n_responses, stored.simulated) == (10, 4, False)
        assert stored.erased_at == NOW
    assert (receipt.n_trials, receipt.n_responses, receipt.completion_code) == (10, 4, None)


def test_a_finished_participant_keeps_the_completion_code_in_hand(busy_app):
    code, names = add_all_kinds_of_rows(busy_app, n_answers=10)

    receipt = erase_by_code(busy_app, code)

    assert receipt.state_before == "finished"
    assert receipt.completion_code in names
    assert receipt.completion_code not in dump(busy_app)


def test_a_participant_is_found_by_either_code(busy_app):
    code, names = add_all_kinds_of_rows(busy_app)
    participant_code = names[1]

    erase_by_code(busy_app, participant_code)

    assert code not in dump(busy_app)


def test_an_unknown_code_and_another_study_s_are_refused(open_app):
    with open_app.app_context():
        code = enrol(db.session(), "colours", Applicant("a"), NOW).code
        noise = find_study(db.session(), "noise")
        for study, wanted in ((noise, code), (find_study(db.session(), "colours"), "nobody")):
            with pytest.raises(UnknownParticipant, match="has no participant"):
                find_of_code(db.session(), study, wanted)


def test_answers_on_their_way_while_a_person_is_erased_find_nothing(busy_app):
    code, _ = add_all_kinds_of_rows(busy_app)
    with busy_app.app_context():
        key = trial_flow.issue_next_trial(db.session(), code, NOW).trial_key

    def answer(_number):
        with busy_app.app_context():
            try:
                report = parse_response(response_body())
                trial_flow.record_response(db.session(), code, key, report, NOW)
            except StudyError as error:
                return error.code
            return "recorded"

    with ThreadPoolExecutor(6) as pool:
        answers = pool.map(answer, range(12))
        erased = pool.submit(erase_by_code, busy_app, code)
        outcomes = set(answers)
        receipt = erased.result()

    assert outcomes <= {"recorded", "already-answered", "no-study-session"}
    assert receipt.n_responses in (4, 5)
    assert code not in dump(busy_app)
    assert answer(0) == "no-study-session"


def test_a_second_erasure_finds_nothing(open_app):
    with open_app.app_context():
        code = enrol(db.session(), "colours", Applicant("a"), NOW).code
        first = find_of_code(db.session(), colours(), code)
        erase(db.session(), first, "participant", NOW)

        with pytest.raises(NoStudySession, match="nothing stored"):
            erase(db.session(), first, "participant", NOW)
        assert count(open_app, Erasure) == 1


def colours():
    return find_study(db.session(), "colours")


def test_the_same_person_may_enrol_again(open_app):
    """Nothing is kept that could recognise them."""
    code, _ = add_all_kinds_of_rows(open_app)
    erase_by_code(open_app, code)

    with open_app.app_context():
        again = enrol(db.session(), "colours", Applicant("b", external_id="the person"), NOW)
        assert again.code != code


def test_the_place_in_the_condition_is_free_again(open_app):
    codes = [add_all_kinds_of_rows(open_app)[0]]
    with open_app.app_context():
        codes += [enrol(db.session(), "colours", Applicant(key), NOW).code for key in "bc"]

    for code in codes:
        erase_by_code(open_app, code)

    with open_app.app_context():
        for key in "xyz":
            enrol(db.session(), "colours", Applicant(key), NOW)


def test_the_browser_of_an_erased_person_is_told_and_does_not_crash(participant, open_app):
    with participant.client.session_transaction() as cookie:
        code = cookie["study_sessions"]["colours"]
    erase_by_code(open_app, code)

    first, again = participant.get("/debrief"), participant.get("/debrief")

    assert (first.status_code, again.status_code) == (401, 401)
    assert "Nothing is stored about you here any more" in first.text
    for page in (first, again):
        assert "every answer you gave is stored" not in page.text
        assert "Go on where you were" not in page.text
    assert participant.consent().status_code == 302


def test_a_trial_page_of_an_erased_person_is_told_in_json(participant, open_app):
    with participant.client.session_transaction() as cookie:
        code = cookie["study_sessions"]["colours"]
    trial = participant.next_trial()
    erase_by_code(open_app, code)

    answer = participant.answer(trial["trial_key"])

    assert (answer.status_code, answer.json["error"]) == (401, "no-study-session")


@pytest.mark.sqlite
def test_the_bytes_on_the_disk_are_written_over(open_app):
    code, names = add_all_kinds_of_rows(open_app)
    seed = next(name for name in names if name.isdecimal())
    with open_app.app_context():
        path = db.engine.url.database
    stored = [name.encode() for name in names if name != seed] + [struct.pack(">q", int(seed))]

    def left():
        with open(path, "rb") as file, open(f"{path}-wal", "rb") as log:  # noqa: PTH123
            data = file.read() + log.read()
        return [name for name in stored if name in data]

    assert left() == stored

    erase_by_code(open_app, code)

    assert left() == []
