"""Look whether the pictures of a study are where they were: their names only, not their bytes.

Place on the data's path: ``overview.py`` asks it every few seconds, so what was found is kept in
the instance folder together with when each folder of pictures was changed last; while none was
changed nothing is listed again, neither from the disk nor from the database. Bytes are proved by
the contact sheet, and whenever a picture is shown.
"""

import contextlib
import json
import time
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from study_app.errors import ExportError
from study_app.models import StimulusPair, StimulusSet, Study
from study_app.monitoring.desk_folder import desk_folder
from study_app.results import write_text

PRESENCE_NAME = "presence.json"
# A folder that was changed so lately may change again without another time of change.
SETTLED_AFTER_NS = 2_000_000_000


def missing_sets(study: Study) -> list[str]:
    """Give the folders of stimulus sets that are gone."""
    return [stored.folder for stored in study.stimulus_sets if not Path(stored.folder).is_dir()]


def count_missing_images(session: Session, study: Study, instance: Path) -> int:
    """Count the pictures that are not in their set's folder; sets that are gone are left out.

    Args:
        session: of the database.
        study: whose sets.
        instance: folder where what was found is kept.
    """
    kept_at = desk_folder(instance, study.code) / PRESENCE_NAME
    kept = _read(kept_at)
    found = {
        f"{stored.digest} {stored.folder}": _look(session, stored, kept)
        for stored in study.stimulus_sets
        if Path(stored.folder).is_dir()
    }
    if found != kept:
        with contextlib.suppress(OSError, ExportError):
            kept_at.parent.mkdir(parents=True, exist_ok=True)
            write_text(kept_at, json.dumps(found))
    return sum(entry["n_missing"] for entry in found.values())


def _look(session: Session, stored: StimulusSet, kept: dict[str, Any]) -> dict[str, Any]:
    """Give what was found of a set: how many are missing, and its folders' times of change."""
    before: Any = kept.get(f"{stored.digest} {stored.folder}")
    if _still_holds(before, Path(stored.folder)):
        return {**before}
    wanted: defaultdict[str, set[str]] = defaultdict(set)
    for path in _paths(session, stored):
        wanted[str(PurePosixPath(path).parent)].add(PurePosixPath(path).name)
    # The times first: what changes while names are listed is seen the next time.
    changed_ns = {parent: _changed_ns(Path(stored.folder) / parent) for parent in wanted}
    is_settled = all(time.time_ns() - at > SETTLED_AFTER_NS for at in changed_ns.values())
    n_missing = sum(
        len(names - _listed(Path(stored.folder) / parent)) for parent, names in wanted.items()
    )
    return {"n_missing": n_missing, "changed_ns": changed_ns if is_settled else {}}


def _still_holds(entry: Any, folder: Path) -> bool:
    """Say whether nothing has changed since something was found; never of what cannot be read."""
    try:
        changed_ns = entry["changed_ns"]
        return (
            isinstance(entry["n_missing"], int)
            and bool(changed_ns)
            and all(_changed_ns(folder / parent) == at for parent, at in changed_ns.items())
        )
    except (AttributeError, KeyError, TypeError):
        return False


def _paths(session: Session, stored: StimulusSet) -> Iterable[str]:
    rows = session.execute(
        sa.select(StimulusPair.real_path, StimulusPair.fake_path).where(
            StimulusPair.stimulus_set_id == stored.id
        )
    )
    return (path for row in rows for path in row)


def _changed_ns(folder: Path) -> int:
    """Give when names came or went in a folder; 0 for one that is not there."""
    try:
        return folder.stat().st_mtime_ns
    except OSError:
        return 0


def _listed(folder: Path) -> set[str]:
    try:
        return {entry.name for entry in folder.iterdir()}
    except OSError:
        return set()


def _read(path: Path) -> dict[str, Any]:
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return kept if isinstance(kept, dict) else {}
