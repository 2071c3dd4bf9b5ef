import json
from pathlib import Path

import pytest

from analysis.estimates import EstimateSettings, as_document, estimate
from analysis.trial_table import read_trials
from tests.analysis.command_runs import errors_of, record_rule, run


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
    "address", ["mysql://me:secret@host/study", "postgresql+psycopg://me:secret@127.0.0.1:1/none"]
)
def test_an_address_is_refused_without_its_password(
    command: str, address: str, tmp_path: Path
) -> None:
    out = ["--out", tmp_path / "r.html"] if command == "report" else []

    result = run(command, address, *out)

    (line,) = errors_of(result)
    assert "secret" not in line
    assert result.exit_code == 3


def test_the_report_follows_the_study_file(study_csv: Path, tmp_path: Path) -> None:
    record_rule(study_csv.parent, 1.0)

    run("report", study_csv.parent, "--out", tmp_path / "a.html")

    twin = json.loads((tmp_path / "a.json").read_text())
    expected = estimate(read_trials(study_csv).trials, EstimateSettings(0.95, 1.0))
    assert twin["exclusions"] == as_document(expected)["exclusions"]
    assert twin["provenance"]["settings"]["vigilance_pass_share"] == 1.0
    assert twin["provenance"]["settings"]["vigilance_pass_share_from"] == "study file"
    assert "study file" in twin["methods"]


@pytest.mark.parametrize(
    ("arguments", "share", "origin"),
    [([], 1.0, "study file"), (["--vigilance-pass-share", "0.5"], 0.5, "command line")],
)
def test_estimate_follows_the_study_file_unless_told_otherwise(
    arguments: list[str], share: float, origin: str, study_csv: Path, tmp_path: Path
) -> None:
    record_rule(study_csv.parent, 1.0)

    run("estimate", study_csv.parent, "--json", tmp_path / "r.json", *arguments)

    expected = estimate(read_trials(study_csv).trials, EstimateSettings(0.95, share))
    found = json.loads((tmp_path / "r.json").read_text())
    assert found["exclusions"] == as_document(expected)["exclusions"]
    record = json.loads((tmp_path / "r.provenance.json").read_text())
    assert record["settings"]["vigilance_pass_share"] == share
    assert record["settings"]["vigilance_pass_share_from"] == origin


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


RULES = """
[exclusion]
vigilance_pass_share = 1
minimum_response_ms = 300

[reasons]
minimum_response_ms = "Nobody sees faster."

[equivalence]
margin = 0.1
"""


def test_a_rules_file_sets_the_rules_and_the_margin(study_csv: Path, tmp_path: Path) -> None:
    record_rule(study_csv.parent, 0.5)
    rules = tmp_path / "rules.toml"
    rules.write_text(RULES)
    out = tmp_path / "r.json"

    result = run("estimate", study_csv.parent, "--rules", rules, "--json", out)

    assert result.exit_code == 0, result.output
    found = json.loads(out.read_text())
    assert [entry["rule"] for entry in found["exclusions"]] == ["vigilance", "fast_response"]
    assert found["exclusions"][0]["n_participants"] > 0
    record = json.loads((tmp_path / "r.provenance.json").read_text())
    assert record["settings"]["vigilance_pass_share_from"] == "rules file"
    assert record["settings"]["equivalence_margin"] == 0.1


def test_a_rule_beside_a_rules_file_is_refused(study_csv: Path, tmp_path: Path) -> None:
    rules = tmp_path / "rules.toml"
    rules.write_text(RULES)

    for option in ("--vigilance-pass-share", "--equivalence-margin"):
        result = run("estimate", study_csv, "--rules", rules, option, "0.2")

        assert errors_of(result)[0].startswith(f"analysis: {option} stands beside --rules")
        assert result.exit_code == 6


def test_an_unknown_rule_is_one_line(study_csv: Path, tmp_path: Path) -> None:
    rules = tmp_path / "rules.toml"
    rules.write_text("[exclusion]\nvigilance_share = 1\n")

    (line,) = errors_of(run("report", study_csv, "--rules", rules, "--out", tmp_path / "r.html"))

    assert line.startswith(f"analysis: {rules}: [exclusion] found 'vigilance_share'; allowed: ")


def test_figures_and_tables_are_written_to_their_folders(study_csv: Path, tmp_path: Path) -> None:
    page, figures, tables = tmp_path / "r.html", tmp_path / "figures", tmp_path / "tables"
    tables.mkdir()
    arguments = ("report", study_csv, "--out", page, "--figures", figures, "--tables", tables)

    done = run(*arguments)

    assert done.exit_code == 0, done.output
    endings = [{path.suffix for path in folder.iterdir()} for folder in (figures, tables)]
    assert endings == [{".svg", ".pdf"}, {".tex", ".md"}]
    assert f"{tables}  2 files" in done.output
    refused = run(*arguments[:2], "--out", tmp_path / "again.html", *arguments[4:])
    assert errors_of(refused) == [
        f"analysis: {figures}: holds files already; allowed: another name, or --overwrite"
    ]


@pytest.mark.parametrize("option", ["--figures", "--tables"])
def test_a_folder_where_nothing_can_go_is_refused_first(
    option: str, study_csv: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("mine")
    for name, message in (
        ("file", "is a file; allowed: the name of a folder"),
        ("no/figures", f"the folder {tmp_path / 'no'} does not exist"),
    ):
        refused = run("report", study_csv, "--out", tmp_path / "r.html", option, tmp_path / name)

        assert errors_of(refused) == [f"analysis: {tmp_path / name}: {message}"]
    assert not (tmp_path / "r.html").exists()


def test_what_is_no_stimulus_set_is_one_line(study_csv: Path, tmp_path: Path) -> None:
    refused = run("report", study_csv, "--out", tmp_path / "r.html", "--set", tmp_path / "none")

    (line,) = errors_of(refused)
    assert line.startswith(f"analysis: {tmp_path / 'none'}")
    assert refused.exit_code == 7
