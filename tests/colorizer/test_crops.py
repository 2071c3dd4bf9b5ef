import itertools

import numpy as np
import pytest

from colorizer.crops import centre_crop, lightness_exponents, random_crops
from colorizer.errors import ShardError
from colorizer.shard_writer import ShardWriter
from colorizer.shards import Photographs


@pytest.fixture
def photographs(tmp_path):
    """Ten photographs; every pixel holds its photograph's number, row and column."""
    rows, columns = np.mgrid[0:16, 0:16]
    with ShardWriter(tmp_path, 16) as writer:
        for number in range(10):
            photo = np.stack([np.full((16, 16), number), rows, columns], axis=-1)
            writer.add("training", photo.astype(np.uint8))
        writer.save_index()
    return Photographs(tmp_path, "training")


def take(photographs, n, **options):
    return list(itertools.islice(random_crops(photographs, 8, 5, **options), n))


def test_every_photograph_comes_once_per_pass(photographs):
    batches = take(photographs, 4, seed=1)

    for one_pass in (batches[:2], batches[2:]):
        numbers = np.concatenate(one_pass)[:, 0, 0, 0]
        assert sorted(numbers.tolist()) == list(range(10))


def test_crops_are_squares_of_neighbouring_pixels_some_mirrored(photographs):
    crops = np.concatenate(take(photographs, 40, seed=2))

    steps_down = np.diff(crops[..., 1].astype(int), axis=1)
    steps_right = np.diff(crops[..., 2].astype(int), axis=2)
    assert (steps_down == 1).all()
    assert (np.abs(steps_right) == 1).all()
    mirrored = (steps_right[:, 0, 0] == -1).mean()
    assert 0.3 < mirrored < 0.7


def test_the_same_seed_gives_the_same_crops_and_another_others(photographs):
    first, again, other = (take(photographs, 3, seed=seed) for seed in (1, 1, 2))

    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_a_resumed_run_sees_what_it_would_have_seen(photographs):
    whole = take(photographs, 6, seed=3)

    np.testing.assert_array_equal(take(photographs, 2, seed=3, first_step=4), whole[4:])


def test_zoomed_crops_show_more_of_the_photograph(photographs):
    plain = np.concatenate(take(photographs, 40, seed=4))
    zoomed = np.concatenate(take(photographs, 40, seed=4, zoom=2.0))

    def breadths(crops):
        columns = crops[..., 2].astype(int)
        return np.abs(columns[:, 0, -1] - columns[:, 0, 0])

    assert zoomed.shape == plain.shape
    assert (breadths(plain) == 7).all()
    assert breadths(zoomed).min() == 7
    assert breadths(zoomed).max() > 12
    for crop in zoomed:
        assert (np.ptp(crop[..., 0]), crop.dtype) == (0, np.uint8)


def test_zoomed_crops_larger_than_the_shards_are_refused(photographs):
    with pytest.raises(ShardError, match="24 px do not fit into shards of 16 px"):
        next(random_crops(photographs, 8, 5, seed=0, zoom=3.0))


def test_crops_larger_than_the_shards_are_refused(photographs):
    with pytest.raises(ShardError, match="24 px do not fit into shards of 16 px"):
        next(random_crops(photographs, 24, 5, seed=0))


def test_no_photographs_are_refused(tmp_path):
    with ShardWriter(tmp_path, 16) as writer:
        writer.save_index()

    with pytest.raises(ShardError, match="no photographs"):
        next(random_crops(Photographs(tmp_path, "training"), 8, 5, seed=0))


def test_the_centre_is_cut_from_the_middle():
    rgb = np.arange(5 * 5 * 3).reshape(5, 5, 3).astype(np.uint8)

    np.testing.assert_array_equal(centre_crop(rgb, 3), rgb[1:4, 1:4])


def test_exponents_are_within_the_jitter_and_the_same_after_a_resume():
    whole = list(itertools.islice(lightness_exponents(500, 0.2, seed=3), 4))

    logs = np.log(np.concatenate(whole))
    assert np.abs(logs).max() <= 0.2 + 1e-6
    assert np.abs(logs).max() > 0.19
    np.testing.assert_array_equal(next(lightness_exponents(500, 0.2, 3, first_step=2)), whole[2])


def test_without_jitter_lightness_is_shown_as_it_is():
    np.testing.assert_array_equal(next(lightness_exponents(3, 0.0, seed=1)), np.ones(3))


def test_the_parts_of_workers_are_the_batch_and_no_more_is_read(photographs, monkeypatch):
    whole = next(random_crops(photographs, 8, 6, seed=1, zoom=1.5))
    read = []
    get = type(photographs).__getitem__
    monkeypatch.setattr(
        type(photographs), "__getitem__", lambda self, n: read.append(n) or get(self, n)
    )

    parts = [
        next(random_crops(photographs, 8, 6, seed=1, zoom=1.5, part=part))
        for part in (slice(0, 2), slice(2, 6))
    ]

    np.testing.assert_array_equal(np.concatenate(parts), whole)
    assert len(read) == 6


def test_the_parts_of_exponents_are_those_of_the_batch():
    whole = next(lightness_exponents(5, 0.2, seed=3))

    parts = [next(lightness_exponents(5, 0.2, seed=3, part=p)) for p in (slice(2), slice(2, 5))]

    np.testing.assert_array_equal(np.concatenate(parts), whole)
