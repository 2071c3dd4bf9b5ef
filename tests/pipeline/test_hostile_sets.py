"""Stimulus sets from strangers: each is refused in one sentence, by both programs, at once."""

import copy
import os
import shutil
import time

import hypothesis
import pytest
from hypothesis import strategies as st

from colorizer.errors import ManifestError
from colorizer.manifest import load_manifest, set_digest
from colorizer.set_checks import check_set
from study_app.catalog import load_stimulus_set
from study_app.errors import StimulusSetError
from tests.pipeline import hostile_sets
from tests.pipeline.hostile_sets import SPOILT

LONGEST_S = 20.0


@pytest.fixture(scope="module")
def sound_set(tmp_path_factory):
    return hostile_sets.build_sound_set(tmp_path_factory.mktemp("sets") / "set")


@pytest.fixture
def own_set(sound_set, tmp_path):
    return shutil.copytree(sound_set, tmp_path / "set")


def problems_by_check(folder):
    """Give what ``colorizer check-set`` says."""
    try:
        return list(check_set(folder).problems)
    except ManifestError as error:
        return [str(error)]


def problems_by_create(folder):
    """Give what ``study-app create`` says."""
    try:
        load_stimulus_set(folder)
    except StimulusSetError as error:
        return [str(error)]
    return []


PROGRAMS = {"check-set": problems_by_check, "create": problems_by_create}


@pytest.mark.parametrize("program", PROGRAMS)
def test_before_it_is_spoilt_the_set_is_sound(sound_set, program):
    assert PROGRAMS[program](sound_set) == []


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("name", SPOILT)
def test_a_set_that_was_spoilt_is_refused_in_sentences(own_set, name, program):
    spoil, wanted = SPOILT[name]
    spoil(own_set)
    begin = time.monotonic()

    problems = PROGRAMS[program](own_set)

    assert wanted in " ".join(problems)
    assert all(problem.isprintable() and len(problem) < 1000 for problem in problems)
    assert time.monotonic() - begin < LONGEST_S


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=4,
)


@hypothesis.settings(
    max_examples=150, suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture]
)
@hypothesis.given(data=st.data())
def test_whatever_stands_in_a_manifest_it_is_read_or_refused(own_set, data):
    """Any value in any place, through the reader of both programs and the digest."""
    kept = (own_set / "manifest.json").read_bytes()
    document = copy.deepcopy(hostile_sets.read_document(own_set))
    way = data.draw(st.sampled_from(list(hostile_sets.places_of(document))))
    hostile_sets.put(document, way, data.draw(JSON_VALUES))
    hostile_sets.write_document(own_set, document)

    try:
        set_digest(load_manifest(own_set))
    except ManifestError as error:
        assert str(error).isprintable()  # noqa: PT017 - either outcome is right
    finally:
        (own_set / "manifest.json").write_bytes(kept)


def test_names_of_all_the_world_and_of_devices_are_names(own_set):
    document = hostile_sets.read_document(own_set)
    for number, name in enumerate(
        ("é 颜色 😀", "con", "nul", "aux", "com1", "~", "%2e%2e", "$HOME")
    ):
        path = f"images/{name}.png"
        shutil.move(own_set / f"images/r{number}.png", own_set / path)
        document["pairs"][number]["real"]["path"] = path
    hostile_sets.write_document(own_set, document)

    assert problems_by_check(own_set) == problems_by_create(own_set) == []


def test_a_pipe_and_a_link_beside_the_images_are_told(own_set):
    os.mkfifo(own_set / "images" / "pipe")
    (own_set / "images" / "link").symlink_to("/etc")

    assert problems_by_check(own_set) == [
        "images/link: not in the manifest",
        "images/pipe: not in the manifest",
    ]
