import hashlib
from pathlib import Path

import pytest

from analysis.errors import RulesError
from analysis.exclusion_rules import RULE_KEYS, ExclusionRules
from analysis.rules_file import ALL_KEYS, read_rules_file, read_rules_table, read_share
from tests.conftest import ROOT

EVERYTHING = (
    """
[exclusion]
vigilance_pass_share = 0.75
minimum_answered_share = 0.9
minimum_median_response_ms = 300
maximum_one_side_share = 0.95
exclude_invalid_exposure = true
minimum_response_ms = 150
maximum_response_ms = 60000

[reasons]
maximum_response_ms = """
    + '"""Whoever waits a minute\n  has left."""'
    + """

[equivalence]
margin = 0.05
"""
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "rules.toml"


def refusal(path: Path, text: str) -> str:
    path.write_text(text)
    with pytest.raises(RulesError) as caught:
        read_rules_file(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert "\n" not in message
    return message.removeprefix(f"{path}: ")


def test_every_rule_is_read(path: Path) -> None:
    path.write_text(EVERYTHING)

    stated = read_rules_file(path)

    assert stated.vigilance_pass_share == 0.75
    assert stated.equivalence_margin == 0.05
    assert stated.rules == ExclusionRules(
        minimum_answered_share=0.9,
        minimum_median_response_ms=300.0,
        maximum_one_side_share=0.95,
        exclude_invalid_exposure=True,
        minimum_response_ms=150.0,
        maximum_response_ms=60000.0,
        reasons=(("maximum_response_ms", "Whoever waits a minute has left."),),
        source="rules file",
        file_sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
    )


def test_the_text_above_names_every_rule() -> None:
    assert all(f"{key} = " in EVERYTHING for key in ALL_KEYS)
    assert set(RULE_KEYS) < set(ALL_KEYS)


def test_an_empty_file_states_nothing(path: Path) -> None:
    path.write_text("# nobody is left out\n")

    stated = read_rules_file(path)

    assert stated.vigilance_pass_share is None
    assert stated.equivalence_margin is None
    assert all(not getattr(stated.rules, key) for key in RULE_KEYS)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[exclusions]", "found [exclusions]; allowed: [exclusion], [reasons], [equivalence]"),
        ("exclusion = 3", "exclusion is no table; allowed: [exclusion], [reasons], [equivalence]"),
        ("[exclusion]\nfast = 3", "[exclusion] found 'fast'; allowed: vigilance_pass_share, "),
        (
            "[exclusion]\nvigilance_pass_share = 75",
            "[exclusion] vigilance_pass_share: found 75; allowed: a fraction from 0 to 1",
        ),
        (
            "[exclusion]\nmaximum_one_side_share = 0.4",
            "[exclusion] maximum_one_side_share: found 0.4; allowed: a fraction from 0.5 to 1",
        ),
        (
            "[exclusion]\nminimum_answered_share = true",
            "[exclusion] minimum_answered_share: found true; allowed: a fraction from 0 to 1",
        ),
        (
            "[exclusion]\nminimum_answered_share = nan",
            "[exclusion] minimum_answered_share: found nan; allowed: a fraction from 0 to 1",
        ),
        (
            '[exclusion]\nminimum_response_ms = "200"',
            "[exclusion] minimum_response_ms: found '200'; allowed: milliseconds above 0",
        ),
        (
            "[exclusion]\nmaximum_response_ms = 0",
            "[exclusion] maximum_response_ms: found 0; allowed: milliseconds above 0",
        ),
        (
            "[exclusion]\nexclude_invalid_exposure = 1",
            "[exclusion] exclude_invalid_exposure: found 1; allowed: true, false",
        ),
        (
            "[exclusion]\nminimum_response_ms = 200\nmaximum_response_ms = 100",
            "[exclusion] minimum_response_ms: found 200; allowed: below maximum_response_ms, 100",
        ),
        (
            '[exclusion]\nminimum_response_ms = 200\n[reasons]\nmaximum_response_ms = "Late."',
            "[reasons] found 'maximum_response_ms'; allowed: minimum_response_ms",
        ),
        (
            "[exclusion]\nminimum_response_ms = 200\n[reasons]\nminimum_response_ms = 3",
            "[reasons] minimum_response_ms: found 3; allowed: a sentence",
        ),
        ("[equivalence]\nlimit = 0.1", "[equivalence] found 'limit'; allowed: margin"),
        (
            "[equivalence]\nmargin = 5",
            "[equivalence] margin: found 5; allowed: a fraction above 0 and below 0.5",
        ),
        ("[exclusion", "is not TOML: "),
    ],
)
def test_what_no_rule_can_be_is_refused_by_name(path: Path, text: str, message: str) -> None:
    assert refusal(path, text).startswith(message)


def test_a_missing_file_and_no_text_are_refused(path: Path) -> None:
    with pytest.raises(RulesError, match="cannot be read: No such file"):
        read_rules_file(path)
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(RulesError, match="is not text in UTF-8"):
        read_rules_file(path)


def test_a_table_of_a_study_file_is_read_by_the_same_rules() -> None:
    table = {"vigilance_pass_share": 0.6, "exclude_invalid_exposure": True}

    rules = read_rules_table(table, "x", source="study file")

    assert read_share(table, "x") == 0.6
    assert rules == ExclusionRules(exclude_invalid_exposure=True, source="study file")


def test_the_example_of_the_documentation_states_every_rule(path: Path) -> None:
    text = (ROOT / "docs" / "reading.md").read_text(encoding="utf-8")
    path.write_text(text.partition("```toml\n")[2].partition("```")[0])

    stated = read_rules_file(path)

    assert stated.vigilance_pass_share is not None
    assert stated.equivalence_margin is not None
    assert all(getattr(stated.rules, key) for key in RULE_KEYS)
