import hashlib
import json
from pathlib import Path

import pytest

from analysis.errors import RulesError, TrialTableError
from analysis.study_rules import read_study_rules


@pytest.fixture
def folder(study_csv: Path) -> Path:
    return study_csv.parent


def write_rule(folder: Path, rule: object, **more: object) -> None:
    document = {"exclusion": {"vigilance_pass_share": rule, **more}}
    (folder / "provenance.json").write_text(json.dumps(document))


@pytest.mark.parametrize("share", [0, 0.5, 1])
def test_the_study_files_threshold_is_read(share: float, folder: Path) -> None:
    write_rule(folder, share)

    stated = read_study_rules(folder)

    assert stated is not None
    assert stated.vigilance_pass_share == share
    assert stated.rules.source == "study file"
    assert stated.rules.file_sha256 is None


def test_other_rules_of_a_study_are_read_with_the_files_digest(folder: Path) -> None:
    write_rule(folder, 0.75, minimum_response_ms=200)
    (folder / "study.toml").write_text("[study]\n")

    stated = read_study_rules(folder)

    assert stated is not None
    assert stated.rules.minimum_response_ms == 200
    assert stated.rules.file_sha256 == hashlib.sha256(b"[study]\n").hexdigest()


def test_the_margin_of_a_study_is_read_from_a_table_only(folder: Path) -> None:
    document = {"exclusion": {"vigilance_pass_share": 0.75}}
    path = folder / "provenance.json"
    path.write_text(json.dumps({**document, "equivalence": {"margin": 0.05}}))

    stated = read_study_rules(folder)

    assert stated is not None
    assert stated.equivalence_margin == 0.05
    path.write_text(json.dumps({**document, "equivalence": 0.05}))
    with pytest.raises(TrialTableError, match="equivalence is no table"):
        read_study_rules(folder)


def test_a_rule_that_is_not_understood_is_refused(folder: Path) -> None:
    write_rule(folder, 0.75, maximum_yawns=3)

    with pytest.raises(RulesError, match="found 'maximum_yawns'; allowed: vigilance_pass_share"):
        read_study_rules(folder)


def test_a_table_by_itself_and_a_folder_without_provenance_have_no_rules(study_csv: Path) -> None:
    assert read_study_rules(study_csv.parent) is None
    write_rule(study_csv.parent, 0.5)
    assert read_study_rules(study_csv) is None


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe\x00", b"[" * 100_000])
def test_a_provenance_that_is_no_json_is_refused(content: bytes, folder: Path) -> None:
    (folder / "provenance.json").write_bytes(content)

    with pytest.raises(TrialTableError, match=r"provenance\.json: is not JSON; allowed:"):
        read_study_rules(folder)


@pytest.mark.parametrize("rule", [None, True, "0.75", -0.1, 75, float("nan"), [0.75]])
def test_a_threshold_that_is_no_fraction_is_refused(rule: object, folder: Path) -> None:
    write_rule(folder, rule)

    with pytest.raises(TrialTableError, match="vigilance_pass_share is no number from 0 to 1"):
        read_study_rules(folder)


@pytest.mark.parametrize("document", [[], {}, {"exclusion": None}, {"exclusion": [0.75]}])
def test_a_provenance_without_the_rule_is_refused(document: object, folder: Path) -> None:
    (folder / "provenance.json").write_text(json.dumps(document))

    with pytest.raises(TrialTableError, match="vigilance_pass_share is no number"):
        read_study_rules(folder)


def test_a_provenance_that_cannot_be_opened_is_refused(folder: Path) -> None:
    (folder / "provenance.json").mkdir()

    with pytest.raises(TrialTableError, match=r"provenance\.json: cannot be read: "):
        read_study_rules(folder)
