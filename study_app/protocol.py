"""The words and numbers of a study session's plan: sides, trial types, settings. Pure.

Place on the data's path: ``plan.py`` plans with these, the study file is read into them, and the
tables store them. No Flask, no database, no clock, no chance.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, field
from typing import Literal, NamedTuple

from study_app.errors import PlanError
from study_app.number_words import counted, noun

Side = Literal["left", "right"]
FirstSide = Literal["left", "right", "both"]
Block = Literal["practice", "main"]
TrialType = Literal["practice", "main", "vigilance", "control"]

OTHER_SIDE: dict[Side, Side] = {"left": "right", "right": "left"}


@dataclass(frozen=True)
class ProtocolSettings:
    """How a study session runs; the table ``[protocol]`` of the study file.

    Attributes:
        preset: the published protocol that gives the defaults; a key of ``presets.PRESETS``.
        design: ``between``: a participant sees one tested condition; ``within``: all of them.
        n_practice: practice trials, with feedback, not analysed.
        n_main: trials of the main block, vigilance and control trials included.
        n_vigilance: vigilance trials among them.
        n_control: control trials among them, used only where the set has a control condition.
        layout: one image after the other, or both at once.
        first_side: which side is shown first: balanced, or always left.
        lead_in_ms: blank before the first image.
        display_ms: planned exposure of each image.
        isi_ms: blank between the images.
        response_delay_ms: blank between the last image and the question.
        image_size_px: width and height at which images are drawn, in CSS pixels.
        break_after: whether a rest is offered half-way through the main block.
        fixation: whether a cross marks the middle of the place where an image will come.
        mask: what covers an image's place after it: nothing, or grey noise.
        mask_ms: how long the mask stays, within the blank after the image.
    """

    preset: str = "zhang2016"
    design: Literal["between", "within"] = "between"
    n_practice: int = field(default=10, metadata={"minimum": 0, "maximum": 1000})
    n_main: int = field(default=40, metadata={"minimum": 1, "maximum": 10_000})
    n_vigilance: int = field(default=4, metadata={"minimum": 0})
    n_control: int = field(default=4, metadata={"minimum": 0})
    layout: Literal["sequential", "side-by-side"] = "sequential"
    first_side: Literal["balanced", "left"] = "balanced"
    lead_in_ms: int = field(default=900, metadata={"minimum": 0, "maximum": 60_000})
    display_ms: int = field(default=1000, metadata={"minimum": 10, "maximum": 60_000})
    isi_ms: int = field(default=600, metadata={"minimum": 0, "maximum": 60_000})
    response_delay_ms: int = field(default=100, metadata={"minimum": 0, "maximum": 60_000})
    image_size_px: int = field(default=256, metadata={"minimum": 16, "maximum": 4096})
    break_after: bool = True
    fixation: bool = False
    mask: Literal["none", "noise"] = "none"
    mask_ms: int = field(default=100, metadata={"minimum": 10, "maximum": 60_000})


@dataclass(frozen=True)
class Roles:
    """Which condition of the stimulus set does what.

    Attributes:
        tested: conditions whose fool rate is wanted.
        vigilance: condition of the vigilance trials, or None.
        control: condition of the control trials, or None.
    """

    tested: tuple[str, ...]
    vigilance: str | None = None
    control: str | None = None


@dataclass(frozen=True)
class PlanSettings:
    """What a plan needs to know.

    Attributes:
        tested: the tested conditions this participant sees: one (between) or all (within).
        vigilance: condition of the vigilance trials; needed if ``n_vigilance`` is not 0.
        control: condition of the control trials; needed if ``n_control`` is not 0.
        n_practice: trials of the practice block.
        n_main: trials of the main block, vigilance and control trials included.
        n_vigilance: vigilance trials.
        n_control: control trials.
        first_side: ``balanced`` or ``left``; ``both`` where both images are shown at once.
    """

    tested: tuple[str, ...]
    vigilance: str | None = None
    control: str | None = None
    n_practice: int = 10
    n_main: int = 40
    n_vigilance: int = 4
    n_control: int = 0
    first_side: Literal["balanced", "left", "both"] = "balanced"


class PlannablePair(NamedTuple):
    """A stimulus pair, as far as a plan must know it."""

    pair_id: str
    photo_id: str
    condition: str


@dataclass(frozen=True)
class PlannedTrial:
    """One trial of a plan; the fields are those of the trial table."""

    trial_index: int
    block: Block
    trial_type: TrialType
    condition: str
    pair_id: str
    photo_id: str
    real_side: Side
    first_side: FirstSide


def plan_settings(protocol: ProtocolSettings, roles: Roles, tested: Sequence[str]) -> PlanSettings:
    """Combine a study's protocol with the tested conditions of one participant."""
    sequential = protocol.layout == "sequential"
    return PlanSettings(
        tested=tuple(tested),
        vigilance=roles.vigilance,
        control=roles.control,
        n_practice=protocol.n_practice,
        n_main=protocol.n_main,
        n_vigilance=protocol.n_vigilance,
        n_control=protocol.n_control if roles.control else 0,
        first_side=protocol.first_side if sequential else "both",
    )


def check_plan_settings(settings: PlanSettings) -> None:
    """Check the numbers of a plan.

    Raises:
        PlanError: the first contradiction.
    """
    if not settings.tested:
        raise PlanError("no tested condition: name at least one in [conditions] tested")
    if settings.n_vigilance and settings.vigilance is None:
        raise PlanError(
            f"{counted(settings.n_vigilance, 'vigilance trial')}"
            f" {noun(settings.n_vigilance, 'needs', 'need')} a vigilance condition"
            " (a random fake), and the stimulus set has none; n_vigilance = 0 does without"
        )
    n_tested = settings.n_main - settings.n_vigilance - settings.n_control
    if n_tested < 1:
        raise PlanError(
            f"n_main = {settings.n_main} leaves no trial of a tested condition after"
            f" {counted(settings.n_vigilance, 'vigilance trial')} and"
            f" {counted(settings.n_control, 'control trial')}"
        )
    if 2 * settings.n_vigilance > settings.n_main - 1:
        raise PlanError(
            f"{settings.n_vigilance} vigilance trials among {settings.n_main} cannot be kept apart"
            f" and off the first place; at most {(settings.n_main - 1) // 2} can"
        )


def number_in_block(place: int, block: Block, n_practice: int) -> int:
    """Give the number of a trial in its block, from 1, by its place in the session, from 0."""
    return place + 1 - (0 if block == "practice" else n_practice)


def plan_digest(plan: Iterable[PlannedTrial]) -> str:
    """Give the SHA-256 of a plan: order, blocks, trial types, pairs and sides, as JSON lines.

    The digest is kept with the plan, so that whoever reads the trials later can prove that they
    are still those that were planned.
    """
    lines = [json.dumps(astuple(trial), ensure_ascii=True) + "\n" for trial in plan]
    return hashlib.sha256("".join(lines).encode()).hexdigest()
