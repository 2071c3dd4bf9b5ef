"""The order of a participant's pages between consent and debrief. Pure.

Place on the data's path: ``passage.py`` asks it with what the database knows; the views lead there.
"""

from collections.abc import Collection
from typing import Literal, get_args

from study_app.study_tables import StudyFile

Step = Literal[
    "device", "colour-vision", "display", "instructions", "trials", "questions", "debrief"
]
STEPS: tuple[Step, ...] = get_args(Step)
CHECKS: tuple[Step, ...] = ("device", "colour-vision", "display")


def checks_of(study_file: StudyFile) -> tuple[Step, ...]:
    """Give the checks that a study makes before the instructions, in their order."""
    screening = study_file.screening
    wanted = (screening.device, screening.colour_vision, screening.display)
    return tuple(step for step, mode in zip(CHECKS, wanted, strict=True) if mode != "off")


def may_turn_away(study_file: StudyFile) -> bool:
    """Say whether somebody can end at the checks: the pictures do not fit, or the plates."""
    screens_out = study_file.screening.colour_vision == "screen-out"
    return screens_out or "device" in checks_of(study_file)


def next_step(
    study_file: StudyFile,
    checks_done: Collection[str],
    *,
    has_started: bool,
    all_answered: bool,
    questions_done: bool,
) -> Step:
    """Give the page on which a participant goes on.

    Args:
        study_file: says which pages there are.
        checks_done: names of the checks that are done.
        has_started: whether a trial was answered.
        all_answered: whether every trial was.
        questions_done: whether the questions were answered or passed over.
    """
    if all_answered:
        asks = study_file.has_questions and not questions_done
        return "questions" if asks else "debrief"
    if has_started:
        return "trials"
    waiting = [step for step in checks_of(study_file) if step not in checks_done]
    return waiting[0] if waiting else "instructions"
