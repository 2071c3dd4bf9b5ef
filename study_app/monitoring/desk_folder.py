"""Say where the desk keeps what it knows of a study: below the instance, beside the database. Pure.

Place on the data's path: reports and measures of pictures lie there. All of it can be made again.
"""

from pathlib import Path

FOLDER = "desk"


def desk_folder(instance: Path, study_code: str) -> Path:
    """Give the folder of a study; it may not be there yet."""
    return instance / FOLDER / study_code
