import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.cells import check_cells, convert_cells, describe_allowed, is_allowed
from analysis.columns import COLUMNS, Column

NUMBER = Column("x", "number", "A number.", minimum=0, nullable=True)
ANY_NUMBER = Column("x", "number", "Any number.")
WHOLE = Column("x", "integer", "A whole number.", minimum=1)
TEXT = Column("x", "text", "A code.")
TIME = Column("x", "time", "A time.")


def test_only_the_bad_cells_are_given_with_their_places() -> None:
    assert list(check_cells(WHOLE, ["1", "x", "2", "x"])) == [
        (1, "found 'x'; allowed: a whole number from 1 up"),
        (3, "found 'x'; allowed: a whole number from 1 up"),
    ]


def test_a_long_bad_cell_is_cut_in_the_message() -> None:
    ((_, message),) = check_cells(WHOLE, ["x" * 10_000])

    assert len(message) < 120
    assert "…" in message


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_finite_number_that_python_writes_is_read_back(value: float) -> None:
    cell = repr(value)

    assert is_allowed(ANY_NUMBER, cell)
    assert convert_cells(ANY_NUMBER, {"x": [cell]}).to_list() == [value]


@given(st.text(max_size=20))
def test_no_text_breaks_the_checks(cell: str) -> None:
    """Whatever stands in a cell, each column either converts it or refuses it."""
    for column in COLUMNS:
        if is_allowed(column, cell):
            assert len(convert_cells(column, {column.name: [cell]})) == 1


@given(st.datetimes())
def test_every_utc_time_that_python_writes_is_read_back(time: pd.Timestamp) -> None:
    cell = time.isoformat() + "Z"

    assert is_allowed(TIME, cell)
    (read,) = convert_cells(TIME, {"x": [cell]}).to_list()
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
