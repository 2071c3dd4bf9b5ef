"""Turn photographs into shards, and shards into the prior over bins.

Place on the data's path: reads what ``photo_files.py`` finds, has an engine look at it
(``examining.py``), and packs what is usable (``packing.py``).
"""

from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from colorizer.ab_bins import n_bins, nearest_bin
from colorizer.engines import Engine, ThisProcess
from colorizer.errors import PhotoError
from colorizer.examining import examiner
from colorizer.lab import rgb_to_lab
from colorizer.near_duplicates import NearDuplicates, fingerprint
from colorizer.packing import FRACTIONS, Packing, Settings
from colorizer.photo_files import find_photos
from colorizer.photos import SplitFractions, read_photo
from colorizer.rebalancing import smooth_prior
from colorizer.results import check_apart, versions
from colorizer.resumable_folder import resumable_folder
from colorizer.shards import INDEX_NAME, Photographs, ShardIndex

PIXEL_STRIDE = 4  # every fourth pixel is counted, as the network's output sees them
COUNT_BATCH = 16

Progress = Callable[[int], None]


def prepare(
    inputs: Iterable[Path],
    out: Path,
    size_px: int = 192,
    *,
    excluded_wnids: frozenset[str] = frozenset(),
    keep_out: Iterable[Path] = (),
    fractions: SplitFractions = FRACTIONS,
    engine: Engine | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> ShardIndex:
    """Decode, choose, resize and pack photographs.

    Refused: what cannot be decoded, greyscale and tinted, short side under ``size_px`` / 2 or under
    the least allowed, excluded synsets, the same pixels twice, and whatever equals or nearly equals
    a photograph of ``keep_out`` (those of the study).

    Killed, it goes on when it is called again with the same inputs and settings, and the shards
    are the same to the byte.

    Args:
        inputs: folders, tar files, text files of paths or photographs.
        out: the folder of shards to make.
        size_px: width and height of the packed squares.
        excluded_wnids: WordNet ids whose photographs are left out.
        keep_out: photographs that no training may see.
        fractions: shares of the validation and study splits.
        engine: decodes the photographs; None does it in this process.
        overwrite: replace shards that are there.
        progress: called with the number of inputs done.

    Raises:
        ColorizerError: an input is missing, a tar file is damaged, ``out`` is taken, fewer than two
            photographs are left, or the disk is full.
    """
    inputs, keep_out = list(inputs), list(keep_out)
    check_apart([*inputs, *keep_out], out)
    settings = Settings(size_px, excluded_wnids, fractions)
    named = _name_settings(settings, inputs, keep_out)
    with resumable_folder(out, INDEX_NAME, named, overwrite) as unfinished:
        kept_out = _marks_of(keep_out)
        with Packing(unfinished, settings) as packing:
            sources = packing.skip_done(find_photos(inputs))
            examine = examiner(size_px, excluded_wnids)
            for source, result in (engine or ThisProcess()).run(examine, sources):
                packing.add(source, result, kept_out)
                if progress:
                    progress(packing.n_inputs)
            return packing.finish()


def count_prior(photographs: Photographs, n_photos: int = 4000) -> npt.NDArray[np.float64]:
    """Count the nearest bins of the photographs' pixels and smooth the shares.

    Args:
        photographs: a split of shards.
        n_photos: at most this many, evenly spread over the split.

    Returns:
        (Q,), float64, positive, sums to 1.
    """
    counts = np.zeros(n_bins())
    chosen = np.linspace(0, len(photographs) - 1, min(n_photos, len(photographs))).astype(int)
    for start in range(0, len(chosen), COUNT_BATCH):
        batch = np.stack([photographs[number] for number in chosen[start : start + COUNT_BATCH]])
        lab = rgb_to_lab(batch[:, ::PIXEL_STRIDE, ::PIXEL_STRIDE])
        counts += np.bincount(nearest_bin(lab[..., 1:]).ravel(), minlength=n_bins())
    return smooth_prior(counts)


def _name_settings(settings: Settings, inputs: list[Path], keep_out: list[Path]) -> dict[str, Any]:
    """Give all that decides which shards come out, under the names a message can use."""
    return {
        "size": settings.size_px,
        "excluded synsets": sorted(settings.excluded_wnids),
        "fractions": asdict(settings.fractions),
        "inputs": [str(path.resolve()) for path in inputs],
        "photographs kept out": [str(path.resolve()) for path in keep_out],
        "versions": versions(),
    }


def _marks_of(keep_out: Iterable[Path]) -> NearDuplicates:
    marks = NearDuplicates()
    for source in find_photos(keep_out):
        try:
            marks.add(source.origin, fingerprint(read_photo(source)))
        except PhotoError:
            continue  # nobody can be shown it, so nothing is to be kept out
    return marks
