"""The exclusion rules of the study itself, where its data come with them.

Place on the data's path: ``study_app`` stores the study file in its database and writes its rules
into the ``provenance.json`` of an export folder; ``choices.py`` asks here for either.
"""

import hashlib
import json
import tomllib
from pathlib import Path
from typing import Any

from analysis.database_table import read_study_file
from analysis.errors import TrialTableError
from analysis.exclusion_rules import FROM_STUDY_FILE, VIGILANCE_KEY
from analysis.export_places import place_of
from analysis.rules_file import (
    EQUIVALENCE,
    EXCLUSION,
    StatedRules,
    read_margin,
    read_rules_table,
    read_share,
)
from analysis.sources import find_source

PROVENANCE_NAME = "provenance.json"
STUDY_NAME = "study.toml"
DAMAGED = "allowed: the file as study-app export wrote it, or --vigilance-pass-share"


def read_study_rules(source: Path | str, study: str | None = None) -> StatedRules | None:
    """Give the rules of the study; None where its data come without them.

    Args:
        source: a trial table, as ``read_trials`` takes it.
        study: which study of a database that holds several.

    Raises:
        TrialTableError: the file that states them is damaged.
        RulesError: a rule is not understood.
    """
    found = find_source(source)
    if found.folder is not None:
        return _from_folder(found.folder)
    if found.address is not None:
        return _from_database(found.address, study)
    return None


def _from_folder(folder: Path) -> StatedRules | None:
    path = place_of(folder, PROVENANCE_NAME)
    if not path.exists():
        return None
    document = _read_json(path)
    table = document.get(EXCLUSION) if isinstance(document, dict) else None
    table = table if isinstance(table, dict) else {}
    share: Any = table.get(VIGILANCE_KEY)
    is_number = isinstance(share, int | float) and not isinstance(share, bool)
    if not is_number or not 0 <= share <= 1:
        raise TrialTableError(
            f"{path}: {EXCLUSION}.{VIGILANCE_KEY} is no number from 0 to 1; {DAMAGED}"
        )
    study_file = place_of(folder, STUDY_NAME)
    sha256 = hashlib.sha256(study_file.read_bytes()).hexdigest() if study_file.is_file() else None
    rules = read_rules_table(table, str(path), source=FROM_STUDY_FILE, file_sha256=sha256)
    equivalence = document.get(EQUIVALENCE, {})
    if not isinstance(equivalence, dict):
        raise TrialTableError(f"{path}: {EQUIVALENCE} is no table; {DAMAGED}")
    margin = read_margin(equivalence, str(path))
    return StatedRules(float(share), rules, margin)


def _from_database(address: str, study: str | None) -> StatedRules:
    """Read the study file; what it does not state is the study app's default, as for an export."""
    text = read_study_file(address, study)
    document = tomllib.loads(text)
    table = document.get(EXCLUSION, {})
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    where = "the study file in the database"
    rules = read_rules_table(table, where, source=FROM_STUDY_FILE, file_sha256=sha256)
    margin = read_margin(document.get(EQUIVALENCE, {}), where)
    return StatedRules(read_share(table, where), rules, margin)


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except OSError as error:
        raise TrialTableError(f"{path}: cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError):
        raise TrialTableError(f"{path}: is not JSON; {DAMAGED}") from None
