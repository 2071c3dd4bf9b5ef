import pytest

from study_app import recruiters
from study_app.errors import NotFromRecruiter
from study_app.models import NAME_LENGTH
from study_app.recruiters import Assignment

PROLIFIC = {"PROLIFIC_PID": "5f0a1b2c3d4e5f6a7b8c9d0e", "STUDY_ID": "s1", "SESSION_ID": "x1"}
MTURK = {
    "assignmentId": "3ASSIGNMENT",
    "hitId": "3HIT",
    "workerId": "A1WORKER",
    "turkSubmitTo": "https://www.mturk.com",
}


def test_a_recruiters_parameters_are_carried_and_no_others():
    values = {"PROLIFIC_PID": " p1 ", "STUDY_ID": "", "participant": "x", "workerId": "w"}

    assert recruiters.carried_parameters("prolific", values) == {"PROLIFIC_PID": "p1"}
    assert recruiters.carried_parameters("link", values) == {"participant": "x"}
    assert recruiters.carried_parameters("mturk", MTURK) == MTURK


def test_a_value_longer_than_any_recruiter_makes_is_refused():
    longest = {"participant": "x" * NAME_LENGTH}
    assert recruiters.carried_parameters("link", longest) == longest

    with pytest.raises(NotFromRecruiter, match="too long"):
        recruiters.carried_parameters("link", {"participant": "x" * (NAME_LENGTH + 1)})


@pytest.mark.parametrize("kind", ["link", "kiosk"])
def test_a_plain_link_needs_no_parameters(kind):
    recruiters.check_comes_from_recruiter(kind, {})

    assert recruiters.person_of(kind, {}) is None
    assert recruiters.person_of(kind, {"participant": "P1"}) == "P1"


def test_who_comes_from_prolific_is_named():
    recruiters.check_comes_from_recruiter("prolific", PROLIFIC)

    assert recruiters.person_of("prolific", PROLIFIC) == PROLIFIC["PROLIFIC_PID"]


@pytest.mark.parametrize(
    "name", [None, "", "{{%PROLIFIC_PID%}}", "two words"], ids=["none", "empty", "unfilled", "two"]
)
def test_who_does_not_come_from_prolific_is_refused(name):
    carried = {"STUDY_ID": "s1"} if name is None else PROLIFIC | {"PROLIFIC_PID": name}

    with pytest.raises(NotFromRecruiter, match="Prolific"):
        recruiters.check_comes_from_recruiter("prolific", carried)
    assert not recruiters.comes_from_recruiter("prolific", carried)


@pytest.mark.parametrize("host", recruiters.MTURK_SUBMIT_HOSTS)
@pytest.mark.parametrize("slash", ["", "/"], ids=["bare", "slash"])
def test_a_worker_with_an_accepted_task_may_take_part(host, slash):
    carried = MTURK | {"turkSubmitTo": host + slash}

    recruiters.check_comes_from_recruiter("mturk", carried)

    assert recruiters.assignment_of(carried) == Assignment("3ASSIGNMENT", host)
    assert recruiters.person_of("mturk", carried) == "A1WORKER"
    assert not recruiters.is_preview("mturk", carried)


@pytest.mark.parametrize(
    "carried",
    [{}, {"assignmentId": recruiters.MTURK_PREVIEW, "hitId": "3HIT"}],
    ids=["nothing", "as Mechanical Turk says it"],
)
def test_before_the_task_is_accepted_it_is_a_preview(carried):
    assert recruiters.is_preview("mturk", carried)
    assert recruiters.assignment_of(carried) is None
    with pytest.raises(NotFromRecruiter, match="accept the task"):
        recruiters.check_comes_from_recruiter("mturk", carried)


def test_only_mechanical_turk_has_previews():
    assert not recruiters.is_preview("prolific", {})
    assert not recruiters.is_preview("link", {})


@pytest.mark.parametrize(
    "changes",
    [
        {"workerId": ""},
        {"turkSubmitTo": ""},
        {"turkSubmitTo": "https://www.mturk.com.evil.example"},
        {"turkSubmitTo": "http://www.mturk.com"},
        {"turkSubmitTo": "https://www.mturk.com/elsewhere"},
        {"turkSubmitTo": "javascript:alert(1)"},
        {"assignmentId": "a b"},
    ],
    ids=["worker", "host", "longer host", "http", "path", "script", "assignment"],
)
def test_answers_go_to_no_address_but_mechanical_turks(changes):
    with pytest.raises(NotFromRecruiter, match="Mechanical Turk"):
        recruiters.check_comes_from_recruiter("mturk", MTURK | changes)
