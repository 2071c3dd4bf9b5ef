import json

import pytest

from colorizer.sidecars import NOTHING, Facts, read_sidecar


def of(**facts):
    return read_sidecar(json.dumps(facts).encode())


def test_label_and_licence_are_taken_and_nothing_else():
    known = of(url="u", caption="c", exif="{}", license="CC BY 2.0", label="tench")

    assert known == Facts("tench", "CC BY 2.0")


def test_the_wordnet_id_of_a_label_is_its_category():
    assert of(label="n01440764 tench").category == "n01440764"


def test_the_first_known_key_counts():
    assert of(category="fish", wnid="n01440764", licence="CC0").category == "n01440764"


@pytest.mark.parametrize("value", [None, 5, "", "  ", ["a"]])
def test_what_is_no_text_is_no_label(value):
    assert of(label=value) == NOTHING


def test_a_label_is_one_line_of_some_length():
    assert of(label="a\nb  c" + 300 * "d").category == ("a b c" + 300 * "d")[:200]


@pytest.mark.parametrize("data", [b"", b"{", b"[1]", b"\xff", 99999 * b"["])
def test_what_is_no_object_tells_nothing(data):
    assert read_sidecar(data) == NOTHING
