import json
from pathlib import Path

import pytest

from analysis.choices import Choices, settle
from analysis.errors import RulesError
from analysis.estimates import EstimateSettings
from analysis.exclusion_rules import ExclusionRules, rules_digest


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    path = tmp_path / "rules.toml"
    path.write_text("[exclusion]\nminimum_response_ms = 200\n[equivalence]\nmargin = 0.1\n")
    return path


def write_rule(folder: Path, share: float) -> None:
    document = {"exclusion": {"vigilance_pass_share": share}}
    (folder / "provenance.json").write_text(json.dumps(document))


def threshold(settings: EstimateSettings) -> tuple[float, str, str]:
    return settings.vigilance_pass_share, settings.vigilance_pass_share_from, settings.rules.source


def test_the_command_line_goes_before_the_study_file_and_that_before_the_default(
    study_csv: Path,
) -> None:
    folder = study_csv.parent
    chosen = Choices(vigilance_pass_share=0.0)

    assert threshold(settle(folder, Choices())) == (0.75, "default", "default")
    write_rule(folder, 0.6)
    assert threshold(settle(folder, Choices())) == (0.6, "study file", "study file")
    assert threshold(settle(study_csv, Choices())) == (0.75, "default", "default")
    assert threshold(settle(folder, chosen)) == (0.0, "command line", "command line")


def test_a_rules_file_takes_the_place_of_the_studys_rules(study_csv: Path, rules: Path) -> None:
    """A rule that is not in the file is not applied: it says everything that was decided."""
    write_rule(study_csv.parent, 0.6)

    settings = settle(study_csv.parent, Choices(rules=rules))

    assert threshold(settings) == (0.0, "rules file", "rules file")
    assert settings.rules.minimum_response_ms == 200
    assert settings.equivalence_margin == 0.1


def test_the_digest_of_the_rules_is_settled(study_csv: Path, rules: Path) -> None:
    assert settle(study_csv, Choices()).rules.digest == rules_digest(0.75, ExclusionRules())
    expected = rules_digest(0, ExclusionRules(minimum_response_ms=200))
    assert settle(study_csv, Choices(rules=rules)).rules.digest == expected


def test_level_margin_and_seed_are_taken_over(study_csv: Path) -> None:
    settings = settle(study_csv, Choices(level=0.9, equivalence_margin=0.07, seed=3))

    assert (settings.level, settings.equivalence_margin, settings.seed) == (0.9, 0.07, 3)


@pytest.mark.parametrize(
    ("choices", "option"),
    [
        ({"vigilance_pass_share": 0.5}, "--vigilance-pass-share"),
        ({"equivalence_margin": 0.1}, "--equivalence-margin"),
    ],
)
def test_nothing_may_stand_beside_a_rules_file(
    choices: dict[str, float], option: str, study_csv: Path, rules: Path
) -> None:
    with pytest.raises(RulesError, match=f"{option} stands beside --rules"):
        settle(study_csv, Choices(rules=rules, **choices))


def test_a_damaged_provenance_does_not_matter_where_the_threshold_is_given(
    study_csv: Path, rules: Path
) -> None:
    (study_csv.parent / "provenance.json").write_text("{")

    for choices in (Choices(vigilance_pass_share=0.5), Choices(rules=rules)):
        assert settle(study_csv.parent, choices).vigilance_pass_share in (0, 0.5)
