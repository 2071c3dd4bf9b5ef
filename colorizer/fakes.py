"""Makes the fakes of a stimulus set: one maker per condition, whatever its kind.

A maker takes the real photo as it is shown and gives a fake of the same size and lightness.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from colorizer.accepted_crops import NOTHING_ACCEPTED, AcceptedCrops
from colorizer.baselines import borrowed_fake, choose_donors, grey_fake, reencoded_real
from colorizer.condition_specs import ConditionSpec
from colorizer.errors import ColorizerError
from colorizer.fake_problems import FakesError
from colorizer.fakes_folder import FakesFolder
from colorizer.manifest import Condition
from colorizer.study_photos import StudyPhoto

if TYPE_CHECKING:
    from colorizer.colorize import Colorizer

UInt8 = npt.NDArray[np.uint8]
Maker = Callable[[StudyPhoto, UInt8], UInt8]


@dataclass(frozen=True)
class FakeMaker:
    """Makes the fakes of one condition.

    Attributes:
        condition: as the manifest describes it.
        make: the photo and its real image (S, S, 3), uint8 sRGB, to the fake of the same shape.
        notes: what a reader of fool rates must know of these fakes.
    """

    condition: Condition
    make: Maker
    notes: tuple[str, ...] = ()


def load_networks(specs: Sequence[ConditionSpec]) -> dict[str, "Colorizer"]:
    """Load the networks of all conditions that have one, before any photograph is read.

    Raises:
        ColorizerError: weights or a folder of fakes are missing, or a setting is not allowed.
    """
    for spec in specs:
        if spec.kind == "folder" and not Path(spec.argument).is_dir():
            raise ColorizerError(f"condition {spec.name}: no folder {spec.argument}")
    with_network = [spec for spec in specs if spec.kind == "weights"]
    if not with_network:
        return {}
    from colorizer.colorize import Colorizer  # loads Keras: only where a network colours

    return {
        spec.name: Colorizer.load(
            spec.argument, temperature=spec.temperature, input_px=spec.input_px
        )
        for spec in with_network
    }


def find_networks(specs: Sequence[ConditionSpec]) -> dict[str, Path]:
    """Give the ``.keras`` file of each condition that has a network.

    Raises:
        RunError: nothing is there.
    """
    with_network = [spec for spec in specs if spec.kind == "weights"]
    if not with_network:
        return {}
    from colorizer.weights_files import find_weights  # loads Keras: only where a network colours

    return {spec.name: find_weights(spec.argument) for spec in with_network}


def build_makers(
    specs: Sequence[ConditionSpec],
    photos: Sequence[StudyPhoto],
    read_real: Callable[[StudyPhoto], UInt8],
    networks: dict[str, "Colorizer"],
    *,
    seed: int,
    match_lightness: bool = False,
    accepted: Mapping[str, AcceptedCrops] = MappingProxyType({}),
    progress: Callable[[int], None] | None = None,
) -> list[FakeMaker]:
    """Build the makers of all conditions; what can be refused is refused before the first fake.

    Args:
        specs: the conditions.
        photos: all photos of the set.
        read_real: gives a photo's real image, (S, S, 3), uint8 sRGB.
        networks: of ``load_networks``.
        seed: of the random condition.
        match_lightness: give fakes from a folder the real L*, where they differ.
        accepted: by condition, fakes that are taken although they do not look like their photo.
        progress: called with the number of fakes of a folder that were looked at.

    Raises:
        FakesError: fakes are missing in a folder, or cannot be used; all of them.
        ColorizerError: a folder holds no pictures, or a photo has no other to borrow colours from.
    """
    folders = _open_folders(specs, photos, read_real, match_lightness, accepted, progress)
    makers = []
    for spec in specs:
        if spec.kind == "weights":
            makers.append(_from_network(spec, networks[spec.name]))
        elif spec.kind == "folder":
            fakes = folders[spec.name]
            condition = _condition(spec, **fakes.settings)
            makers.append(FakeMaker(condition, fakes.make, fakes.notes))
        elif spec.kind == "random":
            makers.append(_borrowing(spec, photos, read_real, seed))
        else:
            makers.append(_from_photo_alone(spec))
    return makers


def _open_folders(
    specs: Sequence[ConditionSpec],
    photos: Sequence[StudyPhoto],
    read_real: Callable[[StudyPhoto], UInt8],
    match_lightness: bool,
    accepted: Mapping[str, AcceptedCrops],
    progress: Callable[[int], None] | None,
) -> dict[str, FakesFolder]:
    """Look at the fakes of all folders, and say at once whatever is wrong with any."""
    folders = {
        spec.name: FakesFolder(
            spec.name,
            Path(spec.argument),
            photos,
            match_lightness,
            accepted.get(spec.name, NOTHING_ACCEPTED),
        )
        for spec in specs
        if spec.kind == "folder"
    }
    problems = [
        problem for fakes in folders.values() for problem in fakes.check(read_real, progress)
    ]
    if problems:
        hints = [hint for fakes in folders.values() for hint in fakes.hints]
        raise FakesError(problems, len(folders) * len(photos), hints)
    return folders


def _from_network(spec: ConditionSpec, colorizer: "Colorizer") -> FakeMaker:
    condition = _condition(
        spec,
        weights=Path(spec.argument).name,
        weights_sha256=colorizer.sha256,
        temperature=colorizer.temperature,
        input_px=colorizer.input_px,
    )
    return FakeMaker(condition, lambda _photo, real: colorizer.colorize(real))


def _from_photo_alone(spec: ConditionSpec) -> FakeMaker:
    make = {"grey": grey_fake, "real": reencoded_real}[spec.kind]
    return FakeMaker(_condition(spec), lambda _photo, real: make(real))


def _borrowing(
    spec: ConditionSpec,
    photos: Sequence[StudyPhoto],
    read_real: Callable[[StudyPhoto], UInt8],
    seed: int,
) -> FakeMaker:
    donors = choose_donors(len(photos), np.random.default_rng([seed, *spec.name.encode()]))

    def make(photo: StudyPhoto, real: UInt8) -> UInt8:
        return borrowed_fake(real, read_real(photos[donors[photo.number]]))

    return FakeMaker(_condition(spec, seed=seed), make)


def _condition(spec: ConditionSpec, **settings: Any) -> Condition:
    return Condition(spec.name, spec.kind, settings)
