"""Says in one sentence that the disk is full, whichever way a library put it."""

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from colorizer.errors import ColorizerError

NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT})
HARDLY_ANY_BYTES = 65536  # libraries drop the error number; so little left speaks for itself


class FullDiskError(ColorizerError):
    """There is no room for a result."""


@contextmanager
def full_disk_told(path: Path) -> Iterator[None]:
    """Turn any error that comes of a full disk into one sentence.

    Args:
        path: of the result; need not exist.

    Raises:
        FullDiskError: no room was left while the result was written.
    """
    try:
        yield
    except ColorizerError:
        raise
    except Exception as error:  # HDF5, ONNX and TensorFlow each have their own
        if not is_disk_full(error, path):
            raise
        raise FullDiskError(
            f"{path}: the disk is full, so the result cannot be written; free some space or choose"
            " another disk, and run the same again"
        ) from None


def is_disk_full(error: BaseException, path: Path) -> bool:
    """Tell whether an error, or one that led to it, comes of a full disk under ``path``."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and cause.errno in NO_SPACE:
            return True
        cause = cause.__cause__ or cause.__context__
    folder = next(place for place in (path, *path.resolve().parents) if place.is_dir())
    return shutil.disk_usage(folder).free < HARDLY_ANY_BYTES
