"""Read what a recruiter puts into its links: who comes, and whether they come to take part. Pure.

Place on the data's path: the views ask it before they ask for consent. How people are sent back is
left to ``completion.py``; the recruiter's name for a person is hashed by ``person_hash.py``.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from study_app.errors import N_, NotFromRecruiter
from study_app.models import NAME_LENGTH, RecruiterKind

# Query parameters that travel from the invitation to the consent form, in the recruiter's spelling.
PARAMETERS: dict[RecruiterKind, tuple[str, ...]] = {
    "link": ("participant",),
    "prolific": ("PROLIFIC_PID", "STUDY_ID", "SESSION_ID"),
    "mturk": ("assignmentId", "hitId", "workerId", "turkSubmitTo"),
    "kiosk": ("participant",),
}
PERSON_PARAMETER: dict[RecruiterKind, str] = {
    "link": "participant",
    "prolific": "PROLIFIC_PID",
    "mturk": "workerId",
    "kiosk": "participant",
}
# A placeholder that was not filled in, such as {{%PROLIFIC_PID%}}, names nobody.
RECRUITERS_NAME = re.compile(r"[A-Za-z0-9_-]+")

MTURK_PREVIEW = "ASSIGNMENT_ID_NOT_AVAILABLE"
MTURK_SUBMIT_HOSTS = ("https://www.mturk.com", "https://workersandbox.mturk.com")
# Workers and requesters see the page in a frame of these.
MTURK_FRAME_HOSTS = (
    "https://worker.mturk.com",
    "https://workersandbox.mturk.com",
    "https://www.mturk.com",
    "https://requester.mturk.com",
    "https://requestersandbox.mturk.com",
)


@dataclass(frozen=True)
class Assignment:
    """What Mechanical Turk wants back at the end; kept in the participant's cookie only.

    Attributes:
        assignment_id: names one acceptance of the task.
        submit_to: one of ``MTURK_SUBMIT_HOSTS``.
    """

    assignment_id: str
    submit_to: str


def carried_parameters(kind: RecruiterKind, values: Mapping[str, str]) -> dict[str, str]:
    """Give the parameters of a link that a recruiter uses, stripped, without empty ones.

    Raises:
        NotFromRecruiter: one is longer than any that a recruiter makes.
    """
    given = {name: values.get(name, "").strip() for name in PARAMETERS[kind]}
    if any(len(value) > NAME_LENGTH for value in given.values()):
        raise NotFromRecruiter(
            N_("A value in this link is too long; please use the link as it was.")
        )
    return {name: value for name, value in given.items() if value}


def is_preview(kind: RecruiterKind, carried: Mapping[str, str]) -> bool:
    """Say whether somebody only looks: on Mechanical Turk, before the task is accepted."""
    return kind == "mturk" and carried.get("assignmentId", MTURK_PREVIEW) == MTURK_PREVIEW


def comes_from_recruiter(kind: RecruiterKind, carried: Mapping[str, str]) -> bool:
    """Say whether a link lets somebody take part."""
    try:
        check_comes_from_recruiter(kind, carried)
    except NotFromRecruiter:
        return False
    return True


def check_comes_from_recruiter(kind: RecruiterKind, carried: Mapping[str, str]) -> None:
    """Check that a link names all that the recruiter's studies need.

    Raises:
        NotFromRecruiter: the person, or on Mechanical Turk the accepted task, is not named.
    """
    if kind == "prolific" and not _is_name(carried.get("PROLIFIC_PID")):
        raise NotFromRecruiter(
            N_("People take part in this study through Prolific; please open it from there.")
        )
    if kind != "mturk":
        return
    if is_preview(kind, carried):
        raise NotFromRecruiter(
            N_("You are looking at a preview; to take part, please accept the task first.")
        )
    if not _is_name(carried.get("workerId")) or assignment_of(carried) is None:
        raise NotFromRecruiter(
            N_("People take part in this study through Mechanical Turk; please open it from there.")
        )


def person_of(kind: RecruiterKind, carried: Mapping[str, str]) -> str | None:
    """Give the recruiter's name for the person, if the link has one."""
    return carried.get(PERSON_PARAMETER[kind])


def assignment_of(carried: Mapping[str, str]) -> Assignment | None:
    """Give the accepted task that a link of Mechanical Turk names; None if it names none."""
    assignment_id, host = carried.get("assignmentId"), carried.get("turkSubmitTo", "")
    submit_to = host.removesuffix("/")
    if assignment_id is None or assignment_id == MTURK_PREVIEW or not _is_name(assignment_id):
        return None
    return Assignment(assignment_id, submit_to) if submit_to in MTURK_SUBMIT_HOSTS else None


def _is_name(value: str | None) -> bool:
    return value is not None and RECRUITERS_NAME.fullmatch(value) is not None
