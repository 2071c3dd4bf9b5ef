import os

from study_app.metrics_folder import fresh_metrics_folder

NO_PROCESS = str(2**22 + 1)  # above the highest number that Linux gives


def test_a_folder_is_made_for_a_server(tmp_path):
    folder = fresh_metrics_folder(tmp_path / "instance", 1)

    assert folder == tmp_path / "instance" / "metrics" / "1"
    assert list(folder.iterdir()) == []


def test_what_is_left_of_a_server_that_ended_is_cleared(tmp_path):
    old, mine = tmp_path / "metrics" / NO_PROCESS, tmp_path / "metrics" / str(os.getpid())
    other = tmp_path / "metrics" / "1"  # runs always
    for folder in (old, mine, other):
        folder.mkdir(parents=True)
        (folder / "counter_7.db").touch()

    fresh_metrics_folder(tmp_path, os.getpid())

    assert not old.exists()
    assert list(mine.iterdir()) == []
    assert list(other.iterdir()) == [other / "counter_7.db"]
