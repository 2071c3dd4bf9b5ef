"""Every rule: a data set that keeps all, and one that breaks just this one."""

import json

import pytest

from study_app.errors import ArchiveError
from study_app.psych_ds.checker import check_dataset
from tests.study_app.psych_ds.small_dataset import DESCRIPTION, TABLE, write_dataset


def found(folder):
    return {(problem.severity, problem.code) for problem in check_dataset(folder)}


def test_a_data_set_that_keeps_all_rules_has_no_problem(tmp_path):
    assert check_dataset(write_dataset(tmp_path / "a")) == []


@pytest.mark.parametrize(
    ("files", "problems"),
    [
        (
            {"dataset_description.json": None},
            {
                ("error", "MISSING_DATASET_DESCRIPTION"),
                # nothing else describes the table
                ("error", "INVALID_JSONLD_FORMATTING"),
                ("error", "MISSING_DATASET_TYPE"),
                ("error", "JSON_KEY_REQUIRED"),
                ("error", "CSV_COLUMN_MISSING_FROM_METADATA"),
            },
        ),
        ({"README.md": None}, {("warning", "MISSING_README_DOC")}),
        ({"CHANGES.md": None}, {("warning", "MISSING_CHANGES_DOC")}),
        ({"analysis/script.R": None}, {("warning", "MISSING_ANALYSIS_DIRECTORY")}),
        ({"results/none.txt": None}, {("warning", "MISSING_RESULTS_DIRECTORY")}),
        ({"materials/zebra.txt": None}, {("warning", "MISSING_MATERIALS_DIRECTORY")}),
        ({"documentation/note.txt": None}, {("warning", "MISSING_DOCUMENTATION_DIRECTORY")}),
        ({"stray.txt": "x"}, {("warning", "FILE_NOT_CHECKED")}),
        ({"data/other.csv": "x\n1\n"}, {("warning", "FILE_NOT_CHECKED")}),
        ({"README.md": ""}, {("warning", "FILE_EMPTY")}),
        (
            {"data/dataset_description.json": json.dumps(DESCRIPTION)},
            {("warning", "WRONG_METADATA_LOCATION")},
        ),
        (
            {"data/Study-1_data.csv": "zebra\nann\n"},
            {("error", "FILENAME_KEYWORD_FORMATTING_ERROR")},
        ),
        (
            {"data/study-a_b_data.csv": "zebra\nann\n"},
            {("error", "FILENAME_KEYWORD_FORMATTING_ERROR")},
        ),
        ({"data/data.csv": "zebra\nann\n"}, {("error", "FILENAME_KEYWORD_FORMATTING_ERROR")}),
        (
            {"data/zoo-a_data.csv": "zebra\nann\n"},
            {("warning", "FILENAME_UNOFFICIAL_KEYWORD_WARNING")},
        ),
        ({"data/study-a_data.tsv": "zebra\nann\n"}, {("error", "EXTENSION_MISMATCH")}),
        ({TABLE: "zebra,length\nann,2\nbob\n"}, {("error", "CSV_HEADER_LENGTH_MISMATCH")}),
        ({TABLE: 'zebra,length\n"ann,2\n'}, {("error", "CSV_FORMATTING_ERROR"),
                                              ("error", "VARIABLE_MISSING_FROM_CSV_COLUMNS")}),
        ({TABLE: "zebra,length\nä,2\n".encode("latin-1")},
         {("error", "CSV_FORMATTING_ERROR"), ("error", "VARIABLE_MISSING_FROM_CSV_COLUMNS")}),
        (
            {TABLE: "zebra,length,\nann,2,3\n"},
            {("error", "CSV_HEADER_MISSING")},
        ),
        (
            {TABLE: "zebra,length,zebra\nann,2,ann\n"},
            {("error", "CSV_HEADER_REPEATED")},
        ),
        (
            {TABLE: "zebra,length,age\nann,2,3\n"},
            {("error", "CSV_COLUMN_MISSING_FROM_METADATA")},
        ),
        ({TABLE: "zebra\nann\n"}, {("error", "VARIABLE_MISSING_FROM_CSV_COLUMNS")}),
        (
            {TABLE.replace(".csv", ".json"): '{"variableMeasured": ["zebra", "length", "age"]}'},
            {("error", "VARIABLE_MISSING_FROM_CSV_COLUMNS")},
        ),
    ],
)  # fmt: skip
def test_a_file_that_breaks_a_rule_is_found(tmp_path, files, problems):
    assert found(write_dataset(tmp_path / "a", files)) == problems


