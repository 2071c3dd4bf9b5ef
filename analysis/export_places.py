"""Where the files of an export stand: in its folder, or in the places of an archive (Psych-DS).

Place on the data's path: whoever reads a file of an export asks here first. ``study_app`` writes
both: ``study-app export`` one flat folder, with ``--format psych-ds`` a data set whose tables have
names made of keywords. The bytes of a file are the same in both.
"""

from pathlib import Path

from analysis.errors import TrialTableError

TABLE_NAME = "trials.csv"
ARCHIVE_MARK = "dataset_description.json"
DATA_FOLDER = "data"
# The value of the keyword "description" in the names of an archive's tables.
DESCRIPTIONS = {
    TABLE_NAME: "trials",
    "participants.csv": "participants",
    "participant_flow.csv": "participantFlow",
    "screening.csv": "screening",
    "answers.csv": "answers",
    "exposures.csv": "exposures",
    "erasures.csv": "erasures",
}
OTHER_PLACES = {
    "study.toml": "materials/study.toml",
    "provenance.json": "documentation/provenance.json",
    "codebook.csv": "documentation/codebook.csv",
    "codebook_tables.csv": "documentation/codebook_tables.csv",
}


def is_archive(folder: Path) -> bool:
    """Tell whether a folder is an archive of a study, and not a plain export."""
    return (folder / ARCHIVE_MARK).is_file() and not (folder / TABLE_NAME).exists()


def place_of(folder: Path, name: str) -> Path:
    """Give where a file of an export stands; it need not be there.

    Args:
        folder: a plain export or an archive.
        name: of the file in a plain export.

    Raises:
        TrialTableError: an archive holds several tables that could be it.
    """
    if not is_archive(folder) or name not in DESCRIPTIONS | OTHER_PLACES:
        return folder / name
    if name in OTHER_PLACES:
        return folder / OTHER_PLACES[name]
    pattern = f"*_description-{DESCRIPTIONS[name]}_data.csv"
    found = sorted((folder / DATA_FOLDER).glob(pattern))
    if len(found) > 1:
        raise TrialTableError(
            f"{folder}: found {len(found)} files {DATA_FOLDER}/{pattern}; allowed: one, as"
            " study-app export --format psych-ds writes it"
        )
    return found[0] if found else folder / DATA_FOLDER / pattern.removeprefix("*_")
