"""The main results as tables for a paper: LaTeX and Markdown, from the report's document.

Place on the data's path: ``report.py`` gives them as files. LaTeX uses the booktabs package.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.wording import (
    MINUS,
    NO_BREAK_SPACE,
    NOTHING,
    Entry,
    count,
    limits,
    p_value,
    percent,
    point_limits,
    points,
    whose,
)

LATEX_SPECIAL = {
    "\\": r"\textbackslash{}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    NO_BREAK_SPACE: "~",
    NOTHING: "--",
    MINUS: "$-$",
    "×": r"$\times$",
}
MARKDOWN_SPECIAL = "\\`*_{}[]<>#|$~"


@dataclass(frozen=True)
class ResultTable:
    """One table as text.

    Attributes:
        name: of its label.
        caption: what it shows, in whole sentences.
        header: names of the columns; the first holds names, the others numbers.
        rows: cells as they are written.
    """

    name: str
    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def result_tables(document: Entry) -> list[ResultTable]:
    """Give the tables of the main results: fool rates, and differences if there are any."""
    found = [_fool_rates(document)] if document["conditions"] else []
    return [*found, _differences(document)] if document["differences"] else found


def table_files(document: Entry) -> dict[str, bytes]:
    """Give the tables as ``results.tex`` and ``results.md``."""
    chosen = result_tables(document)
    return {
        "results.tex": "\n".join(map(latex, chosen)).encode(),
        "results.md": "\n".join(map(markdown, chosen)).encode(),
    }


def latex(table: ResultTable) -> str:
    """Write a table in LaTeX with booktabs rules."""
    lines = [
        r"\begin{table}",
        r"  \centering",
        rf"  \caption{{{latex_text(table.caption)}}}",
        rf"  \label{{tab:{table.name}}}",
        rf"  \begin{{tabular}}{{l{'r' * (len(table.header) - 1)}}}",
        r"    \toprule",
        _latex_row(table.header),
        r"    \midrule",
        *map(_latex_row, table.rows),
        r"    \bottomrule",
        r"  \end{tabular}",
        r"\end{table}",
    ]
    return "\n".join(lines) + "\n"


def markdown(table: ResultTable) -> str:
    """Write a table in Markdown, numbers to the right."""
    rule = ["---", *["---:"] * (len(table.header) - 1)]
    rows = [[markdown_text(cell) for cell in row] for row in (table.header, *table.rows)]
    lines = [" | ".join(row) for row in (rows[0], rule, *rows[1:])]
    body = "\n".join(f"| {line} |" for line in lines)
    return f"{markdown_text(table.caption)}\n\n{body}\n"


def latex_text(text: str) -> str:
    """Escape what LaTeX would take for a command."""
    return "".join(LATEX_SPECIAL.get(letter, letter) for letter in _one_line(text))


def markdown_text(text: str) -> str:
    """Escape what Markdown would take for markup."""
    return "".join(f"\\{c}" if c in MARKDOWN_SPECIAL else c for c in _one_line(text))


def _fool_rates(document: Entry) -> ResultTable:
    level = percent(document["level"], digits=None)
    rows = [
        (
            entry["condition"],
            percent(entry["fool_rate"]),
            limits(entry["people_and_photos"]),
            limits(entry["these_photos"]),
            count(entry["n_trials"]),
            count(entry["n_participants"]),
            count(entry["n_photos"]),
        )
        for entry in document["conditions"]
    ]
    return ResultTable(
        name="fool-rates",
        caption=(
            f"Fool rates with {level} intervals for people and photos, and for these photos."
            " 50 % means that real and fake cannot be told apart." + whose(document)
        ),
        header=(
            "Condition",
            "Fool rate",
            "People and photos",
            "These photos",
            "Trials",
            "Participants",
            "Photos",
        ),
        rows=tuple(rows),
    )


def _differences(document: Entry) -> ResultTable:
    level = percent(document["level"], digits=None)
    rows = [
        (
            f"{entry['a']} {MINUS} {entry['b']}",
            points(entry["difference"]),
            point_limits(entry),
            p_value(entry["p_value"]),
            p_value(entry["p_adjusted"]),
            p_value(entry["p_max_t"]),
        )
        for entry in document["differences"]
    ]
    return ResultTable(
        name="differences",
        caption=(
            "Differences of fool rates in percentage points, first minus second, with"
            f" {level} intervals of the single comparison." + whose(document)
        ),
        header=("Comparison", "Difference", f"{level} interval", "p", "p, Holm", "p, max-t"),
        rows=tuple(rows),
    )


def _latex_row(cells: Sequence[str]) -> str:
    return f"    {' & '.join(map(latex_text, cells))} \\\\"


def _one_line(text: str) -> str:
    return " ".join(text.split("\n"))
