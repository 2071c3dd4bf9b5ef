import dataclasses
import hashlib
import shutil

import pytest
import sqlalchemy as sa

from colorizer import manifest
from study_app import catalog, study_moves
from study_app.errors import (
    PlanError,
    SetChanged,
    StimulusSetError,
    StudyChanged,
    UnknownStudy,
)
from study_app.extensions import db
from study_app.models import Condition, StimulusPair, StimulusSet, Study
from study_app.presets import PRESETS
from study_app.protocol import Roles
from study_app.study_tables import ConditionChoice
from tests.study_app import factories


def count(table):
    return db.session.scalar(sa.select(sa.func.count()).select_from(table))


def test_a_good_set_is_loaded(set_folder):
    assert len(catalog.load_stimulus_set(set_folder).pairs) == 180


def test_a_folder_without_a_set_is_refused(tmp_path):
    with pytest.raises(StimulusSetError, match=r"no manifest\.json there"):
        catalog.load_stimulus_set(tmp_path)


def test_a_changed_image_is_found(own_set):
    image = next((own_set / "full").iterdir())
    image.write_bytes(factories.make_png(1, 1, 1))

    with pytest.raises(StimulusSetError, match=rf"{image.name}: its SHA-256"):
        catalog.load_stimulus_set(own_set)


def test_a_set_is_named_by_its_folder_or_its_manifest(set_folder):
    for named in (set_folder, set_folder / "manifest.json"):
        assert catalog.folder_of_set(named) == set_folder


@pytest.mark.usefixtures("context")
def test_a_stored_set_is_checked_to_the_byte(own_set):
    stored = factories.create_study(factories.study_text(), own_set).study.stimulus_set
    catalog.check_stored_set(stored)

    image = next((own_set / "full").iterdir())
    kept = image.read_bytes()
    image.write_bytes(factories.make_png(1, 1, 1))
    with pytest.raises(StimulusSetError, match=f"{image.name}: its SHA-256"):
        catalog.check_stored_set(stored)
    image.write_bytes(kept)
    factories.build_set(own_set, 59)
    with pytest.raises(SetChanged, match="another stimulus set than the study was made with"):
        catalog.check_stored_set(stored)
    shutil.rmtree(own_set)
    with pytest.raises(SetChanged, match=f"no longer at {own_set}; study-app create"):
        catalog.check_stored_set(stored)


@pytest.mark.usefixtures("context")
def test_only_open_studies_need_their_set(own_set):
    study = factories.create_study(factories.study_text(), own_set).study
    study_moves.open_study(db.session(), study, None, factories.NOW)
    catalog.check_open_studies(db.session())

    shutil.rmtree(own_set)
    with pytest.raises(SetChanged, match="no longer at"):
        catalog.check_open_studies(db.session())
    study_moves.close_study(db.session(), study, factories.NOW)
    catalog.check_open_studies(db.session())


def test_a_missing_image_is_found_and_the_others_counted(own_set):
    shutil.rmtree(own_set / "full")

    with pytest.raises(StimulusSetError, match=r"the file is missing \(59 more problems\)"):
        catalog.load_stimulus_set(own_set)


@pytest.mark.parametrize(
    ("data", "message"),
    [(b"no image", "not a PNG file"), (None, r"\(16, 16\) pixels instead of \(32, 32\)")],
)
def test_images_that_are_not_as_described_are_found(tmp_path, data, message):
    built = factories.build_set(tmp_path, 2)
    pair = built.pairs[0]
    size = 16
    if data is None:
        size = 32
    else:
        (tmp_path / pair.real.path).write_bytes(data)
    digest = hashlib.sha256((tmp_path / pair.real.path).read_bytes()).hexdigest()
    real = manifest.ImageFile(pair.real.path, digest)
    pairs = [
        dataclasses.replace(other, real=real) if other.photo_id == pair.photo_id else other
        for other in built.pairs
    ]
    manifest.save_manifest(
        dataclasses.replace(built, pairs=tuple(pairs), image_size_px=size), tmp_path
    )

    with pytest.raises(StimulusSetError, match=message):
        catalog.load_stimulus_set(tmp_path)


