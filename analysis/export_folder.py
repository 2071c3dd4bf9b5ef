"""The folder of ``study-app export`` around a trial table: the study's own rule, and what is input.

Place on the data's path: ``study_app/export.py`` writes the folder; the commands of ``__main__.py``
ask here which settings hold for it and which of its files a result must not replace.
"""

import json
from pathlib import Path
from typing import Any

from analysis.errors import TrialTableError
from analysis.estimates import EstimateSettings
from analysis.sources import TABLE_NAME

PROVENANCE_NAME = "provenance.json"
FROM_STUDY_FILE = "study file"
FROM_COMMAND_LINE = "command line"
DAMAGED = "allowed: the file as study-app export wrote it, or --vigilance-pass-share"


def input_files(source: Path) -> tuple[Path, ...]:
    """Name the files that an analysis of a table or an export folder reads."""
    if source.is_dir():
        return source / TABLE_NAME, source / PROVENANCE_NAME
    return (source,)


def settings_for(
    source: Path, *, level: float, vigilance_pass_share: float | None
) -> EstimateSettings:
    """Settle the threshold of the vigilance rule: the researcher's, the study's, or the default.

    Args:
        source: a trial table, or an export folder.
        level: nominal coverage, a fraction.
        vigilance_pass_share: the researcher's threshold, a fraction; None leaves it to the study.

    Raises:
        TrialTableError: the study's rule is needed and its file is damaged.
    """
    if vigilance_pass_share is not None:
        return EstimateSettings(level, vigilance_pass_share, FROM_COMMAND_LINE)
    written = read_pass_share(source)
    if written is not None:
        return EstimateSettings(level, written, FROM_STUDY_FILE)
    return EstimateSettings(level)


def read_pass_share(source: Path) -> float | None:
    """Give the threshold of the study file, a fraction; None where no provenance is at hand.

    Raises:
        TrialTableError: the provenance cannot be read, or holds no threshold from 0 to 1.
    """
    path = source / PROVENANCE_NAME
    if not path.exists():
        return None
    share = _threshold_in(_read_json(path))
    is_number = isinstance(share, int | float) and not isinstance(share, bool)
    if not is_number or not 0 <= share <= 1:
        raise TrialTableError(
            f"{path}: exclusion.vigilance_pass_share is no number from 0 to 1; {DAMAGED}"
        )
    return float(share)


def _threshold_in(document: Any) -> Any:
    exclusion = document.get("exclusion") if isinstance(document, dict) else None
    return exclusion.get("vigilance_pass_share") if isinstance(exclusion, dict) else None


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except OSError as error:
        raise TrialTableError(f"{path}: cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError):
        raise TrialTableError(f"{path}: is not JSON; {DAMAGED}") from None
