"""Where each file of an export stands in an archive, by the Psych-DS rules; pure names.

Place on the data's path: ``archive.py`` lays an export out under these names; ``analysis`` finds
the files by ``analysis/export_places.py``, which a test holds against this module.
"""

import re
from pathlib import PurePosixPath

# Schema 1.5.1, rules/files/tabular_data/data.yaml; tables with tabs are not written here.
DATA_FILE = re.compile(r"([a-z]+-[a-zA-Z0-9]+)(_[a-z]+-[a-zA-Z0-9]+)*_data\.csv")
# Schema 1.5.1, meta/context.yaml: the keywords with a meaning that all know.
KEYWORDS = ("study", "site", "subject", "session", "task", "condition", "trial", "stimulus",
            "description")  # fmt: skip
DATA_FOLDER = "data"
DESCRIPTION_NAME = "dataset_description.json"
SUMS_NAME = "SHA256SUMS"
# What the rules have no name for is listed there; schema 1.5.1, and the schemas before it.
IGNORE_NAMES = (".psychds-ignore", ".psychdsignore")
# Tables of an export, and the value of the keyword "description" in their names.
TABLE_WORDS = {
    "trials.csv": "trials",
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


def place_of(name: str, study_id: str) -> str:
    """Give the path in an archive of a file of an export.

    Args:
        name: of the file in a plain export.
        study_id: the slug of the study.
    """
    if name in OTHER_PLACES:
        return OTHER_PLACES[name]
    first, *others = re.findall(r"[a-zA-Z0-9]+", study_id)
    word = first + "".join(other.capitalize() for other in others)  # no hyphens in values
    return f"{DATA_FOLDER}/study-{word}_description-{TABLE_WORDS[name]}_data.csv"


def sidecar_of(table: str) -> str:
    """Give the path of the metadata of one table of an archive."""
    return str(PurePosixPath(table).with_suffix(".json"))


def manifest_place(number: int) -> str:
    """Give the path of the manifest of a study's stimulus set, counted from 1."""
    return "materials/manifest.json" if number == 1 else f"materials/manifest_{number}.json"
