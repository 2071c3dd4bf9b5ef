"""Count the fool rates of a study by hand: Python's standard library only, about a page of code.

A copy of this file lies in the folder ``analysis`` of every archive. There it reads the table of
trials beside it and prints one line per condition:

    python analysis/count_fool_rates.py

A trial counts if it is one of the test (trial_type is "main") and was answered. The participant was
fooled if the picture called fake was the real one (chosen_side is real_side). Nobody is left out
here, not by any rule: ``analysis report`` does that, and says how many.
"""

import csv
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

TABLE = "*_description-trials_data.csv"
WHO = {"false": "people", "true": "simulated"}


def count(rows: Iterable[Mapping[str, str]]) -> dict[tuple[str, str], tuple[int, int]]:
    """Count trials that were answered, and those among them that fooled.

    Args:
        rows: of the table of trials.

    Returns:
        By condition, and whether of people or simulated: both numbers.
    """
    counts: dict[tuple[str, str], tuple[int, int]] = {}
    for row in rows:
        if row["trial_type"] == "main" and row["chosen_side"]:
            key = row["condition"], WHO[row["simulated"]]
            n_answered, n_fooled = counts.get(key, (0, 0))
            is_fooled = row["chosen_side"] == row["real_side"]
            counts[key] = n_answered + 1, n_fooled + is_fooled
    return dict(sorted(counts.items()))


def as_lines(counts: Mapping[tuple[str, str], tuple[int, int]]) -> list[str]:
    """Give the counts as lines of a table."""
    form = "{:<24} {:<10} {:>9} {:>7} {:>10}"
    lines = [form.format("condition", "who", "answered", "fooled", "fool rate")]
    for (condition, who), (n_answered, n_fooled) in counts.items():
        share = f"{n_fooled / n_answered:.1%}"
        lines.append(form.format(condition, who, n_answered, n_fooled, share))
    return lines


def main() -> None:
    """Print the counts of the archive that this file lies in."""
    folder = Path(__file__).resolve().parent.parent / "data"
    tables = sorted(folder.glob(TABLE))
    if not tables:
        sys.exit(f"{folder}: no {TABLE} there; this file belongs into the folder analysis of one")
    with tables[0].open(encoding="utf-8", newline="") as file:
        lines = as_lines(count(csv.DictReader(file)))
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
