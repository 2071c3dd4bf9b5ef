from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import csv_table
from analysis.columns import COLUMN_NAMES
from analysis.csv_table import read_csv_table, split_rows
from analysis.errors import TrialTableError
from analysis.text_table import TextTable

Make = Callable[..., Any]
HEADER = ",".join(COLUMN_NAMES)


def outcome(content: bytes) -> object:
    """What reading gives: the cells with their rows and problems, or the message."""
    try:
        table = read_csv_table("x.csv", content)
    except TrialTableError as error:
        return str(error)
    cells = {name: column.to_pylist() for name, column in table.columns.items()}
    return cells, table.rows.tolist(), table.problems, table.sha256


def carefully(content: bytes) -> object:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_table, "_split_plain", lambda _content: None)
        return outcome(content)


CELL = st.text(st.sampled_from('ab1,"\r\n\0 é;\t\ufeff'), max_size=3)
QUOTED = st.text(st.sampled_from("ab, \n"), max_size=3).map(lambda cell: f'"{cell}"')
ROW = st.one_of(
    st.lists(CELL, min_size=18, max_size=18).map(",".join),
    st.lists(st.one_of(st.just("a"), QUOTED), min_size=18, max_size=18).map(",".join),
    st.just(",".join("abcdefghijklmnopqr")),
    CELL,
)


@given(
    header=st.sampled_from([HEADER, '"' + HEADER.replace(",", '","') + '"']),
    rows=st.lists(ROW, max_size=5),
    newline=st.sampled_from(["\n", "\r\n", "\r"]),
    mark=st.sampled_from(["", "\ufeff"]),
    end=st.sampled_from(["", "\n", "\n\n", "\r\n"]),
)
def test_the_fast_split_gives_what_the_careful_one_gives(
    header: str, rows: list[str], newline: str, mark: str, end: str
) -> None:
    content = (mark + newline.join([header, *rows]) + end).encode()

    assert outcome(content) == carefully(content)


@given(st.binary(max_size=40))
def test_no_bytes_break_the_reader(content: bytes) -> None:
    assert outcome(content) == carefully(content)
    body = f"{HEADER}\n".encode() + content
    assert outcome(body) == carefully(body)


def in_quotes(content: bytes) -> bytes:
    lines = content.decode().splitlines()
    return "".join(f'"{line.replace(",", chr(34) + "," + chr(34))}"\n' for line in lines).encode()


@pytest.mark.parametrize("change", [bytes, in_quotes, lambda content: b"\xef\xbb\xbf" + content])
def test_a_plain_table_is_split_fast(
    change: Make, study_bytes: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_table, "_split_with_care", None)

    table = read_csv_table("x.csv", change(study_bytes))

    assert isinstance(table, TextTable)
    assert len(table.rows) == 624
    assert table.rows[0] == 2


def test_rows_that_are_too_short_leave_the_others_readable() -> None:
    good = ",".join("abcdefghijklmnopqr")

    table = read_csv_table("x.csv", f"{HEADER}\n{good}\nshort\n{good}\n".encode())

    assert table.rows.tolist() == [2, 4]
    assert [problem.message for problem in table.problems] == [
        "found 1 cell; allowed: 18, as many as the header"
    ]


def test_every_row_that_is_not_utf8_is_named() -> None:
    with pytest.raises(TrialTableError) as caught:
        split_rows("x.csv", b"a\n\xff\nb\n\xe9\n")

    assert [problem.row for problem in caught.value.problems] == [2, 4]


def test_a_file_of_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TrialTableError, match="the file is empty; allowed: a header"):
        read_csv_table(str(tmp_path), b" \n")
