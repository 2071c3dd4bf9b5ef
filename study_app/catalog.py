"""Store a study with its stimulus set, once; find studies and image files.

Place on the data's path: reads the set that ``colorizer build-set`` wrote, fills the stimulus
tables. The set's images stay where they are: the database keeps the folder and every digest.
"""

import hashlib
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from colorizer import manifest
from colorizer.set_files import read_set_file
from study_app.errors import (
    N_,
    PlanError,
    SetChanged,
    StimulusSetError,
    StudyChanged,
    UnknownStudy,
)
from study_app.extensions import begin_write
from study_app.image_padding import is_png, png_size
from study_app.models import Condition, StimulusPair, StimulusSet, Study, StudyStimulusSet
from study_app.number_words import counted, noun
from study_app.plan import plan_trials
from study_app.protocol import PlannablePair, ProtocolSettings, Roles, plan_settings
from study_app.study_file import parse_study_file, study_digest
from study_app.study_sets import check_together, join_digests, joined_conditions, joined_pairs
from study_app.study_states import ENROLLING
from study_app.study_tables import ConditionChoice, StudyFile

TESTED_KINDS = ("weights", "folder")
SERVED_FORMAT = "png"
ROWS_AT_ONCE = 1000


@dataclass(frozen=True)
class Stored:
    """What ``store_study`` did."""

    study: Study
    outcome: Literal["created", "unchanged", "moved"]


def load_stimulus_set(folder: Path) -> manifest.StimulusSet:
    """Read a stimulus set and check every image it names.

    Raises:
        StimulusSetError: the manifest or an image is missing, damaged or not as described.
    """
    try:
        stimulus_set = manifest.load_manifest(folder)
    except manifest.ManifestError as error:
        raise StimulusSetError(str(error)) from None
    if stimulus_set.image_format != SERVED_FORMAT:
        raise StimulusSetError(
            f"{folder}: images are {stimulus_set.image_format}; only {SERVED_FORMAT} can be padded"
            " to equal length and is served"
        )
    problems = _check_images(stimulus_set, folder)
    if problems:
        more = f" ({counted(len(problems) - 1, 'more problem')})" if len(problems) > 1 else ""
        raise StimulusSetError(f"{folder}: {problems[0]}{more}")
    return stimulus_set


def folder_of_set(path: Path) -> Path:
    """Give the folder of a set that is named by its folder or by the manifest in it."""
    place = path.expanduser().resolve()
    return place.parent if place.name == manifest.MANIFEST_NAME else place


def check_set_folder(folder: str) -> None:
    """Check that a stored set is where it was.

    Raises:
        SetChanged: its folder is gone.
    """
    if not Path(folder).is_dir():
        raise SetChanged(
            f"the stimulus set is no longer at {folder};"
            " study-app create STUDY.TOML --set with its new place mends this"
        )


def check_set_folders(study: Study) -> None:
    """Check that all sets of a study are where they were.

    Raises:
        SetChanged: the folder of one is gone.
    """
    for stored in study.stimulus_sets:
        check_set_folder(stored.folder)


def check_stored_set(stored: StimulusSet) -> None:
    """Check that a stored set is where it was, with every byte as it was.

    Raises:
        StimulusSetError: its folder is gone, a file is missing or damaged, or it is another set.
    """
    check_set_folder(stored.folder)
    digest = manifest.set_digest(load_stimulus_set(Path(stored.folder)))
    if digest != stored.digest:
        raise SetChanged(
            f"{stored.folder}: another stimulus set than the study was made with (digest"
            f" {digest[:12]}, not {stored.digest[:12]}); put the first one back, or study-app"
            " create a study of another id with this one"
        )


def resolve_roles(conditions: dict[str, str], choice: ConditionChoice, n_vigilance: int) -> Roles:
    """Decide which condition does what.

    Args:
        conditions: name to kind, of the stimulus set.
        choice: the study file's table ``[conditions]``.
        n_vigilance: vigilance trials wanted; with 0 no vigilance condition is needed.

    Raises:
        StimulusSetError: a condition named in the study file is not in the set, or has two roles.
    """
    listed = ", ".join(conditions)
    used = {choice.vigilance, choice.control}
    by_kind = tuple(
        name for name, kind in conditions.items() if kind in TESTED_KINDS and name not in used
    )
    tested = choice.tested or by_kind
    if not tested:
        raise StimulusSetError(
            f"the set has no condition made from weights or a folder ({listed});"
            " name those to test in [conditions] tested"
        )
    for name in tested:
        if name not in conditions:
            raise StimulusSetError(f"tested condition {name!r} is not in the set ({listed})")
        if name in used or tested.count(name) > 1:
            raise StimulusSetError(f"condition {name!r} has two roles in [conditions]")
    if n_vigilance and choice.vigilance not in conditions:
        raise StimulusSetError(
            f"{counted(n_vigilance, 'vigilance trial')} {noun(n_vigilance, 'needs', 'need')} the"
            f" condition {choice.vigilance!r}, which is not in the set ({listed}); build it, name"
            " another, or set n_vigilance = 0"
        )
    return Roles(
        tested,
        choice.vigilance if choice.vigilance in conditions else None,
        choice.control if choice.control in conditions else None,
    )


