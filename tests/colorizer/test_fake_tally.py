import numpy as np
import pytest

from colorizer import metrics
from colorizer.ab_bins import nearest_bin
from colorizer.baselines import grey_fake
from colorizer.fake_tally import MAX_PSNR_DB, FakeTally
from colorizer.lab import rgb_to_lab
from tests.colorizer.factories import colourful_photo

PHOTOS = [colourful_photo(seed, 32, 32) for seed in range(3)]


def tally_of(fake, entropies=(None, None, None)):
    tally = FakeTally()
    for photo, entropy in zip(PHOTOS, entropies, strict=True):
        tally.add(photo, fake(photo), entropy)
    return tally


def test_figures_are_means_and_the_rebalanced_area_pools_all_pixels(rng):
    prior = rng.dirichlet(np.ones(313)) + 1e-4

    figures = tally_of(grey_fake).figures(prior)

    true = np.stack([rgb_to_lab(photo)[..., 1:] for photo in PHOTOS])
    fake = np.stack([rgb_to_lab(grey_fake(photo))[..., 1:] for photo in PHOTOS])
    expected = metrics.auc_rebalanced(true, fake, nearest_bin(true), prior)
    assert figures["auc_rebalanced"] == pytest.approx(expected)
    assert figures["auc"] == pytest.approx(metrics.auc(true, fake))
    assert figures["chroma_real"] == pytest.approx(np.linalg.norm(true, axis=-1).mean())


def test_an_equal_fake_has_a_finite_psnr():
    assert tally_of(lambda photo: photo).figures(np.full(313, 1 / 313))["psnr"] == MAX_PSNR_DB


def test_cross_entropies_are_averaged_where_there_are_any():
    prior = np.full(313, 1 / 313)

    assert tally_of(grey_fake, (1.0, 2.0, 6.0)).figures(prior)["cross_entropy"] == 3
    assert tally_of(grey_fake).figures(prior)["cross_entropy"] is None
    assert tally_of(grey_fake).n_photos == 3
