"""Compares fakes with the photographs they were made from, over a folder.

Place on the data's path: beside the stimulus set; reads photographs and a network, gives figures.
The same figures of the grey and the random baseline come along, because a number means little
without them. Photographs are looked at as a study shows them: the middle square, at most 256 px.
"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from colorizer import metrics
from colorizer.ab_bins import n_bins, nearest_bin, soft_encode
from colorizer.baselines import borrowed_fake, grey_fake, one_colour_fake
from colorizer.errors import PhotoError, RunError
from colorizer.greyness import check_colourful
from colorizer.lab import rgb_to_lab
from colorizer.photo_files import find_photos
from colorizer.photos import crop_square, read_photo, resize, square_of_size
from colorizer.rebalancing import smooth_prior

UInt8 = npt.NDArray[np.uint8]
Float = npt.NDArray[np.float64]

SIZE_PX = 256
STRIDE = 4  # the network's output stands for every fourth pixel of its input
MAX_PSNR_DB = 100.0  # of a fake that equals its photo, which is infinitely good


class Colourist(Protocol):
    """What is evaluated: ``colorize.Colorizer``, or anything that colours."""

    def colorize(self, rgb: UInt8) -> UInt8:
        """Give (H, W, 3), uint8 sRGB, coloured from the lightness of (H, W, 3)."""

    def predict_logits(self, rgb: UInt8) -> npt.NDArray[np.float32]:
        """Give (h, w, Q) logits of the pixels (4 i, 4 j) of the network's input."""


def evaluate(
    inputs: Iterable[Path],
    colourist: Colourist,
    *,
    prior: npt.NDArray[Any] | None = None,
    mean_ab: tuple[float, float] | None = None,
    seed: int = 0,
    progress: Callable[[int], None] | None = None,
) -> dict[str, Any]:
    """Evaluate a network on photographs.

    ``auc``, ``psnr``, ``ssim``, ``ciede2000`` and the colourfulness figures are means over the
    photographs; ``auc_rebalanced`` pools all pixels and weights them by 1 / prior of the bin
    nearest to the true colour. The random baseline takes the colours of the photograph before it in
    an order drawn by the seed.

    Args:
        inputs: folders, tar files, text files of paths or photographs; what is no photograph or
            has no colours is left out and named.
        colourist: colours.
        prior: (Q,), positive, share of each bin in photographs; None counts it in the evaluated
            photographs themselves and smooths it.
        mean_ab: mean colour of the training photographs, for a baseline of that one colour.
        seed: of the random baseline.
        progress: called with the number of inputs done.

    Returns:
        ``auc``, ``auc_rebalanced`` (fractions), ``cross_entropy`` (nats; None for a network that
        predicts no bins), ``psnr`` (dB), ``ssim``, ``ciede2000``, ``colorfulness``,
        ``colorfulness_real``, ``n_photos`` and more; under ``baselines`` the same of grey,
        random and, where given, the mean colour; under ``refused`` what was left out and why.

    Raises:
        PhotoError: an input does not exist, or no photograph is left.
    """
    tallies = {"network": _Tally(), "grey": _Tally(), "random": _Tally(), "mean_colour": _Tally()}
    entropies: list[float] = []
    refused: list[dict[str, str]] = []
    first, before = None, None
    for rgb in _colour_photos(inputs, seed, refused, progress):
        tallies["network"].add(rgb, colourist.colorize(rgb))
        tallies["grey"].add(rgb, grey_fake(rgb))
        if mean_ab is not None:
            tallies["mean_colour"].add(rgb, one_colour_fake(rgb, mean_ab))
        entropies += _cross_entropy(rgb, colourist)
        if before is not None:
            tallies["random"].add(rgb, _borrow(rgb, before))
        first, before = rgb if first is None else first, rgb
    if first is None or before is None:
        reasons = "; ".join(f"{row['input']}: {row['reason']}" for row in refused[:3])
        raise PhotoError(f"none of the inputs is a colour photograph: {reasons}")
    if before is not first:
        tallies["random"].add(first, _borrow(first, before))
    used_prior = smooth_prior(tallies["network"].counts) if prior is None else np.asarray(prior)
    figures = tallies["network"].figures(used_prior)
    figures["cross_entropy"] = float(np.mean(entropies)) if entropies else None
    return {
        **figures,
        "n_photos": tallies["network"].n_photos,
        "prior": "of the evaluated photographs" if prior is None else "given",
        "baselines": {
            name: tallies[name].figures(used_prior)
            for name in ("grey", "random", "mean_colour")
            if tallies[name].n_photos
        },
        "refused": refused,
    }


