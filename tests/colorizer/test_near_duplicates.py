import functools
import io
import itertools
import math

import numpy as np
import pytest
from PIL import Image, ImageOps

from colorizer import near_duplicates
from colorizer.near_duplicates import (
    MAX_DISTANCE,
    MERGED_RATIO,
    MIN_LIKENESS,
    NO_COPY,
    Fingerprint,
    NearDuplicates,
    PictureHash,
    copy_distances,
    fingerprint,
)
from colorizer.photo_files import find_photos
from colorizer.photos import read_photo, resize, square_of_size
from colorizer.sample_photos import cut_sample_crops
from tests.colorizer.factories import colourful_photo, encode
from tests.colorizer.shared_data import shared_folder

N_PHOTOS = 40
PINNED_SIGNS, PINNED_PROFILE = 0x0CB14871B8BC4E6F, 0xEA42EEFFE95FE1E9  # of coffee_05.png


def photo(seed: int) -> np.ndarray:
    return colourful_photo(seed, 120, 150)


def packed(*numbers: int) -> int:
    """Give a profile that begins with these numbers."""
    return int.from_bytes(np.array([*numbers, *[0] * 8][:8], np.int8).tobytes(), "little")


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

    assert (mark.mirrored_frame.signs ^ mirrored.frame.signs).bit_count() <= 2
    assert (mark.mirrored_square.signs ^ mirrored.square.signs).bit_count() <= 2


@pytest.mark.parametrize(("n_signs", "distance"), [(0, 0), (1, 1), (10, 10), (11, NO_COPY)])
def test_the_limit_is_ten_signs(n_signs, distance):
    known = np.array([[0, packed(100, 50)]], np.uint64)

    assert copy_distances(known, PictureHash((1 << n_signs) - 1, packed(100, 50))) == [distance]


@pytest.mark.parametrize(
    ("numbers", "distance"),
    [((100, 0), 0), ((50, 0), 0), ((97, 24), 0), ((97, 25), NO_COPY), ((-100, 0), NO_COPY)],
)
def test_the_lowest_frequencies_must_point_the_same_way(numbers, distance):
    """The cosine of 0.97 is an angle whose tangent is 0.2506: 24/97 is inside, 25/97 outside."""
    known = np.array([[0, packed(100, 0)]], np.uint64)

    assert copy_distances(known, PictureHash(0, packed(*numbers))) == [distance]


def test_a_picture_without_contrast_is_nobodys_copy():
    flat = fingerprint(np.full((40, 40, 3), 99, np.uint8))
    known = NearDuplicates()
    known.add("flat", flat)

    assert flat.square.profile == 0
    assert known.find(flat) is None


def test_every_copy_has_its_own_distance():
    known = np.array([[0, packed(9, 9)], [3, packed(9, 9)], [1, packed(9, -9)]], np.uint64)

    assert copy_distances(known, PictureHash(1, packed(9, 9))).tolist() == [1, 1, NO_COPY]


def test_the_hash_is_the_one_in_the_files_of_trained_networks():
    """Pinned: with another hash, those files would find nothing, and nobody would notice."""
    crop = next(crop for crop in cut_sample_crops() if crop.name == "coffee_05.png")
    pinned = PictureHash(PINNED_SIGNS, PINNED_PROFILE)

    assert copy_distances(np.array([pinned], np.uint64), fingerprint(crop.rgb).square) <= 2


def test_nothing_is_found_among_nothing():
    assert NearDuplicates().find(fingerprint(photo(0))) is None


def test_of_several_originals_the_first_is_named():
    known = NearDuplicates()
    for name in ("first", "second"):
        known.add(name, fingerprint(photo(0)))

    assert known.find(fingerprint(photo(0))) == "first"


def test_every_one_of_many_is_found():
    """Random hashes differ in about 32 signs, so each is found under its own name only."""
    hashes = np.random.default_rng(0).integers(0, 2**63, (300, 4, 2)).tolist()
    marks = [Fingerprint(*(PictureHash(*words) for words in values)) for values in hashes]
    known = NearDuplicates()
    for number, mark in enumerate(marks):
        known.add(str(number), mark)

    found = [known.find(mark) for mark in marks]

    assert len(known) == 300
    assert found == [str(number) for number in range(300)]


def random_hash(rng: np.random.Generator, profile_sd: float = 60.0) -> PictureHash:
    numbers = np.clip(np.rint(rng.normal(0, profile_sd, 8)), -127, 127).astype(int)
    return PictureHash(int(rng.integers(0, 2**63)), packed(*numbers.tolist()))


def like(original: PictureHash, rng: np.random.Generator) -> PictureHash:
    """Give a hash on either side of both limits: up to 14 signs off, turned by up to 20 degrees."""
    flipped = sum(1 << int(bit) for bit in rng.choice(63, rng.integers(0, 15), replace=False))
    numbers = np.array(numbers_of(original), float)
    turned = numbers + rng.normal(0, rng.uniform(0, 0.15) * np.linalg.norm(numbers), 8)
    profile = np.clip(np.rint(turned), -127, 127).astype(int)
    return PictureHash(original.signs ^ flipped, packed(*profile.tolist()))


