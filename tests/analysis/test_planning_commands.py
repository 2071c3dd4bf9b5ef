import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from analysis.command_line import Commands
from analysis.planning_commands import plan
from analysis.sequential_commands import look
from tests.conftest import ROOT

KINDS = {
    "precision": ["--half-width", "0.04"],
    "difference": ["--difference", "0.07"],
    "equivalence": ["--margin", "0.05"],
}


def run(*arguments: str | Path) -> Result:
    group = Commands("analysis", commands={"look": look, "plan": plan})
    return CliRunner().invoke(group, ["plan", *map(str, arguments)])


def errors_of(result: Result) -> list[str]:
    assert result.exit_code not in (0, None)
    assert isinstance(result.exception, SystemExit)
    return result.stderr.splitlines()


@pytest.mark.parametrize("kind", KINDS)
def test_every_plan_explains_itself_with_one_example(kind: str) -> None:
    result = run(kind, "--help")

    assert result.exit_code == 0
    assert result.output.count(f"Example: analysis plan {kind}") == 1


def test_the_group_explains_itself_with_one_example() -> None:
    assert run("--help").output.count("Example: analysis plan") == 1


def worked_commands() -> list[str]:
    """The lines of docs/planning.md that plan."""
    lines = (ROOT / "docs" / "planning.md").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.startswith("analysis plan ")]


