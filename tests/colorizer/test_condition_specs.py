import pytest

from colorizer.condition_specs import ConditionSpec, parse_condition, parse_conditions
from colorizer.errors import ColorizerError


@pytest.mark.parametrize(
    ("text", "spec"),
    [
        ("full=weights:default", ConditionSpec("full", "weights", "default")),
        ("a.b-c_1=weights:runs/x", ConditionSpec("a.b-c_1", "weights", "runs/x")),
        (
            "warm=weights:default,temperature=0.5",
            ConditionSpec("warm", "weights", "default", temperature=0.5),
        ),
        (
            "x=weights:a,b.keras,input-size=128,temperature=1",
            ConditionSpec("x", "weights", "a,b.keras", temperature=1.0, input_px=128),
        ),
        ("x=weights:C:/runs/y", ConditionSpec("x", "weights", "C:/runs/y")),
        ("dahl=folder:fakes/a=b", ConditionSpec("dahl", "folder", "fakes/a=b")),
        ("random=random", ConditionSpec("random", "random")),
        ("grey=grey", ConditionSpec("grey", "grey")),
        ("control=real", ConditionSpec("control", "real")),
    ],
)
def test_conditions_are_read(text, spec):
    assert parse_condition(text) == spec


@pytest.mark.parametrize("text", ["", "full", "=random", "a b=random", "-x=random", "é=random"])
def test_what_is_no_name_and_spec_is_refused(text):
    with pytest.raises(ColorizerError, match="expected NAME=SPEC"):
        parse_condition(text)


@pytest.mark.parametrize(
    "spec",
    ["", "weights", "weights:", "folder", "folder:", "random:x", "gray", "real:1", "default"],
)
def test_an_unknown_or_incomplete_spec_is_refused_with_what_is_allowed(spec):
    with pytest.raises(ColorizerError, match=r"a: .* is none of weights:default, .*real"):
        parse_condition(f"a={spec}")


@pytest.mark.parametrize("option", ["temperature=warm", "temperature=", "input-size=12.5"])
def test_an_option_that_is_no_number_is_refused(option):
    with pytest.raises(ColorizerError, match="is no number that is allowed there"):
        parse_condition(f"a=weights:default,{option}")


def test_an_unknown_option_counts_as_part_of_the_path():
    assert parse_condition("a=weights:x,blur=1").argument == "x,blur=1"


def test_conditions_keep_their_order():
    specs = parse_conditions(["b=random", "a=grey"])

    assert [spec.name for spec in specs] == ["b", "a"]


def test_a_name_that_stands_twice_is_refused():
    with pytest.raises(ColorizerError, match="condition a stands twice"):
        parse_conditions(["a=random", "b=grey", "a=real"])


def test_no_condition_is_refused():
    with pytest.raises(ColorizerError, match="needs a condition"):
        parse_conditions([])
