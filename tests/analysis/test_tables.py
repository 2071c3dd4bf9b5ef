import copy
from typing import Any

import pytest

from analysis.tables import latex, latex_text, markdown, markdown_text, result_tables, table_files


@pytest.fixture
def document(finished_document: dict[str, Any]) -> dict[str, Any]:
    return copy.deepcopy(finished_document)


def test_both_tables_hold_the_numbers_of_the_document(document: dict[str, Any]) -> None:
    rates, differences = result_tables(document)

    entry = document["conditions"][0]
    assert rates.rows[0][0] == "full"
    assert rates.rows[0][1] == f"{100 * entry['fool_rate']:.1f}\u00a0%"
    assert rates.rows[0][-3:] == (str(entry["n_trials"]), "12", "30")
    assert differences.rows[0][0] == "full − half"
    assert rates.caption.endswith("Simulated observers.")


def test_one_condition_has_one_table_and_none_has_none(document: dict[str, Any]) -> None:
    document["differences"] = []
    assert [table.name for table in result_tables(document)] == ["fool-rates"]

    document["conditions"] = []
    assert result_tables(document) == []


def test_latex_is_a_booktabs_table_with_as_many_cells_in_every_row(
    document: dict[str, Any],
) -> None:
    table = result_tables(document)[0]

    text = latex(table)

    rows = [line for line in text.splitlines() if line.endswith(r"\\")]
    assert len(rows) == 1 + len(table.rows)
    assert {row.count(" & ") for row in rows} == {len(table.header) - 1}
    assert r"\begin{tabular}{lrrrrrr}" in text
    assert text.count(r"\begin{") == text.count(r"\end{") == 2
    assert all(rule in text for rule in (r"\toprule", r"\midrule", r"\bottomrule"))


def test_markdown_has_as_many_cells_in_every_row(document: dict[str, Any]) -> None:
    table = result_tables(document)[1]

    rows = [line for line in markdown(table).splitlines() if line.startswith("|")]

    assert len(rows) == 2 + len(table.rows)
    assert {row.count("|") for row in rows} == {len(table.header) + 1}


@pytest.mark.parametrize(
    ("plain", "escaped"),
    [
        ("a_b & 50 % $x^{2}$ #1 ~", r"a\_b \& 50 \% \$x\textasciicircum{}\{2\}\$ \#1 "
         r"\textasciitilde{}"),
        ("a\\b", r"a\textbackslash{}b"),
        ("−1.0 to +2.0", "$-$1.0 to +2.0"),
        ("30.5\u00a0%", r"30.5~\%"),
        ("28.1–37.2", "28.1--37.2"),
        ("< 0.001", r"\textless{} 0.001"),
        ("two\nlines", "two lines"),
    ],
)  # fmt: skip
def test_latex_takes_no_name_for_a_command(plain: str, escaped: str) -> None:
    assert latex_text(plain) == escaped


def test_markdown_takes_no_name_for_markup() -> None:
    assert markdown_text("a|b *c* _d_ [e](f) <g> `h`") == (r"a\|b \*c\* \_d\_ \[e\](f) \<g\> \`h\`")


def test_the_files_hold_every_table(document: dict[str, Any]) -> None:
    files = table_files(document)

    assert list(files) == ["results.tex", "results.md"]
    assert files["results.tex"].count(b"\\begin{table}") == 2
    assert files["results.md"].decode().count("| --- |") == 2
