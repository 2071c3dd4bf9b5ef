"""Several stimulus sets in one study: as manifests, stored, planned and exported."""

import shutil
from collections import Counter
from dataclasses import replace

import pytest
import sqlalchemy as sa

from colorizer import manifest
from study_app import export
from study_app.catalog import (
    check_open_studies,
    conditions_of,
    find_study,
    load_stimulus_set,
    roles_of,
    store_study,
)
from study_app.enrolment import Applicant, enrol
from study_app.errors import SetChanged, StimulusSetError, StudyChanged
from study_app.extensions import begin_write, db
from study_app.interruption import replace_trial
from study_app.models import StimulusPair, Trial
from study_app.protocol import Roles
from study_app.study_file import parse_study_file
from study_app.study_moves import open_study
from study_app.study_sets import (
    check_together,
    join_digests,
    joined_conditions,
    joined_pairs,
)
from tests.study_app import factories
from tests.study_app.factories import NOW, Browser

ALL = {"full": "weights", "random": "random"}


def split_set(stimulus_set, folder, photos):
    """Write the part of a set that has some of its photos."""
    part = replace(stimulus_set, pairs=tuple(p for p in stimulus_set.pairs if p.photo_id in photos))
    (folder / manifest.MANIFEST_NAME).unlink()
    manifest.save_manifest(part, folder)
    return part


@pytest.fixture
def two_sets(tmp_path):
    """Folders and manifests of two sets with six photos each, made as one."""
    whole = factories.build_set(tmp_path / "a", 12, ALL)
    photos = sorted({pair.photo_id for pair in whole.pairs})
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    return [
        (tmp_path / name, split_set(whole, tmp_path / name, own))
        for name, own in (("a", photos[:6]), ("b", photos[6:]))
    ]


def store(sets, text=None):
    source = text or factories.study_text()
    (folder, first), *others = sets
    return store_study(
        db.session(), parse_study_file(source), source, folder, first, NOW, more_sets=others
    )


def test_sets_that_fit_are_one(two_sets):
    sets = [found for _, found in two_sets]

    check_together(sets)

    assert joined_conditions(sets) == ALL
    assert len({pair.photo_id for pair in joined_pairs(sets)}) == 12
    assert len(joined_pairs(sets)) == 24


def test_the_order_of_sets_does_not_change_their_digest(two_sets):
    first, second = (manifest.set_digest(found) for _, found in two_sets)

    assert join_digests([first, second]) == join_digests([second, first])
    assert join_digests([first]) == first
    assert len({first, second, join_digests([first, second])}) == 3


def test_a_set_named_twice_is_refused(two_sets):
    first = two_sets[0][1]

    with pytest.raises(StimulusSetError, match="named twice"):
        check_together([first, first])


def test_a_photo_in_two_sets_is_refused(two_sets):
    first, second = (found for _, found in two_sets)
    mixed = replace(second, pairs=(*second.pairs, first.pairs[0]))

    with pytest.raises(StimulusSetError, match=rf"1 photo is .* {first.pairs[0].photo_id}"):
        check_together([first, mixed])


def test_sets_of_different_sizes_are_refused(two_sets):
    first, second = (found for _, found in two_sets)

    with pytest.raises(StimulusSetError, match="16 pixels wide and those of another 32"):
        check_together([first, replace(second, image_size_px=32)])


def test_a_condition_made_in_two_ways_is_refused(two_sets):
    first, second = (found for _, found in two_sets)
    other = tuple(replace(c, kind="folder") if c.name == "full" else c for c in second.conditions)

    with pytest.raises(StimulusSetError, match=r"'full' was made by weights .* by folder"):
        check_together([first, replace(second, conditions=other)])


def test_a_pair_of_the_same_name_is_refused(two_sets):
    first, second = (found for _, found in two_sets)
    clash = replace(second.pairs[0], pair_id=first.pairs[0].pair_id)

    with pytest.raises(StimulusSetError, match="is in two stimulus sets"):
        check_together([first, replace(second, pairs=(clash, *second.pairs[1:]))])


