from dataclasses import replace

import pytest

from colorizer import manifest
from study_app.set_findings import SetFacts, read_facts, set_findings
from study_app.study_file import parse_study_file
from study_app.study_tables import ConditionChoice
from tests.study_app import factories

N_SHOWN = 10  # of the small protocol: 2 + 8


@pytest.fixture
def study_file():
    found = parse_study_file(factories.study_text())
    return replace(found, protocol=replace(found.protocol, image_size_px=factories.IMAGE_SIZE_PX))


def make_set(n_photos=20, conditions=("full", "random", "real"), **provenance):
    kinds = {"full": "weights", "other": "folder", "random": "random", "real": "real"}
    image = manifest.ImageFile("a.png", "0" * 64)
    pairs = tuple(
        manifest.StimulusPair(f"{name}{n}", f"photo{n:02}", name, image, image)
        for n in range(n_photos)
        for name in conditions
    )
    made = tuple(manifest.Condition(name, kinds[name]) for name in conditions)
    return manifest.StimulusSet(factories.IMAGE_SIZE_PX, "png", made, pairs, provenance)


def findings_of(study_file, stimulus_set):
    facts = read_facts(study_file, [stimulus_set])
    assert isinstance(facts, SetFacts)
    return set_findings(study_file, [stimulus_set], facts)


def codes(study_file, stimulus_set):
    return {(one.code, one.severity) for one in findings_of(study_file, stimulus_set)}


def test_a_set_with_photos_to_spare_leaves_nothing_to_ask(study_file):
    assert codes(study_file, make_set()) == set()


def test_what_a_study_has_is_the_condition_with_the_fewest_photos(study_file):
    whole = make_set(conditions=("full", "other", "random", "real"))
    pairs = [pair for pair in whole.pairs if pair.pair_id not in ("other0", "other1")]

    facts = read_facts(study_file, [replace(whole, pairs=tuple(pairs))])

    assert facts.roles.tested == ("full", "other")
    assert facts.n_photos == 18


def test_too_few_photos_for_a_plan_must_not_be(study_file):
    (finding,) = read_facts(study_file, [make_set(N_SHOWN - 1)])

    assert (finding.severity, finding.place) == ("must", "[protocol]")
    assert "condition full" in finding.found.lower()


def test_a_condition_that_is_not_in_the_set_must_not_be(study_file):
    choice = replace(study_file, conditions=ConditionChoice(tested=("gone",)))

    (finding,) = read_facts(choice, [make_set()])

    assert (finding.severity, finding.place) == ("must", "[conditions]")
    assert "'gone' is not in the set" in finding.found


def test_no_photo_to_spare_is_told(study_file):
    found = findings_of(study_file, make_set(N_SHOWN))

    assert [one.code for one in found] == ["no-spare-photos"]
    assert "11 photographs or more" in found[0].advice


def test_few_photos_are_told(study_file):
    small = replace(study_file, protocol=replace(study_file.protocol, n_practice=0))

    assert ("few-photos", "should") in codes(small, make_set(9))


def test_control_trials_that_the_set_cannot_give_are_told(study_file):
    without = make_set(conditions=("full", "random"))
    none_wanted = replace(study_file, protocol=replace(study_file.protocol, n_control=0))

    assert codes(study_file, without) == {("no-control-condition", "should")}
    assert codes(none_wanted, without) == set()


def test_pictures_of_another_size_are_told(study_file):
    larger = replace(study_file, protocol=replace(study_file.protocol, image_size_px=32))

    assert codes(larger, make_set()) == {("pictures-scaled", "should")}


@pytest.mark.parametrize(
    ("record", "found"),
    [
        ({"conditions": ["full"], "is_checked": False}, {("training-unknown", "should")}),
        ({"conditions": ["full"], "is_checked": True, "seen": []}, set()),
        ({"conditions": ["full"], "is_checked": True, "seen": [{}, {}]}, {("photos-seen", "must")}),
    ],
)
def test_photos_that_the_network_has_seen_are_told(study_file, record, found):
    assert codes(study_file, make_set(seen_in_training=[record])) == found
