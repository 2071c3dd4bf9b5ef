import json
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from analysis import __main__ as commands
from analysis.estimates import EstimateSettings, as_document, estimate
from analysis.trial_table import read_trials


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(commands.main, [str(argument) for argument in arguments])


def errors_of(result: Result) -> list[str]:
    """The lines on stderr of a refused command, which has no traceback."""
    assert result.exit_code not in (0, None)
    assert isinstance(result.exception, SystemExit)
    assert "Traceback" not in result.output
    return result.stderr.splitlines()


@pytest.mark.parametrize("command", ["check", "estimate", "report", "simulate"])
def test_every_command_explains_itself_with_one_example(command: str) -> None:
    result = run(command, "--help")

    assert result.exit_code == 0
    assert result.output.count(f"Example: analysis {command}") == 1


def test_check_says_what_it_found(study_csv: Path) -> None:
    result = run("check", study_csv.parent)

    assert result.exit_code == 0
    assert "624 trials of 24 participants, 624 answered" in result.output
    assert read_trials(study_csv).sha256 in result.output


def test_check_lists_one_line_per_problem(study_csv: Path) -> None:
    text = study_csv.read_text().replace(",practice,practice,0,", ",practise,practice,0,", 2)
    study_csv.write_text(text)

    lines = errors_of(run("check", study_csv))

    assert len(lines) == 2
    assert lines[0] == (
        f"analysis: {study_csv}, row 2: column block: found 'practise'; allowed: practice, main"
    )


@pytest.mark.parametrize("command", ["check", "estimate", "report"])
def test_a_missing_table_is_one_line(command: str, tmp_path: Path) -> None:
    out = ["--out", tmp_path / "r.html"] if command == "report" else []

    result = run(command, tmp_path / "none.csv", *out)

    assert errors_of(result) == [
        f"analysis: {tmp_path / 'none.csv'}: there is no such file or folder"
    ]
    assert result.exit_code == 3
    assert list(tmp_path.iterdir()) == []


def test_estimate_prints_a_table_and_writes_the_contracts_json(
    study_csv: Path, tmp_path: Path
) -> None:
    out = tmp_path / "rates.json"

    result = run("estimate", study_csv, "--json", out, "--level", "0.9")

    assert result.exit_code == 0
    assert "full - half" in result.output
    settings = EstimateSettings(level=0.9)
    expected = as_document(estimate(read_trials(study_csv).trials, settings))
    assert json.loads(out.read_text()) == expected
    record = json.loads((tmp_path / "rates.provenance.json").read_text())
    assert record["input"]["sha256"] == read_trials(study_csv).sha256
    assert (
        record["settings"].items()
        >= {
            "level": 0.9,
            "vigilance_pass_share": 0.75,
            "vigilance_pass_share_from": "default",
        }.items()
    )


def test_the_vigilance_threshold_can_be_chosen(study_csv: Path, tmp_path: Path) -> None:
    for share in ("0", "1"):
        run("estimate", study_csv, "--json", tmp_path / f"{share}.json",
            "--vigilance-pass-share", share)  # fmt: skip

    left_out = [
        json.loads((tmp_path / f"{share}.json").read_text())["exclusions"][0]["n_participants"]
        for share in ("0", "1")
    ]
    assert left_out[0] == 0
    assert left_out[1] > 0


def test_report_writes_a_page_and_its_twin_from_a_folder(study_csv: Path, tmp_path: Path) -> None:
    result = run("report", study_csv.parent, "--out", tmp_path / "r.html")

    assert result.exit_code == 0
    assert {path.name for path in tmp_path.iterdir()} == {"r.html", "r.json", "export"}
    assert (tmp_path / "r.html").read_text().startswith("<!doctype html>")
    assert json.loads((tmp_path / "r.json").read_text())["level"] == 0.95
    assert str(tmp_path / "r.html") in result.output


def test_report_again_gives_the_same_bytes_and_needs_overwrite(
    study_csv: Path, tmp_path: Path
) -> None:
    out = tmp_path / "r.html"
    run("report", study_csv, "--out", out)
    before = out.read_bytes(), out.with_suffix(".json").read_bytes()

    refused = run("report", study_csv, "--out", out)
    again = run("report", study_csv, "--out", out, "--overwrite")

    assert errors_of(refused) == [
        f"analysis: {out}: exists already; allowed: another name, or --overwrite"
    ]
    assert refused.exit_code == 4
    assert again.exit_code == 0
    assert (out.read_bytes(), out.with_suffix(".json").read_bytes()) == before


