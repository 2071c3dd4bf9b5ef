"""The layout of a report: which headings, figures and table columns, in which order.

Numbers are no business of this test. After a wanted change of the page, the file beside it is
replaced by the outline that the failing test shows.
"""

import html
import itertools
import re
from pathlib import Path

import numpy as np
import pytest

from analysis.estimates import EstimateSettings
from analysis.report import build_report
from analysis.simulate import SimulationSettings, simulate_trials, trials_csv
from analysis.trial_table import read_trials

GOLDEN = Path(__file__).with_name("report_layout.txt")
STUDY = SimulationSettings(
    conditions=(("full", 0.35), ("half", 0.2)), n_participants=12, n_photos=30, n_trials=12
)
PARTS = re.compile(
    r"<(?P<heading>h[1-3])>(?P<words>.*?)</h[1-3]>"
    r"|<figure id=\"(?P<figure>[^\"]*)\">"
    r"|<caption><span>(?P<caption>.*?)</span></caption>"
    r"|<th scope=\"col\">(?P<column>.*?)</th>",
    re.DOTALL,
)


def outline(page: str) -> str:
    """Give one line per heading, figure, table and column of a page, indented by its level."""
    lines = []
    for part in PARTS.finditer(page):
        if part["heading"]:
            lines.append("#" * int(part["heading"][1]) + " " + part["words"])
        elif part["figure"]:
            lines.append(f"  figure: {part['figure']}")
        elif part["caption"]:
            lines.append(f"  table: {part['caption']}")
        else:
            lines.append(f"    {part['column']}")
    return html.unescape("\n".join(lines)).replace("\u00a0", " ") + "\n"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("study") / "trials.csv"
    path.write_bytes(trials_csv(simulate_trials(STUDY, np.random.default_rng(7))))
    settings = EstimateSettings(equivalence_margin=0.1)
    return build_report(read_trials(path), settings, with_figures=False).html.decode()


def test_the_layout_of_the_page_is_the_one_agreed(page: str) -> None:
    assert outline(page) == GOLDEN.read_text(encoding="utf-8")


def test_no_heading_level_is_skipped(page: str) -> None:
    levels = [line.count("#") for line in outline(page).splitlines() if line.startswith("#")]

    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
