import csv
import json
import signal
import threading

import numpy as np
import pytest
from PIL import Image

from colorizer import photo_folder
from colorizer.colorize import Colorizer
from colorizer.errors import ColorizerError
from colorizer.network import build_network
from colorizer.photo_folder import colorize_photos, output_name
from tests.colorizer.factories import colourful_photo, grey_photo, write_photo


@pytest.fixture(scope="module")
def colorizer():
    return Colorizer(build_network(0.0625), 32, 0.38, sha256="abc")


def test_names_places_and_sizes_stay(tmp_path, colorizer):
    photos = tmp_path / "photos"
    write_photo(photos / "a.jpg", colourful_photo(1, 40, 50))
    write_photo(photos / "deep" / "b ü.png", grey_photo(2, 33, 44))

    rows = colorize_photos([photos], tmp_path / "out", colorizer)

    assert [row.output for row in rows] == ["a.jpg", "deep/b ü.png"]
    for name, size in (("a.jpg", (50, 40)), ("deep/b ü.png", (44, 33))):
        with Image.open(tmp_path / "out" / name) as image:
            assert image.size == size


def test_what_is_no_picture_is_named_and_the_rest_is_coloured(tmp_path, colorizer):
    write_photo(tmp_path / "photos" / "good.png", colourful_photo(1))
    (tmp_path / "photos" / "bad.png").write_text("hello")

    rows = colorize_photos([tmp_path / "photos"], tmp_path / "out", colorizer)

    reasons = {row.origin.rpartition("/")[2]: row.reason for row in rows}
    assert reasons["good.png"] == ""
    assert "not a picture" in reasons["bad.png"]
    with (tmp_path / "out" / "report.csv").open(newline="", encoding="utf-8") as file:
        assert len(list(csv.DictReader(file))) == 2
    record = json.loads((tmp_path / "out" / "provenance.json").read_text())
    assert record["weights_sha256"] == "abc"
    assert record["n_coloured"] == 1


def test_two_inputs_of_one_name_are_not_mixed_up(tmp_path, colorizer):
    for folder in ("one", "two"):
        write_photo(tmp_path / folder / "a.png", colourful_photo(1))

    rows = colorize_photos([tmp_path / "one", tmp_path / "two"], tmp_path / "out", colorizer)

    assert rows[0].reason == ""
    assert "another input is called a.png" in rows[1].reason


def test_the_name_belongs_to_the_first_input_of_it_even_if_that_is_refused(tmp_path, colorizer):
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "a.png").write_text("hello")
    write_photo(tmp_path / "two" / "A.png", colourful_photo(1))

    rows = colorize_photos([tmp_path / "one", tmp_path / "two"], tmp_path / "out", colorizer)

    assert "not a picture" in rows[0].reason
    assert "another input is called A.png" in rows[1].reason


@pytest.mark.parametrize("large_px", [3000, 16_000_000])
def test_threads_change_no_byte_and_no_order(tmp_path, colorizer, monkeypatch, large_px):
    """Sizes vary, one input is no picture; some count as large and are coloured one at a time."""
    monkeypatch.setattr(photo_folder, "LARGE_PX", large_px)
    for number, suffix in enumerate([".png", ".jpg", ".webp"] * 5):
        photo = colourful_photo(number, 40 + number, 80 - 3 * number)
        write_photo(tmp_path / "photos" / f"{number:02d}{suffix}", photo)
    (tmp_path / "photos" / "07b.png").write_text("hello")

    rows = {
        n_threads: colorize_photos(
            [tmp_path / "photos"], tmp_path / str(n_threads), colorizer, n_threads=n_threads
        )
        for n_threads in (1, 4)
    }

    assert rows[1] == rows[4]
    assert [row.reason != "" for row in rows[1]] == [number == 8 for number in range(16)]
    assert _files(tmp_path / "1") == _files(tmp_path / "4")
    assert len(_files(tmp_path / "1")) == 15 + 2


def test_progress_counts_each_input_once(tmp_path, colorizer):
    for number in range(5):
        write_photo(tmp_path / "photos" / f"{number}.png", colourful_photo(number))
    seen = []

    colorize_photos([tmp_path / "photos"], tmp_path / "out", colorizer, progress=seen.append)

    assert seen == [1, 2, 3, 4, 5]


def test_ctrl_c_leaves_nothing_and_nothing_goes_on(tmp_path, colorizer):
    for number in range(30):
        write_photo(tmp_path / "photos" / f"{number}.png", colourful_photo(number))
    others = set(threading.enumerate())

    def interrupt(n_done):
        if n_done == 3:
            signal.raise_signal(signal.SIGINT)

    # what runs tests beside each other ignores it
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            colorize_photos([tmp_path / "photos"], tmp_path / "out", colorizer, progress=interrupt)
    finally:
        signal.signal(signal.SIGINT, before)

    left = set(threading.enumerate()) - others
    assert not [thread for thread in left if "ThreadPool" in thread.name]
    assert [path.name for path in tmp_path.iterdir()] == ["photos"]


@pytest.mark.parametrize("suffix", [".png", ".webp", ".bmp", ".tif"])
def test_lossless_formats_hold_the_fake_exactly(tmp_path, colorizer, suffix):
    photo = colourful_photo(3)
    write_photo(tmp_path / "photos" / "a.png", photo)
    (tmp_path / "photos" / "a.png").rename(tmp_path / "photos" / f"a{suffix}")

    colorize_photos([tmp_path / "photos"], tmp_path / "out", colorizer)

    with Image.open(tmp_path / "out" / f"a{suffix}") as image:
        np.testing.assert_array_equal(np.asarray(image), colorizer.colorize(photo))


@pytest.mark.parametrize(
    ("name", "expected"),
    [("a.JPG", "a.JPG"), ("d/a.gif", "d/a.gif.png"), ("a.heic", "a.heic.png"), ("a", "a.png")],
)
def test_formats_that_cannot_be_written_become_png(name, expected):
    assert output_name(name) == expected


def test_a_taken_folder_is_refused(tmp_path, colorizer):
    write_photo(tmp_path / "photos" / "a.png", colourful_photo(1))
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine").write_text("x")

    with pytest.raises(ColorizerError, match="--overwrite"):
        colorize_photos([tmp_path / "photos"], tmp_path / "out", colorizer)
    assert (tmp_path / "out" / "mine").exists()


def test_every_hostile_file_ends_in_a_picture_or_a_reason(tmp_path, colorizer, shared_data):
    rows = colorize_photos([shared_data / "bad", shared_data / "grey"], tmp_path / "out", colorizer)

    assert len(rows) == 40
    for row in rows:
        assert bool(row.output) != bool(row.reason)
    assert sum(bool(row.output) for row in rows if "/grey/" in row.origin) == 20


def _files(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }
