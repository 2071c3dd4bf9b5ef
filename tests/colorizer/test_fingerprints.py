import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from colorizer.errors import PhotoError, RunError
from colorizer.fingerprints import (
    FINGERPRINTS_NAME,
    RUN_CONFIG_NAME,
    as_fingerprints,
    collect_fingerprints,
    copy_fingerprints,
    find_fingerprints,
    load_fingerprints,
    save_fingerprints,
    write_fingerprints,
)
from colorizer.near_duplicates import NO_COPY, PictureHash, copy_distances, fingerprint
from colorizer.photos import SplitFractions
from colorizer.preparing import prepare
from colorizer.run_directory import CONFIG_NAME
from tests.colorizer.factories import colourful_photo, write_photos

N_PHOTOS = 5
HASHES = [PictureHash(5, 1), PictureHash(2, 9), PictureHash(5, 1), PictureHash(2, 3)]


def save(path: Path, *hashes: tuple[int, int]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    save_fingerprints(as_fingerprints([PictureHash(*words) for words in hashes]), path)
    return path


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    return write_photos(tmp_path_factory.mktemp("photos"), N_PHOTOS, 72, 96)


@pytest.fixture(scope="module")
def shards(photos, tmp_path_factory):
    """Half of the photographs validate; they are seen too."""
    out = tmp_path_factory.mktemp("prepared") / "shards"
    prepare([photos], out, 48, fractions=SplitFractions(validation=0.5))
    return out


def test_fingerprints_are_sorted_and_stand_once():
    assert as_fingerprints(HASHES).tolist() == [[2, 3], [2, 9], [5, 1]]
    assert as_fingerprints([]).shape == (0, 2)


def test_what_is_saved_is_loaded_in_sixteen_bytes_each(tmp_path):
    saved = as_fingerprints(HASHES)

    sha256 = save_fingerprints(saved, tmp_path / "x.npy")

    data = (tmp_path / "x.npy").read_bytes()
    np.testing.assert_array_equal(load_fingerprints(tmp_path / "x.npy"), saved)
    assert sha256 == hashlib.sha256(data).hexdigest()
    assert len(data) == 128 + 16 * len(saved)  # NumPy's header and nothing more
    assert [path.name for path in tmp_path.iterdir()] == ["x.npy"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (np.zeros(3, np.uint64), r"expected fingerprints, uint64 \(N, 2\), found uint64 \(3,\)"),
        (np.zeros((3, 2)), r"found float64 \(3, 2\)"),
        (np.zeros((), np.uint64), r"found uint64 \(\)"),
    ],
)
def test_other_arrays_are_no_fingerprints(tmp_path, content, message):
    np.save(tmp_path / "x.npy", content)

    with pytest.raises(RunError, match=message):
        load_fingerprints(tmp_path / "x.npy")


def test_an_archive_is_no_fingerprints(tmp_path):
    with (tmp_path / "x.npy").open("wb") as file:
        np.savez(file, hashes=np.zeros((1, 2), np.uint64))

    with pytest.raises(RunError, match="found an archive"):
        load_fingerprints(tmp_path / "x.npy")


@pytest.mark.parametrize("content", [b"", b"hello", b"\x93NUMPY"])
def test_a_damaged_file_is_named(tmp_path, content):
    (tmp_path / "x.npy").write_bytes(content)

    with pytest.raises(RunError, match=r"x\.npy: the fingerprints cannot be read"):
        load_fingerprints(tmp_path / "x.npy")


def test_the_config_of_a_run_is_called_as_the_run_directory_calls_it():
    assert RUN_CONFIG_NAME == CONFIG_NAME


def test_fingerprints_are_found_beside_a_file_and_in_a_run(tmp_path):
    beside = save(tmp_path / "nets" / "some.fingerprints.npy", (1, 1))
    of_run = save(tmp_path / "run" / FINGERPRINTS_NAME, (2, 2))
    (tmp_path / "run" / CONFIG_NAME).touch()
    stray = save(tmp_path / "nets" / FINGERPRINTS_NAME, (3, 3))

    assert find_fingerprints(tmp_path / "nets" / "some.keras") == beside
    assert find_fingerprints(tmp_path / "run" / "best.keras") == of_run
    assert find_fingerprints(tmp_path / "run" / "last.keras") == of_run
    assert find_fingerprints(tmp_path / "nets" / "other.keras") is None
    assert stray.is_file()


