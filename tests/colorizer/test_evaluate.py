import math

import numpy as np
import pytest

from colorizer import evaluate as evaluation
from colorizer import metrics
from colorizer.ab_bins import nearest_bin, soft_encode
from colorizer.baselines import grey_fake
from colorizer.colourists import Coloured
from colorizer.errors import PhotoError
from colorizer.fakes_sheet import FakesSheet
from colorizer.lab import join_lightness_ab, rgb_to_lab
from colorizer.photo_files import find_photos
from tests.colorizer.factories import colourful_photo, grey_photo, write_photo, write_photos

CONTRACT_KEYS = {
    "auc",
    "auc_rebalanced",
    "cross_entropy",
    "psnr",
    "ssim",
    "ciede2000",
    "colorfulness",
    "colorfulness_real",
    "n_photos",
}
Q = 313


class Greyist:
    """Colours everything grey and finds all bins equally likely."""

    def colour(self, _photo, rgb):
        return Coloured(self.colorize(rgb), self.logits(rgb))

    def colorize(self, rgb: np.ndarray) -> np.ndarray:
        return grey_fake(rgb)

    def logits(self, rgb: np.ndarray) -> np.ndarray:
        return np.zeros((rgb.shape[0] // 4, rgb.shape[1] // 4, Q), np.float32)


class Knower(Greyist):
    """Knows the photograph: gives its colours back and all weight to its own soft encoding."""

    def colorize(self, rgb: np.ndarray) -> np.ndarray:
        return rgb

    def logits(self, rgb: np.ndarray) -> np.ndarray:
        indices, weights = soft_encode(rgb_to_lab(rgb[::4, ::4])[..., 1:])
        logits = np.full((*indices.shape[:2], Q), -60.0)
        np.put_along_axis(logits, indices, np.log(weights), axis=-1)
        return logits.astype(np.float32)


class Regressor(Greyist):
    """Predicts ab, not bins."""

    def logits(self, _rgb: np.ndarray) -> None:
        return None


def evaluate(folders, colourist, **settings):
    """Evaluate one condition on the photographs of folders."""
    sources = list(find_photos(folders))
    return evaluation.evaluate(sources, {"network": colourist}, **settings)


@pytest.fixture
def folder(tmp_path):
    return write_photos(tmp_path / "photos", 5)


def test_the_keys_are_those_of_the_contract(folder):
    assert evaluate([folder], Greyist()).keys() >= CONTRACT_KEYS


def test_figures_are_means_over_the_photographs(folder):
    squares = [colourful_photo(seed)[:, 8:72] for seed in range(5)]
    fakes = [grey_fake(square) for square in squares]

    figures = evaluate([folder], Greyist())

    assert figures["n_photos"] == 5
    for name, of_pair in (("psnr", metrics.psnr), ("ssim", metrics.ssim)):
        expected = np.mean([of_pair(*pair) for pair in zip(squares, fakes, strict=True)])
        assert figures[name] == pytest.approx(expected)
    reals = [metrics.colorfulness(square) for square in squares]
    assert figures["colorfulness_real"] == pytest.approx(np.mean(reals))
    assert figures["colorfulness"] == pytest.approx(0, abs=0.6)


def test_the_rebalanced_auc_pools_the_pixels_under_the_given_prior(folder):
    prior = np.random.default_rng(0).dirichlet(np.ones(Q)) + 1e-4
    squares = [colourful_photo(seed)[:, 8:72] for seed in range(5)]
    true = np.concatenate([rgb_to_lab(square)[..., 1:] for square in squares])
    fake = np.concatenate([rgb_to_lab(grey_fake(square))[..., 1:] for square in squares])

    figures = evaluate([folder], Greyist(), prior=prior)

    expected = metrics.auc_rebalanced(true, fake, nearest_bin(true), prior)
    assert figures["auc_rebalanced"] == pytest.approx(expected)


def test_equal_colours_are_perfect(folder):
    figures = evaluate([folder], Knower())

    assert figures["auc"] == figures["auc_rebalanced"] == pytest.approx(1)
    assert figures["ciede2000"] == 0
    assert figures["chroma_ratio"] == pytest.approx(1)
    assert math.isfinite(figures["psnr"])


def test_the_cross_entropy_lies_between_that_of_knowing_and_of_guessing(folder):
    known = evaluate([folder], Knower())["cross_entropy"]
    guessed = evaluate([folder], Greyist())["cross_entropy"]

    assert guessed == pytest.approx(math.log(Q))
    encoded = [
        soft_encode(rgb_to_lab(colourful_photo(seed)[::4, 8:72:4])[..., 1:])[1] for seed in range(5)
    ]
    entropy = np.mean([-(w * np.log(np.maximum(w, 1e-30))).sum(axis=-1) for w in encoded])
    assert known == pytest.approx(entropy, rel=1e-3)


def test_a_dull_photograph_does_not_hide_that_a_network_is_dull(tmp_path):
    """Every pixel gets the same chroma: much for the dull photograph, little for the vivid one."""
    dull, vivid = (
        join_lightness_ab(rgb_to_lab(photo)[..., :1], share * rgb_to_lab(photo)[..., 1:])
        for photo, share in ((colourful_photo(0), 0.4), (colourful_photo(1), 1.2))
    )
    write_photo(tmp_path / "dull.png", dull)
    write_photo(tmp_path / "vivid.png", vivid)

    class Even(Greyist):
        def colorize(self, rgb: np.ndarray) -> np.ndarray:
            lightness = rgb_to_lab(rgb)[..., :1]
            return join_lightness_ab(lightness, np.full((*rgb.shape[:2], 2), 8.0))

    figures = evaluate([tmp_path], Even())

    squares = [photo[:, 8:72] for photo in (dull, vivid)]
    even = np.mean([metrics.mean_chroma(Even().colorize(square)) for square in squares])
    expected = even / np.mean([metrics.mean_chroma(square) for square in squares])
    assert figures["chroma_ratio"] == pytest.approx(expected)
    ratios = [metrics.chroma_ratio(square, Even().colorize(square)) for square in squares]
    assert figures["chroma_ratio"] < np.mean(ratios)


def test_a_network_without_bins_has_no_cross_entropy(folder):
    assert evaluate([folder], Regressor())["cross_entropy"] is None


def test_the_baselines_come_along(folder):
    figures = evaluate([folder], Greyist())

    grey, random = figures["baselines"]["grey"], figures["baselines"]["random"]
    assert grey["auc"] == pytest.approx(figures["auc"])
    assert grey["colorfulness_real"] == pytest.approx(random["colorfulness_real"])
    assert random["colorfulness"] > 10
    assert random["auc"] < evaluate([folder], Knower())["auc"]


def test_one_photograph_has_no_random_baseline(tmp_path):
    figures = evaluate([write_photos(tmp_path / "one", 1)], Greyist())

    assert list(figures["baselines"]) == ["grey"]


def test_what_cannot_be_evaluated_is_left_out_and_named(folder):
    write_photo(folder / "grey.png", grey_photo())
    (folder / "text.jpg").write_text("no photograph")

    figures = evaluate([folder], Greyist())

    assert figures["n_photos"] == 5
    reasons = {row["input"].rpartition("/")[2]: row["reason"] for row in figures["refused"]}
    assert reasons.keys() == {"grey.png", "text.jpg"}
    assert reasons["grey.png"].startswith("greyscale")


def test_nothing_to_evaluate_is_an_error_with_a_reason(tmp_path):
    write_photo(tmp_path / "grey.png", grey_photo())

    with pytest.raises(PhotoError, match=r"none of the inputs is a colour photograph: .*greyscale"):
        evaluate([tmp_path], Greyist())


def test_large_photographs_are_looked_at_as_a_study_shows_them(tmp_path):
    seen = []

    class Watcher(Greyist):
        def colorize(self, rgb: np.ndarray) -> np.ndarray:
            seen.append(rgb.shape)
            return rgb

    write_photo(tmp_path / "large.png", colourful_photo(0, 300, 400))
    write_photo(tmp_path / "small.png", colourful_photo(1, 64, 80))

    evaluate([tmp_path], Watcher())

    assert sorted(seen) == [(64, 64, 3), (256, 256, 3)]


def test_the_same_seed_gives_the_same_figures(folder):
    first, again, other = (evaluate([folder], Greyist(), seed=seed) for seed in (1, 1, 2))

    assert first == again
    assert first["baselines"]["random"] != other["baselines"]["random"]
    assert first["auc"] == pytest.approx(other["auc"])


def test_progress_counts_the_inputs(folder):
    counts: list[int] = []

    evaluate([folder], Greyist(), progress=counts.append)

    assert counts == [1, 2, 3, 4, 5]


class Undecided(Greyist):
    """Gives a mean and a mode beside its fake."""

    def colour(self, _photo, rgb):
        return Coloured(grey_fake(rgb), self.logits(rgb), mean=rgb, mode=grey_fake(rgb))


def test_mean_and_mode_of_the_first_condition_come_along(folder):
    baselines = evaluate([folder], Undecided())["baselines"]

    assert set(baselines) == {"grey", "random", "mean", "mode"}
    assert baselines["mean"]["auc"] == pytest.approx(1)
    assert baselines["mode"]["auc"] == pytest.approx(baselines["grey"]["auc"])


def test_several_conditions_are_measured_on_the_same_photographs(folder):
    sources = list(find_photos([folder]))

    figures = evaluation.evaluate(sources, {"dull": Greyist(), "exact": Knower()})

    conditions = figures["conditions"]
    assert list(conditions) == ["dull", "exact"]
    assert conditions["dull"]["auc"] == figures["auc"]  # the first one's stand on top
    assert conditions["exact"] == evaluate([folder], Knower())["conditions"]["network"]


def test_each_photograph_is_coloured_once(folder):
    seen = []

    class Counter(Greyist):
        def colour(self, photo, rgb):
            seen.append(photo.source.name)
            return super().colour(photo, rgb)

    evaluate([folder], Counter())

    assert sorted(seen) == [f"photo_{number:03d}.png" for number in range(5)]


def test_it_says_which_prior_weights_the_rebalanced_auc(folder):
    prior = np.full(Q, 1 / Q)

    assert evaluate([folder], Greyist())["prior"] == evaluation.OWN_PRIOR
    flat = evaluate([folder], Greyist(), prior=prior)
    assert flat["prior"] == "given"
    assert flat["auc_rebalanced"] < flat["auc"] + 0.05


def test_the_sheet_gets_a_row_for_each_photograph(folder):
    rows = []

    class Sheet(FakesSheet):
        def add(self, pictures):
            rows.append(pictures)

    evaluate([folder], Knower(), sheet=Sheet())

    assert [list(row) for row in rows] == [["original", "grey input", "network"]] * 5
    for row in rows:
        np.testing.assert_array_equal(row["network"], row["original"])
        assert np.ptp(row["grey input"].astype(int), axis=-1).max() <= 1
