"""Look whether the pictures of a study are where they were: their names only, not their bytes.

Place on the data's path: ``overview.py`` asks it every few seconds, so a folder is listed once, not
each file looked at. Bytes are proved by the contact sheet, and whenever a picture is shown.
"""

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

import sqlalchemy as sa
from sqlalchemy.orm import Session

from study_app.models import StimulusPair, Study


def missing_sets(study: Study) -> list[str]:
    """Give the folders of stimulus sets that are gone."""
    return [stored.folder for stored in study.stimulus_sets if not Path(stored.folder).is_dir()]


def count_missing_images(session: Session, study: Study) -> int:
    """Count the pictures that are not in their set's folder; sets that are gone are left out."""
    n_missing = 0
    for stored in study.stimulus_sets:
        if Path(stored.folder).is_dir():
            rows = session.execute(
                sa.select(StimulusPair.real_path, StimulusPair.fake_path).where(
                    StimulusPair.stimulus_set_id == stored.id
                )
            )
            n_missing += _count_missing(Path(stored.folder), {path for row in rows for path in row})
    return n_missing


def _count_missing(folder: Path, paths: Iterable[str]) -> int:
    wanted: defaultdict[str, set[str]] = defaultdict(set)
    for path in paths:
        wanted[str(PurePosixPath(path).parent)].add(PurePosixPath(path).name)
    return sum(len(names - _listed(folder / parent)) for parent, names in wanted.items())


def _listed(folder: Path) -> set[str]:
    try:
        return {entry.name for entry in folder.iterdir()}
    except OSError:
        return set()
