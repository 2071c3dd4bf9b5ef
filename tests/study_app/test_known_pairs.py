import gc
import weakref

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from study_app import known_pairs
from study_app.catalog import find_study
from study_app.enrolment import Applicant, enrol
from study_app.extensions import Base, db
from study_app.known_pairs import KnownPairs, read_pairs, row_ids_of
from study_app.models import Condition, StimulusPair, Study
from study_app.sorted_pairs import ConditionPairs
from study_app.study_moves import open_study
from tests.study_app import factories
from tests.study_app.factories import NOW

TEN = ConditionPairs(("photo",) * 10, ("pair",) * 10)


@pytest.fixture
def study(app, tmp_path):
    """An open study of 24 photos, beside one of 12 of them; in its context."""
    for name, n_photos in (("few", 12), ("many", 24)):
        factories.build_set(tmp_path / name, n_photos, {"full": "weights", "random": "random"})
    with app.app_context():
        factories.create_study(factories.study_text(id="noise"), tmp_path / "few")
        found = factories.create_study(factories.study_text(), tmp_path / "many").study
        open_study(db.session(), found, None, NOW)
        yield found


def stored(*columns):
    """Read some columns of all pairs under ``full`` in the study's set."""
    many = sa.select(Study.stimulus_set_id).where(Study.code == "colours").scalar_subquery()
    rows = sa.select(*columns).join(Condition)
    return set(
        db.session.execute(
            rows.where(Condition.name == "full", StimulusPair.stimulus_set_id == many)
        )
    )


def test_the_pairs_of_conditions_are_given(study):
    found = read_pairs(db.session(), study, ["full", "random"])

    assert set(found.by_condition) == {"full", "random"}
    own = found.of("full")
    assert len(own) == 24
    assert set(zip(own.pair_ids, own.photo_ids, strict=True)) == stored(
        StimulusPair.pair_id, StimulusPair.photo_id
    )
    assert list(own.pair_ids) == sorted(own.pair_ids)


def test_another_study_has_its_own(study):
    noise = find_study(db.session(), "noise")
    both = read_pairs(db.session(), study, ["full"]).of("full")

    own = read_pairs(db.session(), noise, ["full"]).of("full")

    assert len(own) == 12
    assert set(own.pair_ids) < set(both.pair_ids)


def test_a_condition_that_the_study_lacks_has_none(study):
    assert len(read_pairs(db.session(), study, ["grey"]).of("grey")) == 0


def test_the_rows_of_pairs_are_given_in_their_order(study):
    rows = stored(StimulusPair.pair_id, StimulusPair.id)
    wanted = dict(sorted(rows, reverse=True)[:5])

    assert row_ids_of(db.session(), study, list(wanted)) == list(wanted.values())


@pytest.mark.usefixtures("study")
def test_only_the_first_enrolment_reads_all_pairs(monkeypatch):
    read, whole = [], known_pairs._read

    def remember(session, study, condition):
        read.append(condition)
        return whole(session, study, condition)

    monkeypatch.setattr(known_pairs, "_read", remember)

    for number in range(3):
        enrol(db.session(), "colours", Applicant(str(number)), NOW)

    assert sorted(read) == ["full", "random"]


@pytest.mark.usefixtures("study")
def test_a_later_enrolment_asks_for_its_own_pairs_only():
    """Besides those that were judged, and how often."""
    enrol(db.session(), "colours", Applicant("first"), NOW)
    asked = []

    def remember(*arguments):
        if "FROM stimulus_pair" in arguments[2]:
            asked.append(arguments[2])

    sa.event.listen(db.engine, "after_cursor_execute", remember)
    enrol(db.session(), "colours", Applicant("second"), NOW)
    sa.event.remove(db.engine, "after_cursor_execute", remember)

    assert asked
    assert all("pair_id IN" in found or "count(*)" in found for found in asked), asked


def test_what_is_known_is_not_read_again():
    known, read = KnownPairs(), []

    for _ in range(2):
        assert known.find((1, "digest", "full"), lambda: read.append(1) or TEN) is TEN

    assert len(read) == 1


@pytest.mark.parametrize("other", [(2, "digest", "full"), (1, "new", "full"), (1, "digest", "l2")])
def test_another_study_digest_or_condition_is_read(other):
    known, own = KnownPairs(), ConditionPairs(("a",), ("b",))
    known.find((1, "digest", "full"), lambda: TEN)

    assert known.find(other, lambda: own) is own


def test_what_was_not_used_for_longest_is_forgotten():
    known, read = KnownPairs(most_pairs=25), []

    def find(condition):
        known.find((1, "digest", condition), lambda: read.append(condition) or TEN)

    for condition in ("a", "b", "a", "c", "a", "b"):
        find(condition)

    assert read == ["a", "b", "c", "b"]


def test_a_set_larger_than_all_that_is_kept_is_known_while_it_is_the_last():
    known, read = KnownPairs(most_pairs=5), []

    for _ in range(2):
        known.find((1, "digest", "full"), lambda: read.append(1) or TEN)

    assert len(read) == 1


def test_the_pairs_of_another_database_are_not_mixed_in(study):
    """Two databases in one process may hold studies of the same row and digest."""
    read_pairs(db.session(), study, ["full"])
    twin = Study(id=study.id, digest=study.digest)
    other = sa.create_engine("sqlite://")
    Base.metadata.create_all(other)

    with Session(other) as session:
        assert len(read_pairs(session, twin, ["full"]).of("full")) == 0
    other.dispose()


def test_what_is_known_ends_with_the_engine():
    engine = sa.create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        read_pairs(session, Study(id=1, digest="d"), ["full"])
    known = weakref.ref(known_pairs._known_of[engine])
    engine.dispose()

    del session, engine
    gc.collect()

    assert known() is None
