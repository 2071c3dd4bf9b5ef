import os
import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from colorizer.manifest import load_manifest
from study_app import padded_pairs
from study_app.errors import SetChanged
from study_app.padded_pairs import PairFiles, RecentPairs, keep_padded, read_padded
from tests.study_app.factories import SECRET_KEY


@pytest.fixture
def files(own_set):
    """The first pair whose two files differ in length."""
    for pair in load_manifest(own_set).pairs:
        paths = (pair.real.path, pair.fake.path)
        if len({(own_set / path).stat().st_size for path in paths}) == 2:
            return PairFiles(str(own_set), paths, (pair.real.sha256, pair.fake.sha256))
    raise AssertionError("all files are equally long")


@pytest.fixture
def copies(tmp_path):
    return tmp_path / "copies"


def keep_both(files, copies, key=SECRET_KEY):
    return [copies / keep_padded(files, half, copies, key) for half in padded_pairs.HALVES]


def test_both_images_are_equally_long_and_still_theirs(files):
    padded = read_padded(files)

    assert len(padded["real"]) == len(padded["fake"])
    for path, half in zip(files.paths, padded_pairs.HALVES, strict=True):
        original = (Path(files.folder) / path).read_bytes()
        assert padded[half].startswith(original[:-12])  # but for the end chunk


def test_a_copy_tells_nothing_but_its_pixels(files, copies):
    real, fake = (path.stat() for path in keep_both(files, copies))

    assert real.st_size == fake.st_size
    assert real.st_mtime_ns == fake.st_mtime_ns == padded_pairs.ONE_TIME_S * 10**9
    assert stat.S_IMODE(real.st_mode) == stat.S_IMODE(fake.st_mode) == 0o644


def test_both_copies_are_made_when_one_is_asked_for(files, copies):
    keep_padded(files, "fake", copies, SECRET_KEY)

    assert len(list(copies.iterdir())) == 2


def test_names_are_of_the_key_and_of_equal_length(files, tmp_path):
    mine, others = (
        [path.name for path in keep_both(files, tmp_path / key, key)]
        for key in (SECRET_KEY, "the key of another instance")
    )

    assert {len(name) for name in mine} == {68}
    assert not set(mine) & set(others)


def test_the_proxy_may_read_copies_whatever_the_umask(files, copies):
    before = os.umask(0o077)
    try:
        keep_both(files, copies)
    finally:
        os.umask(before)

    modes = {stat.S_IMODE(path.stat().st_mode) for path in copies.iterdir()}
    assert (modes, stat.S_IMODE(copies.stat().st_mode)) == ({0o644}, 0o755)


def test_a_copy_is_written_once(files, copies):
    first = {path: path.read_bytes() for path in keep_both(files, copies)}
    again = {path: path.read_bytes() for path in keep_both(files, copies)}

    assert first == again


def test_workers_that_write_at_once_leave_one_copy_each(files, copies):
    with ThreadPoolExecutor(8) as pool:
        halves = padded_pairs.HALVES * 16
        names = set(pool.map(lambda half: keep_padded(files, half, copies, SECRET_KEY), halves))

    assert {path.name for path in copies.iterdir()} == names
    assert len({path.stat().st_size for path in copies.iterdir()}) == 1


def test_what_is_not_the_image_of_the_study_is_not_copied(files, copies):
    wrong = replace(files, digests=(files.digests[0], "0" * 64))

    with pytest.raises(SetChanged, match="not the one the study was made with"):
        keep_padded(wrong, "real", copies, SECRET_KEY)
    assert list(copies.iterdir()) == []


def test_a_full_disk_leaves_no_half_copy(files, copies, monkeypatch):
    def refuse(*_given, **_more):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "utime", refuse)

    with pytest.raises(SetChanged, match="cannot be copied there: No space left"):
        keep_padded(files, "real", copies, SECRET_KEY)
    assert list(copies.iterdir()) == []


def test_a_recent_pair_is_not_read_again_until_a_file_is_touched(files):
    recent = RecentPairs()

    first = recent.read(files)
    assert recent.read(files) is first
    path = Path(files.folder) / files.paths[1]
    path.write_bytes(path.read_bytes())
    again = recent.read(files)
    assert again is not first
    assert len(again["real"]) == len(first["real"])

    path.write_bytes(b"something else")
    with pytest.raises(SetChanged, match="not the one"):
        recent.read(files)
    path.unlink()
    with pytest.raises(SetChanged, match="missing"):
        recent.read(files)


def test_what_is_kept_of_pairs_has_a_bound(files):
    swapped = replace(files, paths=files.paths[::-1], digests=files.digests[::-1])
    recent = RecentPairs(most_bytes=3 * len(read_padded(files)["real"]))

    first = recent.read(files)
    recent.read(swapped)

    assert recent.read(files) is not first
