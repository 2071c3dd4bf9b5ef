"""The states of a study and the moves between them; pure.

Place on the data's path: ``study_moves.py`` makes the moves, the desk and the command line ask for
them. A draft is the researcher's alone; in preview everybody with the link may look at every page,
and nothing is stored; in pilot people take part, and what they do is kept apart from the study's
data; open, and closed for good.
"""

from dataclasses import dataclass
from typing import Literal, get_args

StudyState = Literal["draft", "preview", "pilot", "open", "closed"]
# The part of a study that a study session belongs to: decided when it begins, and never changed.
Phase = Literal["pilot", "main"]

STATES: tuple[StudyState, ...] = get_args(StudyState)
PHASES: tuple[Phase, ...] = get_args(Phase)
ENROLLING: tuple[StudyState, ...] = ("pilot", "open")
# Pictures are shown to others than researchers.
SHOWING: tuple[StudyState, ...] = ("preview", *ENROLLING)


@dataclass(frozen=True)
class Move:
    """A step from one state to another.

    Attributes:
        to: the state after it.
        label: of the button.
        meaning: what it does, in a sentence.
        is_final: whether there is no way back, so that it has to be confirmed.
    """

    to: StudyState
    label: str
    meaning: str
    is_final: bool = False


_DRAFT = Move("draft", "Back to draft", "Nobody but researchers sees the pages any more.")
_PREVIEW = Move(
    "preview",
    "Open the preview",
    "Whoever has the link to the preview can look at every page. Nobody can take part, and nothing"
    " is stored.",
)
_PILOT = Move(
    "pilot",
    "Start the pilot",
    "People can take part. Their data are kept apart: they fill no place of the study and are"
    " exported by themselves.",
)
_END_PILOT = Move(
    "preview",
    "End the pilot",
    "Nobody new can take part; who is in the middle may finish. The pilot can be started again.",
)
_OPEN = Move(
    "open",
    "Open the study",
    "People can take part, and what they do counts. There is no way back to draft, preview or"
    " pilot.",
    is_final=True,
)
_CLOSE = Move(
    "closed",
    "Close the study",
    "Enrolment ends for good; who is in the middle may finish. Fool rates can be seen then.",
    is_final=True,
)

MEANINGS: dict[StudyState, str] = {
    "draft": "Only researchers can look at its pages; nobody can take part.",
    "preview": "Whoever has the link to the preview can look at its pages; nobody can take part.",
    "pilot": "People take part, and their data are kept apart from the study’s.",
    "open": "People take part.",
    "closed": "Nobody new can take part, for good.",
}
MOVES: dict[StudyState, tuple[Move, ...]] = {
    "draft": (_PREVIEW, _PILOT, _OPEN),
    "preview": (_PILOT, _OPEN, _DRAFT),
    "pilot": (_OPEN, _END_PILOT),
    "open": (_CLOSE,),
    "closed": (),
}


def find_state(name: str) -> StudyState | None:
    """Give the state of a name; None if there is none."""
    return next((state for state in STATES if state == name), None)


def find_move(state: StudyState, to: str) -> Move | None:
    """Give the move from a state to another; None if there is none."""
    return next((move for move in MOVES[state] if move.to == to), None)


def refusal(state: StudyState, to: str) -> str:
    """Say why there is no such move, and which there are."""
    following = " or ".join(move.to for move in MOVES[state])
    if not following:
        return f"is {state} for good and cannot become {to}"
    return f"is {state} and cannot become {to}; what can follow is {following}"


def phase_of(state: StudyState) -> Phase:
    """Give the phase that a study session belongs to if it begins in a state."""
    return "pilot" if state == "pilot" else "main"
