"""Between recruiter and study: what a link brings, and the button that leads back."""

import functools
from typing import Any

import flask

from study_app import recruiters
from study_app.catalog import file_of
from study_app.completion import Ending, Outcome, ending_of, outcome, payment_of
from study_app.errors import N_, InvalidToken
from study_app.models import RecruiterKind, Study, StudySession
from study_app.person_hash import person_hash
from study_app.simulated_token import read_token
from study_app.views import cookie

SIMULATED = "simulated"


def carried_by(study: Study, values: Any) -> dict[str, str]:
    """Give what travels from the invitation to the consent form.

    Args:
        study: says who its recruiter is.
        values: of the query or the form.

    Raises:
        NotFromRecruiter: a value is too long.
    """
    carried = recruiters.carried_parameters(kind_of(study), values)
    if token := values.get(SIMULATED, "").strip():
        carried[SIMULATED] = token
    return carried


def kind_of(study: Study) -> RecruiterKind:
    """Give who sends a study's participants."""
    return file_of(study).recruiter.kind


def simulated_seed(study: Study, carried: dict[str, str]) -> int | None:
    """Give the seed in the token of a simulated observer; None for a person.

    Raises:
        InvalidToken: there is a token and it is not good.
    """
    token = carried.get(SIMULATED)
    if token is None:
        return None
    secret_key = flask.current_app.secret_key
    if not isinstance(secret_key, str):
        raise InvalidToken(N_("This server has no key to read such links with."))
    return read_token(secret_key, study.code, token)


def hashed_person(study: Study, carried: dict[str, str]) -> str | None:
    """Give the salted hash of the recruiter's name for the person; None where there is none."""
    external_id = recruiters.person_of(kind_of(study), carried)
    secret_key = flask.current_app.secret_key
    assert isinstance(secret_key, str), "an instance has a key"
    return person_hash(secret_key, study.code, external_id) if external_id else None


def check_arrival(study: Study, carried: dict[str, str]) -> None:
    """Check that somebody comes by the recruiter's link; simulated observers need none.

    Raises:
        NotFromRecruiter: they do not.
        InvalidToken: there is a token and it is not good.
    """
    if simulated_seed(study, carried) is None:
        recruiters.check_comes_from_recruiter(kind_of(study), carried)


def keep_assignment(study: Study, carried: dict[str, str]) -> None:
    """Keep the task that a worker of Mechanical Turk accepted, in the cookie."""
    assignment = recruiters.assignment_of(carried) if kind_of(study) == "mturk" else None
    if assignment is not None:
        cookie.keep_assignment(study.code, assignment)


def outcome_of(study: Study, ending: Ending, own_code: str = "") -> Outcome:
    """Give code and address for an ending of a study in this browser."""
    return outcome(
        file_of(study).recruiter,
        ending,
        own_code=own_code,
        assignment=cookie.assignment(study.code),
    )


def own_outcome(study_session: StudySession) -> Outcome | None:
    """Give how a study session ended; None if it was left before its end."""
    ending = ending_of(study_session)
    if ending is None:
        return None
    study = study_session.participant.study
    return outcome_of(study, ending, study_session.completion_code or "")


def add_recruiting() -> dict[str, Any]:
    """Give every template the study's recruiter, and how people leave by an ending."""
    study = flask.g.get("study")
    own = file_of(study).recruiter if study else None
    return {
        "recruiter": kind_of(study) if study else None,
        "outcome_when": functools.partial(outcome_of, study) if study else None,
        "pays_who_finished": own is not None and payment_of(own, "finished") == "due",
        "pays_who_lost_place": own is not None and payment_of(own, "place-lost") == "due",
    }
