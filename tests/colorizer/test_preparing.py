import csv
import hashlib
import io
import subprocess
import sys
import tarfile
import time

import numpy as np
import pytest

from colorizer.ab_bins import nearest_bin
from colorizer.engines import local_engine
from colorizer.errors import ColorizerError, DamagedTarError, PhotoError, ShardError
from colorizer.lab import rgb_to_lab
from colorizer.photos import SplitFractions, square_of_size, training_square
from colorizer.preparing import count_prior, prepare
from colorizer.shards import Photographs
from tests.colorizer.factories import (
    colourful_photo,
    encode,
    grey_photo,
    write_photo,
    write_photos,
)
from tests.colorizer.tar_factories import tar_bytes, write_tar

ALL_TRAINING = SplitFractions(validation=0.0)


def outcomes(folder):
    with (folder / "report.csv").open(newline="", encoding="utf-8") as file:
        return {row["input"].rpartition("/")[2]: row for row in csv.DictReader(file)}


def test_colourful_photographs_are_packed_and_the_rest_is_refused_with_reasons(tmp_path):
    photos = write_photos(tmp_path / "photos", 3)
    write_photo(photos / "grey.png", grey_photo(7))
    (photos / "text.jpg").write_text("no picture")
    write_photo(photos / "same.png", colourful_photo(0))
    write_photo(photos / "tiny.png", colourful_photo(9, 20, 20))

    index = prepare([photos], tmp_path / "shards", 48, fractions=ALL_TRAINING)

    assert index.n_photos == {"training": 3, "validation": 0}
    rows = outcomes(tmp_path / "shards")
    assert rows["photo_001.png"]["outcome"] == "training"
    assert rows["photo_001.png"]["reason"] == ""
    assert "grey" in rows["grey.png"]["reason"]
    assert "not a picture" in rows["text.jpg"]["reason"]
    assert "same pixels as" in rows["same.png"]["reason"]
    assert "too small" in rows["tiny.png"]["reason"]
    assert len(rows) == 7


def test_what_is_packed_is_the_resized_middle_square(tmp_path):
    photos = write_photos(tmp_path / "photos", 2)

    prepare([photos], tmp_path / "shards", 48, fractions=ALL_TRAINING)

    np.testing.assert_array_equal(
        Photographs(tmp_path / "shards", "training")[0], training_square(colourful_photo(0), 48)
    )


def test_the_validation_share_is_kept_apart(tmp_path):
    photos = write_photos(tmp_path / "photos", 30, 32, 32)

    index = prepare([photos], tmp_path / "shards", 32, fractions=SplitFractions(validation=0.5))

    assert index.n_photos["training"] + index.n_photos["validation"] == 30
    assert 5 < index.n_photos["validation"] < 25


def test_several_processes_pack_the_same(tmp_path):
    photos = write_photos(tmp_path / "photos", 40, 32, 32)

    for n_workers in (1, 2):
        prepare(
            [photos],
            tmp_path / str(n_workers),
            32,
            fractions=ALL_TRAINING,
            engine=local_engine(n_workers),
        )

    for name in ("training-0000.npy", "report.csv", "fingerprints.npy", "shards.json"):
        assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "2" / name).read_bytes()


def test_the_index_holds_the_digest_of_the_fingerprints(tmp_path):
    photos = write_photos(tmp_path / "photos", 2)

    index = prepare([photos], tmp_path / "shards", 48, fractions=ALL_TRAINING)

    data = (tmp_path / "shards" / "fingerprints.npy").read_bytes()
    assert index.provenance["fingerprints_sha256"] == hashlib.sha256(data).hexdigest()


def test_tar_files_are_read_without_unpacking(tmp_path):
    photos = write_photos(tmp_path / "photos", 3, 32, 32)
    with tarfile.open(tmp_path / "photos.tar", "w") as tar:
        for path in sorted(photos.iterdir()):
            tar.add(path, path.name)

    index = prepare([tmp_path / "photos.tar"], tmp_path / "shards", 32, fractions=ALL_TRAINING)

    assert index.n_photos["training"] == 3


def test_a_tar_of_tars_gives_its_categories(tmp_path):
    inner = io.BytesIO()
    photo = write_photo(tmp_path / "x.png", colourful_photo(1, 32, 32))
    with tarfile.open(fileobj=inner, mode="w") as tar:
        tar.add(photo, "n02084071_1.png")
        tar.add(write_photo(tmp_path / "y.png", colourful_photo(2, 32, 32)), "n02084071_2.png")
    with tarfile.open(tmp_path / "train.tar", "w") as tar:
        member = tarfile.TarInfo("n02084071.tar")
        member.size = len(inner.getvalue())
        tar.addfile(member, io.BytesIO(inner.getvalue()))

    prepare([tmp_path / "train.tar"], tmp_path / "shards", 32, fractions=ALL_TRAINING)

    assert next(iter(outcomes(tmp_path / "shards").values()))["category"] == "n02084071"


