import zipfile

from study_app.catalog import find_study
from study_app.export import FILE_NAMES
from study_app.extensions import db
from study_app.monitoring.downloads import write_package
from tests.study_app.factories import Browser


def write(app, package, folder):
    with app.app_context():
        study = find_study(db.session(), "colours")
        return write_package(db.session(), study, package, folder)


def test_the_data_are_the_files_of_an_export(open_app, tmp_path):
    Browser(open_app).consent()

    path = write(open_app, "data", tmp_path)

    with zipfile.ZipFile(path) as packed:
        names = {name.partition("/")[2] for name in packed.namelist()}
    assert path.name == "colours-data.zip"
    assert names == set(FILE_NAMES)


def test_the_same_data_give_the_same_bytes(open_app, tmp_path):
    folders = [tmp_path / name for name in ("first", "second")]
    for folder in folders:
        folder.mkdir()

    first, second = (write(open_app, "archive", folder).read_bytes() for folder in folders)

    assert first == second
