import math

import numpy as np
import pytest
import skimage.metrics
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import trapezoid
from scipy.special import log_softmax
from skimage.color import deltaE_ciede2000, lab2rgb, rgb2lab

from colorizer.ab_bins import bin_centres, nearest_bin, soft_encode
from colorizer.metrics import (
    auc,
    auc_rebalanced,
    auc_rebalanced_of_sums,
    chroma_ratio,
    ciede2000,
    closeness_by_bin,
    colorfulness,
    colorfulness_ddcolor,
    cross_entropy,
    psnr,
    ssim,
)
from tests.colorizer.factories import colourful_photo, grey_photo

REAL, FAKE = colourful_photo(0), colourful_photo(1)
Q = 313


def swept_auc(distance: np.ndarray, weights: np.ndarray) -> float:
    """Integrate the curve itself, as the paper describes it: share of pixels within a threshold."""
    thresholds = np.linspace(0, 150, 60_001)
    order = np.argsort(distance)
    share = np.concatenate([[0.0], np.cumsum(weights[order]) / weights.sum()])
    curve = share[np.searchsorted(distance[order], thresholds, side="right")]
    return float(trapezoid(curve, thresholds) / 150)


def test_auc_of_arrays_of_two_shapes_is_refused(rng):
    ab = rng.uniform(-50, 50, (4, 2))

    with pytest.raises(ValueError, match="one shape"):
        auc(ab, ab[:1])


def test_auc_is_the_area_under_the_swept_curve():
    rng = np.random.default_rng(0)
    true, fake = rng.uniform(-110, 110, (2, 500, 2))

    expected = swept_auc(np.linalg.norm(true - fake, axis=-1), np.ones(500))

    assert auc(true, fake) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize(("distance", "area"), [(0, 1), (15, 0.9), (75, 0.5), (150, 0), (200, 0)])
def test_auc_of_one_distance_is_linear_in_it(distance, area):
    true = np.zeros((4, 5, 2))
    fake = true + np.array([0.6, 0.8]) * distance

    assert auc(true, fake) == pytest.approx(area)


def test_rebalanced_auc_is_the_weighted_area_under_the_swept_curve():
    rng = np.random.default_rng(1)
    true, fake = rng.uniform(-60, 60, (2, 400, 2))
    prior = rng.dirichlet(np.ones(Q)) + 1e-4
    bins = nearest_bin(true)

    expected = swept_auc(np.linalg.norm(true - fake, axis=-1), 1 / prior[bins])

    assert auc_rebalanced(true, fake, bins, prior) == pytest.approx(expected, abs=1e-4)


def test_pooling_two_photos_is_as_good_as_one_large_one():
    rng = np.random.default_rng(8)
    true, fake = rng.uniform(-60, 60, (2, 300, 2))
    prior, bins = rng.dirichlet(np.ones(Q)) + 1e-4, nearest_bin(true)

    parts = [
        closeness_by_bin(true[part], fake[part], bins[part], Q)
        for part in (slice(0, 100), slice(100, 300))
    ]
    sums, counts = np.sum(parts, axis=0)

    whole = auc_rebalanced(true, fake, bins, prior)
    assert auc_rebalanced_of_sums(sums, counts, prior) == pytest.approx(whole)


def test_a_bin_n_times_as_rare_counts_n_times_as_much():
    true, fake = np.zeros((2, 2)), np.array([[75.0, 0.0], [0.0, 0.0]])
    prior = np.array([0.2, 0.8])

    # the pixel that is 75 off has weight 5, the equal one 1.25: (5 * 0.5 + 1.25) / 6.25
    assert auc_rebalanced(true, fake, np.array([0, 1]), prior) == pytest.approx(0.6)


def test_a_flat_prior_changes_nothing():
    true, fake = np.random.default_rng(2).uniform(-90, 90, (2, 10, 10, 2))

    plain = auc(true, fake)

    assert auc_rebalanced(true, fake, nearest_bin(true), np.full(Q, 1 / Q)) == pytest.approx(plain)


