from datetime import UTC, datetime
from typing import get_args

import pytest

from study_app.completion import Ending, Outcome, ending_of, outcome, payment_of
from study_app.models import StudySession
from study_app.recruiters import Assignment
from study_app.study_tables import Recruiter

NOW = datetime(2026, 3, 1, tzinfo=UTC)
CODES = {
    "completion_code": "DONE",
    "screened_out_code": "SCREENED",
    "full_code": "FULL",
    "declined_code": "NO",
}
ASSIGNMENT = Assignment("3A", "https://workersandbox.mturk.com")


def test_a_plain_link_ends_with_the_study_sessions_own_code():
    assert outcome(Recruiter(), "finished", own_code="OWN") == Outcome("finished", "link", "OWN")


def test_the_files_code_for_all_goes_before_the_own_code():
    assert outcome(Recruiter(completion_code="ALL"), "finished", own_code="OWN").code == "ALL"


@pytest.mark.parametrize("ending", ["screened-out", "full", "declined"])
def test_who_did_not_finish_never_gets_the_code_of_who_did(ending):
    told = outcome(Recruiter(completion_code="ALL"), ending, own_code="OWN")

    assert (told.code, told.url, told.submit_url) == ("", "", "")


@pytest.mark.parametrize(
    ("ending", "code"),
    [
        ("finished", "DONE"),
        ("screened-out", "SCREENED"),
        ("place-lost", "FULL"),
        ("full", "FULL"),
        ("declined", "NO"),
    ],
)
def test_prolific_gets_one_code_for_each_outcome(ending, code):
    told = outcome(Recruiter(kind="prolific", **CODES), ending, own_code="OWN")

    assert told.code == code
    assert told.url == f"https://app.prolific.com/submissions/complete?cc={code}"


def test_without_a_code_there_is_no_way_back_to_prolific():
    told = outcome(Recruiter(kind="prolific", completion_code="DONE"), "declined")

    assert told == Outcome("declined", "prolific")


def test_an_address_of_the_studys_own_takes_the_code_safely():
    recruiter = Recruiter(completion_url="https://lab.example/done?c={code}&x=1")

    told = outcome(recruiter, "finished", own_code="A&B=C")

    assert told.url == "https://lab.example/done?c=A%26B%3DC&x=1"


def test_an_address_without_a_place_for_the_code_is_for_who_finished():
    recruiter = Recruiter(completion_url="https://lab.example/done", **CODES)

    assert outcome(recruiter, "finished").url == "https://lab.example/done"
    assert outcome(recruiter, "declined").url == ""


def test_a_worker_hands_in_the_task_where_it_was_accepted():
    told = outcome(Recruiter(kind="mturk"), "finished", own_code="OWN", assignment=ASSIGNMENT)

    assert told.submit_url == "https://workersandbox.mturk.com/mturk/externalSubmit"
    assert (told.assignment_id, told.code, told.url) == ("3A", "OWN", "")


def test_a_worker_whose_task_is_not_known_gets_the_code():
    told = outcome(Recruiter(kind="mturk"), "finished", own_code="OWN")

    assert (told.submit_url, told.code) == ("", "OWN")


@pytest.mark.parametrize("ending", ["screened-out", "place-lost"])
@pytest.mark.parametrize("paid", [True, False])
def test_a_worker_who_had_to_stop_hands_in_if_that_is_paid(paid, ending):
    recruiter = Recruiter(kind="mturk", pay_screened_out=paid)

    told = outcome(recruiter, ending, assignment=ASSIGNMENT)

    assert bool(told.submit_url) == paid


@pytest.mark.parametrize("ending", ["full", "declined"])
def test_a_worker_who_did_not_take_part_hands_in_nothing(ending):
    told = outcome(Recruiter(kind="mturk", **CODES), ending, assignment=ASSIGNMENT)

    assert told.submit_url == ""


@pytest.mark.parametrize(
    ("columns", "ending"),
    [
        ({"state": "running"}, None),
        ({"state": "withdrawn"}, None),
        ({"state": "finished", "finished_at": NOW}, "finished"),
        ({"state": "withdrawn", "finished_at": NOW}, "finished"),
        ({"state": "screened-out", "screened_out_at": NOW}, "screened-out"),
        ({"state": "withdrawn", "screened_out_at": NOW}, "screened-out"),
    ],
    ids=["running", "left", "finished", "withdrawn later", "screened out", "and withdrawn"],
)
def test_what_was_reached_stays_reached(columns, ending):
    assert ending_of(StudySession(**columns)) == ending


def test_where_nobody_is_paid_no_ending_is():
    recruiter = Recruiter(paid=False)

    assert {payment_of(recruiter, ending) for ending in get_args(Ending)} == {"none"}
