import json
from pathlib import Path

import pytest

from analysis.errors import TrialTableError
from analysis.estimates import EstimateSettings
from analysis.export_folder import input_files, read_pass_share, settings_for


def write_rule(folder: Path, rule: object) -> None:
    document = {"exclusion": {"vigilance_pass_share": rule}}
    (folder / "provenance.json").write_text(json.dumps(document))


@pytest.mark.parametrize("share", [0, 0.5, 1])
def test_the_study_files_threshold_is_read(share: float, tmp_path: Path) -> None:
    write_rule(tmp_path, share)

    assert read_pass_share(tmp_path) == share


def test_the_command_line_goes_before_the_study_file_and_that_before_the_default(
    tmp_path: Path,
) -> None:
    table = tmp_path / "trials.csv"
    table.touch()

    assert settings_for(tmp_path, level=0.9, vigilance_pass_share=None) == EstimateSettings(
        0.9, 0.75, "default"
    )
    write_rule(tmp_path, 0.6)
    assert settings_for(tmp_path, level=0.9, vigilance_pass_share=None) == EstimateSettings(
        0.9, 0.6, "study file"
    )
    assert settings_for(table, level=0.9, vigilance_pass_share=None) == EstimateSettings(
        0.9, 0.75, "default"
    )
    assert settings_for(tmp_path, level=0.9, vigilance_pass_share=0.0) == EstimateSettings(
        0.9, 0.0, "command line"
    )


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe\x00", b"[" * 100_000])
def test_a_provenance_that_is_no_json_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "provenance.json").write_bytes(content)

    with pytest.raises(TrialTableError, match=r"provenance\.json: is not JSON; allowed:"):
        read_pass_share(tmp_path)


@pytest.mark.parametrize("rule", [None, True, "0.75", -0.1, 75, float("nan"), [0.75]])
def test_a_threshold_that_is_no_fraction_is_refused(rule: object, tmp_path: Path) -> None:
    write_rule(tmp_path, rule)

    with pytest.raises(TrialTableError, match="vigilance_pass_share is no number from 0 to 1"):
        read_pass_share(tmp_path)


@pytest.mark.parametrize("document", [[], {}, {"exclusion": None}, {"exclusion": [0.75]}])
def test_a_provenance_without_the_rule_is_refused(document: object, tmp_path: Path) -> None:
    (tmp_path / "provenance.json").write_text(json.dumps(document))

    with pytest.raises(TrialTableError, match="vigilance_pass_share is no number"):
        read_pass_share(tmp_path)


def test_a_provenance_that_cannot_be_opened_is_refused(tmp_path: Path) -> None:
    (tmp_path / "provenance.json").mkdir()

    with pytest.raises(TrialTableError, match=r"provenance\.json: cannot be read: "):
        read_pass_share(tmp_path)


def test_a_damaged_provenance_does_not_matter_where_the_threshold_is_given(tmp_path: Path) -> None:
    (tmp_path / "provenance.json").write_text("{")

    assert settings_for(tmp_path, level=0.95, vigilance_pass_share=0.5).vigilance_pass_share == 0.5


def test_what_is_read_of_a_folder_and_of_a_file(tmp_path: Path) -> None:
    assert [path.name for path in input_files(tmp_path)] == ["trials.csv", "provenance.json"]
    assert input_files(tmp_path / "a.csv") == (tmp_path / "a.csv",)
