import pytest

from colorizer.errors import ManifestError
from colorizer.manifest_rules import (
    LARGEST_SIZE_PX,
    LONGEST_NAME,
    LONGEST_PATH,
    check_condition_name,
    check_id,
    check_path,
    check_size_px,
    shown,
)

NOT_PRINTABLE = ["a\0b", "a\nb", "a\rb", "a\u2028b", "a\ud800", "a\u202eb", "\x1b[2J"]


@pytest.mark.parametrize("name", ["full", "l2", "zhang-2016_v1.5", "a" * LONGEST_NAME])
def test_a_condition_has_a_plain_name(name):
    check_condition_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "-rf",
        "a b",
        "a/b",
        "é",
        "<script>",
        "'; --",
        "a" * 201,
        5,
        None,
        *NOT_PRINTABLE,
    ],
)
def test_any_other_name_of_a_condition_is_refused_in_one_line(name):
    with pytest.raises(ManifestError, match="letters, digits, - _ and") as caught:
        check_condition_name(name)

    assert str(caught.value).isprintable()


@pytest.mark.parametrize("value", ["pair 1", "é", "颜色", "1'; DROP TABLE trial; --", "CON"])
def test_an_id_is_any_text_that_can_be_printed(value):
    check_id(value, "pair_id")


@pytest.mark.parametrize("value", ["", "a" * 201, 5, None, ["a"], True, *NOT_PRINTABLE])
def test_an_id_that_no_table_could_hold_is_refused_in_one_line(value):
    with pytest.raises(ManifestError, match=r"pair_id .* printable characters") as caught:
        check_id(value, "pair_id")

    assert str(caught.value).isprintable()


@pytest.mark.parametrize("value", ["=1+1", "+1", "-1", "@a", " a", "'"])
def test_an_id_that_a_spreadsheet_would_compute_is_refused(value):
    with pytest.raises(ManifestError, match="must begin with a letter or a digit"):
        check_id(value, "pair_id")


@pytest.mark.parametrize(
    "path", ["a.png", "images/a.png", "a/b/c.png", "é 颜色.png", "con.png", "..a/b..", ".hidden"]
)
def test_a_path_leads_to_a_file_in_the_set(path):
    check_path(path, "p")


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("../a.png", "leaves the set"),
        ("images/../../a.png", "leaves the set"),
        ("images/..", "leaves the set"),
        ("/etc/passwd", "leaves the set"),
        ("//server/share", "leaves the set"),
        ("..\\a.png", "divided by /"),
        ("C:/a.png", "divided by /"),
        ("a.png:stream", "divided by /"),
        ("what?.png", "divided by /"),
        ("", "printable"),
        ("a" * (LONGEST_PATH + 1), "printable"),
        (7, "printable"),
        (None, "printable"),
        *((text, "printable") for text in NOT_PRINTABLE),
        (".", "plain path"),
        ("./a.png", "plain path"),
        ("images//a.png", "plain path"),
        ("images/", "plain path"),
    ],
)
def test_any_other_path_is_refused_in_one_line(path, message):
    with pytest.raises(ManifestError, match=f"pair p: .*{message}") as caught:
        check_path(path, "p")

    assert str(caught.value).isprintable()


@pytest.mark.parametrize("size", [1, 256, LARGEST_SIZE_PX])
def test_a_size_is_in_range(size):
    check_size_px(size)


@pytest.mark.parametrize("size", [0, -1, LARGEST_SIZE_PX + 1, 10**30, 256.0, "256", True, None])
def test_another_size_is_refused(size):
    with pytest.raises(ManifestError, match=r"image_size_px is .*; allowed are 1 to 4096"):
        check_size_px(size)


def test_a_long_value_is_shortened():
    assert shown("x" * 1000) == f"'{'x' * 79}…"
