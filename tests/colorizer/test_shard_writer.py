import hashlib

import numpy as np
import pytest

from colorizer.shard_writer import ShardWriter
from colorizer.shards import Photographs

PER_SHARD = 3


@pytest.fixture
def photos(rng):
    return rng.integers(0, 256, (8, 8, 8, 3), dtype=np.uint8)


def write(folder, photos, n_photos=None):
    folder.mkdir(exist_ok=True)
    with ShardWriter(folder, 8, PER_SHARD, n_photos) as writer:
        for photo in photos:
            writer.add("training", photo)
        return writer.save_index(seed=1)


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_shard_is_what_numpy_saves(tmp_path, photos):
    write(tmp_path / "shards", photos)

    np.save(tmp_path / "by_numpy.npy", photos[:PER_SHARD])
    written = tmp_path / "shards" / "training-0000.npy"
    assert written.read_bytes() == (tmp_path / "by_numpy.npy").read_bytes()


def test_the_index_holds_the_digest_of_every_file(tmp_path, photos):
    index = write(tmp_path, photos)

    assert set(index.sha256) == {"training-0000.npy", "training-0001.npy", "training-0002.npy"}
    for name, digest in index.sha256.items():
        assert hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() == digest


@pytest.mark.parametrize("n_certain", range(8))
def test_a_writer_that_was_cut_off_goes_on_to_the_same_bytes(tmp_path, photos, n_certain):
    write(tmp_path / "whole", photos)
    cut_off = tmp_path / "cut off"
    cut_off.mkdir()
    writer = ShardWriter(cut_off, 8, PER_SHARD)
    for photo in photos[: n_certain + 1]:
        writer.add("training", photo)
    writer.close()
    with (cut_off / f"training-{n_certain // PER_SHARD:04d}.npy").open("ab") as file:
        file.write(b"half a photograph")

    write(cut_off, photos[n_certain:], {"training": n_certain})

    assert contents(cut_off) == contents(tmp_path / "whole")
    np.testing.assert_array_equal(
        np.concatenate(list(Photographs(cut_off, "training").batches(4))), photos
    )


def test_nothing_is_held_in_memory(tmp_path, photos):
    with ShardWriter(tmp_path, 8) as writer:
        for photo in photos:
            writer.add("validation", photo)
        writer.sync()

        n_bytes = (tmp_path / "validation-0000.npy").stat().st_size
    assert n_bytes >= photos.nbytes


def test_another_size_is_refused(tmp_path):
    with pytest.raises(ValueError, match="8 px square"), ShardWriter(tmp_path, 8) as writer:
        writer.add("training", np.zeros((8, 9, 3), np.uint8))
