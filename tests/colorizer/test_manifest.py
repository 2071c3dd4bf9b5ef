import dataclasses
import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colorizer.errors import ManifestError
from colorizer.manifest import (
    Condition,
    ImageFile,
    StimulusPair,
    StimulusSet,
    check_files,
    load_manifest,
    manifest_bytes,
    save_manifest,
    set_digest,
)

DIGEST = hashlib.sha256(b"x").hexdigest()


def build_pair(number=0, **changes):
    fields = {
        "pair_id": f"pair{number}",
        "photo_id": f"{number:016x}",
        "condition": "full",
        "real": ImageFile(f"images/{number}r.png", DIGEST),
        "fake": ImageFile(f"images/{number}f.png", DIGEST),
        "category": "n02084071",
    }
    return StimulusPair(**{**fields, **changes})


@pytest.fixture
def stimulus_set():
    return StimulusSet(
        image_size_px=256,
        image_format="png",
        conditions=(
            Condition("full", "weights", {"temperature": 0.38}),
            Condition("random", "random"),
        ),
        pairs=(build_pair(0), build_pair(1)),
        provenance={"seed": 1},
    )


def test_a_saved_set_is_read_back_with_its_digest(tmp_path, stimulus_set):
    digest = save_manifest(stimulus_set, tmp_path)

    assert load_manifest(tmp_path) == stimulus_set
    assert digest == set_digest(load_manifest(tmp_path / "manifest.json"))
    assert digest == hashlib.sha256((tmp_path / "manifest.json").read_bytes()).hexdigest()


def test_any_change_changes_the_digest(stimulus_set):
    other = dataclasses.replace(stimulus_set, provenance={"seed": 2})

    assert set_digest(other) != set_digest(stimulus_set)


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
IMAGES = st.builds(ImageFile, TEXTS, TEXTS)


@given(
    pairs=st.lists(
        st.builds(StimulusPair, TEXTS, TEXTS, TEXTS, IMAGES, IMAGES, TEXTS, st.none() | TEXTS),
        max_size=3,
    ),
    note=TEXTS,
)
def test_the_bytes_are_those_of_json_with_sorted_keys(pairs, note):
    """The digest is over these bytes: whoever reads the contract can compute it."""
    provenance = {"note": note, "pairs": [], '\n "pairs": []': [[], {"pairs": []}]}
    conditions = (Condition("full", "weights", {"pairs": []}),)
    stimulus_set = StimulusSet(256, "png", conditions, tuple(pairs), provenance)
    document = {
        "format": "colorization-stimulus-set",
        "format_version": 1,
        **dataclasses.asdict(stimulus_set),
    }

    expected = json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"

    assert manifest_bytes(stimulus_set) == expected.encode()


def test_half_a_character_cannot_be_saved(tmp_path, stimulus_set):
    broken = dataclasses.replace(stimulus_set, provenance={"input": "a\ud83d"})

    with pytest.raises(ManifestError, match="half a character"):
        save_manifest(broken, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_photos_are_listed_once(stimulus_set):
    again = build_pair(0, pair_id="other", condition="random")

    photos = dataclasses.replace(stimulus_set, pairs=(*stimulus_set.pairs, again)).photo_ids

    assert photos == [f"{0:016x}", f"{1:016x}"]


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        ((build_pair(0), build_pair(1, pair_id="pair0")), "'pair0' stands twice"),
        ((build_pair(0), build_pair(0, pair_id="other")), "under full' stands twice"),
        ((build_pair(0, condition="nobody"),), "unknown condition 'nobody'"),
        ((build_pair(0, fake=ImageFile("../x.png", DIGEST)),), "leaves the set's folder"),
        ((build_pair(0, fake=ImageFile("/x.png", DIGEST)),), "leaves the set's folder"),
        ((build_pair(0, real=ImageFile("x.png", "abc")),), "'abc' is no SHA-256"),
        (
            (build_pair(0), build_pair(1, fake=ImageFile("images/0f.png", "0" * 64))),
            "two different",
        ),
        (
            (
                build_pair(0),
                build_pair(0, pair_id="b", condition="random", real=ImageFile("z", DIGEST)),
            ),
            "two different real images",
        ),
    ],
)
def test_a_broken_rule_is_named(tmp_path, stimulus_set, pairs, message):
    with pytest.raises(ManifestError, match=message):
        save_manifest(dataclasses.replace(stimulus_set, pairs=pairs), tmp_path)


def test_an_unknown_kind_is_refused(tmp_path, stimulus_set):
    broken = dataclasses.replace(stimulus_set, conditions=(Condition("full", "magic"),))

    with pytest.raises(ManifestError, match="kind 'magic' is none of weights"):
        save_manifest(broken, tmp_path)


def test_a_folder_without_manifest_is_refused(tmp_path):
    with pytest.raises(ManifestError, match="colorizer build-set"):
        load_manifest(tmp_path)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": "x", "format_version": 1}'])
def test_other_json_is_refused(tmp_path, text):
    (tmp_path / "manifest.json").write_text(text)

    with pytest.raises(ManifestError, match=r"manifest\.json"):
        load_manifest(tmp_path)


def test_a_field_too_many_is_refused(tmp_path, stimulus_set):
    save_manifest(stimulus_set, tmp_path)
    document = json.loads((tmp_path / "manifest.json").read_text())
    document["pairs"][0]["surprise"] = 1
    (tmp_path / "manifest.json").write_text(json.dumps(document))

    with pytest.raises(ManifestError, match="surprise"):
        load_manifest(tmp_path)


def test_missing_and_changed_files_are_listed(tmp_path, stimulus_set):
    (tmp_path / "images").mkdir()
    for name in ("0r", "0f", "1r"):
        (tmp_path / "images" / f"{name}.png").write_bytes(b"x")
    (tmp_path / "images" / "0f.png").write_bytes(b"y")

    problems = check_files(stimulus_set, tmp_path)

    assert problems == [
        "images/0f.png: its SHA-256 is not the one in the manifest",
        "images/1f.png: the file is missing",
    ]
