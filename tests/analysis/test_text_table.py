import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from analysis.columns import COLUMN_NAMES
from analysis.text_table import csv_chunks, header_problems, text_columns


def test_a_good_header_has_no_problems_in_any_order() -> None:
    assert list(header_problems(COLUMN_NAMES[::-1], 1)) == []


def test_what_a_header_lacks_has_too_much_or_twice_is_named() -> None:
    names = [*COLUMN_NAMES[1:], "block", "fooled"]

    messages = [problem.message for problem in header_problems(names, 1)]

    assert [message.split(";")[0] for message in messages] == [
        "column study_id is missing",
        "column block stands there 2 times",
        "found column 'fooled'",
    ]


PRINTABLE = st.text(
    st.characters(exclude_categories=["C", "Z"], include_characters=' ,"'), max_size=3
)


@given(st.lists(st.lists(PRINTABLE, min_size=18, max_size=18), min_size=1, max_size=5))
def test_what_is_written_is_what_was_there(rows: list[list[str]]) -> None:
    text = b"".join(csv_chunks(text_columns(rows))).decode()

    assert list(csv.reader(io.StringIO(text, newline=""))) == [list(COLUMN_NAMES), *rows]
