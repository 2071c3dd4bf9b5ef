"""``study-app check`` as a researcher types it."""

import json

import pytest
from click.testing import CliRunner

from study_app.commands import main
from study_app.presets import PRESETS
from tests.study_app import factories


@pytest.fixture
def study(tmp_path):
    """A study file with nothing that must be settled."""
    text = factories.study_text(PRESETS["zhang2016"].protocol, per_condition=20)
    text = text.replace('institution = ""', 'institution = "Institute of Seeing"')
    text = text.replace('data_protection = ""', 'data_protection = "https://example.org/rights"')
    text = text.replace(
        "\nBy agreeing", "\nInstitute of Seeing, https://example.org/rights\n\nBy agreeing"
    )
    path = tmp_path / "study.toml"
    path.write_text(text, encoding="utf-8")
    return path


def check(*arguments, code=0):
    result = CliRunner().invoke(main, ["check", *(str(part) for part in arguments)])
    assert result.exit_code == code, result.output
    return result.stdout if code < 2 else result.stderr


def state_aim(path, line):
    text = path.read_text(encoding="utf-8")
    assert "# half_width = 0.05" in text
    path.write_text(text.replace("# half_width = 0.05", line), encoding="utf-8")


def test_each_finding_has_severity_place_advice_and_link(study):
    text = check(study)

    assert "should  study.toml, line" in text
    assert "[study] pay" in text
    assert "docs/how-to/before-you-open.md#pay-and-time" in text
    assert "0 must" in text.splitlines()[-1]


def test_a_must_makes_the_exit_code_1(study):
    study.write_text(study.read_text(encoding="utf-8").replace("lab@example.org", ""))

    text = check(study, code=1)

    assert text.startswith("must    study.toml, line")
    assert "[study] contact" in text


def test_json_says_the_same(study):
    found = json.loads(check(study, "--json"))

    pay = next(finding for finding in found if finding["code"] == "no-pay")
    lines = study.read_text(encoding="utf-8").splitlines()
    assert lines[pay["line"] - 1].startswith("pay = ")
    severities = [finding["severity"] for finding in found]
    assert severities == sorted(severities, key=["must", "should", "note"].index)


def test_the_set_and_the_aim_are_judged_together(study, set_folder):
    """60 photographs: ± 20 points are reached with 20 people, ± 3 points never."""
    state_aim(study, "half_width = 0.2")
    reached = json.loads(check(study, "--set", set_folder, "--json"))
    study.write_text(study.read_text(encoding="utf-8").replace("= 0.2 ", "= 0.03 "))
    missed = json.loads(check(study, "--set", set_folder, "--json", code=1))

    assert "aim-reached" in {finding["code"] for finding in reached}
    assert "pictures-scaled" in {finding["code"] for finding in reached}
    (finding,) = [finding for finding in missed if finding["severity"] == "must"]
    assert finding["code"] == "power-too-low"
    assert "photos are needed" in finding["advice"]


def test_a_set_that_the_study_cannot_be_stored_with_is_a_finding(study, tmp_path):
    factories.build_set(tmp_path / "small", 12)

    text = check(study, "--set", tmp_path / "small", code=1)

    assert "must    study.toml, line" in text
    assert "photos" in text


def test_an_analysis_that_is_not_installed_is_no_failure(study, set_folder, monkeypatch):
    monkeypatch.setattr("study_app.analysis_command.NEEDED", ("no_such_library_is_here",))
    state_aim(study, "half_width = 0.03")

    found = json.loads(check(study, "--set", set_folder, "--json"))

    (finding,) = [one for one in found if one["code"] == "aim-unjudged"]
    assert "the analysis is not installed" in finding["found"]


def test_a_study_file_that_breaks_its_format_is_one_line(tmp_path):
    path = tmp_path / "study.toml"
    path.write_text('[study]\nid = "a"\ntitle = "b"\ncolour = 1\n')

    message = check(path, code=3)

    assert message.count("\n") == 1
    assert "unknown key colour" in message


def test_a_folder_without_a_set_is_one_line(study, tmp_path):
    assert "no manifest.json there" in check(study, "--set", tmp_path / "none", code=5)
