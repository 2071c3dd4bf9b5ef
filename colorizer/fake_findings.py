"""What the fakes of one condition are like, all together: counted while each is looked at.

Place on the data's path: ``fakes_folder.py`` counts; the manifest keeps the settings, and
``colorizer build-set`` says the notes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from colorizer.accepted_crops import NOTHING_ACCEPTED, AcceptedCrops
from colorizer.equal_lightness import LIGHTNESS_TOLERANCE
from colorizer.lab import rgb_to_lab

UInt8 = npt.NDArray[np.uint8]

NO_COLOUR = 1.0  # mean chroma of a fake that has no colours
OWN_COLOURS = 0.25  # mean difference of a* and b* of a fake that is the photograph itself


@dataclass(frozen=True)
class FittedFake:
    """A fake that can be used.

    Attributes:
        rgb: (S, S, 3), uint8 sRGB, as it will be shown.
        lightness_difference: largest |difference of L*| from the real, as it came.
        is_resized: whether it came in another size than the crop and the photograph.
        accepted_as: what it seems to show instead of its photograph, though it was accepted; empty
            if it fits.
    """

    rgb: UInt8
    lightness_difference: float
    is_resized: bool = False
    accepted_as: str = ""


class FakeFindings:
    """Counts of a condition.

    Args:
        condition: its name, for notes.
        accepted: what was accepted beforehand.

    Attributes:
        accepted_crops: what each fake that needed it seems to show, by the photograph's path.
    """

    def __init__(self, condition: str, accepted: AcceptedCrops = NOTHING_ACCEPTED) -> None:
        self._condition, self._accepted = condition, accepted
        self.accepted_crops: dict[str, str] = {}
        self.n_looked_at = self._n_resized = self._n_replaced = 0
        self._largest = 0.0
        self._colourless: list[str] = []
        self._own: list[str] = []

    def add(self, path: str, real: UInt8, fake: FittedFake) -> None:
        """Count a fake.

        Args:
            path: of its photograph, below the input.
            real: (S, S, 3), uint8 sRGB.
            fake: as it will be shown, of the same shape.
        """
        self.n_looked_at += 1
        self._n_resized += fake.is_resized
        self._n_replaced += fake.lightness_difference > LIGHTNESS_TOLERANCE
        self._largest = max(self._largest, fake.lightness_difference)
        if fake.accepted_as:
            self.accepted_crops[path] = fake.accepted_as
        ab, real_ab = rgb_to_lab(fake.rgb)[..., 1:], rgb_to_lab(real)[..., 1:]
        if np.hypot(ab[..., 0], ab[..., 1]).mean() < NO_COLOUR:
            self._colourless.append(path)
        if np.abs(ab - real_ab).mean() < OWN_COLOURS:
            self._own.append(path)

    def settings(self) -> dict[str, Any]:
        """Give what the manifest keeps of L* that was put back."""
        return {
            "n_lightness_replaced": self._n_replaced,
            "largest_lightness_difference": round(self._largest, 2),
            "n_resized": self._n_resized,
        }

    def notes(self) -> tuple[str, ...]:
        """Say what would make a fool rate mean something else."""
        told = ((self._colourless, "no colours"), (self._own, "the photograph's own colours"))
        return (*self._accepted_notes(), *_told(self._condition, self.n_looked_at, told))

    def _accepted_notes(self) -> Iterator[str]:
        if self.accepted_crops:
            n = len(self.accepted_crops)
            was = "was" if n == 1 else "were"
            what = "does not look like its" if n == 1 else "do not look like their"
            yield (
                f"condition {self._condition}: {n} of the {self.n_looked_at} fakes {what}"
                f" photograph and {was} accepted; the manifest names every one"
            )
        if unneeded := sorted(self._accepted.photographs - set(self.accepted_crops)):
            yield (
                f"condition {self._condition}: --accept-crop was not needed for"
                f" {', '.join(unneeded)}"
            )


def _told(
    condition: str, n_looked_at: int, told: Sequence[tuple[Sequence[str], str]]
) -> Iterator[str]:
    for names, what in told:
        if names:
            has = "has" if len(names) == 1 else "have"
            yield (
                f"condition {condition}: {len(names)} of the {n_looked_at} fakes {has} {what}, the"
                f" first is that of {names[0]}"
            )
