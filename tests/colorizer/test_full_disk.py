import errno

import numpy as np
import pytest

from colorizer.errors import PhotoError
from colorizer.full_disk import FullDiskError, full_disk_told, is_disk_full
from tests.colorizer.small_disks import disk_of_one_megabyte


def test_a_full_disk_is_one_sentence(tmp_path):
    with (
        pytest.raises(FullDiskError, match=r"result: the disk is full, so .*run the same again$"),
        full_disk_told(tmp_path / "result"),
    ):
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_library_that_wraps_the_error_is_seen_through(tmp_path):
    error = RuntimeError("cannot save")
    error.__cause__ = OSError(errno.EDQUOT, "Disk quota exceeded")

    assert is_disk_full(error, tmp_path / "no" / "such" / "place")


@pytest.mark.parametrize("error", [ValueError("a fault"), OSError(errno.EACCES, "no"), KeyError()])
def test_another_error_stays_what_it_is(tmp_path, error):
    with pytest.raises(type(error)), full_disk_told(tmp_path):
        raise error


def test_a_mistake_is_passed_on(tmp_path):
    with pytest.raises(PhotoError, match="too small"), full_disk_told(tmp_path):
        raise PhotoError("too small")


def test_numpy_drops_the_number_of_the_error_and_the_disk_speaks(small_disk):
    """``numpy.save`` says how many bytes it could write, and no more."""
    with pytest.raises(FullDiskError), full_disk_told(small_disk / "a.npy"):
        np.save(small_disk / "a.npy", np.zeros(4_000_000, np.uint8))


@pytest.fixture
def small_disk(tmp_path):
    with disk_of_one_megabyte(tmp_path / "disk") as folder:
        yield folder
