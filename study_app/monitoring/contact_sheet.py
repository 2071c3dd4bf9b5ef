"""Give a page of a study's stimulus pairs, each with what is wrong with it.

Place on the data's path: the contact sheet shows real and fake beside each other; the bytes are
proved against the digests that the study was made with, the pixels measured once.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import sqlalchemy as sa
from sqlalchemy.orm import Session

from study_app.catalog import conditions_of, read_image, roles_of
from study_app.errors import SetChanged, UnknownPair
from study_app.models import Condition, StimulusPair, StimulusSet, Study, StudyStimulusSet
from study_app.monitoring.paging import cut_page
from study_app.monitoring.pair_marks import FileState, pair_marks
from study_app.monitoring.pair_measures import Key, kept_at, measure_pairs
from study_app.monitoring.pixels import PairMeasures

PAGE_LENGTH = 24

Half = Literal["real", "fake"]
PairRow = tuple[StimulusPair, StimulusSet]


@dataclass(frozen=True)
class SheetCondition:
    """A condition to choose from.

    Attributes:
        name: of the condition.
        kind: how its fakes were made.
        role: tested, vigilance, control or not used.
        n_pairs: how many it has, in all stimulus sets.
    """

    name: str
    kind: str
    role: str
    n_pairs: int


@dataclass(frozen=True)
class SheetPair:
    """One pair of the contact sheet.

    Attributes:
        row_id: names it in addresses.
        pair_id: of the manifest.
        photo_id: of the manifest.
        lightness_difference: largest difference of L* of any pixel; None if it could not be had.
        marks: what is wrong; empty for a good pair.
    """

    row_id: int
    pair_id: str
    photo_id: str
    lightness_difference: float | None
    marks: tuple[str, ...]


@dataclass(frozen=True)
class ContactSheet:
    """A page of the pairs of one condition.

    Attributes:
        conditions: all there are.
        condition: the one that is shown.
        pairs: of this page, in the order of their photos.
        number: of the page, from 1.
        n_pages: 1 at least.
        n_pairs: in all pages.
        only_marked: whether good pairs are left out.
    """

    conditions: tuple[SheetCondition, ...]
    condition: str
    pairs: tuple[SheetPair, ...]
    number: int
    n_pages: int
    n_pairs: int
    only_marked: bool


def read_sheet(
    session: Session,
    study: Study,
    condition: str,
    number: int,
    instance: Path,
    *,
    only_marked: bool = False,
) -> ContactSheet:
    """Give a page of the contact sheet.

    Args:
        session: of the database.
        study: whose sets.
        condition: name; the first one for any that the study does not have.
        number: of the page; the nearest that exists is given.
        instance: folder where measures are kept.
        only_marked: leave good pairs out; all pairs of the condition are looked at then, which
            takes about a twentieth of a second for each that was never measured.
    """
    conditions = _conditions(session, study)
    chosen = next((found for found in conditions if found.name == condition), conditions[0])
    rows = _rows(session, study, chosen.name)
    path = kept_at(instance, study.code)
    if only_marked:
        rows = [row for row, pair in _looked_at(rows, path) if pair.marks]
    cut = cut_page(number, len(rows), PAGE_LENGTH)
    pairs = tuple(pair for _, pair in _looked_at(rows[cut.start : cut.stop], path))
    return ContactSheet(
        tuple(conditions), chosen.name, pairs, cut.number, cut.n_pages, len(rows), only_marked
    )


def read_half(session: Session, study: Study, row_id: int, half: Half) -> bytes:
    """Give the bytes of one picture of a pair of the study.

    Raises:
        UnknownPair: the study has no such pair.
        SetChanged: the file is missing or has other bytes.
    """
    pair = session.scalar(
        sa.select(StimulusPair).where(
            StimulusPair.id == row_id, StimulusPair.id.in_(_pairs_of(study))
        )
    )
    if pair is None:
        raise UnknownPair("the study has no such pair")
    return _read(pair, pair.stimulus_set, half)


def _rows(session: Session, study: Study, condition: str) -> list[PairRow]:
    """Give the pairs of a condition with their sets, in the order of their photos."""
    rows = session.execute(
        sa.select(StimulusPair, StimulusSet)
        .join(StimulusSet, StimulusPair.stimulus_set_id == StimulusSet.id)
        .join(Condition, StimulusPair.condition_id == Condition.id)
        .where(StimulusPair.id.in_(_pairs_of(study)), Condition.name == condition)
        .order_by(StimulusPair.photo_id, StimulusPair.id)
    )
    return [(pair, stored) for pair, stored in rows]


def _looked_at(rows: Sequence[PairRow], path: Path) -> Iterator[tuple[PairRow, SheetPair]]:
    """Look at pairs, a page of them at a time: their files are not in memory all at once."""
    for start in range(0, len(rows), PAGE_LENGTH):
        some = rows[start : start + PAGE_LENGTH]
        files = [_files(pair, stored) for pair, stored in some]
        measures = measure_pairs(
            path, {own.key: (own.data["real"], own.data["fake"]) for own in files if own.are_good}
        )
        for row, own in zip(some, files, strict=True):
            yield row, _sheet_pair(own, measures.get(own.key))


def _pairs_of(study: Study) -> sa.Select[Any]:
    return (
        sa.select(StimulusPair.id)
        .join(StudyStimulusSet, StudyStimulusSet.stimulus_set_id == StimulusPair.stimulus_set_id)
        .where(StudyStimulusSet.study_id == study.id)
    )


def _conditions(session: Session, study: Study) -> list[SheetCondition]:
    roles = roles_of(session, study)
    named = {roles.vigilance: "vigilance", roles.control: "control"}
    named |= dict.fromkeys(roles.tested, "tested")
    counts = {
        name: n
        for name, n in session.execute(
            sa.select(Condition.name, sa.func.count())
            .join(StimulusPair, StimulusPair.condition_id == Condition.id)
            .where(StimulusPair.id.in_(_pairs_of(study)))
            .group_by(Condition.name)
        )
    }
    return [
        SheetCondition(
            found.name, found.kind, named.get(found.name, "not used"), counts.get(found.name, 0)
        )
        for found in conditions_of(session, study)
    ]


@dataclass(frozen=True)
class _Files:
    """The two files of a pair, as they were found; no bytes of one that is not good."""

    pair: StimulusPair
    states: dict[Half, FileState]
    data: dict[Half, bytes]

    @property
    def key(self) -> Key:
        return self.pair.real_sha256, self.pair.fake_sha256

    @property
    def are_good(self) -> bool:
        return set(self.states.values()) == {"good"}


def _files(pair: StimulusPair, stored: StimulusSet) -> _Files:
    found = _Files(pair, {}, {})
    for half in get_args(Half):
        try:
            found.data[half] = _read(pair, stored, half)
            found.states[half] = "good"
        except SetChanged:
            path = Path(stored.folder) / getattr(pair, f"{half}_path")
            found.states[half] = "changed" if path.is_file() else "missing"
    return found


def _sheet_pair(files: _Files, measures: PairMeasures | None) -> SheetPair:
    if files.are_good and measures is None:
        files.states["fake"] = "unreadable"
    return SheetPair(
        row_id=files.pair.id,
        pair_id=files.pair.pair_id,
        photo_id=files.pair.photo_id,
        lightness_difference=measures.lightness_difference if measures else None,
        marks=pair_marks(files.states["real"], files.states["fake"], measures),
    )


def _read(pair: StimulusPair, stored: StimulusSet, half: Half) -> bytes:
    return read_image(stored.folder, getattr(pair, f"{half}_path"), getattr(pair, f"{half}_sha256"))
