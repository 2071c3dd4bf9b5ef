import hashlib
import json

import numpy as np
import pytest

from colorizer.errors import ShardError
from colorizer.shard_writer import ShardWriter
from colorizer.shards import INDEX_NAME, Photographs, load_index


@pytest.fixture
def photos(rng):
    return rng.integers(0, 256, (7, 8, 8, 3), dtype=np.uint8)


@pytest.fixture
def folder(tmp_path, photos):
    with ShardWriter(tmp_path, 8, photos_per_shard=3) as writer:
        for photo in photos:
            writer.add("training", photo)
        writer.add("validation", photos[0])
        writer.save_index(seed=1)
    return tmp_path


def test_photographs_come_back_in_order_across_files(folder, photos):
    training = Photographs(folder, "training")

    assert len(training) == 7
    assert len(load_index(folder).files["training"]) == 3
    np.testing.assert_array_equal(np.stack([training[n] for n in range(7)]), photos)


def test_splits_are_apart(folder, photos):
    validation = Photographs(folder, "validation")

    assert len(validation) == 1
    np.testing.assert_array_equal(validation[0], photos[0])


def test_batches_cover_all(folder, photos):
    batches = list(Photographs(folder, "training").batches(4))

    assert [len(batch) for batch in batches] == [4, 3]
    np.testing.assert_array_equal(np.concatenate(batches), photos)


@pytest.mark.parametrize("number", [-1, 7])
def test_there_is_nothing_beyond_the_ends(folder, number):
    with pytest.raises(IndexError):
        Photographs(folder, "training")[number]


def test_a_folder_without_index_is_refused(tmp_path):
    with pytest.raises(ShardError, match=r"no shards\.json"):
        Photographs(tmp_path, "training")


def test_a_damaged_index_is_refused(folder):
    (folder / INDEX_NAME).write_text("{")

    with pytest.raises(ShardError, match="not an index"):
        load_index(folder)


def test_a_flipped_byte_is_found_and_both_digests_are_named(folder):
    path = folder / "training-0001.npy"
    data = bytearray(path.read_bytes())
    data[-9] ^= 1
    path.write_bytes(data)

    with pytest.raises(ShardError, match=r"training-0001\.npy: the shard has changed") as caught:
        Photographs(folder, "training")

    assert load_index(folder).sha256[path.name] in str(caught.value)
    assert hashlib.sha256(data).hexdigest() in str(caught.value)
    assert len(Photographs(folder, "validation")) == 1
    assert len(Photographs(folder, "training", check_digests=False)) == 7


def test_shards_of_before_digests_are_read(folder):
    index = json.loads((folder / INDEX_NAME).read_text())
    del index["sha256"]
    (folder / INDEX_NAME).write_text(json.dumps(index))

    assert len(Photographs(folder, "training")) == 7


def test_a_missing_file_is_named(folder):
    (folder / "training-0001.npy").unlink()

    with pytest.raises(ShardError, match=r"training-0001\.npy"):
        Photographs(folder, "training")


def test_a_file_of_another_shape_is_named(folder):
    np.save(folder / "training-0001.npy", np.zeros(3))

    with pytest.raises(ShardError, match="expected uint8"):
        Photographs(folder, "training", check_digests=False)


def test_a_count_that_disagrees_is_refused(folder):
    index = json.loads((folder / INDEX_NAME).read_text())
    index["n_photos"]["training"] = 9
    (folder / INDEX_NAME).write_text(json.dumps(index))

    with pytest.raises(ShardError, match="the index says 9"):
        Photographs(folder, "training")
