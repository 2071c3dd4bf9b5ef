import copy
import html.parser
import re
from pathlib import Path
from typing import Any

import matplotlib
import pytest

from analysis.estimates import EstimateSettings
from analysis.page import limits, p_value, percent, point_limits, points, render_page
from analysis.report import report_document
from analysis.trial_table import read_trials


@pytest.fixture
def document(study_csv: Path) -> dict[str, Any]:
    return copy.deepcopy(report_document(read_trials(study_csv), EstimateSettings()))


class Page(html.parser.HTMLParser):
    """What a reader's program finds in a page."""

    VOID = ("meta", "br", "link", "img", "hr")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text: list[str] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        self.ids += [value or "" for name, value in attrs if name == "id"]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("style", "title"):
            self.text.append(data)

    @property
    def words(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.text))


def test_the_page_is_well_formed_with_ids_of_its_own(document: dict[str, Any]) -> None:
    page = Page(render_page(document))

    assert page.open == []
    assert len(page.ids) == len(set(page.ids))
    assert page.tags.count("svg") == 4
    assert page.tags.count("h1") == 1


def test_the_page_needs_nothing_from_outside(document: dict[str, Any]) -> None:
    page = Page(render_page(document))

    assert not {"script", "link", "img", "iframe", "object", "audio", "video"} & set(page.tags)
    targets = [v for name, v in page.attributes if name in ("src", "href", "xlink:href", "srcset")]
    assert all(target.startswith("#") for target in targets)
    assert set(target[1:] for target in targets) <= set(page.ids)
    assert "@import" not in render_page(document)
    assert not re.search(r"url\((?!#)", render_page(document))


def test_every_condition_stands_with_its_numbers_in_figure_and_table(
    document: dict[str, Any],
) -> None:
    words = Page(render_page(document)).words

    for entry in document["conditions"]:
        assert words.count(percent(entry["fool_rate"]).replace("\u00a0", " ")) >= 4
        assert limits(entry["people_and_photos"]).replace("\u00a0", " ") in words
        assert limits(entry["these_photos"]).replace("\u00a0", " ") in words
    (difference,) = document["differences"]
    assert point_limits(difference) in words
    assert "50 %: cannot be told apart" in words
    assert "no difference" in words


def test_figures_have_a_text_alternative_with_the_numbers(document: dict[str, Any]) -> None:
    page = Page(render_page(document))

    labels = [value for name, value in page.attributes if name == "aria-label"]
    for entry in document["conditions"]:
        assert any(
            label.startswith("Forest plot of fool rates")
            and f"{entry['condition']}: {percent(entry['fool_rate'])}" in label
            for label in labels
        )
    assert any(label.startswith("Forest plot of differences") for label in labels)


def test_simulated_data_are_called_so_loudly(document: dict[str, Any]) -> None:
    assert document["only_simulated"]
    page = render_page(document)
    real = render_page({**document, "only_simulated": False})

    assert "<strong>SIMULATED</strong>" in page
    assert "<title>SIMULATED:" in page
    assert page.count("Simulated observers.") == 2
    assert "SIMULATED" not in real


def test_names_cannot_break_out_of_the_page(document: dict[str, Any]) -> None:
    evil = "<script>alert('1')</script>&\"$x^{2$"
    for entry in document["conditions"]:
        entry["condition"] = evil
    document["differences"][0]["a"] = evil
    document["provenance"]["input"]["studies"] = [evil]

    page = Page(render_page(document))

    assert "script" not in page.tags
    assert "<script>alert('1')</script>" in page.words


def test_a_name_that_matplotlibs_font_lacks_is_left_to_the_reader(
    document: dict[str, Any],
) -> None:
    document["conditions"][0]["condition"] = "写真"

    assert Page(render_page(document)).words.count("写真") >= 4


def test_one_condition_has_no_section_on_differences(document: dict[str, Any]) -> None:
    document["conditions"] = document["conditions"][:1]
    document["differences"] = []

    page = render_page(document)

    assert "<h2>Differences between conditions</h2>" not in page
    assert page.count("<svg") == 2


def test_a_table_without_main_trials_gives_a_page_that_says_so(document: dict[str, Any]) -> None:
    document["conditions"], document["differences"] = [], []

    page = Page(render_page(document))

    assert "There is no main trial in this table" in page.words
    assert "svg" not in page.tags


def test_warnings_stand_under_the_headline_once_each(document: dict[str, Any]) -> None:
    entry = document["conditions"][0]
    entry["people_and_photos"] = {"low": None, "high": None, "warning": "no interval: too few"}
    entry["these_photos"] = dict(entry["people_and_photos"])

    page = render_page(document)

    assert page.count("Fool rate of full: no interval: too few.") == 1


def test_a_condition_without_trials_is_shown_without_numbers(document: dict[str, Any]) -> None:
    entry = document["conditions"][0]
    entry["fool_rate"] = None
    entry["people_and_photos"] = entry["these_photos"] = {"low": None, "high": None}
    names = ("difference", "low", "high", "p_value", "p_adjusted")
    document["differences"][0].update(dict.fromkeys(names))

    words = Page(render_page(document)).words

    assert "no trials" in words


def test_a_leak_is_warned_of(document: dict[str, Any]) -> None:
    document["data_quality"]["control_leaks"] = True

    assert "The control trials are off 50" in render_page(document)


def test_the_users_own_matplotlib_settings_change_nothing(document: dict[str, Any]) -> None:
    before = render_page(document)

    with matplotlib.rc_context({"font.size": 30, "axes.facecolor": "red", "svg.fonttype": "path"}):
        assert render_page(document) == before
        assert matplotlib.rcParams["font.size"] == 30


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (percent(0.3049), "30.5\u00a0%"),
        (percent(0.95, digits=None), "95\u00a0%"),
        (percent(0.999, digits=None), "99.9\u00a0%"),
        (percent(None), "–"),
        (limits({"low": 0.281, "high": 0.372}), "28.1–37.2\u00a0%"),
        (limits({"low": None, "high": None}), "–"),
        (points(0.061), "+6.1"),
        (points(-0.061), "−6.1"),
        (points(-0.0001), "0.0"),
        (points(None), "–"),
        (point_limits({"low": -0.01, "high": 0.02}), "−1.0 to +2.0"),
        (point_limits({"low": None, "high": None}), "–"),
        (p_value(0.0004), "< 0.001"),
        (p_value(0.04321), "0.043"),
        (p_value(None), "–"),
    ],
)
def test_numbers_are_written_for_readers(written: str, expected: str) -> None:
    assert written == expected
