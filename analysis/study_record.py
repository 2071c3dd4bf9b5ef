"""What a folder of ``study-app export`` says of its study beside the trial table.

Place on the data's path: ``report.py`` asks for it where the trials come from such a folder. All of
it is optional: a file that is not there says nothing.
"""

import json
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.errors import TrialTableError
from analysis.export_places import place_of
from analysis.participants_file import read_participants
from analysis.recorded_flow import RecordedFlow, read_recorded_flow

PROVENANCE_NAME = "provenance.json"
STUDY_NAME = "study.toml"
PILOT = "pilot"
# What the Methods section tells of the protocol, where the study file states it.
PROTOCOL_KEYS = (
    "preset",
    "design",
    "lead_in_ms",
    "display_ms",
    "isi_ms",
    "response_delay_ms",
    "image_size_px",
)


@dataclass(frozen=True)
class StudyRecord:
    """The files of an export folder, as far as they are there.

    Attributes:
        participants: of ``participants.csv``; None without it.
        flow: of ``participant_flow.csv``; None without it.
        set_sha256: digest of the study's stimulus set; None if it is not known.
        study_sha256: digest of the study file; None if it is not known.
        protocol: what the study file states of ``PROTOCOL_KEYS``.
        deviations: from the 2016 protocol, one sentence each.
        is_pilot: whether the data are those of a pilot, before the study counted.
    """

    participants: pd.DataFrame | None = None
    flow: RecordedFlow | None = None
    set_sha256: str | None = None
    study_sha256: str | None = None
    protocol: dict[str, Any] = field(default_factory=dict)
    deviations: tuple[str, ...] = ()
    is_pilot: bool = False


NO_RECORD = StudyRecord()


def read_study_record(folder: Path) -> StudyRecord:
    """Read what is there of participants, provenance and study file.

    Raises:
        TrialTableError: a file is there and cannot be read.
    """
    provenance = _object(_json(place_of(folder, PROVENANCE_NAME)))
    protocol = _object(_toml(place_of(folder, STUDY_NAME)).get("protocol"))
    deviations = provenance.get("deviations_from_2016")
    return StudyRecord(
        participants=read_participants(folder),
        flow=read_recorded_flow(folder),
        set_sha256=_text(provenance.get("stimulus_set_digest")),
        study_sha256=_text(provenance.get("study_digest")),
        protocol={name: protocol[name] for name in PROTOCOL_KEYS if name in protocol},
        deviations=tuple(map(str, deviations)) if isinstance(deviations, list) else (),
        is_pilot=provenance.get("phase") == PILOT,
    )


def _json(path: Path) -> Any:
    if not path.is_file():
        return {}
    try:
        return json.loads(path.read_bytes())
    except OSError as error:
        raise TrialTableError(f"{path}: cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError):
        raise TrialTableError(f"{path}: is not JSON; allowed: the file of the export") from None


def _toml(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise TrialTableError(f"{path}: cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError):
        raise TrialTableError(f"{path}: is not TOML; allowed: the file of the export") from None


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
