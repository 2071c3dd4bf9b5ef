import csv
import hashlib
import io
import tarfile

import numpy as np
import pytest

from colorizer.ab_bins import nearest_bin
from colorizer.errors import ColorizerError, PhotoError, ShardError
from colorizer.lab import rgb_to_lab
from colorizer.photos import SplitFractions, square_of_size
from colorizer.preparing import count_prior, load_wnids, prepare
from colorizer.shards import Photographs
from tests.colorizer.factories import colourful_photo, grey_photo, write_photo, write_photos

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
    photos = write_photos(tmp_path / "photos", 1)

    prepare([photos], tmp_path / "shards", 48, fractions=ALL_TRAINING)

    np.testing.assert_array_equal(
        Photographs(tmp_path / "shards", "training")[0], square_of_size(colourful_photo(0), 48)
    )


def test_the_validation_share_is_kept_apart(tmp_path):
    photos = write_photos(tmp_path / "photos", 30, 32, 32)

    index = prepare([photos], tmp_path / "shards", 32, fractions=SplitFractions(validation=0.5))

    assert index.n_photos["training"] + index.n_photos["validation"] == 30
    assert 5 < index.n_photos["validation"] < 25


def test_several_processes_pack_the_same(tmp_path):
    photos = write_photos(tmp_path / "photos", 6, 32, 32)

    for n_workers in (1, 2):
        prepare(
            [photos],
            tmp_path / str(n_workers),
            32,
            fractions=ALL_TRAINING,
            n_workers=n_workers,
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
    with tarfile.open(tmp_path / "train.tar", "w") as tar:
        member = tarfile.TarInfo("n02084071.tar")
        member.size = len(inner.getvalue())
        tar.addfile(member, io.BytesIO(inner.getvalue()))

    prepare([tmp_path / "train.tar"], tmp_path / "shards", 32, fractions=ALL_TRAINING)

    assert next(iter(outcomes(tmp_path / "shards").values()))["category"] == "n02084071"


def test_excluded_synsets_are_left_out(tmp_path):
    for number, wnid in enumerate(("n02084071", "n00007846")):
        write_photo(tmp_path / "photos" / wnid / "a.png", colourful_photo(number, 32, 32))

    index = prepare(
        [tmp_path / "photos"],
        tmp_path / "shards",
        32,
        excluded_wnids=frozenset({"n00007846"}),
        fractions=ALL_TRAINING,
    )

    assert index.n_photos["training"] == 1
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


def test_ids_to_leave_out_are_read_without_their_remarks(tmp_path):
    path = tmp_path / "wnids.txt"
    path.write_text("# people\nn00007846 person\n\nn09618957  # face\n")

    assert load_wnids(path) == {"n00007846", "n09618957"}


def test_a_line_that_is_no_id_is_named(tmp_path):
    path = tmp_path / "wnids.txt"
    path.write_text("n00007846\nperson\n")

    with pytest.raises(ColorizerError, match=r"wnids\.txt, line 2: 'person'"):
        load_wnids(path)


def test_a_missing_list_is_named(tmp_path):
    with pytest.raises(ColorizerError, match="no such file"):
        load_wnids(tmp_path / "wnids.txt")


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
