import pytest

from colorizer.errors import ColorizerError
from colorizer.excluded_synsets import load_wnids


def write(folder, text, encoding="utf-8"):
    path = folder / "wnids.txt"
    path.write_text(text, encoding=encoding)
    return path


def test_ids_to_leave_out_are_read_without_their_remarks(tmp_path):
    path = write(tmp_path, "# people\nn00007846 person\n\nn09618957  # face\n")

    assert load_wnids(path) == {"n00007846", "n09618957"}


def test_a_byte_order_mark_is_no_part_of_an_id(tmp_path):
    assert load_wnids(write(tmp_path, "n00007846\n", "utf-8-sig")) == {"n00007846"}


@pytest.mark.parametrize("word", ["person", "n0000784", "n000078461", "N00007846", "n00007846,"])
def test_a_line_that_is_no_id_is_named(tmp_path, word):
    path = write(tmp_path, f"n00007846\n# remark\n{word}\n")

    with pytest.raises(ColorizerError, match=rf"wnids\.txt, line 3: '{word}' is no id"):
        load_wnids(path)


def test_a_missing_list_is_named(tmp_path):
    with pytest.raises(ColorizerError, match="no such file"):
        load_wnids(tmp_path / "wnids.txt")


def test_a_list_of_nothing_is_refused(tmp_path):
    with pytest.raises(ColorizerError, match="names no WordNet id"):
        load_wnids(write(tmp_path, "# nothing yet\n"))


def test_what_is_no_text_is_refused(tmp_path):
    (tmp_path / "wnids.txt").write_bytes(b"\xff\xfe\x00")

    with pytest.raises(ColorizerError, match="not a text file"):
        load_wnids(tmp_path / "wnids.txt")