def test_an_existing_twin_is_refused_too(study_csv: Path, tmp_path: Path) -> None:
    (tmp_path / "r.json").write_text("mine")

    result = run("report", study_csv, "--out", tmp_path / "r.html")

    assert errors_of(result)[0].startswith(f"analysis: {tmp_path / 'r.json'}: exists already")
    assert not (tmp_path / "r.html").exists()


@pytest.mark.parametrize("name", ["r.json", "r2", "r.csv", ".html"])
def test_a_page_is_named_as_a_page(name: str, study_csv: Path, tmp_path: Path) -> None:
    result = run("report", study_csv, "--out", tmp_path / name)

    message = f"{tmp_path / name} does not end in .html or .htm; allowed: a name such as"
    assert message in errors_of(result)[-1]
    assert [path.name for path in tmp_path.iterdir()] == ["export"]


@pytest.mark.parametrize(
    ("command", "option", "table", "result"),
    [
        ("report", "--out", "z.htm", "z.htm"),
        ("report", "--out", "z.json", "z.html"),
        ("estimate", "--json", "y.csv", "y.csv"),
        ("estimate", "--json", "y.provenance.json", "y.csv"),
        ("estimate", "--json", "y.csv", "link.csv"),
    ],
)
@pytest.mark.parametrize("overwrite", [[], ["--overwrite"]])
def test_no_result_replaces_the_table_it_is_made_from(
    command: str,
    option: str,
    table: str,
    result: str,
    overwrite: list[str],
    study_bytes: bytes,
    tmp_path: Path,
) -> None:
    (tmp_path / table).write_bytes(study_bytes)
    (tmp_path / "link.csv").symlink_to(tmp_path / table)

    refused = run(command, tmp_path / table, option, tmp_path / result, *overwrite)

    (line,) = errors_of(refused)
    assert line.endswith(f"would replace the input {tmp_path / table}; allowed: another name")
    assert refused.exit_code == 4
    assert (tmp_path / table).read_bytes() == study_bytes
    assert {path.name for path in tmp_path.iterdir()} == {table, "link.csv"}


@pytest.mark.parametrize(
    ("command", "option", "result", "file"),
    [
        ("estimate", "--json", "trials.csv", "trials.csv"),
        ("estimate", "--json", "provenance.json", "provenance.json"),
        ("report", "--out", "provenance.html", "provenance.json"),
    ],
)
def test_no_result_replaces_what_is_read_of_an_export_folder(
    command: str, option: str, result: str, file: str, study_csv: Path
) -> None:
    folder = study_csv.parent
    record_rule(folder, 0.5)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    refused = run(command, folder, option, folder / result, "--overwrite")

    (line,) = errors_of(refused)
    assert f"would replace the input {folder / file};" in line
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.parametrize("command", ["check", "estimate", "report"])
@pytest.mark.parametrize(
    "address", ["sqlite:///study.sqlite3", "postgresql+psycopg://me:secret@host/study"]
)
def test_an_address_is_refused_without_its_password(
    command: str, address: str, tmp_path: Path
) -> None:
    out = ["--out", tmp_path / "r.html"] if command == "report" else []

    result = run(command, address, *out)

    scheme = address.partition("://")[0]
    assert errors_of(result) == [
        f"analysis: TRIALS is a {scheme}:// address;"
        " allowed so far: a trials.csv or a folder written by study-app export"
    ]
    assert result.exit_code == 3


def record_rule(folder: Path, share: float) -> None:
    document = {"study_id": "study", "exclusion": {"vigilance_pass_share": share}}
    (folder / "provenance.json").write_text(json.dumps(document))


@pytest.mark.parametrize(
    ("arguments", "share", "origin"),
    [([], 1.0, "study file"), (["--vigilance-pass-share", "0.5"], 0.5, "command line")],
)
def test_the_report_follows_the_study_file_unless_told_otherwise(
    arguments: list[str], share: float, origin: str, study_csv: Path, tmp_path: Path
) -> None:
    record_rule(study_csv.parent, 1.0)
    pages = tmp_path / "a.html", tmp_path / "b.html"

    for page in pages:
        run("report", study_csv.parent, "--out", page, *arguments)

    twin = json.loads((tmp_path / "a.json").read_text())
    expected = estimate(read_trials(study_csv).trials, EstimateSettings(0.95, share))
    assert twin["exclusions"] == as_document(expected)["exclusions"]
    assert twin["provenance"]["settings"]["vigilance_pass_share"] == share
    assert twin["provenance"]["settings"]["vigilance_pass_share_from"] == origin
    assert f"threshold: {origin})" in twin["methods"]
    assert f"<td>{origin}</td>" in pages[0].read_text()
    assert pages[0].read_bytes() == pages[1].read_bytes()


