import io

import numpy as np
import pytest
from PIL import Image, ImageOps

from colorizer.near_duplicates import Fingerprint, NearDuplicates, fingerprint
from colorizer.photo_files import find_photos
from colorizer.photos import read_photo, resize, square_of_size
from tests.colorizer.factories import colourful_photo, encode
from tests.colorizer.shared_data import shared_folder

N_PHOTOS = 40


def photo(seed: int) -> np.ndarray:
    return colourful_photo(seed, 120, 150)


def jpeg(rgb: np.ndarray, quality: int) -> np.ndarray:
    return np.array(Image.open(io.BytesIO(encode(rgb, "JPEG", quality=quality))))


COPIES = {
    "compressed": lambda rgb: jpeg(rgb, 30),
    "smaller": lambda rgb: resize(rgb, 48, 60),
    "larger": lambda rgb: resize(rgb, 360, 450),
    "brighter": lambda rgb: np.minimum(rgb * 1.15, 255).astype(np.uint8),
    "mirrored": lambda rgb: np.ascontiguousarray(rgb[:, ::-1]),
    "square": lambda rgb: square_of_size(rgb, 96),
    "mirrored square": lambda rgb: square_of_size(rgb[:, ::-1], 96),
    "one level off": lambda rgb: np.minimum(rgb, 254) + np.uint8(1),
}


@pytest.fixture(scope="module")
def known() -> NearDuplicates:
    known = NearDuplicates()
    for seed in range(N_PHOTOS):
        known.add(str(seed), fingerprint(photo(seed)))
    return known


@pytest.mark.parametrize("how", COPIES)
def test_copies_are_found(known, how):
    found = [known.find(fingerprint(COPIES[how](photo(seed)))) for seed in range(N_PHOTOS)]

    assert found == [str(seed) for seed in range(N_PHOTOS)]


def test_a_photograph_is_found_by_its_square():
    squares = NearDuplicates()
    squares.add("square", fingerprint(square_of_size(photo(3), 96)))

    assert squares.find(fingerprint(photo(3))) == "square"


def test_other_photographs_are_not_found(known):
    others = range(1000, 1000 + 200)

    assert [known.find(fingerprint(photo(seed))) for seed in others] == [None] * 200


def test_an_upside_down_copy_is_another_photograph(known):
    flipped = np.array(ImageOps.flip(Image.fromarray(photo(0))))

    assert known.find(fingerprint(flipped)) is None


def test_the_mirrored_hash_is_the_hash_of_the_mirrored_picture():
    """Up to one exchange of two frequencies beside the median, from 8-bit rounding."""
    mark, mirrored = fingerprint(photo(1)), fingerprint(np.ascontiguousarray(photo(1)[:, ::-1]))

    assert (mark.mirrored_frame ^ mirrored.frame).bit_count() <= 2
    assert (mark.mirrored_square ^ mirrored.square).bit_count() <= 2


@pytest.mark.parametrize(
    ("n_signs", "mirrored", "found"),
    [(6, False, True), (7, False, False), (4, True, True), (5, True, False)],
)
def test_the_limits_are_six_signs_and_four_for_a_mirrored_copy(n_signs, mirrored, found):
    far, other = (1 << 63) - 1, 0x2AAA_AAAA_AAAA_AAAA
    near = (1 << n_signs) - 1
    query = Fingerprint(other, other, near, near) if mirrored else Fingerprint(near, near, far, far)
    known = NearDuplicates()
    known.add("first", Fingerprint(0, 0, far, far))

    assert known.find(query) == ("first" if found else None)


def test_nothing_is_found_among_nothing():
    assert NearDuplicates().find(fingerprint(photo(0))) is None


def test_of_several_originals_the_first_is_named():
    known = NearDuplicates()
    for name in ("first", "second"):
        known.add(name, fingerprint(photo(0)))

    assert known.find(fingerprint(photo(0))) == "first"


def test_every_one_of_many_is_found():
    """Random hashes differ in about 32 signs, so each is found under its own name only."""
    hashes = np.random.default_rng(0).integers(0, 2**63, (300, 4)).tolist()
    known = NearDuplicates()
    for number, values in enumerate(hashes):
        known.add(str(number), Fingerprint(*values))

    found = [known.find(Fingerprint(*values)) for values in hashes]

    assert len(known) == 300
    assert found == [str(number) for number in range(300)]


def test_no_two_photographs_of_the_evaluation_folder_are_called_copies():
    known = NearDuplicates()
    for source in find_photos([shared_folder("eval")]):
        mark = fingerprint(read_photo(source))

        assert known.find(mark) is None, source.name
        known.add(source.name, mark)
