"""A result that takes hours: kept beside its place while unfinished, so that a killed run goes on.

``.NAME.part`` holds ``result/``, which takes the name when all is done, and ``state/``: how far it
is for certain. What was not made with the same settings is no beginning of this result.
"""

import fcntl
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from colorizer.errors import ColorizerError, CutOffError
from colorizer.full_disk import full_disk_told
from colorizer.results import check_replaceable, save_json

SETTINGS_NAME = "settings.json"
REACHED_NAME = "reached.json"


@dataclass(frozen=True)
class Unfinished:
    """The folders of a result that is being made.

    Attributes:
        result: takes the name of the result at the end.
        state: what is needed to go on; does not outlive the run.
    """

    result: Path
    state: Path

    def save_reached(self, reached: dict[str, Any]) -> None:
        """Write down how far the result is for certain: all of it is on the disk."""
        save_json(self.state / REACHED_NAME, reached)

    def load_reached(self) -> dict[str, Any] | None:
        """Give what was written down last, None at the beginning."""
        path = self.state / REACHED_NAME
        return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


@contextmanager
def resumable_folder(
    path: Path, marker: str, settings: dict[str, Any], overwrite: bool = False
) -> Iterator[Unfinished]:
    """Give the folders of a result that takes the name ``path`` when all went well.

    After a user's mistake, or with a full disk, nothing is left of it. After a kill, Ctrl-C or
    whatever else ended the run from outside, it is there for the same command.

    Args:
        path: of the result.
        marker: a file that every such result holds; what has none is not ours to replace.
        settings: all that decides what the result will be, as JSON takes it.
        overwrite: replace an earlier result.

    Raises:
        ColorizerError: ``path`` is taken; another run is making it at this moment; what is
            unfinished was begun with other settings; or the disk is full.
    """
    check_replaceable(path, marker, overwrite)
    part = path.with_name(f".{path.name}.part")
    unfinished = Unfinished(part / "result", part / "state")
    with _removed_after_mistake(part), full_disk_told(path):
        part.mkdir(parents=True, exist_ok=True)
        with _alone(part, path):
            _make_folders(unfinished)
            _check_settings(unfinished, settings, part, path)
            yield unfinished
            if path.is_dir():
                shutil.rmtree(path)
            unfinished.result.replace(path)
    shutil.rmtree(part)


class _TakenError(CutOffError):
    """What is unfinished belongs to another run."""

    exit_code = ColorizerError.exit_code


@contextmanager
def _removed_after_mistake(part: Path) -> Iterator[None]:
    try:
        yield
    except CutOffError:
        raise
    except ColorizerError:  # a kill passes by, Ctrl-C and want of memory too: they can go on
        shutil.rmtree(part, ignore_errors=True)
        raise


@contextmanager
def _alone(part: Path, path: Path) -> Iterator[None]:
    """Hold a lock that ends with the process, however it ends."""
    with (part / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _TakenError(f"{path}: another run is making it at this moment") from None
        yield


def _make_folders(unfinished: Unfinished) -> None:
    if not unfinished.result.is_dir():  # killed after the last step: the state tells of no result
        shutil.rmtree(unfinished.state, ignore_errors=True)
    for folder in (unfinished.result, unfinished.state):
        folder.mkdir(exist_ok=True)


def _check_settings(
    unfinished: Unfinished, settings: dict[str, Any], part: Path, path: Path
) -> None:
    place = unfinished.state / SETTINGS_NAME
    wanted = json.loads(json.dumps(settings))
    if not place.is_file():
        save_json(place, wanted)
        return
    begun = json.loads(place.read_text(encoding="utf-8"))
    differing = sorted(key for key in wanted | begun if wanted.get(key) != begun.get(key))
    if differing:
        raise _TakenError(
            f"{path}: an unfinished run with another setting of {', '.join(differing)} lies in"
            f" {part}; give the same to go on, or delete that folder to start anew"
        )
