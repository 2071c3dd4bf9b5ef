"""Compares fakes with the photographs they were made from, over a folder.

Place on the data's path: beside the stimulus set; reads photographs, networks and fakes, gives
figures. The same figures of the baselines come along, because a number means little without them.
Photographs are looked at as a study shows them: the middle square, at most 256 px.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from colorizer import metrics
from colorizer.ab_bins import soft_encode
from colorizer.baselines import borrowed_fake, grey_fake, one_colour_fake
from colorizer.colourists import Coloured, Colourist
from colorizer.config import STRIDE
from colorizer.errors import PhotoError
from colorizer.fake_tally import FakeTally
from colorizer.fakes_sheet import FakesSheet
from colorizer.greyness import check_colourful
from colorizer.lab import rgb_to_lab
from colorizer.photo_sources import PhotoSource
from colorizer.photos import crop_square, read_photo, resize, square_of_size
from colorizer.rebalancing import smooth_prior
from colorizer.study_photos import StudyPhoto

UInt8 = npt.NDArray[np.uint8]

SIZE_PX = 256
OWN_PRIOR = "of the evaluated photographs, smoothed"
BASELINES = ("grey", "random", "mean_colour", "mean", "mode")


def evaluate(
    sources: Sequence[PhotoSource],
    colourists: Mapping[str, Colourist],
    *,
    prior: npt.NDArray[Any] | None = None,
    mean_ab: tuple[float, float] | None = None,
    seed: int = 0,
    progress: Callable[[int], None] | None = None,
    sheet: FakesSheet | None = None,
) -> dict[str, Any]:
    """Evaluate networks, or fakes of any other making, on photographs.

    ``auc``, ``psnr``, ``ssim``, ``ciede2000`` and the colourfulness figures are means over the
    photographs; ``auc_rebalanced`` pools all pixels and weights them by 1 / prior of the bin
    nearest to the true colour.

    Args:
        sources: photographs; what is none or has no colours is left out and named.
        colourists: by the name of their condition, at least one.
        prior: (Q,), positive, share of each bin in photographs; None counts it in the evaluated
            photographs themselves and smooths it.
        mean_ab: mean colour of the training photographs, for a baseline of that one colour.
        seed: of the random baseline, which takes the colours of the photograph before in an order
            drawn by it.
        progress: called with the number of inputs done.
        sheet: gets a row for each photograph.

    Returns:
        Of the first condition ``auc``, ``auc_rebalanced`` (fractions), ``cross_entropy`` (nats;
        None for what predicts no bins), ``psnr`` (dB), ``ssim``, ``ciede2000``, ``colorfulness``
        and ``colorfulness_real`` (Hasler & Süsstrunk 2003), ``chroma`` and ``chroma_real`` (mean
        chroma) and more; ``n_photos``; ``prior``, which one weights the rebalanced AuC; under
        ``conditions`` the same figures of all conditions and under ``baselines`` of grey, random,
        the mean colour where given, and mean and mode of what the first condition's network
        predicts; under ``refused`` what was left out and why.

    Raises:
        PhotoError: no photograph is left.
        ColorizerError: a condition has no fake of a photograph.
    """
    tallies = {name: FakeTally() for name in colourists}
    baselines = {name: FakeTally() for name in BASELINES}
    refused: list[dict[str, str]] = []
    first, before = None, None
    for photo, rgb in _colour_photos(sources, seed, refused, progress):
        coloured = {name: one.colour(photo, rgb) for name, one in colourists.items()}
        for name, one in coloured.items():
            tallies[name].add(rgb, one.fake, _cross_entropy(rgb, one))
        for name, fake in _baselines(rgb, before, mean_ab, next(iter(coloured.values()))).items():
            baselines[name].add(rgb, fake)
        if sheet:
            fakes = {name: one.fake for name, one in coloured.items()}
            sheet.add({"original": rgb, "grey input": grey_fake(rgb), **fakes})
        first, before = rgb if first is None else first, rgb
    if first is None or before is None:
        reasons = "; ".join(f"{row['input']}: {row['reason']}" for row in refused[:3])
        raise PhotoError(f"none of the inputs is a colour photograph: {reasons}")
    if before is not first:
        baselines["random"].add(first, _borrow(first, before))
    counts = next(iter(tallies.values())).counts
    used_prior = smooth_prior(counts) if prior is None else np.asarray(prior)
    conditions = {name: tally.figures(used_prior) for name, tally in tallies.items()}
    return {
        **next(iter(conditions.values())),
        "n_photos": next(iter(tallies.values())).n_photos,
        "prior": OWN_PRIOR if prior is None else "given",
        "conditions": conditions,
        "baselines": {
            name: tally.figures(used_prior) for name, tally in baselines.items() if tally.n_photos
        },
        "refused": refused,
    }


def _baselines(
    rgb: UInt8, before: UInt8 | None, mean_ab: tuple[float, float] | None, coloured: Coloured
) -> dict[str, UInt8]:
    """Give the fakes that every condition is compared with."""
    fakes = {
        "grey": grey_fake(rgb),
        "random": None if before is None else _borrow(rgb, before),
        "mean_colour": None if mean_ab is None else one_colour_fake(rgb, mean_ab),
        "mean": coloured.mean,
        "mode": coloured.mode,
    }
    return {name: fake for name, fake in fakes.items() if fake is not None}


def _colour_photos(
    sources: Sequence[PhotoSource],
    seed: int,
    refused: list[dict[str, str]],
    progress: Callable[[int], None] | None,
) -> Iterator[tuple[StudyPhoto, UInt8]]:
    """Give the squares of the photographs in an order drawn by the seed; name the others."""
    order = np.random.default_rng(seed).permutation(len(sources))
    for n_done, number in enumerate(order, start=1):
        source = sources[number]
        try:
            rgb = read_photo(source)
            check_colourful(rgb)
        except PhotoError as error:
            refused.append({"input": source.origin, "reason": str(error)})
        else:
            is_large = min(rgb.shape[:2]) > SIZE_PX
            square = square_of_size(rgb, SIZE_PX) if is_large else crop_square(rgb)
            yield StudyPhoto(int(number), "", source), square
        if progress:
            progress(n_done)


def _cross_entropy(rgb: UInt8, coloured: Coloured) -> float | None:
    """Give the photo's cross-entropy in nats; None for what predicts no bins."""
    if coloured.logits is None:
        return None
    height, width, _ = coloured.logits.shape
    shown = resize(rgb, STRIDE * height, STRIDE * width)[::STRIDE, ::STRIDE]
    return metrics.cross_entropy(coloured.logits, *soft_encode(rgb_to_lab(shown)[..., 1:]))


def _borrow(rgb: UInt8, donor: UInt8) -> UInt8:
    return borrowed_fake(rgb, resize(donor, rgb.shape[0], rgb.shape[1]))