def test_estimate_follows_the_study_file(study_csv: Path, tmp_path: Path) -> None:
    record_rule(study_csv.parent, 1.0)

    run("estimate", study_csv.parent, "--json", tmp_path / "r.json")

    record = json.loads((tmp_path / "r.provenance.json").read_text())
    assert record["settings"]["vigilance_pass_share_from"] == "study file"
    assert json.loads((tmp_path / "r.json").read_text())["exclusions"][0]["n_participants"] > 0


def test_a_damaged_study_rule_is_one_line(study_csv: Path, tmp_path: Path) -> None:
    (study_csv.parent / "provenance.json").write_text("{")

    result = run("report", study_csv.parent, "--out", tmp_path / "r.html")

    (line,) = errors_of(result)
    assert line.startswith(f"analysis: {study_csv.parent / 'provenance.json'}: is not JSON;")
    assert result.exit_code == 3
    assert not (tmp_path / "r.html").exists()


def test_a_result_in_a_missing_folder_is_refused(study_csv: Path, tmp_path: Path) -> None:
    result = run("report", study_csv, "--out", tmp_path / "no" / "r.html")

    (line,) = errors_of(result)
    assert line.endswith(f"the folder {tmp_path / 'no'} does not exist")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--level", "0"],
        ["--level", "1"],
        ["--level", "95"],
        ["--level", "nan"],
        ["--level", "high"],
        ["--vigilance-pass-share", "75"],
        ["--vigilance-pass-share", "nan"],
    ],
)
def test_settings_out_of_range_are_refused(arguments: list[str], study_csv: Path) -> None:
    assert errors_of(run("estimate", study_csv, *arguments))[-1].startswith("Error: Invalid value")


def test_simulate_writes_a_table_with_its_truth_beside_it(tmp_path: Path) -> None:
    out = tmp_path / "trials.csv"
    settings = ("--condition", "full=0.4", "--participants", "3", "--seed", "5")

    result = run("simulate", "--out", out, *settings)

    assert result.exit_code == 0
    table = read_trials(out)
    assert set(table.trials["condition"]) == {"full", "random"}
    record = json.loads((tmp_path / "trials.provenance.json").read_text())
    assert record["seed"] == 5
    assert record["settings"]["conditions"] == {"full": 0.4}
    assert record["sha256"] == table.sha256


def test_a_seed_that_was_not_given_is_printed_and_repeats_the_table(tmp_path: Path) -> None:
    first, second = tmp_path / "a.csv", tmp_path / "b.csv"

    seed = run("simulate", "--out", first, "--participants", "2").output.split()[:2]
    run("simulate", "--out", second, "--participants", "2", "--seed", seed[1])

    assert seed[0] == "seed"
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--condition", "full"], "'full' is not NAME=RATE, such as full=0.32"),
        (["--condition", "=0.3"], "'=0.3' is not NAME=RATE"),
        (["--condition", "full=high"], "'full=high' is not NAME=RATE"),
        (["--condition", "full=1.5"], "fool rate of full: found 1.5; allowed: above 0 and below 1"),
        (["--photos", "10"], "n_photos: found 10; allowed: from 40"),
    ],
)
def test_what_cannot_be_simulated_is_refused(
    arguments: list[str], message: str, tmp_path: Path
) -> None:
    result = run("simulate", "--out", tmp_path / "trials.csv", *arguments)

    assert message in errors_of(result)[-1]
    assert list(tmp_path.iterdir()) == []


def test_a_missing_extra_is_named_in_one_line(
    study_csv: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "NEEDED", ("numpy", "no_such_package"))

    (line,) = errors_of(run("check", study_csv))

    assert line.startswith("analysis: the analysis needs no_such_package: pip install")


def program() -> list[str]:
    script = Path(sysconfig.get_path("scripts")) / "analysis"
    found = shutil.which(script)
    assert found, "the console script analysis is not installed beside this Python"
    return [found]


@pytest.mark.parametrize("start", [program, lambda: [sys.executable, "-m", "analysis"]])
def test_both_front_doors_make_the_same_report(
    start: object, study_csv: Path, tmp_path: Path
) -> None:
    assert callable(start)
    out = tmp_path / "r.html"
    arguments = ["report", str(study_csv.parent), "--out", str(out)]

    done = subprocess.run([*start(), *arguments], capture_output=True, text=True, env=os.environ)
    refused = subprocess.run([*start(), *arguments], capture_output=True, text=True)

    assert (done.returncode, done.stderr) == (0, "")
    assert out.read_text().startswith("<!doctype html>")
    assert refused.returncode == 4
    assert (
        refused.stderr
        == f"analysis: {out}: exists already; allowed: another name, or --overwrite\n"
    )
