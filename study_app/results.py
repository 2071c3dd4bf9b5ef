"""Write results under a temporary name, then rename: a half file never looks finished."""

import os
import tempfile
from pathlib import Path

from study_app.errors import ExportError

FILE_MODE = 0o644


def write_text(path: Path, text: str) -> None:
    """Write a UTF-8 text file whole or not at all.

    Raises:
        ExportError: the folder does not exist or may not be written.
    """
    try:
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    except OSError as error:
        raise ExportError(f"{path}: cannot be written: {error.strerror}") from None
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    Path(temporary).chmod(FILE_MODE)
    Path(temporary).replace(path)
