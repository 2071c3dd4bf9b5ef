"""Contract 2: the columns of the trial table, standard library only.

Place on the data's path: ``study_app/export.py`` writes this table, ``analysis/trial_table.py``
reads it. The table has one row per trial; ``fooled`` is derived, never stored.
"""

from dataclasses import dataclass
from typing import Literal

ColumnType = Literal["text", "boolean", "integer", "number", "time"]

SIDES = ("left", "right")


@dataclass(frozen=True)
class Column:
    """One column of the trial table.

    Attributes:
        name: the header in ``trials.csv``.
        type: text; boolean (``true``/``false``); integer; number (decimal point); time (ISO 8601,
            UTC).
        meaning: one sentence for the codebook.
        allowed: the closed set of values, or None.
        minimum: the smallest allowed number, or None.
        unit: unit of the numbers, or None.
        nullable: whether the cell may be empty.
    """

    name: str
    type: ColumnType
    meaning: str
    allowed: tuple[str, ...] | None = None
    minimum: float | None = None
    unit: str | None = None
    nullable: bool = False


COLUMNS: tuple[Column, ...] = (
    Column("study_id", "text", "The study."),
    Column("participant_id", "text", "Random code of the participant, without personal data."),
    Column("study_session_id", "text", "Random code of one sitting of one participant."),
    Column("simulated", "boolean", "Made by a simulated observer, not a person."),
    Column("condition", "text", "How the fake of this trial was made."),
    Column("block", "text", "Block of the trial.", allowed=("practice", "main")),
    Column(
        "trial_type",
        "text",
        "practice: with feedback, not analysed; main: counts; vigilance: an obviously wrong fake;"
        " control: the real photo against its own re-encoding.",
        allowed=("practice", "main", "vigilance", "control"),
    ),
    Column("trial_index", "integer", "Place within the study session, from 0.", minimum=0),
    Column("pair_id", "text", "The stimulus pair."),
    Column("photo_id", "text", "The photo, shared by all conditions."),
    Column("real_side", "text", "Side of the real photo.", allowed=SIDES),
    Column("first_side", "text", "Side shown first.", allowed=(*SIDES, "both")),
    Column(
        "chosen_side",
        "text",
        "Side the participant called fake; empty if unanswered.",
        allowed=SIDES,
        nullable=True,
    ),
    Column(
        "response_ms",
        "number",
        "From the moment answering was allowed to the answer.",
        minimum=0,
        unit="ms",
        nullable=True,
    ),
    Column(
        "left_shown_ms", "number", "Measured exposure, left.", minimum=0, unit="ms", nullable=True
    ),
    Column(
        "right_shown_ms", "number", "Measured exposure, right.", minimum=0, unit="ms", nullable=True
    ),
    Column(
        "exposure_valid",
        "boolean",
        "Both exposures keep the study's rule; empty if unanswered.",
        nullable=True,
    ),
    Column(
        "answered_at",
        "time",
        "When the answer was stored, UTC; empty if unanswered.",
        nullable=True,
    ),
)

COLUMN_NAMES: tuple[str, ...] = tuple(column.name for column in COLUMNS)
