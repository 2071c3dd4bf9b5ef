"""Adds up, over many photographs, how near one kind of fakes comes to the real ones."""

from typing import Any

import numpy as np
import numpy.typing as npt

from colorizer import metrics
from colorizer.ab_bins import n_bins, nearest_bin
from colorizer.lab import rgb_to_lab

UInt8 = npt.NDArray[np.uint8]

MAX_PSNR_DB = 100.0  # of a fake that equals its photo, which is infinitely good


class FakeTally:
    """Adds up the figures of one kind of fake."""

    def __init__(self) -> None:
        self._rows: list[dict[str, float]] = []
        self._entropies: list[float] = []
        self._sums, self.counts = np.zeros(n_bins()), np.zeros(n_bins())

    @property
    def n_photos(self) -> int:
        """Give the number of photographs."""
        return len(self._rows)

    def add(self, real: UInt8, fake: UInt8, cross_entropy: float | None = None) -> None:
        """Measure one fake, (H, W, 3) as its photo, uint8 sRGB."""
        ab_real, ab_fake = rgb_to_lab(real)[..., 1:], rgb_to_lab(fake)[..., 1:]
        sums, counts = metrics.closeness_by_bin(ab_real, ab_fake, nearest_bin(ab_real), n_bins())
        self._sums, self.counts = self._sums + sums, self.counts + counts
        if cross_entropy is not None:
            self._entropies.append(cross_entropy)
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
        """Give means over the photographs, their chroma ratio, the rebalanced AuC of all pixels.

        Args:
            prior: (Q,), positive, share of each bin.

        Returns:
            Among them ``cross_entropy``, None where no fake had one.
        """
        means = {name: float(np.mean([row[name] for row in self._rows])) for name in self._rows[0]}
        rebalanced = metrics.auc_rebalanced_of_sums(self._sums, self.counts, prior)
        # of the means: the ratios of dull photographs are large and would hide a dull network
        ratio = means["chroma"] / means["chroma_real"]
        entropy = float(np.mean(self._entropies)) if self._entropies else None
        return {
            **means,
            "chroma_ratio": ratio,
            "auc_rebalanced": rebalanced,
            "cross_entropy": entropy,
        }