def test_excluded_synsets_are_left_out(tmp_path):
    for number, wnid in enumerate(("n02084071", "n00007846", "n02084072")):
        write_photo(tmp_path / "photos" / wnid / "a.png", colourful_photo(number, 32, 32))

    index = prepare(
        [tmp_path / "photos"],
        tmp_path / "shards",
        32,
        excluded_wnids=frozenset({"n00007846"}),
        fractions=ALL_TRAINING,
    )

    assert index.n_photos["training"] == 2
    assert index.provenance["excluded_wnids"] == ["n00007846"]


def test_photographs_of_the_study_and_their_near_duplicates_are_kept_out(tmp_path):
    photos = write_photos(tmp_path / "photos", 4, 96, 96)
    study = tmp_path / "study"
    write_photo(study / "same.png", colourful_photo(1, 96, 96))
    write_photo(study / "smaller.jpg", square_of_size(colourful_photo(2, 96, 96), 64), quality=80)

    index = prepare([photos], tmp_path / "shards", 64, keep_out=[study], fractions=ALL_TRAINING)

    assert index.n_photos["training"] == 2
    rows = outcomes(tmp_path / "shards")
    assert "kept out of training" in rows["photo_001.png"]["reason"]
    assert "smaller.jpg" in rows["photo_002.png"]["reason"]


def test_nothing_usable_is_an_error_and_leaves_nothing(tmp_path):
    write_photo(tmp_path / "photos" / "grey.png", grey_photo(7))

    with pytest.raises(ShardError, match=r"grey\.png"):
        prepare([tmp_path / "photos"], tmp_path / "shards", 48)
    assert not (tmp_path / "shards").exists()


def test_a_missing_input_is_named(tmp_path):
    with pytest.raises(PhotoError, match="nowhere"):
        prepare([tmp_path / "nowhere"], tmp_path / "shards", 48)


def test_one_photograph_is_too_few(tmp_path):
    photos = write_photos(tmp_path / "photos", 1)

    with pytest.raises(ShardError, match="usable photographs: 1 of 1; at least 2"):
        prepare([photos], tmp_path / "shards", 48, fractions=ALL_TRAINING)

    assert [path.name for path in tmp_path.iterdir()] == ["photos"]


@pytest.mark.parametrize("n_bytes", [3000, 5000, 8000])
def test_a_tar_cut_in_the_middle_is_an_error_and_leaves_nothing(tmp_path, n_bytes):
    names = ("a.png", "b.png", "c.png")
    photos = {name: encode(colourful_photo(n, 32, 32)) for n, name in enumerate(names)}
    whole = tar_bytes(photos)
    (tmp_path / "photos.tar").write_bytes(whole[:n_bytes])

    with pytest.raises(DamagedTarError, match=r"photos\.tar.*; get the tar file again"):
        prepare([tmp_path / "photos.tar"], tmp_path / "shards", 32, fractions=ALL_TRAINING)

    assert [path.name for path in tmp_path.iterdir()] == ["photos.tar"]


def test_labels_and_licences_of_sidecar_files_are_reported(tmp_path):
    members = {}
    for number in range(2):
        members[f"{number}.png"] = encode(colourful_photo(number, 32, 32))
        members[f"{number}.json"] = b'{"label": "n02084071", "license": "CC BY 2.0"}'
        members[f"{number}.txt"] = b"a caption"
    write_tar(tmp_path / "00000.tar", members)

    prepare([tmp_path], tmp_path.with_name("shards"), 32, fractions=ALL_TRAINING)

    rows = list(outcomes(tmp_path.with_name("shards")).values())
    assert [(row["category"], row["licence"]) for row in rows] == 2 * [("n02084071", "CC BY 2.0")]


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


class Cut(BaseException):
    """Ends a run as a kill does: nothing is tidied up, nothing more is written."""


@pytest.fixture
def many_inputs(tmp_path):
    """Write photographs of which some repeat, some are refused."""
    photos = write_photos(tmp_path / "photos", 30, 32, 32)
    write_photo(photos / 'photo_004 again, "quoted".png', colourful_photo(4, 32, 32))
    write_photo(photos / "photo_025 again.png", colourful_photo(2, 32, 32))
    write_photo(photos / "photo_012 grey.png", grey_photo(12))
    return photos


