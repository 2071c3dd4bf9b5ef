import hashlib
from collections import Counter
from pathlib import PurePosixPath

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from colorizer.errors import PhotoError
from colorizer.photo_sources import build_source
from colorizer.photos import (
    SplitFractions,
    crop_square,
    photo_id,
    read_photo,
    resize,
    split_by_id,
    square_of_size,
    training_square,
)
from tests.colorizer.factories import colourful_photo, encode

PHOTO = colourful_photo()


def test_a_source_is_read_and_decoded():
    source = build_source(PurePosixPath("a.png"), "a.png", lambda: encode(PHOTO))

    np.testing.assert_array_equal(read_photo(source), PHOTO)


def test_the_limits_are_passed_on():
    source = build_source(PurePosixPath("a.png"), "a.png", lambda: encode(PHOTO))

    with pytest.raises(PhotoError, match="needs 65"):
        read_photo(source, min_side_px=65)


def test_the_id_is_the_digest_of_size_and_pixels():
    picture = np.zeros((2, 3, 3), np.uint8)

    assert photo_id(picture) == hashlib.sha256(b"2x3:" + bytes(18)).hexdigest()[:16]


def test_the_id_does_not_depend_on_the_file_but_on_every_pixel_and_the_size():
    other = PHOTO.copy()
    other[5, 5, 1] ^= 1

    assert photo_id(PHOTO) == photo_id(np.asfortranarray(PHOTO))
    assert len({photo_id(PHOTO), photo_id(other), photo_id(PHOTO.reshape(80, 64, 3))}) == 3


def test_splits_have_their_shares():
    fractions = SplitFractions(validation=0.1, study=0.2)
    ids = (hashlib.sha256(bytes([n % 256, n // 256])).hexdigest()[:16] for n in range(20_000))

    counts = Counter(split_by_id(identifier, fractions) for identifier in ids)

    assert counts["study"] / 20_000 == pytest.approx(0.2, abs=0.012)
    assert counts["validation"] / 20_000 == pytest.approx(0.1, abs=0.009)
    assert sum(counts.values()) == 20_000


@given(identifier=st.integers(0, 16**16 - 1), small=st.floats(0, 0.4), more=st.floats(0, 0.4))
def test_a_larger_study_share_never_gives_a_study_photo_to_training(identifier, small, more):
    text = f"{identifier:016x}"
    before = split_by_id(text, SplitFractions(validation=0.1, study=small))
    after = split_by_id(text, SplitFractions(validation=0.1, study=small + more))

    assert after == "study" or before != "study"


@pytest.mark.parametrize(("validation", "study"), [(-0.1, 0), (0, -0.1), (0.5, 0.5), (1, 0)])
def test_shares_that_leave_no_training_are_refused(validation, study):
    with pytest.raises(PhotoError, match="are no shares"):
        SplitFractions(validation, study)


def test_the_square_is_cut_from_the_middle():
    picture = np.arange(2 * 7 * 3, dtype=np.uint8).reshape(2, 7, 3)

    np.testing.assert_array_equal(crop_square(picture), picture[:, 2:4])
    np.testing.assert_array_equal(
        crop_square(picture.transpose(1, 0, 2)), picture.transpose(1, 0, 2)[2:4]
    )


def test_the_same_size_leaves_the_pixels_alone():
    np.testing.assert_array_equal(resize(PHOTO, 64, 80), PHOTO)


def test_shrinking_does_not_alias():
    """A fine chequerboard becomes its mean; plain subsampling would give black or white."""
    board = ((np.indices((128, 128)).sum(axis=0) % 2) * 255).astype(np.uint8)
    shrunk = resize(np.repeat(board[..., np.newaxis], 3, axis=-1), 32, 32)

    assert np.abs(shrunk[2:-2, 2:-2].astype(float) - 127.5).max() <= 2


@pytest.mark.parametrize("size_px", [24, 96])
def test_the_square_of_a_training_is_nearly_that_of_a_study(size_px):
    photo = colourful_photo(3, 60, 48)

    difference = np.abs(
        training_square(photo, size_px).astype(int) - square_of_size(photo, size_px)
    )

    assert difference.shape == (size_px, size_px, 3)
    assert difference.mean() < 6


def test_a_square_of_any_size_has_that_size():
    assert square_of_size(PHOTO, 32).shape == (32, 32, 3)
    assert square_of_size(PHOTO, 100).shape == (100, 100, 3)
