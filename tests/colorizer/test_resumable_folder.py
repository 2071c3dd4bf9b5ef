import errno

import pytest

from colorizer.errors import ColorizerError, CutOffError
from colorizer.full_disk import FullDiskError
from colorizer.resumable_folder import resumable_folder


def make(path, settings=None, error=None, overwrite=False):
    with resumable_folder(path, "marker", settings or {"size": 1}, overwrite) as unfinished:
        reached = unfinished.load_reached()
        unfinished.save_reached({"inputs": 5})
        (unfinished.result / "marker").write_text("whole")
        if error:
            raise error
    return reached


def test_a_whole_result_takes_its_name_and_leaves_nothing_else(tmp_path):
    assert make(tmp_path / "out") is None

    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["marker"]


@pytest.mark.parametrize("end", [KeyboardInterrupt(), MemoryError(), CutOffError("killed")])
def test_what_ended_from_outside_goes_on(tmp_path, end):
    with pytest.raises(type(end)):
        make(tmp_path / "out", error=end)
    assert not (tmp_path / "out").exists()

    assert make(tmp_path / "out") == {"inputs": 5}
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_mistake_leaves_nothing(tmp_path):
    with pytest.raises(ColorizerError, match="a mistake"):
        make(tmp_path / "out", error=ColorizerError("a mistake"))

    assert not list(tmp_path.iterdir())


def test_a_full_disk_is_told_and_leaves_nothing(tmp_path):
    with pytest.raises(FullDiskError):
        make(tmp_path / "out", error=OSError(errno.ENOSPC, "full"))

    assert not list(tmp_path.iterdir())


def test_an_earlier_result_stays_until_the_new_one_is_whole(tmp_path):
    make(tmp_path / "out")
    (tmp_path / "out" / "marker").write_text("earlier")
    with pytest.raises(ColorizerError, match="--overwrite"):
        make(tmp_path / "out")
    with pytest.raises(KeyboardInterrupt):
        make(tmp_path / "out", error=KeyboardInterrupt(), overwrite=True)
    assert (tmp_path / "out" / "marker").read_text() == "earlier"

    make(tmp_path / "out", overwrite=True)

    assert (tmp_path / "out" / "marker").read_text() == "whole"


def test_other_settings_are_refused_by_name_and_lose_nothing(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        make(tmp_path / "out", {"size": 1, "inputs": "a"}, KeyboardInterrupt())

    with pytest.raises(
        ColorizerError, match=r"another setting of inputs, size lies in .*out\.part"
    ):
        make(tmp_path / "out", {"size": 2, "inputs": "b"})

    assert make(tmp_path / "out", {"size": 1, "inputs": "a"}) == {"inputs": 5}


def test_two_runs_do_not_make_the_same_result(tmp_path):
    with (
        resumable_folder(tmp_path / "out", "marker", {}) as unfinished,
        pytest.raises(ColorizerError, match="another run is making it at this moment"),
    ):
        make(tmp_path / "out")
    assert not unfinished.result.exists()


def test_a_state_without_its_result_is_no_beginning(tmp_path):
    """Killed after the result took its name."""
    with pytest.raises(KeyboardInterrupt):
        make(tmp_path / "out", error=KeyboardInterrupt())
    (tmp_path / ".out.part" / "result").rename(tmp_path / "out")

    assert make(tmp_path / "out", overwrite=True) is None
