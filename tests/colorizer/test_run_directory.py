import errno

import pytest

from colorizer.errors import RunError
from colorizer.run_directory import (
    BEST_NAME,
    METRICS_NAME,
    STATE_NAME,
    RunDirectory,
    full_disk_explained,
    load_network_file,
    whole_file,
)


@pytest.fixture
def directory(tmp_path):
    directory = RunDirectory(tmp_path / "run")
    directory.create()
    return directory


def test_metrics_are_appended_and_read_back(directory):
    assert directory.load_metrics() == []

    directory.append_metrics({"step": 1, "loss": 3.25})
    directory.append_metrics({"step": 2, "loss": 3.125})

    assert directory.load_metrics() == [{"step": 1, "loss": 3.25}, {"step": 2, "loss": 3.125}]
    directory.save_metrics(directory.load_metrics()[:1])
    assert len(directory.load_metrics()) == 1


def test_a_taken_directory_is_refused_and_emptied_when_asked(directory):
    (directory.path / "config.json").write_text("{}")
    directory.append_metrics({"step": 1})

    with pytest.raises(RunError, match="--overwrite"):
        directory.create()
    directory.create(overwrite=True)

    assert directory.load_metrics() == []


def test_metrics_written_again_are_the_same_to_the_last_digit(directory):
    directory.append_metrics({"step": 250, "loss": 1 / 3, "val_loss": 1e-7})
    before = (directory.path / METRICS_NAME).read_bytes()

    directory.save_metrics(directory.load_metrics())

    assert (directory.path / METRICS_NAME).read_bytes() == before


def test_metrics_that_are_none_are_named(directory):
    (directory.path / METRICS_NAME).write_text("step,loss\n1,high\n")

    with pytest.raises(RunError, match=r"metrics\.csv: not the metrics of a training"):
        directory.load_metrics()


def test_a_file_is_whole_or_absent(tmp_path):
    path = tmp_path / "file.txt"

    def write(text, error=None):
        with whole_file(path) as temporary:
            temporary.write_text(text)
            if error:
                raise error

    write("old")
    with pytest.raises(ValueError, match="stop"):
        write("new", ValueError("stop"))

    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("has_checkpoint", "advice"),
    [
        (True, "the last checkpoint stays whole: .* --resume"),
        (False, "there was no checkpoint yet: .*"),
    ],
)
def test_a_full_disk_is_a_sentence(tmp_path, has_checkpoint, advice):
    if has_checkpoint:
        (tmp_path / STATE_NAME).touch()

    with (
        pytest.raises(RunError, match=f"cannot be written to: No space left on device; {advice}"),
        full_disk_explained(tmp_path),
    ):
        raise OSError(errno.ENOSPC, "No space left on device")


def test_another_fault_of_the_system_is_left_alone(tmp_path):
    with pytest.raises(PermissionError), full_disk_explained(tmp_path):
        raise PermissionError(errno.EACCES, "Permission denied")


def test_a_missing_network_is_named(directory):
    with pytest.raises(RunError, match=r"best\.keras: no network there"):
        directory.load_network(BEST_NAME)


def test_a_file_that_is_no_network_is_named(tmp_path):
    (tmp_path / "x.keras").write_bytes(b"hello")

    with pytest.raises(RunError, match=r"x\.keras: the network cannot be read"):
        load_network_file(tmp_path / "x.keras")
