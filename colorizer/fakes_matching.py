"""Finds the fake of each photograph in a folder, by file name."""

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from colorizer.errors import ColorizerError, PhotoError
from colorizer.fake_problems import FakeProblem
from colorizer.photo_files import find_photos
from colorizer.photo_sources import PhotoSource
from colorizer.study_photos import StudyPhoto

N_NAMED = 3


@dataclass(frozen=True)
class MatchedFakes:
    """Which file is whose fake.

    Attributes:
        fakes: by the number of the photo; without those that have none, or several.
        problems: of the others.
        hints: what the folder holds instead, one sentence; empty if nothing is missing.
    """

    fakes: dict[int, PhotoSource]
    problems: tuple[FakeProblem, ...]
    hints: tuple[str, ...]


def match_fakes(condition: str, folder: Path, photos: Sequence[StudyPhoto]) -> MatchedFakes:
    """Match files and photos.

    A fake is called like its photograph, whatever the suffix, and lies at the same place below the
    folder, or anywhere if no other photograph has the name.

    Args:
        condition: its name.
        folder: holds the fakes.
        photos: each needs one.

    Raises:
        ColorizerError: there are no pictures in the folder.
    """
    try:
        files = list(find_photos([folder]))
    except PhotoError as error:
        raise ColorizerError(f"condition {condition}: {error}") from None
    by_place, by_name = _index(files, _place), _index(files, _stem)
    names = Counter(_stem(path_of(photo.source)) for photo in photos)
    fakes: dict[int, PhotoSource] = {}
    problems = []
    for photo in photos:
        path = path_of(photo.source)
        # x.gif has its fake in x.png, or in x.gif.png; the same for its name in any other folder
        found = by_place.get(_place(path)) or by_place.get(str(path))
        is_only_one = names[_stem(path)] == 1
        if not found and is_only_one:
            found = by_name.get(_stem(path)) or by_name.get(path.name)
        if not found:
            problems.append(_missing(condition, photo, path, is_only_one))
        elif len(found) > 1:
            problems.append(_several(condition, photo, found))
        else:
            fakes[photo.number] = found[0]
    is_short = any(problem.problem == "missing" for problem in problems)
    hints = tuple(_hints(condition, folder, files, fakes)) if is_short else ()
    return MatchedFakes(fakes, tuple(problems), hints)


def path_of(source: PhotoSource) -> PurePosixPath:
    """Give the path of a photograph below its input, accents in one form."""
    # macOS writes accents as characters of their own, other systems do not
    return PurePosixPath(unicodedata.normalize("NFC", source.relative_path))


def _missing(
    condition: str, photo: StudyPhoto, path: PurePosixPath, is_only_one: bool
) -> FakeProblem:
    where = "in any folder" if is_only_one else "at the same place, for others have the name"
    looked_for = f"{_place(path)}.* or {path}.*, {where}"
    return FakeProblem(
        condition, photo.source.relative_path, "", "missing", f"no fake; looked for {looked_for}"
    )


def _several(condition: str, photo: StudyPhoto, found: Sequence[PhotoSource]) -> FakeProblem:
    names = " and ".join(source.relative_path for source in found[:2])
    return FakeProblem(
        condition,
        photo.source.relative_path,
        found[0].origin,
        "several",
        f"one of {len(found)} fakes of {photo.source.relative_path}: {names}; leave one",
    )


def _hints(
    condition: str, folder: Path, files: Sequence[PhotoSource], fakes: dict[int, PhotoSource]
) -> Iterator[str]:
    used = {source.origin for source in fakes.values()}
    unused = [source.relative_path for source in files if source.origin not in used]
    if unused:
        more = f" and {len(unused) - N_NAMED} more" if len(unused) > N_NAMED else ""
        yield (
            f"condition {condition}: {folder} holds {len(unused)} files that are no photograph's:"
            f" {', '.join(unused[:N_NAMED])}{more}; a fake is called like its photograph, whatever"
            " the suffix"
        )


def _index(
    fakes: Sequence[PhotoSource], key: Callable[[PurePosixPath], str]
) -> dict[str, list[PhotoSource]]:
    index: dict[str, list[PhotoSource]] = {}
    for fake in fakes:
        index.setdefault(key(path_of(fake)), []).append(fake)
    return index


def _place(path: PurePosixPath) -> str:
    return str(path.with_suffix(""))


def _stem(path: PurePosixPath) -> str:
    return path.stem