def test_a_study_of_two_sets_has_each_condition_once(app, two_sets):
    with app.app_context():
        study = store(two_sets).study

        assert [found.folder for found in study.stimulus_sets] == [str(f) for f, _ in two_sets]
        assert study.stimulus_set.folder == str(two_sets[0][0])
        assert [found.name for found in conditions_of(db.session(), study)] == ["full", "random"]
        assert roles_of(db.session(), study) == Roles(("full",), "random", None)


def test_neither_set_alone_would_be_enough_and_plans_take_photos_of_both(app, two_sets):
    """Ten trials need ten photos; each set has six."""
    with app.app_context():
        study = store(two_sets).study
        open_study(db.session(), study, None, NOW)
        found = enrol(db.session(), "colours", Applicant("a"), NOW)

        sets = Counter(
            trial.stimulus_pair.stimulus_set_id
            for trial in db.session.scalars(
                sa.select(Trial).where(Trial.study_session_id == found.id)
            )
        )
        assert sum(sets.values()) == 10
        assert min(sets.values()) >= 4
        assert len(sets) == 2


def test_a_photo_of_either_set_takes_the_place_of_one_that_was_cut_off(app, two_sets):
    """Ten of the twelve photos are planned; both that are left come, from whichever set."""
    with app.app_context():
        study = store(two_sets).study
        open_study(db.session(), study, None, NOW)
        own = enrol(db.session(), "colours", Applicant("own"), NOW)
        begin_write(db.session())
        for _ in range(2):
            first = db.session.scalars(
                sa.select(Trial).where(
                    Trial.study_session_id == own.id,
                    Trial.place == 0,
                    Trial.interrupted_at.is_(None),
                )
            ).one()
            replace_trial(db.session(), own, first, NOW)
        db.session.commit()

        shown = db.session.scalars(
            sa.select(StimulusPair.photo_id)
            .join(Trial, Trial.stimulus_pair_id == StimulusPair.id)
            .where(Trial.study_session_id == own.id)
        ).all()
        assert len(shown) == len(set(shown)) == 12


def test_images_of_both_sets_are_shown_and_all_is_exported(app, two_sets, tmp_path):
    with app.app_context():
        open_study(db.session(), store(two_sets).study, None, NOW)
    browser = Browser(app)
    browser.consent()
    for _ in range(10):
        trial = browser.next_trial()
        for address in trial["images"].values():
            assert browser.client.get(address).status_code == 200
        browser.answer(trial["trial_key"])

    with app.app_context():
        study = find_study(db.session(), "colours")
        exported = export.export_study(db.session(), study, tmp_path / "out")
    assert exported.n_trials == 10
    provenance = (tmp_path / "out" / "provenance.json").read_text()
    for _, found in two_sets:
        assert manifest.set_digest(found) in provenance


def test_the_same_sets_again_change_nothing_and_a_moved_one_is_found(app, two_sets, tmp_path):
    with app.app_context():
        store(two_sets)
        assert store(two_sets[::-1]).outcome == "unchanged"

        shutil.move(two_sets[1][0], tmp_path / "elsewhere")
        moved = [two_sets[0], (tmp_path / "elsewhere", two_sets[1][1])]
        assert store(moved).outcome == "moved"
        with pytest.raises(StudyChanged):
            store(two_sets[:1])


def test_a_second_set_that_is_gone_is_noticed(app, two_sets):
    with app.app_context():
        study = store(two_sets).study
        open_study(db.session(), study, None, NOW)
        shutil.rmtree(two_sets[1][0])

        with pytest.raises(SetChanged):
            check_open_studies(db.session())


def test_the_parts_are_sets_of_their_own(two_sets):
    """Guards the helpers above: what they write is what would be built."""
    for folder, found in two_sets:
        assert load_stimulus_set(folder) == found
