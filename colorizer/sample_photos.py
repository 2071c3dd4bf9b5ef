"""Crops of the colour photographs that come inside the installed scikit-image package.

They let anyone try the whole path without a download. The photographs, with what scikit-image says
of their licences: astronaut Eileen Collins (NASA, public domain), Chelsea the cat (S. van der Walt,
CC0), a cup of coffee (R. Michetti, CC0), a motorcycle (Middlebury 2014 stereo benchmark, no licence
stated) and a rocket (SpaceX, public domain). The package's other colour pictures are no photographs
of everyday things: a retina, stained tissue, galaxies, a colour wheel.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np
import numpy.typing as npt
import skimage
from PIL import Image

from colorizer.errors import ColorizerError, PhotoError
from colorizer.greyness import check_colourful
from colorizer.lab import rgb_to_lab
from colorizer.near_duplicates import NearDuplicates, fingerprint
from colorizer.photo_decoding import decode_photo
from colorizer.results import save_json, versions, whole_folder

UInt8 = npt.NDArray[np.uint8]

PHOTO_NAMES = ("astronaut.png", "chelsea.png", "coffee.png", "motorcycle_left.png", "rocket.jpg")
CROP_PX = 128
# Mean length of the gradient of L*, per pixel; below it a crop is sky or wall and little else.
MIN_DETAIL = 1.0
PROVENANCE_NAME = "provenance.json"


@dataclass(frozen=True)
class SampleCrop:
    """One crop.

    Attributes:
        name: of its file, e.g. ``coffee_03.png``; numbers run by rows and skip refused crops.
        rgb: (128, 128, 3), uint8 sRGB.
    """

    name: str
    rgb: UInt8


def write_sample_photos(out: Path, *, overwrite: bool = False) -> int:
    """Write the sample crops as PNG files.

    Args:
        out: the folder to make.
        overwrite: replace a folder that is there.

    Returns:
        The number of crops written.

    Raises:
        ColorizerError: ``out`` is taken, or the photographs are not in the installed package.
    """
    with whole_folder(out, PROVENANCE_NAME, overwrite) as folder:
        names = []
        for crop in cut_sample_crops():
            Image.fromarray(crop.rgb).save(folder / crop.name)
            names.append(crop.name)
        save_json(
            folder / PROVENANCE_NAME,
            {
                "made_by": "colorizer sample-photos",
                "crop_px": CROP_PX,
                "crops": names,
                "scikit-image": version("scikit-image"),
                "versions": versions(),
            },
        )
    return len(names)


def cut_sample_crops() -> Iterator[SampleCrop]:
    """Cut each photograph into squares that do not overlap, and leave out the dull ones.

    Left out is what a stimulus set would refuse (greyscale, tinted, a near duplicate of an earlier
    crop), and crops with nearly no detail.

    Raises:
        ColorizerError: a photograph is not in the installed package.
    """
    seen = NearDuplicates()
    for file_name in PHOTO_NAMES:
        stem = Path(file_name).stem
        for number, rgb in enumerate(_squares(_read(file_name))):
            mark = fingerprint(rgb)
            if _is_interesting(rgb) and seen.find(mark) is None:
                seen.add(f"{stem}_{number:02d}", mark)
                yield SampleCrop(f"{stem}_{number:02d}.png", np.ascontiguousarray(rgb))


def detail(rgb: UInt8) -> float:
    """Give the mean length of the gradient of L*, in units per pixel.

    Args:
        rgb: (H, W, 3), uint8 sRGB, at least 2 pixels a side.
    """
    down, right = np.gradient(rgb_to_lab(rgb)[..., 0])
    return float(np.hypot(down, right).mean())


def _read(file_name: str) -> UInt8:
    path = Path(skimage.__file__).parent / "data" / file_name
    if not path.is_file():
        raise ColorizerError(
            f"scikit-image {version('scikit-image')} comes without {file_name};"
            " give photographs of your own"
        )
    return decode_photo(path.read_bytes())


def _squares(rgb: UInt8) -> Iterator[UInt8]:
    """Cut a centred grid of squares, row by row."""
    n_rows, n_columns = rgb.shape[0] // CROP_PX, rgb.shape[1] // CROP_PX
    top, left = (rgb.shape[0] - n_rows * CROP_PX) // 2, (rgb.shape[1] - n_columns * CROP_PX) // 2
    for row in range(n_rows):
        for column in range(n_columns):
            y, x = top + row * CROP_PX, left + column * CROP_PX
            yield rgb[y : y + CROP_PX, x : x + CROP_PX]


def _is_interesting(rgb: UInt8) -> bool:
    try:
        check_colourful(rgb)
    except PhotoError:
        return False
    return detail(rgb) >= MIN_DETAIL