def build_large_set(folder, n_photos):
    """Write a set of many photos that share two pictures, which the manifest allows."""
    built = factories.build_set(folder, 1)
    first = built.pairs[0]
    pairs = [
        dataclasses.replace(first, pair_id=f"{name}-{number}", photo_id=f"{number:016x}",
                            condition=name)
        for number in range(n_photos)
        for name in ("full", "random")
    ]  # fmt: skip
    large = dataclasses.replace(built, pairs=tuple(pairs))
    manifest.save_manifest(large, folder)
    return folder


def test_each_picture_of_a_large_set_is_read_once(tmp_path, monkeypatch):
    read, real_read = [], manifest.read_set_file
    monkeypatch.setattr(
        manifest, "read_set_file", lambda *given: (read.append(given[1]), real_read(*given))[1]
    )

    loaded = catalog.load_stimulus_set(build_large_set(tmp_path, 2_000))

    assert len(loaded.pairs) == 4_000
    assert len(read) == len(set(read)) == 2


def count_insertions(folder, name):
    """Store a study with a set; gives how often pairs were handed to the database."""
    statements = []

    def note(_connection, _cursor, statement, *_more):
        statements.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", note)
    factories.create_study(factories.study_text(id=name), folder)
    sa.event.remove(db.engine, "before_cursor_execute", note)
    return sum("stimulus_pair" in statement for statement in statements)


@pytest.mark.usefixtures("context")
def test_pairs_of_a_large_set_are_stored_a_thousand_at_a_time(tmp_path):
    """Nothing is asked or written for each, and not all of them are in memory once more."""
    few = count_insertions(build_large_set(tmp_path / "few", 100), "few")
    many = count_insertions(build_large_set(tmp_path / "many", 3_000), "many")

    assert few >= 1
    assert many <= few + 2 * 3_000 / catalog.ROWS_AT_ONCE
    assert count(StimulusPair) == 2 * 3_100


def test_a_format_that_cannot_be_padded_is_refused(tmp_path):
    built = factories.build_set(tmp_path, 2)
    manifest.save_manifest(dataclasses.replace(built, image_format="webp"), tmp_path)

    with pytest.raises(StimulusSetError, match="only png"):
        catalog.load_stimulus_set(tmp_path)


KINDS = {"full": "weights", "mine": "folder", "random": "random", "real": "real", "grey": "grey"}


def test_by_default_conditions_from_weights_and_folders_are_tested():
    roles = catalog.resolve_roles(KINDS, ConditionChoice(), n_vigilance=4)

    assert roles == Roles(("full", "mine"), "random", "real")


def test_the_study_file_may_choose_other_conditions():
    choice = ConditionChoice(tested=("grey",), vigilance="mine", control="none there")

    assert catalog.resolve_roles(KINDS, choice, 4) == Roles(("grey",), "mine", None)


@pytest.mark.parametrize(
    ("kinds", "choice", "message"),
    [
        ({"grey": "grey"}, ConditionChoice(), "no condition made from weights or a folder"),
        (KINDS, ConditionChoice(tested=("l2",)), "tested condition 'l2' is not in the set"),
        (KINDS, ConditionChoice(tested=("random",)), "'random' has two roles"),
        (KINDS, ConditionChoice(tested=("full", "full")), "'full' has two roles"),
        ({"full": "weights"}, ConditionChoice(), "4 vigilance trials need the condition 'random'"),
    ],
)
def test_roles_that_cannot_be_given_are_refused(kinds, choice, message):
    with pytest.raises(StimulusSetError, match=message):
        catalog.resolve_roles(kinds, choice, n_vigilance=4)


def test_without_vigilance_trials_no_vigilance_condition_is_needed():
    roles = catalog.resolve_roles({"full": "weights"}, ConditionChoice(), n_vigilance=0)

    assert roles == Roles(("full",), None, None)


