"""Say with which code, and where to, a participant leaves: one code per outcome. Pure.

Place on the data's path: the last page of a study session, of whatever kind. What the recruiters'
links bring is read by ``recruiters.py``.
"""

from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

from study_app.models import Payment, StudySession
from study_app.recruiters import Assignment
from study_app.study_tables import Recruiter

Ending = Literal["finished", "screened-out", "place-lost", "full", "declined"]

# Who gave some of their time, and is paid for it by the study's rule.
STOPPED: tuple[Ending, ...] = ("screened-out", "place-lost")
CODE_PLACE = "{code}"
PROLIFIC_COMPLETION_URL = "https://app.prolific.com/submissions/complete?cc={code}"
MTURK_SUBMIT_PATH = "/mturk/externalSubmit"


@dataclass(frozen=True)
class Outcome:
    """How a participant leaves.

    Attributes:
        ending: what happened.
        recruiter: who sent them.
        code: proves it to the recruiter; empty if there is none.
        url: where a button leads; empty for none.
        submit_url: where Mechanical Turk's form goes; empty for none.
        assignment_id: goes with that form.
    """

    ending: Ending
    recruiter: str
    code: str = ""
    url: str = ""
    submit_url: str = ""
    assignment_id: str = ""


def outcome(
    recruiter: Recruiter,
    ending: Ending,
    *,
    own_code: str = "",
    assignment: Assignment | None = None,
) -> Outcome:
    """Give code and address for an ending.

    Args:
        recruiter: of the study file.
        ending: what happened; ``finished`` only once every answer is stored.
        own_code: the study session's own code, used where the file has none for all.
        assignment: the task that a worker of Mechanical Turk accepted.
    """
    code = _code(recruiter, ending, own_code)
    is_paid = payment_of(recruiter, ending) == "due"
    if recruiter.kind == "mturk" and is_paid and assignment is not None:
        return Outcome(
            ending=ending,
            recruiter=recruiter.kind,
            code=code or ending,
            submit_url=assignment.submit_to + MTURK_SUBMIT_PATH,
            assignment_id=assignment.assignment_id,
        )
    return Outcome(ending, recruiter.kind, code, _url(recruiter, ending, code))


def payment_of(recruiter: Recruiter, ending: Ending) -> Payment:
    """Give whether somebody is paid by the way they left: who finished, and who stopped by rule."""
    is_due = ending == "finished" or (ending in STOPPED and recruiter.pay_screened_out)
    return "due" if recruiter.paid and is_due else "none"


def ending_of(study_session: StudySession) -> Ending | None:
    """Give how a study session ended; None while it runs, or if it was left before its end.

    Who withdrew afterwards has finished all the same: the code, and the pay, are theirs.
    """
    if study_session.finished_at is not None:
        return "finished"
    return "screened-out" if study_session.screened_out_at is not None else None


def _code(recruiter: Recruiter, ending: Ending, own_code: str) -> str:
    codes: dict[Ending, str] = {
        "finished": recruiter.completion_code or own_code,
        "screened-out": recruiter.screened_out_code,
        "place-lost": recruiter.full_code,
        "full": recruiter.full_code,
        "declined": recruiter.declined_code,
    }
    return codes[ending]


def _url(recruiter: Recruiter, ending: Ending, code: str) -> str:
    own = PROLIFIC_COMPLETION_URL if recruiter.kind == "prolific" else ""
    template = recruiter.completion_url or own
    if CODE_PLACE in template:
        return template.replace(CODE_PLACE, quote(code, safe="")) if code else ""
    # An address without a place for the code says the same to everybody: only who finished.
    return template if ending == "finished" else ""
