import pytest

from study_app.errors import StudyFileError
from study_app.exclusion_rule import (
    EXCLUSION_KEYS,
    EquivalenceRule,
    ExclusionRule,
    read_equivalence,
    read_exclusion,
    stated,
)

PLACE = "study.toml, [exclusion]"


def test_an_empty_table_states_the_vigilance_rule_alone():
    assert stated(read_exclusion({}, PLACE)) == {"vigilance_pass_share": 0.75}
    assert stated(read_equivalence({}, "study.toml, [equivalence]")) == {}


def test_every_rule_that_is_written_is_stated_and_numbers_become_decimal():
    table = {
        "vigilance_pass_share": 1,
        "minimum_answered_share": 0.9,
        "minimum_median_response_ms": 300,
        "maximum_one_side_share": 0.95,
        "exclude_invalid_exposure": False,
        "minimum_response_ms": 150,
        "maximum_response_ms": 60000,
    }

    rule = read_exclusion(table, PLACE)

    assert tuple(table) == EXCLUSION_KEYS
    assert rule == ExclusionRule(1.0, 0.9, 300.0, 0.95, False, 150.0, 60000.0)
    assert stated(rule) == table
    assert {type(value) for value in stated(rule).values()} == {float, bool}


@pytest.mark.parametrize("value", [0.0, 1.0, 0, 1])
def test_both_ends_of_a_share_are_allowed(value):
    assert read_exclusion({"minimum_answered_share": value}, PLACE).minimum_answered_share == value


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"minimum_anwsered_share": 0.9}, "unknown key minimum_anwsered_share; known: vigilance_"),
        ({"minimum_answered_share": 1.1}, "minimum_answered_share = 1.1 is no fraction from 0 to "),
        ({"maximum_one_side_share": 0.4}, "maximum_one_side_share = 0.4 is no fraction from 0.5 "),
        ({"vigilance_pass_share": True}, "vigilance_pass_share = True is no fraction from 0 to 1"),
        ({"vigilance_pass_share": float("nan")}, "vigilance_pass_share = nan is no fraction"),
        ({"exclude_invalid_exposure": 1}, "exclude_invalid_exposure = 1 is no true or false"),
        ({"minimum_response_ms": 0}, "minimum_response_ms = 0 is no number of milliseconds above"),
        ({"minimum_response_ms": "150"}, "minimum_response_ms = '150' is no number of milli"),
        ({"maximum_response_ms": float("inf")}, "maximum_response_ms = inf is no number of milli"),
        ({"maximum_response_ms": 10**400}, "is no number of milliseconds above 0"),
        (
            {"minimum_response_ms": 200, "maximum_response_ms": 200},
            "minimum_response_ms = 200 is not below maximum_response_ms = 200",
        ),
    ],
)
def test_a_rule_that_no_analysis_can_apply_is_named(table, message):
    with pytest.raises(StudyFileError) as caught:
        read_exclusion(table, PLACE)

    assert str(caught.value).startswith(PLACE)
    assert message in str(caught.value)


def test_a_margin_is_a_fraction_below_a_half():
    assert read_equivalence({"margin": 0.05}, "here") == EquivalenceRule(0.05)
    assert stated(EquivalenceRule(0.05)) == {"margin": 0.05}


@pytest.mark.parametrize("value", [0, 0.5, -0.1, 5, True, "0.05", float("nan"), 10**400])
def test_any_other_margin_is_refused(value):
    with pytest.raises(StudyFileError, match=r"here: margin = .* is no fraction above 0 and below"):
        read_equivalence({"margin": value}, "here")


def test_a_key_beside_the_margin_is_refused():
    with pytest.raises(StudyFileError, match="here: unknown key width; known: margin"):
        read_equivalence({"width": 0.05}, "here")
