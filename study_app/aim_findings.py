"""Whether the numbers of people and photographs suffice for the aims stated. Pure.

Place on the data's path: gives the questions for ``analysis plan`` and reads its answers; asking
it, in a process of its own, is left to ``analysis_command.py``, since the web study imports nothing
of the analysis but the columns.
"""

from dataclasses import dataclass
from typing import Any, Literal

from study_app.findings import Finding
from study_app.number_words import counted
from study_app.protocol import plan_settings
from study_app.set_findings import SetFacts
from study_app.study_tables import StudyFile

AIM = "aim"
FAIR_RATE = 0.5  # equivalence is planned for fakes that cannot be told apart

Kind = Literal["precision", "difference", "equivalence"]


@dataclass(frozen=True)
class AimQuestion:
    """One question for ``analysis plan``.

    Attributes:
        kind: the plan.
        wanted: half-width at most, or power at least; a fraction.
        said: the aim in words.
        arguments: of ``analysis plan``, the kind first.
    """

    kind: Kind
    wanted: float
    said: str
    arguments: tuple[str, ...]


def aim_questions(study_file: StudyFile, facts: SetFacts) -> list[AimQuestion]:
    """Give the questions that the aims of a study file put to its numbers."""
    aim, margin = study_file.aim, study_file.equivalence.margin
    n_conditions = len(facts.roles.tested)
    questions: list[AimQuestion] = []
    goal: tuple[str | float, ...]
    if aim.half_width:
        said = f"an interval of ± {100 * aim.half_width:g} points"
        goal = ("--half-width", aim.half_width, "--rate", aim.fool_rate)
        questions.append(_question("precision", aim.half_width, said, goal, study_file, facts))
    if aim.difference and n_conditions > 1:
        said = f"a difference of {100 * aim.difference:g} points found"
        goal = ("--difference", aim.difference, "--power", aim.power, "--rate", aim.fool_rate)
        questions.append(_question("difference", aim.power, said, goal, study_file, facts))
    if margin is not None:
        said = f"a fool rate of 50 % shown to be within {100 * margin:g} points of it"
        goal = ("--margin", margin, "--power", aim.power, "--rate", FAIR_RATE)
        questions.append(_question("equivalence", aim.power, said, goal, study_file, facts))
    return questions


def unasked(study_file: StudyFile, facts: SetFacts | None) -> list[Finding]:
    """Give what keeps the aims from being judged."""
    aim, found = study_file.aim, []
    if not (aim.half_width or aim.difference or study_file.equivalence.margin):
        found.append(
            Finding(
                "no-aim",
                "should",
                "[aim]",
                f"It is not said what {study_file.participants.per_condition} people per condition"
                " are for.",
                "half_width = 0.05, or difference = 0.1, or a margin in [equivalence]",
                AIM,
            )
        )
    elif facts is None:
        found.append(
            Finding(
                "aim-unjudged",
                "note",
                "[aim]",
                "Whether the numbers suffice depends on the photographs too.",
                "study-app check … --set SET",
                AIM,
            )
        )
    if aim.difference and facts is not None and len(facts.roles.tested) == 1:
        found.append(
            Finding(
                "nothing-to-compare",
                "must",
                "[aim] difference",
                f"A difference is wanted, but one condition is tested: {facts.roles.tested[0]}.",
                "a second condition in the set, or difference = 0.0",
                AIM,
            )
        )
    return found


def judged(question: AimQuestion, document: dict[str, Any]) -> Finding:
    """Read the answer of ``analysis plan --out FILE.json`` for one size of study."""
    (row,) = document["table"]
    achieved = row["achieved"]
    if question.kind == "precision":
        enough = achieved is not None and achieved <= question.wanted
        reached = "no interval" if achieved is None else f"± {100 * achieved:.1f} points"
    else:
        enough = achieved is not None and achieved >= question.wanted
        reached = f"a power of {100 * (achieved or 0):.0f} %, {100 * question.wanted:.0f} % wanted"
    people, photos = row["n_participants"], row["n_photos"]
    each = "" if document["assumptions"]["design"] == "within" else " per condition"
    who = f"{counted(people, 'person', 'people')}{each}"
    numbers = f"{who} and {counted(photos, 'photograph')} give {reached}"
    if enough:
        return Finding("aim-reached", "note", "[aim]", f"For {question.said}: {numbers}.", "", AIM)
    return Finding(
        "power-too-low",
        "must",
        "[aim]",
        f"For {question.said}: {numbers}.",
        " ".join(document["advice"]) or "more people or photographs; analysis plan says how many",
        AIM,
    )


def unplanned(reason: str, *, is_installed: bool) -> Finding:
    """Say why nothing could be planned.

    Args:
        reason: without a full stop.
        is_installed: whether the analysis is, so that the numbers are to blame.
    """
    install = "pip install 'colorization-turing-test[analysis]', then study-app check again"
    return Finding(
        "aim-unjudged",
        "should",
        "[aim]",
        f"Whether the numbers suffice was not computed: {reason}.",
        "other numbers here, in [participants] or in [equivalence]" if is_installed else install,
        AIM,
    )


def _question(
    kind: Kind,
    wanted: float,
    said: str,
    goal: tuple[str | float, ...],
    study_file: StudyFile,
    facts: SetFacts,
) -> AimQuestion:
    """Add what all plans take for granted."""
    protocol = study_file.protocol
    settings = plan_settings(protocol, facts.roles, facts.roles.tested)
    given: tuple[str | float, ...] = (
        *("--people", study_file.participants.per_condition),
        *("--photos", facts.n_photos),
        *("--trials", settings.n_main - settings.n_vigilance - settings.n_control),
        *("--conditions", len(facts.roles.tested)),
        *("--design", protocol.design),
        *("--participant-sd", study_file.aim.participant_sd),
        *("--photo-sd", study_file.aim.photo_sd),
        *("--target", "people-and-photos"),
    )
    return AimQuestion(kind, wanted, said, (kind, *(str(part) for part in (*goal, *given))))