def test_on_pixels_of_the_prior_rebalanced_auc_averages_over_the_bins():
    """Weighting by 1 / prior undoes the drawing: the mean over the bins' centres remains."""
    rng = np.random.default_rng(3)
    prior = rng.dirichlet(np.full(Q, 2.0))
    bins = rng.choice(Q, 200_000, p=prior)
    true = bin_centres()[bins]

    measured = auc_rebalanced(true, np.zeros_like(true), bins, prior)

    expected = (1 - np.linalg.norm(bin_centres(), axis=1) / 150).mean()
    assert measured == pytest.approx(expected, abs=0.003)


def test_cross_entropy_is_that_of_the_dense_encoding():
    rng = np.random.default_rng(4)
    logits = rng.normal(0, 5, (6, 7, Q))
    indices, weights = soft_encode(rng.uniform(-80, 80, (6, 7, 2)))
    dense = np.zeros((6, 7, Q))
    np.put_along_axis(dense, indices, weights, axis=-1)

    expected = -(dense * log_softmax(logits, axis=-1)).sum(axis=-1).mean()

    assert cross_entropy(logits, indices, weights) == pytest.approx(expected)


def test_cross_entropy_of_equal_logits_is_the_logarithm_of_the_number_of_bins():
    indices, weights = soft_encode(np.zeros((3, 2)))

    assert cross_entropy(np.full((3, Q), 900.0), indices, weights) == pytest.approx(math.log(Q))


def test_psnr_is_that_of_scikit_image():
    expected = skimage.metrics.peak_signal_noise_ratio(REAL, FAKE, data_range=255)

    assert psnr(REAL, FAKE) == pytest.approx(expected)


def test_ssim_of_two_even_pictures_is_closed():
    """(2 μν + c) / (μ² + ν² + c) with c = (0.01 · 255)² (Wang et al. 2004, equations 6 and 13)."""
    first, second = np.full((16, 16, 3), 100, np.uint8), np.full((16, 16, 3), 150, np.uint8)
    c = 2.55**2

    assert ssim(first, second) == pytest.approx((2 * 100 * 150 + c) / (100**2 + 150**2 + c))
    assert ssim(REAL, REAL) == pytest.approx(1)


def test_psnr_of_a_constant_error_is_closed():
    assert psnr(np.full((8, 8, 3), 100, np.uint8), np.full((8, 8, 3), 110, np.uint8)) == (
        pytest.approx(20 * math.log10(255 / 10))
    )
    assert psnr(REAL, REAL) == math.inf


def test_ciede2000_is_that_of_scikit_images_own_lab():
    expected = deltaE_ciede2000(rgb2lab(REAL), rgb2lab(FAKE)).mean()

    assert ciede2000(REAL, FAKE) == pytest.approx(expected, abs=0.01)
    assert ciede2000(REAL, REAL) == 0


def test_colorfulness_of_two_colours_is_closed():
    """Half red, half green of equal level c: rg = ±c, yb = c / 2 everywhere."""
    rgb = np.zeros((10, 10, 3), np.uint8)
    rgb[:5, :, 0] = rgb[5:, :, 1] = 200

    assert colorfulness(rgb) == pytest.approx(200 + 0.3 * 100)
    assert colorfulness_ddcolor(rgb) == pytest.approx(0.3 * math.hypot(200, 100))


@given(seed=st.integers(0, 50))
def test_where_opponents_keep_their_sign_both_variants_agree(seed):
    rng = np.random.default_rng(seed)
    rgb = np.stack([rng.integers(low, low + 50, (9, 9)) for low in (200, 120, 0)], axis=-1)

    first, second = (f(rgb.astype(np.uint8)) for f in (colorfulness, colorfulness_ddcolor))

    assert first == pytest.approx(second)


def test_grey_is_not_colourful():
    assert colorfulness(grey_photo()) == colorfulness_ddcolor(grey_photo()) == 0


def test_half_the_chroma_has_a_ratio_of_one_half():
    lab = rgb2lab(REAL)
    lab[..., 0] = 60
    lab[..., 1:] = np.clip(lab[..., 1:], -25, 25)
    half = lab * np.array([1, 0.5, 0.5])

    real, fake = (np.rint(lab2rgb(values) * 255).astype(np.uint8) for values in (lab, half))

    assert chroma_ratio(real, fake) == pytest.approx(0.5, abs=0.02)
    assert chroma_ratio(real, real) == 1