@pytest.mark.parametrize("n_done", [1, 7, 8, 9, 26, 33])
def test_a_run_that_was_cut_off_goes_on_to_the_same_bytes(
    tmp_path, many_inputs, monkeypatch, n_done
):
    monkeypatch.setattr("colorizer.packing.INPUTS_PER_SAVE", 8)
    monkeypatch.setattr("colorizer.shard_writer.PHOTOS_PER_SHARD", 5)
    settings = {"size_px": 32, "fractions": SplitFractions(validation=0.3, study=0.2)}
    prepare([many_inputs], tmp_path / "whole", **settings)
    examined = []

    def cut(n_inputs):
        examined.append(n_inputs)
        if n_inputs == n_done:
            raise Cut

    with pytest.raises(Cut):
        prepare([many_inputs], tmp_path / "cut", **settings, progress=cut)
    assert not (tmp_path / "cut").exists()
    prepare([many_inputs], tmp_path / "cut", **settings, progress=examined.append)

    assert contents(tmp_path / "cut") == contents(tmp_path / "whole")
    assert examined[n_done] == n_done - n_done % 8 + 1
    assert not list(tmp_path.glob(".*"))


def test_other_settings_do_not_go_on_with_what_was_begun(tmp_path, many_inputs):
    def cut(_):
        raise Cut

    with pytest.raises(Cut):
        prepare([many_inputs], tmp_path / "shards", 32, progress=cut)

    with pytest.raises(ColorizerError, match="another setting of size lies in"):
        prepare([many_inputs], tmp_path / "shards", 24)

    assert (tmp_path / ".shards.part").exists()


def test_other_inputs_do_not_go_on_with_what_was_begun(tmp_path, many_inputs, monkeypatch):
    monkeypatch.setattr("colorizer.packing.INPUTS_PER_SAVE", 8)

    def cut(n_inputs):
        if n_inputs == 9:
            raise Cut

    with pytest.raises(Cut):
        prepare([many_inputs], tmp_path / "shards", 32, progress=cut)
    (many_inputs / "photo_003.png").unlink()

    with pytest.raises(ShardError, match=r"photo_003\.png: was an input"):
        prepare([many_inputs], tmp_path / "shards", 32)

    assert prepare([many_inputs], tmp_path / "shards", 32).n_photos["training"]


# a file of its own, so that the workers it spawns find it
OFTEN_SAVED = """
from colorizer import packing
from colorizer.__main__ import main

if __name__ == "__main__":
    packing.INPUTS_PER_SAVE = 16
    main(prog_name="colorizer")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="kills processes")
def test_a_killed_command_goes_on_to_the_same_bytes(tmp_path):
    """Kill -9, workers at work; the very same command again."""
    photos = write_photos(tmp_path / "photos", 150, 24, 24)
    (tmp_path / "run.py").write_text(OFTEN_SAVED)
    arguments = ["prepare", photos, "--out", tmp_path / "killed", "--size", 24, "--workers", 2]
    command = [sys.executable, tmp_path / "run.py", *map(str, arguments)]

    def start():
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    killed = start()
    reached = tmp_path / ".killed.part" / "state" / "reached.json"
    deadline = time.monotonic() + 300
    while not reached.is_file() and killed.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    killed.kill()
    killed.communicate()
    assert reached.is_file()
    assert not (tmp_path / "killed").exists()
    again = start()
    output, _ = again.communicate(timeout=300)

    assert again.returncode == 0, output
    prepare([photos], tmp_path / "whole", 24)
    assert contents(tmp_path / "killed") == contents(tmp_path / "whole")


def test_the_prior_is_where_the_pixels_are(tmp_path):
    photos = write_photos(tmp_path / "photos", 4, 64, 64)
    prepare([photos], tmp_path / "shards", 64, fractions=ALL_TRAINING)
    photographs = Photographs(tmp_path / "shards", "training")

    prior = count_prior(photographs)

    pixels = np.concatenate(list(photographs.batches(4)))[:, ::4, ::4]
    bins = nearest_bin(rgb_to_lab(pixels)[..., 1:])
    share = np.bincount(bins.ravel(), minlength=313) / bins.size
    # smoothing over half a cell leaves most of the mass where it was
    assert np.minimum(prior, share).sum() > 0.6
    assert prior.sum() == pytest.approx(1)
