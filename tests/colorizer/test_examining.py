import dataclasses
import pickle
from functools import partial
from pathlib import PurePosixPath

import numpy as np
import pytest
import skimage.data
from PIL import Image

from colorizer.errors import DamagedTarError
from colorizer.examining import ENOUGH_PX, examine, examiner
from colorizer.photo_sources import build_source, refused_source
from colorizer.photos import photo_id, read_photo, training_square
from tests.colorizer.factories import colourful_photo, encode, grey_photo

LARGE_PX = 2 * ENOUGH_PX


def source_of(data, name="n02084071_1.jpg"):
    return build_source(PurePosixPath(name), name, partial(bytes, data))


def mosaic():
    """Give a large picture of full sharpness: (1024, 1536, 3), photographs side by side."""
    names = ("astronaut", "chelsea", "coffee", "rocket")
    tiles = [getattr(skimage.data, name)()[:300, :400] for name in names]
    rows = [np.concatenate([tiles[(row + n) % 4] for n in range(4)], axis=1) for row in range(4)]
    return np.concatenate(rows)[:LARGE_PX, : 3 * ENOUGH_PX]


def test_a_photograph_gives_its_square_id_and_mark():
    data = encode(colourful_photo(1))

    examined = examine(source_of(data), 48)

    assert examined.reason == ""
    assert examined.photo_id == photo_id(colourful_photo(1))
    np.testing.assert_array_equal(examined.square, training_square(colourful_photo(1), 48))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (encode(grey_photo(1)), "greyscale"),
        (encode(colourful_photo(1, 20, 20)), "too small: short side 20 px, at least 24"),
        (b"text", "not a picture"),
    ],
)
def test_what_is_of_no_use_is_refused_with_its_reason(data, reason):
    examined = examine(source_of(data), 48)

    assert reason in examined.reason
    assert examined.square is None


def test_an_excluded_synset_is_not_even_read():
    source = dataclasses.replace(source_of(b""), read=None)

    examined = examine(source, 48, frozenset({"n02084071"}))

    assert examined.reason == "synset n02084071 is excluded"


def test_a_damaged_tar_is_no_refusal_but_an_error():
    source = refused_source(PurePosixPath("a"), "a.tar", "damaged tar file: cut", DamagedTarError)

    with pytest.raises(DamagedTarError, match=r"^a\.tar: damaged tar file: cut; get the tar file"):
        examine(source, 48)


def test_the_function_can_go_to_another_process():
    function = pickle.loads(pickle.dumps(examiner(48, frozenset())))  # noqa: S301

    assert function(source_of(encode(colourful_photo(1)))).photo_id


@pytest.mark.parametrize("subsampling", [0, 2])
@pytest.mark.parametrize("orientation", [1, 6])
def test_a_large_jpeg_decoded_smaller_gives_the_same_square(subsampling, orientation):
    """Mean difference under one level of 255; half a dozen at the sharpest edges."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    source = source_of(encode(mosaic(), "JPEG", quality=92, subsampling=subsampling, exif=exif))

    square = examine(source, 192).square.astype(int)

    whole = read_photo(source)
    assert whole.shape[0] == (LARGE_PX if orientation == 1 else 3 * ENOUGH_PX)
    assert min(read_photo(source, enough_px=ENOUGH_PX).shape[:2]) == ENOUGH_PX
    difference = np.abs(square - training_square(whole, 192))
    assert difference.mean() < 1
    assert np.percentile(difference, 99.9) <= 6
    assert np.abs((square - training_square(whole, 192)).mean(axis=(0, 1))).max() < 0.2


def test_the_colours_of_a_cmyk_jpeg_stay_right_when_it_is_decoded_smaller():
    cmyk = Image.fromarray(mosaic()).convert("CMYK")
    source = source_of(encode(cmyk, "JPEG", quality=92))

    difference = examine(source, 192).square.astype(int) - training_square(read_photo(source), 192)

    assert np.abs(difference).mean() < 1


@pytest.mark.parametrize("size_px", [96, 192, 256])
def test_the_id_of_a_large_jpeg_is_the_same_for_every_usual_size(size_px):
    source = source_of(encode(mosaic(), "JPEG"))

    examined = examine(source, size_px)

    assert examined.photo_id == examine(source, 64).photo_id
    assert examined.photo_id != photo_id(read_photo(source))
