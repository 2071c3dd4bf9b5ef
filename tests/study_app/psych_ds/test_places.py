import pytest

from study_app.psych_ds.places import is_data_file, is_ignored, read_patterns


@pytest.mark.parametrize(
    ("path", "pattern", "ignored"),
    [
        ("results/a/b.txt", "results/**", True),
        ("results/a/b.txt", "results/", True),
        ("results/a/b.txt", "results", True),
        ("other/results.txt", "results", False),
        ("a/b/c.pyc", "*.pyc", True),
        ("LICENSE.md", "LICENSE.md", True),
        ("in/LICENSE.md", "/LICENSE.md", False),
        ("data/study-1_data.csv", "results/**", False),
    ],
)
def test_patterns_pass_over_names_paths_and_folders(path, pattern, ignored):
    assert is_ignored(path, [pattern]) == ignored


def test_remarks_and_empty_lines_are_no_patterns():
    assert read_patterns("# remark\n\n*.txt\n!keep.txt\n") == ["*.txt"]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        # names that the schema gives as valid and as invalid
        ("data/subject-XYZ_session-2_data.csv", True),
        ("data/deep/er/study-ExampleStudy_data.csv", True),
        ("data/data.csv", False),
        ("data/subject-XYZ_data2.csv", False),
        ("data/condition1-A_condition2-C_data.csv", False),
        ("data/subject-XYZ.csv", False),
        ("study-ExampleStudy_data.csv", False),
    ],
)
def test_a_table_is_known_by_its_folder_and_name(path, expected):
    assert is_data_file(path) == expected
