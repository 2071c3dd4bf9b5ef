import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from skimage.color import rgb2lab

from colorizer.baselines import (
    borrowed_fake,
    choose_donors,
    grey_fake,
    one_colour_fake,
    reencoded_real,
)
from colorizer.errors import PhotoError
from tests.colorizer.factories import colourful_photo

PHOTO, OTHER = colourful_photo(0), colourful_photo(1)


def test_the_grey_fake_is_grey_and_as_light():
    fake = grey_fake(PHOTO)

    assert np.ptp(fake.astype(int), axis=-1).max() <= 1
    assert np.abs(rgb2lab(fake) - rgb2lab(PHOTO))[..., 0].max() < 0.3


def test_the_borrowed_fake_has_this_photos_lightness_and_the_other_ones_colours():
    fake = rgb2lab(borrowed_fake(PHOTO, OTHER))
    own, lent = rgb2lab(PHOTO), rgb2lab(OTHER)

    assert np.abs(fake - own)[..., 0].max() < 0.3
    reach = np.hypot(lent[..., 1], lent[..., 2])
    kept = np.hypot(fake[..., 1], fake[..., 2])
    assert (kept <= reach + 1.5).all()  # colours out of gamut lose chroma, none gains
    moderate = (reach < 15) & (own[..., 0] > 30) & (own[..., 0] < 70)  # in gamut at any hue
    assert moderate.sum() > 100
    assert np.abs(fake - lent)[moderate, 1:].max() < 1.5


def test_colours_borrowed_from_oneself_are_the_photo():
    np.testing.assert_array_equal(borrowed_fake(PHOTO, PHOTO), PHOTO)


def test_the_round_trip_of_the_real_photo_loses_nothing():
    np.testing.assert_array_equal(reencoded_real(PHOTO), PHOTO)


@given(n_photos=st.integers(2, 60), seed=st.integers(0, 1000))
def test_no_photo_lends_colours_to_itself_and_each_lends_once(n_photos, seed):
    donors = choose_donors(n_photos, np.random.default_rng(seed))

    assert sorted(donors) == list(range(n_photos))
    assert (donors != np.arange(n_photos)).all()


def test_every_other_photo_is_as_likely_to_lend():
    rng = np.random.default_rng(4)
    first = [choose_donors(5, rng)[0] for _ in range(4000)]

    shares = np.bincount(first, minlength=5) / 4000
    np.testing.assert_allclose(shares, [0, 0.25, 0.25, 0.25, 0.25], atol=0.03)


@pytest.mark.parametrize("n_photos", [0, 1])
def test_one_photo_alone_has_no_donor(n_photos):
    with pytest.raises(PhotoError, match="too few for the random fake"):
        choose_donors(n_photos, np.random.default_rng(0))


def test_one_colour_is_the_same_at_every_lightness_that_can_show_it():
    ramp = np.repeat(np.linspace(60, 200, 30).astype(np.uint8)[:, np.newaxis, np.newaxis], 3, 2)

    lab = rgb2lab(one_colour_fake(ramp, (8.0, 12.0)))

    np.testing.assert_allclose(
        lab[..., 1:], np.broadcast_to([8.0, 12.0], lab[..., 1:].shape), atol=1
    )
    np.testing.assert_allclose(lab[..., 0], rgb2lab(ramp)[..., 0], atol=0.3)