class _Tally:
    """Adds up the figures of one kind of fake."""

    def __init__(self) -> None:
        self._rows: list[dict[str, float]] = []
        self._sums, self.counts = np.zeros(n_bins()), np.zeros(n_bins())

    @property
    def n_photos(self) -> int:
        """Give the number of photographs."""
        return len(self._rows)

    def add(self, real: UInt8, fake: UInt8) -> None:
        """Measure one fake, (H, W, 3) as its photo, uint8 sRGB."""
        ab_real, ab_fake = rgb_to_lab(real)[..., 1:], rgb_to_lab(fake)[..., 1:]
        sums, counts = metrics.closeness_by_bin(ab_real, ab_fake, nearest_bin(ab_real), n_bins())
        self._sums, self.counts = self._sums + sums, self.counts + counts
        self._rows.append(
            {
                "auc": metrics.auc(ab_real, ab_fake),
                "psnr": min(metrics.psnr(real, fake), MAX_PSNR_DB),
                "ssim": metrics.ssim(real, fake),
                "ciede2000": metrics.ciede2000(real, fake),
                "colorfulness": metrics.colorfulness(fake),
                "colorfulness_real": metrics.colorfulness(real),
                "colorfulness_ddcolor": metrics.colorfulness_ddcolor(fake),
                "colorfulness_ddcolor_real": metrics.colorfulness_ddcolor(real),
                "chroma": metrics.mean_chroma(fake),
                "chroma_real": metrics.mean_chroma(real),
            }
        )

    def figures(self, prior: npt.NDArray[Any]) -> dict[str, Any]:
        """Give means over the photographs, their chroma ratio, the rebalanced AuC of all pixels."""
        means = {name: float(np.mean([row[name] for row in self._rows])) for name in self._rows[0]}
        rebalanced = metrics.auc_rebalanced_of_sums(self._sums, self.counts, prior)
        # of the means: the ratios of dull photographs are large and would hide a dull network
        ratio = means["chroma"] / means["chroma_real"]
        return {**means, "chroma_ratio": ratio, "auc_rebalanced": rebalanced}


def _colour_photos(
    inputs: Iterable[Path],
    seed: int,
    refused: list[dict[str, str]],
    progress: Callable[[int], None] | None,
) -> Iterator[UInt8]:
    """Give the squares of the photographs in an order drawn by the seed; name the others."""
    sources = list(find_photos(inputs))
    order = np.random.default_rng(seed).permutation(len(sources))
    for n_done, number in enumerate(order, start=1):
        try:
            rgb = read_photo(sources[number])
            check_colourful(rgb)
        except PhotoError as error:
            refused.append({"input": sources[number].origin, "reason": str(error)})
        else:
            yield square_of_size(rgb, SIZE_PX) if min(rgb.shape[:2]) > SIZE_PX else crop_square(rgb)
        if progress:
            progress(n_done)


def _cross_entropy(rgb: UInt8, colourist: Colourist) -> list[float]:
    """Give the photo's cross-entropy in nats; nothing for a network that predicts no bins."""
    try:
        logits = colourist.predict_logits(rgb)
    except RunError:
        return []
    height, width, _ = logits.shape
    shown = resize(rgb, STRIDE * height, STRIDE * width)[::STRIDE, ::STRIDE]
    return [metrics.cross_entropy(logits, *soft_encode(rgb_to_lab(shown)[..., 1:]))]


def _borrow(rgb: UInt8, donor: UInt8) -> UInt8:
    return borrowed_fake(rgb, resize(donor, rgb.shape[0], rgb.shape[1]))