@functools.cache
def numbers_of(picture: PictureHash) -> list[int]:
    return np.array([picture.profile], "<u8").view(np.int8).tolist()


def is_copy(one: PictureHash, other: PictureHash) -> bool:
    """Say it by the definition, in whole numbers as far as these go."""
    first, second = numbers_of(one), numbers_of(other)
    lengths = math.sqrt(sum(n * n for n in first)) * math.sqrt(sum(n * n for n in second))
    product = sum(a * b for a, b in zip(first, second, strict=True))
    return (
        (one.signs ^ other.signs).bit_count() <= MAX_DISTANCE
        and lengths > 0
        and product >= MIN_LIKENESS * lengths
    )


def first_copy(known: list[Fingerprint], mark: Fingerprint) -> str | None:
    """Compare a photograph with all others, one after the other."""
    queries = (mark.frame, mark.square, mark.mirrored_frame, mark.mirrored_square)
    for number, other in enumerate(known):
        if any(is_copy(a, b) for a, b in itertools.product(queries, (other.frame, other.square))):
            return str(number)
    return None


def a_hash(kind: str, hashes: list[PictureHash], rng: np.random.Generator) -> PictureHash:
    """Give a random hash, or one that is like an earlier one as often as not."""
    if kind == "random" or rng.random() < 0.5:
        return random_hash(rng)
    found = like(hashes[rng.integers(len(hashes))], rng)
    if kind == "alike":
        return found
    return PictureHash(found.signs, packed(int(rng.integers(0, 2))))


@pytest.mark.parametrize("max_waiting", [1, 4, 32])
@pytest.mark.parametrize("kind", ["random", "alike", "flat"])
def test_trees_find_exactly_what_comparing_with_each_finds(kind, max_waiting, monkeypatch):
    """Few hashes wait outside, so that there are trees of all sizes; half of the flat are 0."""
    monkeypatch.setattr(near_duplicates, "MAX_WAITING", max_waiting)
    rng = np.random.default_rng(max_waiting)
    seen, known, found, wanted = NearDuplicates(), [], [], []
    hashes = [random_hash(rng) for _ in range(8)]

    for number in range(150):
        mark = Fingerprint(*(a_hash(kind, hashes, rng) for _ in range(4)))
        hashes += [mark.frame, mark.square]
        found.append(seen.find(mark))
        wanted.append(first_copy(known, mark))
        seen.add(str(number), mark)
        known.append(mark)

    assert found == wanted
    assert (kind != "random") == any(wanted)


@pytest.fixture
def looked_at(monkeypatch):
    """The number of hashes compared with, at each comparison."""
    numbers = []

    def count(known, query):
        numbers.append(len(known))
        return copy_distances(known, query)

    monkeypatch.setattr(near_duplicates, "copy_distances", count)
    return numbers


@pytest.mark.parametrize("n", [1_000, 8_000])
def test_a_search_among_many_compares_with_no_more_than_among_few(looked_at, monkeypatch, n):
    monkeypatch.setattr(near_duplicates, "MAX_WAITING", 64)
    known, rng = NearDuplicates(), np.random.default_rng(5)
    for number in range(n):
        known.add(str(number), Fingerprint(*(random_hash(rng) for _ in range(4))))

    for _ in range(20):
        known.find(Fingerprint(*(random_hash(rng) for _ in range(4))))

    assert max(looked_at) < 64 + 20


def test_many_photographs_of_one_hash_are_compared_with_once(looked_at):
    """Otherwise a set of one photograph, a thousand times, would be compared a million times."""
    mark, known = fingerprint(photo(0)), NearDuplicates()
    for number in range(1_000):
        known.add(str(number), mark)

    assert known.find(mark) == "0"
    assert len(known) == 1_000
    assert max(looked_at) <= 2


def test_a_hash_is_built_into_few_trees(monkeypatch):
    """Whenever it is, those with it become an eighth more at least; and trees stay few."""
    built, n, tree_of = [], 8 * 1024, near_duplicates.KDTree

    def grow(points):
        built.append(len(points))
        return tree_of(points)

    monkeypatch.setattr(near_duplicates, "MAX_WAITING", 8)
    monkeypatch.setattr(near_duplicates, "KDTree", grow)
    known, rng = NearDuplicates(), np.random.default_rng(6)
    for number in range(n):
        picture = random_hash(rng)
        known.add(str(number), Fingerprint(picture, picture, picture, picture))

    assert sum(built) <= n * math.log(1024) / math.log(1 + 1 / MERGED_RATIO)
    assert len(known._profiles._trees) <= 1 + math.log(1024) / math.log(MERGED_RATIO)


def test_no_two_photographs_of_the_evaluation_folder_are_called_copies():
    known = NearDuplicates()
    for source in find_photos([shared_folder("eval")]):
        mark = fingerprint(read_photo(source))

        assert known.find(mark) is None, source.name
        known.add(source.name, mark)
