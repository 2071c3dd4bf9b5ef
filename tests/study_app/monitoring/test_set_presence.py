import json
import os
import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa

from study_app.catalog import find_study
from study_app.extensions import db
from study_app.monitoring.set_presence import PRESENCE_NAME, count_missing_images, missing_sets

LONG_AGO = 1_700_000_000


@pytest.fixture
def settled_set(own_set):
    """A set whose folders were changed long ago."""
    for folder in [own_set, *(path for path in own_set.rglob("*") if path.is_dir())]:
        os.utime(folder, (LONG_AGO, LONG_AGO))
    return own_set


def look(app):
    with app.app_context():
        study = find_study(db.session(), "colours")
        instance = Path(app.instance_path)
        return missing_sets(study), count_missing_images(db.session(), study, instance)


def look_and_count_paths(app):
    """Count also how often paths are asked of the database."""
    statements = []

    def note(_connection, _cursor, statement, *_):
        statements.append("real_path" in statement)

    with app.app_context():
        study = find_study(db.session(), "colours")
        sa.event.listen(db.engine, "before_cursor_execute", note)
        n_missing = count_missing_images(db.session(), study, Path(app.instance_path))
        sa.event.remove(db.engine, "before_cursor_execute", note)
    return n_missing, sum(statements)


def kept_at(app):
    return Path(app.instance_path) / "desk" / "colours" / PRESENCE_NAME


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


@pytest.mark.usefixtures("settled_set")
def test_while_nothing_changes_no_path_is_listed_again(open_app):
    first, second = look_and_count_paths(open_app), look_and_count_paths(open_app)

    assert (first, second) == ((0, 1), (0, 0))


def test_what_goes_and_comes_back_later_is_seen(open_app, settled_set):
    look(open_app)
    photo = sorted((settled_set / "photos").iterdir())[0]
    data = photo.read_bytes()

    photo.unlink()
    gone = look(open_app)
    photo.write_bytes(data)

    assert (gone, look(open_app)) == (([], 1), ([], 0))


def test_a_folder_that_goes_later_is_seen(open_app, settled_set):
    look(open_app)
    shutil.rmtree(settled_set / "full")

    assert look(open_app) == ([], 60)


def test_a_folder_that_was_changed_just_now_is_not_relied_on(open_app, own_set):
    """It may change again within the same tick of the file system's clock."""
    (own_set / "photos" / "new").touch()

    assert [look_and_count_paths(open_app)[1] for _ in range(2)] == [1, 1]


@pytest.mark.usefixtures("settled_set")
@pytest.mark.parametrize("text", ["", "[]", '{"x": 1}', None])
def test_what_is_kept_and_cannot_be_read_is_found_anew(open_app, text):
    look(open_app)
    if text is None:
        (key,) = json.loads(kept_at(open_app).read_text())
        text = json.dumps({key: {"n_missing": "many", "changed_ns": {"photos": 1}}})
    kept_at(open_app).write_text(text)

    assert look_and_count_paths(open_app) == (0, 1)


@pytest.mark.usefixtures("own_set")
def test_an_instance_that_cannot_be_written_is_no_error(open_app):
    kept_at(open_app).parent.parent.write_text("a file where the folder should be")

    assert look(open_app) == ([], 0)
