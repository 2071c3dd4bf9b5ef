import shutil

from study_app.catalog import find_study
from study_app.extensions import db
from study_app.monitoring.set_presence import count_missing_images, missing_sets


def look(app):
    with app.app_context():
        study = find_study(db.session(), "colours")
        return missing_sets(study), count_missing_images(db.session(), study)


def test_a_whole_set_misses_nothing(open_app, own_set):
    assert own_set.is_dir()
    assert look(open_app) == ([], 0)


def test_each_missing_picture_is_counted_once(open_app, own_set):
    shutil.rmtree(own_set / "full")
    for photo in sorted((own_set / "photos").iterdir())[:2]:
        photo.unlink()

    assert look(open_app) == ([], 60 + 2)


def test_a_set_that_is_gone_is_named(open_app, own_set):
    shutil.rmtree(own_set)

    assert look(open_app) == ([str(own_set)], 0)