def check_plannable(pairs: list[PlannablePair], protocol: ProtocolSettings, roles: Roles) -> None:
    """Check that every participant can be given a plan.

    Raises:
        PlanError: too few photos, or numbers that contradict each other.
    """
    arms = [(name,) for name in roles.tested] if protocol.design == "between" else [roles.tested]
    for tested in arms:
        try:
            plan_trials(pairs, plan_settings(protocol, roles, tested), seed=0)
        except PlanError as error:
            raise PlanError(f"condition {', '.join(tested)}: {error}") from None


def store_study(
    session: Session,
    study_file: StudyFile,
    source: str,
    folder: Path,
    stimulus_set: manifest.StimulusSet,
    now: datetime,
    *,
    more_sets: Sequence[tuple[Path, manifest.StimulusSet]] = (),
) -> Stored:
    """Store a study with its sets; the same again changes nothing but the place of a set.

    Args:
        session: of the database.
        study_file: what is stored.
        source: its text.
        folder: of the first set.
        stimulus_set: the first set.
        now: the time.
        more_sets: folders and sets that serve the same study, in any order.

    Raises:
        StudyChanged: the study is stored already from another file or set.
        StimulusSetError: file and sets do not fit, or the sets not together.
        PlanError: there are too few photos.
    """
    sets = [(folder, stimulus_set), *more_sets]
    # Before the lock is taken: the digest of a large set takes seconds.
    named = [(manifest.set_digest(found), found, place) for place, found in sets]
    digest = study_digest(source, join_digests([set_digest for set_digest, _, _ in named]))
    begin_write(session)
    study = session.scalar(sa.select(Study).where(Study.code == study_file.study.id))
    if study is not None:
        _check_same(study, digest)
        outcome = _move_sets(session, {set_digest: place for set_digest, _, place in named})
        session.commit()
        return Stored(study, outcome)
    _check_fit(study_file, [found for _, found in sets])
    stored_sets = [_find_or_store_set(session, *one) for one in named]
    study = Study(
        code=study_file.study.id,
        digest=digest,
        source=source,
        contact=study_file.study.contact,
        stimulus_set=stored_sets[0],
        created_at=now,
    )
    session.add(study)
    session.flush()
    links = enumerate(stored_sets)
    session.add_all(
        StudyStimulusSet(study_id=study.id, stimulus_set_id=stored.id, position=position)
        for position, stored in links
    )
    session.commit()
    return Stored(study, "created")


def find_study(session: Session, code: str | None = None) -> Study:
    """Give a study by its code, or the only one there is.

    Raises:
        UnknownStudy: none of that code; none at all; or several and no code.
    """
    if code is not None:
        study = session.scalar(sa.select(Study).where(Study.code == code))
        if study is None:
            raise UnknownStudy(N_("there is no study %(code)r here"), code=code)
        return study
    studies = all_studies(session)
    if not studies:
        raise UnknownStudy("there is no study here yet; study-app create stores one")
    if len(studies) > 1:
        listed = ", ".join(study.code for study in studies)
        raise UnknownStudy(f"there are several studies ({listed}); choose one with --study")
    return studies[0]


def all_studies(session: Session) -> list[Study]:
    """Give all studies, the oldest first."""
    return list(session.scalars(sa.select(Study).order_by(Study.id)))


def check_open_studies(session: Session) -> None:
    """Check that the stimulus set of every study that takes people is where it was.

    Raises:
        SetChanged: the folder of one is gone.
    """
    for study in session.scalars(sa.select(Study).where(Study.state.in_(ENROLLING))):
        check_set_folders(study)


def file_of(study: Study) -> StudyFile:
    """Give the study file a study was made from."""
    return parse_study_file(study.source)