def test_a_data_set_needs_a_table(tmp_path):
    folder = write_dataset(tmp_path / "a", {TABLE: None, "data/raw/film.txt": "x"})

    assert {("error", "MISSING_DATAFILE")} <= found(folder)
    assert ("error", "MISSING_DATA_DIRECTORY") not in found(folder)
    assert ("error", "MISSING_DATA_DIRECTORY") in found(
        write_dataset(tmp_path / "b", {TABLE: None})
    )


def test_the_name_of_a_row_stands_once(tmp_path):
    variables = ["row_id", "length"]
    twice = {TABLE: "row_id,length\n1,2\n1,3\n"}
    once = {TABLE: "row_id,length\n1,2\n2,2\n"}

    assert found(write_dataset(tmp_path / "a", twice, variableMeasured=variables)) == {
        ("error", "ROWID_VALUES_NOT_UNIQUE")
    }
    assert found(write_dataset(tmp_path / "b", once, variableMeasured=variables)) == set()


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"at_context": None}, ("error", "INVALID_JSONLD_FORMATTING")),
        ({"at_context": "https://example.org"}, ("warning", "UNKNOWN_NAMESPACE")),
        ({"at_type": None}, ("error", "MISSING_DATASET_TYPE")),
        ({"at_type": "Article"}, ("error", "INCORRECT_DATASET_TYPE")),
        ({"name": None}, ("error", "JSON_KEY_REQUIRED")),
        ({"description": ""}, ("error", "JSON_KEY_REQUIRED")),
        ({"license": None}, ("warning", "JSON_KEY_RECOMMENDED")),
        ({"colour": "red"}, ("warning", "INVALID_SCHEMAORG_PROPERTY")),
        ({"zoo:stripes": 3}, ("warning", "UNKNOWN_NAMESPACE")),
        ({"creator": {"name": "Ada"}}, ("warning", "OBJECT_TYPE_MISSING")),
    ],
)
def test_metadata_that_break_a_rule_are_found(tmp_path, changes, problem):
    described = {key.replace("at_", "@"): value for key, value in changes.items()}

    assert problem in found(write_dataset(tmp_path / "a", **described))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"{", "INVALID_JSON_FORMATTING"),
        (b"[]", "INVALID_JSON_FORMATTING"),
        (b'{"name": "\xe4"}', "JSON_ENCODING_ERROR"),
    ],
)
def test_a_description_that_cannot_be_read_is_named(tmp_path, content, code):
    folder = write_dataset(tmp_path / "a", {"dataset_description.json": content})

    problems = [problem for problem in check_dataset(folder) if problem.code == code]

    assert [problem.place for problem in problems] == ["dataset_description.json"]


def test_errors_come_first_and_say_where(tmp_path):
    folder = write_dataset(tmp_path / "a", {TABLE: "zebra,length\nann\n", "stray.txt": "x"})

    assert [str(problem) for problem in check_dataset(folder)] == [
        f"error CSV_HEADER_LENGTH_MISMATCH: {TABLE}: row 2 has 1 cell, the header 2",
        "warning FILE_NOT_CHECKED: stray.txt: has no name that the rules know; list it in"
        " .psychds-ignore",
    ]


def test_no_folder_there_is_said(tmp_path):
    with pytest.raises(ArchiveError, match="there is no such folder"):
        check_dataset(tmp_path / "none")
    (tmp_path / "a.zip").write_bytes(b"PK")
    with pytest.raises(
        ArchiveError, match=r"a\.zip: is a file; name the folder that it unpacks to"
    ):
        check_dataset(tmp_path / "a.zip")
