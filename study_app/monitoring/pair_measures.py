"""Measure pairs once, and keep what was measured in the instance folder.

Place on the data's path: between the bytes of a set and ``contact_sheet.py``. What is kept is named
by the digests of both files, so it never goes out of date; a file that cannot be written is no
error, the pairs are measured again then.
"""

import contextlib
import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from study_app.errors import ExportError
from study_app.monitoring.desk_folder import desk_folder
from study_app.monitoring.pixels import PairMeasures, UnreadablePictureError, measure_pair
from study_app.results import write_text

Key = tuple[str, str]
"""The SHA-256 of the real photo's file and of the fake's."""


def kept_at(instance: Path, study_code: str) -> Path:
    """Give the file that keeps the measures of a study's pairs."""
    return desk_folder(instance, study_code) / "pictures.json"


def measure_pairs(path: Path, pairs: Mapping[Key, tuple[bytes, bytes]]) -> dict[Key, PairMeasures]:
    """Give the measures of pairs; what is not kept yet is measured, and kept from then on.

    Args:
        path: of ``kept_at``.
        pairs: the bytes of both files, proved already, by their digests.

    Returns:
        By the same keys, without pairs of which a file is no picture.
    """
    kept = _read(path)
    known = {key: measures for key in pairs if (measures := _parse(kept.get(" ".join(key))))}
    new = {key: measures for key in set(pairs) - set(known) if (measures := _try(*pairs[key]))}
    if new:
        kept |= {" ".join(key): dataclasses.asdict(measures) for key, measures in new.items()}
        with contextlib.suppress(OSError, ExportError):
            path.parent.mkdir(parents=True, exist_ok=True)
            write_text(path, json.dumps(kept, indent=0, sort_keys=True))
    return known | new


def _try(real: bytes, fake: bytes) -> PairMeasures | None:
    try:
        return measure_pair(real, fake)
    except UnreadablePictureError:
        return None


def _read(path: Path) -> dict[str, Any]:
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return kept if isinstance(kept, dict) else {}


def _parse(stored: Any) -> PairMeasures | None:
    try:
        measures = PairMeasures(**stored)
        width, height = measures.real_size_px
        fake_width, fake_height = measures.fake_size_px
    except (TypeError, ValueError):
        return None
    return dataclasses.replace(
        measures, real_size_px=(width, height), fake_size_px=(fake_width, fake_height)
    )