@pytest.mark.parametrize("line", worked_commands())
def test_the_worked_commands_of_the_documentation_work(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    result = run(*line.split()[2:])

    assert result.exit_code == 0, result.output


@pytest.mark.parametrize("kind", ["precision", "looks"])
def test_the_output_in_the_documentation_is_what_is_printed(kind: str) -> None:
    text = (ROOT / "docs" / "planning.md").read_text(encoding="utf-8")
    arguments = {"precision": ["--half-width", "0.04"], "looks": ["--looks", "4"]}[kind]

    result = run(kind, *arguments)

    shown = result.output.rstrip()
    assert (shown[shown.index("\n\n") + 2 :] if kind == "precision" else shown) in text


@pytest.mark.parametrize("kind", KINDS)
def test_a_plan_is_printed_with_the_advice(kind: str) -> None:
    result = run(kind, *KINDS[kind], "--photos", "40,200")

    assert result.exit_code == 0
    assert result.output.startswith("Wanted: ")
    assert "no number is enough" in result.output
    assert "More people cannot help with 40 photos (people and photos)" in result.output


def test_one_target_can_be_chosen() -> None:
    result = run("precision", "--people", "20", "--photos", "40", "--target", "these-photos")

    assert "these photos" in result.output
    assert "people and photos" not in result.output


def test_the_assumptions_can_be_chosen() -> None:
    result = run(
        "difference", "--difference", "-0.1", "--conditions", "3", "--design", "within",
        "--trials", "60", "--participant-sd", "0.5", "--photo-sd", "0.8", "--dropout", "0.1",
        "--photo-correlation", "0.7", "--participant-correlation", "0.9", "--photos", "100",
    )  # fmt: skip

    assert (
        "Assumed: 60 trials per participant, 3 conditions within participants, 10 % of the"
        " participants not analysed; fool rate 32 %; spread between people 0.5 and between photos"
        " 0.8 logits (correlation between conditions 0.7 for photos and 0.9 for people)."
    ) in result.output


def test_a_check_is_printed_beside_the_closed_form_and_repeats_by_its_seed() -> None:
    arguments = ("precision", "--people", "10", "--photos", "40", "--check", "20", "--seed", "3")

    first, second = run(*arguments), run(*arguments)

    assert "Checked with 20 simulated studies each" in first.output
    assert "seed" not in first.output
    assert first.output == second.output


def test_a_seed_that_is_not_given_is_printed() -> None:
    result = run("precision", "--people", "10", "--photos", "40", "--check", "2")

    assert result.output.startswith("seed ")


def test_without_a_terminal_there_is_no_progress_bar() -> None:
    result = run("precision", "--people", "10", "--photos", "40", "--check", "2", "--seed", "1")

    assert result.stderr == ""


@pytest.mark.parametrize(
    ("ending", "beginning"),
    [("html", b"<!doctype html>"), ("json", b"{"), ("svg", b"<?xml"), ("pdf", b"%PDF"),
     ("png", b"\x89PNG")],
)  # fmt: skip
def test_a_plan_is_written_with_its_provenance(
    tmp_path: Path, ending: str, beginning: bytes
) -> None:
    out = tmp_path / f"plan.{ending}"

    result = run("precision", "--photos", "200", "--out", out)

    assert result.exit_code == 0
    assert out.read_bytes().startswith(beginning)
    record = json.loads((tmp_path / "plan.provenance.json").read_text())
    assert record["goal"] == {"half_width": 0.04, "level": 0.95}
    assert record["assumptions"]["n_trials"] == 40
    assert record["check"] == {"n_studies": None, "seed": None}
    assert f"{out}  SHA-256 {record['sha256'][out.name]}" in result.output


def test_the_document_is_what_is_printed(tmp_path: Path) -> None:
    out = tmp_path / "plan.json"

    run("equivalence", "--margin", "0.05", "--photos", "40", "--people", "80", "--out", out)

    document = json.loads(out.read_text())
    assert document["plan"] == "equivalence"
    assert document["table"][0]["n_participants"] == 80
    assert document["advice"][0].startswith("More people cannot help with 40 photos")


def test_the_curve_can_be_written_beside_the_page(tmp_path: Path) -> None:
    out, curve = tmp_path / "plan.html", tmp_path / "curve.svg"

    result = run("precision", "--photos", "200", "--out", out, "--curve", curve)

    assert result.exit_code == 0
    assert {path.name for path in tmp_path.iterdir()} == {
        "plan.html", "plan.provenance.json", "curve.svg", "curve.provenance.json",
    }  # fmt: skip


def test_an_existing_plan_is_replaced_only_when_told(tmp_path: Path) -> None:
    out = tmp_path / "plan.json"
    arguments = ("precision", "--photos", "200", "--out", out)
    run(*arguments)
    before = out.read_bytes()

    refused, replaced = run(*arguments), run(*arguments, "--overwrite")

    assert errors_of(refused) == [
        f"analysis: {out}: exists already; allowed: another name, or --overwrite"
    ]
    assert replaced.exit_code == 0
    assert out.read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (
            ["precision", "--half-width", "0.7"],
            "analysis: half-width: found 0.7; allowed: above 0 and below 0.5",
        ),
        (
            ["difference", "--difference", "0.9"],
            "analysis: difference: found 0.9; allowed: other than 0, and the fool rate 0.32 plus"
            " the difference above 0 and below 1",
        ),
        (
            ["equivalence", "--margin", "nan"],
            "analysis: margin: found nan; allowed: above 0 and below 0.5",
        ),
        (
            ["precision", "--photos", "30"],
            "analysis: photos: found 30; allowed: from 40, the trials of a participant, each on"
            " another photo, to 1000000",
        ),
        (
            ["precision", "--people", "1"],
            "analysis: people: found 1; allowed: from 3 to 1000000, so that 3 are analysed",
        ),
    ],
)
def test_what_cannot_be_planned_is_refused_in_one_line(
    arguments: list[str], line: str, tmp_path: Path
) -> None:
    result = run(*arguments, "--out", tmp_path / "plan.json")

    assert errors_of(result) == [line]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["precision", "--photos", "many"], "'many' is not a list of numbers such as 40,200"),
        (["precision", "--out", "plan.txt"], "plan.txt does not end in .html, .json, .svg"),
        (["precision", "--curve", "plan.html"], "plan.html does not end in .svg, .pdf, .png"),
        (["difference"], "Missing option '--difference'"),
        (["precision", "--check", "1"], "'--check'"),
    ],
)
def test_a_wrong_command_line_is_refused(arguments: list[str], said: str) -> None:
    result = run(*arguments)

    assert result.exit_code == 2
    assert said in result.stderr