@pytest.mark.usefixtures("context")
def test_a_study_is_stored_with_every_pair_of_its_set(set_folder):
    stored = factories.create_study(factories.study_text(), set_folder)

    assert (stored.outcome, stored.study.state, stored.study.code) == (
        "created",
        "draft",
        "colours",
    )
    assert (count(StimulusSet), count(Condition), count(StimulusPair)) == (1, 3, 180)
    pair = catalog.load_stimulus_set(set_folder).pairs[5]
    row = db.session.scalars(
        sa.select(StimulusPair).where(StimulusPair.pair_id == pair.pair_id)
    ).one()
    assert (row.photo_id, row.condition.name) == (pair.photo_id, pair.condition)
    assert (row.real_path, row.fake_sha256) == (pair.real.path, pair.fake.sha256)


@pytest.mark.usefixtures("context")
def test_the_same_study_again_changes_nothing(set_folder):
    factories.create_study(factories.study_text(), set_folder)

    stored = factories.create_study(factories.study_text(), set_folder)

    assert (stored.outcome, count(Study), count(StimulusPair)) == ("unchanged", 1, 180)


@pytest.mark.usefixtures("context")
def test_a_moved_set_is_found_again(set_folder, own_set):
    factories.create_study(factories.study_text(), set_folder)

    stored = factories.create_study(factories.study_text(), own_set)

    assert (stored.outcome, stored.study.stimulus_set.folder) == ("moved", str(own_set))


@pytest.mark.usefixtures("context")
def test_a_changed_study_file_under_the_same_id_is_refused(set_folder):
    factories.create_study(factories.study_text(), set_folder)

    with pytest.raises(StudyChanged, match="'colours' is stored already, from another study file"):
        factories.create_study(factories.study_text(per_condition=9), set_folder)


@pytest.mark.usefixtures("context")
def test_another_set_under_the_same_id_is_refused(set_folder, two_condition_folder):
    factories.create_study(factories.study_text(), set_folder)

    with pytest.raises(StudyChanged):
        factories.create_study(factories.study_text(), two_condition_folder)


@pytest.mark.usefixtures("context")
def test_two_studies_share_a_set(set_folder):
    factories.create_study(factories.study_text(), set_folder)
    factories.create_study(factories.study_text(id="second"), set_folder)

    assert (count(Study), count(StimulusSet)) == (2, 1)


@pytest.mark.usefixtures("context")
def test_a_set_with_too_few_photos_is_refused_and_nothing_stored(tmp_path):
    factories.build_set(tmp_path / "few", 20)
    text = factories.study_text(PRESETS["zhang2016"].protocol)

    with pytest.raises(PlanError, match=r"condition full: a study session needs 50 .* has 20"):
        factories.create_study(text, tmp_path / "few")
    assert count(Study) == count(StimulusSet) == 0


@pytest.mark.usefixtures("context")
def test_the_only_study_needs_no_code(set_folder):
    with pytest.raises(UnknownStudy, match="no study here yet"):
        catalog.find_study(db.session())
    factories.create_study(factories.study_text(), set_folder)
    assert catalog.find_study(db.session()).code == "colours"
    factories.create_study(factories.study_text(id="second"), set_folder)
    with pytest.raises(UnknownStudy, match=r"several studies \(colours, second\)"):
        catalog.find_study(db.session())
    assert catalog.find_study(db.session(), "second").code == "second"
    with pytest.raises(UnknownStudy, match="no study 'third'"):
        catalog.find_study(db.session(), "third")


def test_an_image_is_read_and_proved(set_folder):
    image = catalog.load_stimulus_set(set_folder).pairs[0].real

    data = catalog.read_image(str(set_folder), image.path, image.sha256)

    assert data == (set_folder / image.path).read_bytes()


@pytest.mark.parametrize(
    ("folder", "path", "sha256", "message"),
    [
        ("gone", "a.png", "0", "no longer at .*gone"),
        ("", "a.png", "0", "a.png: the file is missing"),
        ("", "manifest.json", "0", "not the one the study was made with"),
    ],
)
def test_an_image_that_changed_is_named(set_folder, folder, path, sha256, message):
    with pytest.raises(SetChanged, match=message):
        catalog.read_image(str(set_folder / folder), path, sha256)
