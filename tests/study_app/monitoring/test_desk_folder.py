from pathlib import Path

from study_app.monitoring.desk_folder import desk_folder


def test_each_study_has_a_folder_of_its_own():
    assert desk_folder(Path("/i"), "colours") == Path("/i/desk/colours")
    assert desk_folder(Path("/i"), "noise") == Path("/i/desk/noise")