def test_a_run_gets_the_fingerprints_of_its_shards(tmp_path):
    save(tmp_path / "shards" / FINGERPRINTS_NAME, (4, 4), (1, 1))
    (tmp_path / "run").mkdir()

    copy_fingerprints(tmp_path / "shards", tmp_path / "run")

    assert load_fingerprints(tmp_path / "run" / FINGERPRINTS_NAME).tolist() == [[1, 1], [4, 4]]


def test_what_the_first_network_saw_is_seen_too(tmp_path):
    save(tmp_path / "shards" / FINGERPRINTS_NAME, (4, 4), (1, 1))
    save(tmp_path / "first.fingerprints.npy", (4, 4), (2, 2))
    (tmp_path / "run").mkdir()

    copy_fingerprints(tmp_path / "shards", tmp_path / "run", tmp_path / "first.keras")

    found = load_fingerprints(tmp_path / "run" / FINGERPRINTS_NAME)
    assert found.tolist() == [[1, 1], [2, 2], [4, 4]]


def test_a_training_that_goes_on_with_other_shards_has_seen_both(tmp_path):
    save(tmp_path / "shards" / FINGERPRINTS_NAME, (4, 4))
    save(tmp_path / "run" / FINGERPRINTS_NAME, (1, 1))
    (tmp_path / "run" / CONFIG_NAME).touch()

    copy_fingerprints(tmp_path / "shards", tmp_path / "run", tmp_path / "run" / "last.keras")

    assert load_fingerprints(tmp_path / "run" / FINGERPRINTS_NAME).tolist() == [[1, 1], [4, 4]]


@pytest.mark.parametrize("known", ["shards", "first network"])
def test_half_known_is_not_known(tmp_path, known):
    (tmp_path / "shards").mkdir()
    save(tmp_path / "run" / FINGERPRINTS_NAME, (9, 9))  # of an earlier training there
    if known == "shards":
        save(tmp_path / "shards" / FINGERPRINTS_NAME, (4, 4))
    else:
        save(tmp_path / "first.fingerprints.npy", (2, 2))

    copy_fingerprints(tmp_path / "shards", tmp_path / "run", tmp_path / "first.keras")

    assert not (tmp_path / "run" / FINGERPRINTS_NAME).exists()


def test_prepared_shards_carry_those_of_training_and_validation(photos, shards):
    expected = as_fingerprints(
        [fingerprint(colourful_photo(seed, 72, 96)).square for seed in range(N_PHOTOS)]
    )

    np.testing.assert_array_equal(load_fingerprints(shards / FINGERPRINTS_NAME), expected)
    np.testing.assert_array_equal(collect_fingerprints([photos]).fingerprints, expected)


def test_shards_made_without_are_read_square_by_square(shards):
    collected = collect_fingerprints([shards])

    assert collected.n_photos == N_PHOTOS
    for seed in range(N_PHOTOS):
        mark = fingerprint(colourful_photo(seed, 72, 96))
        assert copy_distances(collected.fingerprints, mark.square).min() != NO_COPY


def test_files_that_are_no_photographs_are_listed(tmp_path):
    photos = write_photos(tmp_path / "photos", 2)
    (photos / "text.jpg").write_text("no picture")
    counts: list[int] = []

    collected = collect_fingerprints([photos], counts.append)

    assert collected.n_photos == 2
    assert len(collected.refused) == 1
    assert "text.jpg: not a picture" in collected.refused[0]
    assert counts == [1, 2, 3]


def test_no_photograph_at_all_is_an_error(tmp_path):
    (tmp_path / "text.jpg").write_text("no picture")

    with pytest.raises(PhotoError, match=r"no usable photograph; the first is .*text\.jpg"):
        collect_fingerprints([tmp_path])


def test_a_record_stands_beside_the_file(photos, tmp_path):
    _, sha256 = write_fingerprints([photos], tmp_path / "nets" / "some.fingerprints.npy")

    record = json.loads((tmp_path / "nets" / "some.fingerprints.provenance.json").read_text())
    assert record["sha256"] == sha256
    assert record["n_photos"] == record["n_fingerprints"] == N_PHOTOS
    assert record["inputs"] == [photos.name]


def test_another_suffix_is_refused(photos, tmp_path):
    with pytest.raises(RunError, match=r"written as \.npy"):
        write_fingerprints([photos], tmp_path / "prints.txt")
