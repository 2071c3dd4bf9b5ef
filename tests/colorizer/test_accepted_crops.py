import pytest

from colorizer.accepted_crops import NOTHING_ACCEPTED, AcceptedCrops, parse_accepted
from colorizer.condition_specs import parse_conditions
from colorizer.errors import ColorizerError

SPECS = parse_conditions(["full=weights:default", "a=folder:x", "b=folder:y"])


def test_single_fakes_and_whole_folders_are_named():
    found = parse_accepted(["a/ev_1.jpg", "a/below/ev_2.jpg", "b"], SPECS)

    assert found == {
        "a": AcceptedCrops(photographs=frozenset({"ev_1.jpg", "below/ev_2.jpg"})),
        "b": AcceptedCrops(everything=True),
    }
    assert "ev_1.jpg" in found["a"]
    assert "ev_3.jpg" not in found["a"]
    assert "anything.jpg" in found["b"]


def test_nothing_is_accepted_without_a_word():
    assert parse_accepted([], SPECS) == {}
    assert "ev_1.jpg" not in NOTHING_ACCEPTED


@pytest.mark.parametrize("text", ["full", "full/ev_1.jpg", "c/ev_1.jpg", "", "/ev_1.jpg"])
def test_a_condition_that_is_no_folder_is_refused_with_those_that_are(text):
    with pytest.raises(ColorizerError, match=r"is no condition of a folder \(a, b\); allowed"):
        parse_accepted([text], SPECS)
