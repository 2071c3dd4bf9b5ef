import csv
from pathlib import PurePosixPath

import numpy as np
import pytest

from colorizer.examining import examine
from colorizer.near_duplicates import NearDuplicates
from colorizer.packing import REPORT_COLUMNS, Packing, Settings
from colorizer.photo_sources import build_source, refused_source
from colorizer.photos import SplitFractions, photo_id
from colorizer.resumable_folder import resumable_folder
from colorizer.shards import INDEX_NAME, Photographs
from tests.colorizer.factories import colourful_photo, encode

SETTINGS = Settings(32, fractions=SplitFractions(validation=0, study=0))


def source_of(number, name):
    data = encode(colourful_photo(number, 32, 32))
    return build_source(PurePosixPath(name), name, lambda: data)


def pack(out, sources):
    with (
        resumable_folder(out, INDEX_NAME, {}) as unfinished,
        Packing(unfinished, SETTINGS) as packing,
    ):
        for source in packing.skip_done(iter(sources)):
            packing.add(source, examine(source, 32), NearDuplicates())
        return packing.finish()


def rows(out):
    with (out / "report.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_every_input_has_a_row_and_names_keep_their_signs(tmp_path):
    names = ['a "quoted", name.png', "写真.png", "plain.png"]

    pack(tmp_path / "out", [source_of(number, name) for number, name in enumerate(names)])

    assert [row["input"] for row in rows(tmp_path / "out")] == names
    assert tuple(rows(tmp_path / "out")[0]) == REPORT_COLUMNS
    assert len(Photographs(tmp_path / "out", "training")) == 3


def test_a_repetition_names_the_first_of_its_kind(tmp_path):
    names = ['first, "quoted".png', "other.png", "again.png", "and again.png"]
    sources = [source_of(n, name) for n, name in zip((1, 2, 1, 1), names, strict=True)]

    pack(tmp_path / "out", sources)

    reasons = [row["reason"] for row in rows(tmp_path / "out")]
    assert reasons == ["", "", *(2 * ['same pixels as first, "quoted".png'])]


def test_the_index_tells_the_digest_of_all_ids(tmp_path):
    index = pack(tmp_path / "out", [source_of(1, "a.png"), source_of(2, "b.png")])
    other = pack(tmp_path / "other", [source_of(2, "b.png"), source_of(1, "a.png")])

    assert index.provenance["photos_digest"] == other.provenance["photos_digest"]
    assert {row["photo_id"] for row in rows(tmp_path / "out")} == {
        photo_id(colourful_photo(number, 32, 32)) for number in (1, 2)
    }


def test_reasons_are_said_where_too_little_is_left(tmp_path):
    sources = [source_of(1, "a.png"), refused_source(PurePosixPath("b"), "b.png", "is torn")]

    with pytest.raises(Exception, match=r"usable photographs: 1 of 2;.*b\.png: is torn"):
        pack(tmp_path / "out", sources)


def test_fingerprints_are_of_all_that_is_packed(tmp_path):
    pack(tmp_path / "out", [source_of(number, f"{number}.png") for number in range(3)])

    assert np.load(tmp_path / "out" / "fingerprints.npy").shape == (3, 2)
