"""The pairs that a preview plays: a real plan of the study, of which nothing is stored.

Place on the data's path: beside it. The plan is made as for a participant, from the study's digest
in place of a seed, so that everybody who looks sees the same pairs; a few of each part are played.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import sqlalchemy as sa
from sqlalchemy.orm import Session

from study_app.catalog import file_of, roles_of
from study_app.errors import N_, UnknownImage
from study_app.known_pairs import read_pairs, set_ids
from study_app.models import StimulusPair, StimulusSet, Study
from study_app.padded_pairs import files_of, read_padded
from study_app.plan import plan_trials
from study_app.protocol import (
    OTHER_SIDE,
    Block,
    PlannedTrial,
    ProtocolSettings,
    Side,
    number_in_block,
    plan_settings,
)

# What is played: the practice, the beginning of the test, and the test from the break on.
Part = Literal["practice", "test", "break"]
PARTS: tuple[Part, ...] = get_args(Part)
N_PLAYED = 3
SEED_DIGITS = 15


@dataclass(frozen=True)
class PreviewTrial:
    """One pair that is played.

    Attributes:
        planned: as for a participant.
        number: place in its block, from 1.
        n_in_block: trials of its block.
        break_before: whether a rest is offered before it.
    """

    planned: PlannedTrial
    number: int
    n_in_block: int
    break_before: bool

    @property
    def block(self) -> Block:
        """Practice or main."""
        return self.planned.block


def preview_plan(session: Session, study: Study) -> list[PlannedTrial]:
    """Plan all trials of somebody under the first tested condition, or in a within design all."""
    protocol, roles = file_of(study).protocol, roles_of(session, study)
    tested = roles.tested[:1] if protocol.design == "between" else roles.tested
    wanted = [name for name in (*tested, roles.vigilance, roles.control) if name]
    pairs = read_pairs(session, study, wanted)
    return plan_trials(pairs, plan_settings(protocol, roles, tested), preview_seed(study))


def preview_seed(study: Study) -> int:
    """Give what stands in place of a participant's seed."""
    return int(study.digest[:SEED_DIGITS], 16)


def part_of(
    plan: Sequence[PlannedTrial], protocol: ProtocolSettings, part: Part
) -> list[PreviewTrial]:
    """Give the trials of a part that are played; none where the study has no such part."""
    if not has_part(protocol, part):
        return []
    half_way = protocol.n_practice + protocol.n_main // 2
    first = {"practice": 0, "test": protocol.n_practice, "break": half_way}[part]
    end = protocol.n_practice if part == "practice" else len(plan)
    return [
        PreviewTrial(
            planned=planned,
            number=number_in_block(planned.trial_index, planned.block, protocol.n_practice),
            n_in_block=protocol.n_practice if part == "practice" else protocol.n_main,
            break_before=part == "break" and planned.trial_index == half_way,
        )
        for planned in plan[first : min(first + N_PLAYED, end)]
    ]


def has_part(protocol: ProtocolSettings, part: Part) -> bool:
    """Say whether a study has a part."""
    if part == "practice":
        return protocol.n_practice > 0
    return part == "test" or (protocol.break_after and protocol.n_main > 1)


def read_preview_image(
    session: Session, study: Study, pair_id: str, half: Literal["real", "fake"]
) -> bytes:
    """Give one image of a pair, as long as its partner, as participants get it.

    Raises:
        UnknownImage: the study has no such pair.
        SetChanged: the file is gone, or another one.
    """
    found = session.execute(
        sa.select(StimulusPair, StimulusSet.folder)
        .join(StimulusSet, StimulusPair.stimulus_set_id == StimulusSet.id)
        .where(StimulusPair.pair_id == pair_id, StimulusPair.stimulus_set_id.in_(set_ids(study)))
    ).first()
    if found is None:
        raise UnknownImage(N_("There is no such picture here."))
    pair, folder = found
    return read_padded(files_of(pair, folder))[half]


def half_of(planned: PlannedTrial, side: Side) -> Literal["real", "fake"]:
    """Say which image of a pair stands on a side."""
    return "fake" if side == OTHER_SIDE[planned.real_side] else "real"
