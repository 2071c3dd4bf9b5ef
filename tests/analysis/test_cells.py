from collections.abc import Sequence

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.cells import check_cells, convert_cells, describe_allowed, is_allowed, quoted
from analysis.columns import COLUMNS, Column

NUMBER = Column("x", "number", "A number.", minimum=0, nullable=True)
ANY_NUMBER = Column("x", "number", "Any number.")
WHOLE = Column("x", "integer", "A whole number.", minimum=1)
TEXT = Column("x", "text", "A code.")
TIME = Column("x", "time", "A time.")


def cells_of(texts: Sequence[str]) -> pa.ChunkedArray:
    """Two chunks, as large tables have several."""
    half = len(texts) // 2
    return pa.chunked_array([list(texts[:half]), list(texts[half:])], pa.string())


def test_only_the_bad_cells_are_given_with_their_places() -> None:
    assert list(check_cells(WHOLE, cells_of(["1", "x", "2", "x"]))) == [(1, "'x'"), (3, "'x'")]


def test_a_long_bad_cell_is_cut() -> None:
    assert len(quoted("x" * 10_000)) < 70
    assert quoted("x" * 10_000).endswith("…'")
    assert quoted("") == "nothing"


@pytest.mark.parametrize(
    "column",
    [WHOLE, NUMBER, ANY_NUMBER, TEXT, TIME, *COLUMNS],
    ids=lambda column: f"{column.name} {column.type}",
)
@given(
    cells=st.lists(
        st.one_of(
            st.text(max_size=6),
            st.text("0123456789.eE+-", max_size=20),
            st.integers(-20, 10**16).map(str),
            st.floats(allow_nan=False).map(repr),
            st.datetimes().map(lambda time: f"{time.isoformat()}Z"),
            st.from_regex(
                r"2026-0[1-4]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9]Z", fullmatch=True
            ),
            st.sampled_from(["", "true", "left", "main", "1\n", " a", "²", "١"]),
        ),
        max_size=12,
    )
)
def test_the_fast_check_refuses_exactly_what_the_careful_one_does(
    column: Column, cells: list[str]
) -> None:
    found = [place for place, _ in check_cells(column, cells_of(cells))]

    assert found == [i for i, cell in enumerate(cells) if not is_allowed(column, cell)]


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_finite_number_that_python_writes_is_read_back(value: float) -> None:
    cell = repr(value)

    assert is_allowed(ANY_NUMBER, cell)
    assert convert_cells(ANY_NUMBER, cells_of([cell])).to_list() == [value]


@given(st.text(max_size=20))
def test_no_text_breaks_the_checks(cell: str) -> None:
    """Whatever stands in a cell, each column either converts it or refuses it."""
    for column in COLUMNS:
        if is_allowed(column, cell):
            assert len(convert_cells(column, cells_of([cell]))) == 1


@given(st.datetimes())
def test_every_utc_time_that_python_writes_is_read_back(time: pd.Timestamp) -> None:
    cell = time.isoformat() + "Z"

    assert is_allowed(TIME, cell)
    (read,) = convert_cells(TIME, cells_of([cell])).to_list()
    assert read.isoformat() == time.isoformat() + "+00:00"


@pytest.mark.parametrize(
    "cell", ["2026-W05-6T12:00:00Z", "20260131T120000Z", "2026-01-31T24:00:00Z"]
)
def test_unusual_forms_of_a_time_are_refused(cell: str) -> None:
    assert not is_allowed(TIME, cell)


def test_an_empty_cell_needs_a_nullable_column() -> None:
    assert is_allowed(NUMBER, "")
    assert not is_allowed(TEXT, "")


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.name)
def test_what_is_allowed_is_told_for_every_column(column: Column) -> None:
    words = describe_allowed(column)

    assert words
    assert words.endswith("or nothing") == column.nullable
