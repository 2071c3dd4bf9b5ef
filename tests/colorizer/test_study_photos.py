import csv

import numpy as np
import pytest

from colorizer.photo_files import find_photos
from colorizer.photos import photo_id, square_of_size
from colorizer.study_photos import REPORT_COLUMNS, choose_photos, save_report
from tests.colorizer.factories import colourful_photo, grey_photo, write_photo, write_photos


class Kept:
    """Remembers what was kept."""

    def __init__(self) -> None:
        self.squares: list[np.ndarray] = []

    def __call__(self, _photo: object, square: np.ndarray) -> None:
        self.squares.append(square)


def outcomes(folder, size_px=32, min_size_px=16, max_photos=None):
    _, rows = choose_photos(find_photos([folder]), size_px, min_size_px, max_photos, Kept())
    return {row.origin.rpartition("/")[2]: (row.outcome, row.reason) for row in rows}


def test_good_photographs_are_kept_as_squares_in_order(tmp_path):
    write_photos(tmp_path, 3)
    kept = Kept()

    photos, rows = choose_photos(find_photos([tmp_path]), 32, 16, None, kept)

    assert [photo.number for photo in photos] == [0, 1, 2]
    for seed, (photo, square) in enumerate(zip(photos, kept.squares, strict=True)):
        assert photo.photo_id == photo_id(colourful_photo(seed))
        np.testing.assert_array_equal(square, square_of_size(colourful_photo(seed), 32))
    assert [row.photo_id for row in rows] == [photo.photo_id for photo in photos]


def test_every_refusal_has_its_reason(tmp_path):
    write_photo(tmp_path / "1_good.png", colourful_photo(0))
    write_photo(tmp_path / "2_grey.png", grey_photo(1))
    write_photo(tmp_path / "3_small.png", colourful_photo(2, 20, 90))
    write_photo(tmp_path / "4_mirrored.png", colourful_photo(0)[:, ::-1].copy())
    (tmp_path / "5_text.jpg").write_text("no photograph")
    write_photo(tmp_path / "6_copy.jpg", colourful_photo(0), quality=60)

    found = outcomes(tmp_path, min_size_px=24)

    assert found["1_good.png"] == ("accepted", "")
    refusals = {name: reason for name, (outcome, reason) in found.items() if outcome == "refused"}
    assert len(refusals) == 5
    assert refusals["2_grey.png"].startswith("greyscale")
    assert refusals["3_small.png"] == "too small: short side 20 px, at least 24"
    assert refusals["5_text.jpg"] == "not a picture in a known format"
    for name in ("4_mirrored.png", "6_copy.jpg"):
        assert refusals[name].startswith("the same photograph as ")
        assert refusals[name].endswith("1_good.png, or nearly")


def test_a_photograph_whose_middle_is_grey_is_refused(tmp_path):
    """Only the middle square is shown."""
    panorama = np.concatenate([colourful_photo(0), grey_photo(1), colourful_photo(2)], axis=1)
    write_photo(tmp_path / "panorama.png", panorama)

    outcome, reason = outcomes(tmp_path)["panorama.png"]

    assert outcome == "refused"
    assert reason.startswith("greyscale")


@pytest.mark.parametrize(
    ("short_px", "remark"), [(64, ""), (40, "short side 40 px enlarged to 64")]
)
def test_a_photograph_that_was_enlarged_is_marked(tmp_path, short_px, remark):
    write_photo(tmp_path / "a.png", colourful_photo(0, short_px, 80))

    assert outcomes(tmp_path, size_px=64, min_size_px=32)["a.png"] == ("accepted", remark)


def test_no_more_than_wanted_are_read(tmp_path):
    write_photos(tmp_path, 4)
    (tmp_path / "a_text.jpg").write_text("refused, so another one takes its place")

    found = outcomes(tmp_path, max_photos=2)

    assert [outcome for outcome, _ in found.values()] == [
        "refused",
        "accepted",
        "accepted",
        "not needed",
        "not needed",
    ]


def test_a_refused_photograph_does_not_keep_out_its_like(tmp_path):
    """The small copy is refused for its size; the large one, read later, is no near duplicate."""
    write_photo(tmp_path / "1_small.png", colourful_photo(0)[::4, ::4].copy())
    write_photo(tmp_path / "2_large.png", colourful_photo(0))

    found = outcomes(tmp_path, min_size_px=32)

    assert found["2_large.png"] == ("accepted", "")


def test_the_report_has_one_row_per_input(tmp_path):
    write_photos(tmp_path / "photos" / "cats", 2)
    _, rows = choose_photos(find_photos([tmp_path / "photos"]), 32, 16, None, Kept())

    save_report(rows, tmp_path / "report.csv")

    with (tmp_path / "report.csv").open(newline="", encoding="utf-8") as file:
        table = list(csv.DictReader(file))
    assert tuple(table[0]) == REPORT_COLUMNS
    assert [(row["outcome"], row["category"]) for row in table] == [("accepted", "cats")] * 2


def test_progress_counts_the_inputs(tmp_path):
    counts: list[int] = []

    choose_photos(find_photos([write_photos(tmp_path, 3)]), 32, 16, None, Kept(), counts.append)

    assert counts == [1, 2, 3]
