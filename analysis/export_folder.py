"""Which files an analysis reads, so that no result replaces one of them.

Place on the data's path: the commands ask here before they write. What stands in the folder of
``study-app export`` beside the trial table is read by ``study_rules.py`` and ``study_record.py``.
"""

from pathlib import Path

from analysis.export_places import place_of
from analysis.sources import find_source

BESIDE_THE_TABLE = (
    "provenance.json",
    "participants.csv",
    "participant_flow.csv",
    "erasures.csv",
    "screening.csv",
    "answers.csv",
    "exposures.csv",
    "study.toml",
    "codebook.csv",
    "codebook_tables.csv",
)


def input_files(source: Path | str) -> tuple[Path, ...]:
    """Name the files that an analysis of a table, a folder or a database reads.

    Raises:
        TrialTableError: the source is not there.
    """
    found = find_source(source)
    if found.folder is None:
        return found.files
    return (*found.files, *(place_of(found.folder, name) for name in BESIDE_THE_TABLE))