def conditions_of(session: Session, study: Study) -> list[Condition]:
    """Give the conditions of a study, one of each name: that of the first set which has it.

    Pairs of a condition in other sets belong to other rows of the same name.
    """
    rows = session.scalars(
        sa.select(Condition)
        .join(StudyStimulusSet, Condition.stimulus_set_id == StudyStimulusSet.stimulus_set_id)
        .where(StudyStimulusSet.study_id == study.id)
        .order_by(StudyStimulusSet.position, Condition.id)
    )
    found: dict[str, Condition] = {}
    for condition in rows:
        found.setdefault(condition.name, condition)
    return list(found.values())


def roles_of(session: Session, study: Study) -> Roles:
    """Give the roles of a stored study's conditions."""
    study_file = file_of(study)
    conditions = {found.name: found.kind for found in conditions_of(session, study)}
    return resolve_roles(conditions, study_file.conditions, study_file.protocol.n_vigilance)


def read_image(folder: str, path: str, sha256: str) -> bytes:
    """Read one image of a set in use and prove that it is still the same.

    Raises:
        SetChanged: the file is missing or has other bytes.
    """
    check_set_folder(folder)
    try:
        data = read_set_file(Path(folder), path)
    except manifest.ManifestError as error:
        raise SetChanged(f"{folder}/{error}") from None
    if hashlib.sha256(data).hexdigest() != sha256:
        raise SetChanged(f"{Path(folder) / path}: the image is not the one the study was made with")
    return data


def _check_images(stimulus_set: manifest.StimulusSet, folder: Path) -> list[str]:
    wanted = (stimulus_set.image_size_px, stimulus_set.image_size_px)
    problems = []
    for image in manifest.images_of(stimulus_set):
        try:
            data = manifest.read_image_file(folder, image)
        except manifest.ManifestError as error:
            problems.append(str(error))
            continue
        if not is_png(data):
            problems.append(f"{image.path}: not a PNG file")
        elif png_size(data) != wanted:
            problems.append(f"{image.path}: {png_size(data)} pixels instead of {wanted}")
    return sorted(problems)


def _check_same(study: Study, digest: str) -> None:
    if study.digest != digest:
        raise StudyChanged(
            f"study {study.code!r} is stored already, from another study file or stimulus set"
            f" (digest {study.digest[:12]}, this one {digest[:12]});"
            " give the changed one another id in [study]"
        )


def _move_set(stored: StimulusSet, folder: Path) -> Literal["moved", "unchanged"]:
    if stored.folder == str(folder):
        return "unchanged"
    stored.folder = str(folder)
    return "moved"


def _move_sets(session: Session, folders: Mapping[str, Path]) -> Literal["moved", "unchanged"]:
    found: Literal["moved", "unchanged"] = "unchanged"
    for digest, folder in folders.items():
        stored = session.scalars(sa.select(StimulusSet).where(StimulusSet.digest == digest)).one()
        if _move_set(stored, folder) == "moved":
            found = "moved"
    return found


def _check_fit(study_file: StudyFile, sets: Sequence[manifest.StimulusSet]) -> None:
    check_together(sets)
    protocol = study_file.protocol
    conditions = joined_conditions(sets)
    roles = resolve_roles(conditions, study_file.conditions, protocol.n_vigilance)
    check_plannable(joined_pairs(sets), protocol, roles)


def _find_or_store_set(
    session: Session, digest: str, stimulus_set: manifest.StimulusSet, folder: Path
) -> StimulusSet:
    stored = session.scalar(sa.select(StimulusSet).where(StimulusSet.digest == digest))
    if stored is not None:
        _move_set(stored, folder)
        return stored
    stored = StimulusSet(
        digest=digest,
        folder=str(folder),
        image_size_px=stimulus_set.image_size_px,
        image_format=stimulus_set.image_format,
    )
    session.add(stored)
    session.flush()
    conditions = {
        condition.name: Condition(
            stimulus_set_id=stored.id, name=condition.name, kind=condition.kind
        )
        for condition in stimulus_set.conditions
    }
    session.add_all(conditions.values())
    session.flush()
    rows = (
        {
            "stimulus_set_id": stored.id,
            "condition_id": conditions[pair.condition].id,
            "pair_id": pair.pair_id,
            "photo_id": pair.photo_id,
            "real_path": pair.real.path,
            "real_sha256": pair.real.sha256,
            "fake_path": pair.fake.path,
            "fake_sha256": pair.fake.sha256,
        }
        for pair in stimulus_set.pairs
    )
    while some := list(itertools.islice(rows, ROWS_AT_ONCE)):
        session.execute(sa.insert(StimulusPair), some)
    return stored
