import shutil

import pytest
import sqlalchemy as sa

from study_app.catalog import find_study
from study_app.errors import SetChanged, UnknownPair
from study_app.extensions import db
from study_app.models import StimulusPair
from study_app.monitoring import contact_sheet, pair_marks
from study_app.monitoring.contact_sheet import read_half, read_sheet


@pytest.fixture
def read(open_app, tmp_path):
    def sheet(condition="full", number=1, **options):
        with open_app.app_context():
            study = find_study(db.session(), "colours")
            return read_sheet(db.session(), study, condition, number, tmp_path, **options)

    return sheet


def test_the_conditions_are_told_with_what_they_do(read):
    told = [(found.name, found.role, found.n_pairs) for found in read().conditions]

    assert told == [("full", "tested", 60), ("random", "vigilance", 60), ("real", "control", 60)]


def test_pairs_come_a_page_at_a_time_in_one_order(read):
    pages = [read(number=number) for number in (1, 2, 3, 99)]

    photos = [pair.photo_id for page in pages[:3] for pair in page.pairs]
    assert [len(page.pairs) for page in pages] == [24, 24, 12, 12]
    assert photos == sorted(set(photos))
    assert pages[3].number == pages[3].n_pages == 3


def test_an_unknown_condition_shows_the_first(read):
    assert read("nowhere").condition == "full"


def test_real_and_fake_of_unequal_lightness_are_marked(read):
    """The fakes of the tests are bluish where the real images are reddish."""
    pair = read().pairs[0]

    assert pair.lightness_difference > 10
    assert pair.marks[0].startswith("L* differs by up to")


def test_files_that_are_gone_or_changed_are_marked(read, own_set, monkeypatch):
    monkeypatch.setattr(contact_sheet, "PAGE_LENGTH", 2)
    first, second = read().pairs
    (own_set / f"photos/{first.photo_id}.png").unlink()
    (own_set / f"full/{second.photo_id}.png").write_bytes(b"other")

    first, second = read().pairs

    assert first.marks == ("real: the file is missing",)
    assert second.marks == ("fake: not the file the study was made with",)
    assert second.lightness_difference is None


def test_good_pairs_can_be_left_out(read, own_set, monkeypatch):
    monkeypatch.setattr(pair_marks, "LIGHTNESS_TOLERANCE", 100)
    whole = read(only_marked=True)
    gone = [read(number=number).pairs[0].photo_id for number in (1, 2, 3)]
    for photo_id in gone:
        (own_set / f"full/{photo_id}.png").unlink()

    marked = read(only_marked=True)

    assert (whole.pairs, whole.n_pairs, whole.n_pages) == ((), 0, 1)
    assert [pair.photo_id for pair in marked.pairs] == gone
    assert (marked.n_pairs, read().n_pairs) == (3, 60)


def test_a_set_that_is_gone_has_no_files(read, own_set):
    shutil.rmtree(own_set)

    assert read().pairs[0].marks == ("real: the file is missing", "fake: the file is missing")


def test_the_bytes_of_a_picture_are_those_of_the_study(open_app, own_set):
    with open_app.app_context():
        study = find_study(db.session(), "colours")
        pair = db.session.scalars(sa.select(StimulusPair)).first()
        expected = (own_set / pair.fake_path).read_bytes()
        (own_set / pair.real_path).write_bytes(b"other")

        assert read_half(db.session(), study, pair.id, "fake") == expected
        with pytest.raises(SetChanged):
            read_half(db.session(), study, pair.id, "real")
        with pytest.raises(UnknownPair):
            read_half(db.session(), study, 10**9, "fake")
