import copy
import html.parser
import re
from typing import Any

import markupsafe
import matplotlib
import pytest

from analysis.gallery import PairThumbnails
from analysis.illustrations import EmbeddedFigure, embed_figures, figure_entries, illustrate
from analysis.page import PHOTOS_LISTED
from analysis.page import render_page as render_with_drawings
from analysis.wording import limits, percent, point_limits, whose

PIXEL = "data:image/jpeg;base64,/9j/"


@pytest.fixture
def document(finished_document: dict[str, Any]) -> dict[str, Any]:
    return copy.deepcopy(finished_document)


@pytest.fixture(scope="module")
def plain_page(finished_document: dict[str, Any]) -> str:
    """The page of the unchanged document, drawn once."""
    return render_with_drawings(finished_document, embed_figures(illustrate(finished_document)))


def render_page(
    document: dict[str, Any], thumbnails: dict[str, PairThumbnails] | None = None
) -> str:
    """Render a changed document with empty drawings, which are quick."""
    figures = figure_entries(illustrate(document), whose(document))
    empty = EmbeddedFigure(markupsafe.Markup("<svg></svg>"), markupsafe.Markup("<svg></svg>"))
    drawings = {figure["name"]: empty for figure in figures}
    return render_with_drawings({**document, "figures": figures}, drawings, thumbnails or {})


def draw(document: dict[str, Any], name: str) -> str:
    """Draw one figure of a document."""
    (figure,) = (found for found in illustrate(document) if found.name == name)
    return embed_figures([figure])[name].wide


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


def test_the_page_is_well_formed_with_ids_of_its_own(plain_page: str) -> None:
    page = Page(plain_page)

    assert page.open == []
    assert len(page.ids) == len(set(page.ids))
    assert page.tags.count("svg") == 2 * page.tags.count("figure") > 0
    assert page.tags.count("h1") == 1
    assert page.tags.count("main") == 1


def test_every_table_has_a_caption_and_headers_with_a_scope(plain_page: str) -> None:
    page = Page(plain_page)

    assert page.tags.count("caption") == page.tags.count("table")
    scopes = [value for name, value in page.attributes if name == "scope"]
    assert len(scopes) == page.tags.count("th")
    assert set(scopes) == {"col", "row"}


def test_every_section_is_reached_from_the_contents(plain_page: str) -> None:
    page = Page(plain_page)

    targets = re.findall(r'<a href="#([a-z-]+)">', plain_page)
    assert targets[0] == "fool-rates"
    assert targets[-1] == "provenance"
    assert set(targets) <= set(page.ids)
    assert len(targets) == page.tags.count("section") == page.tags.count("h2")


def test_the_page_needs_nothing_from_outside(plain_page: str) -> None:
    page = Page(plain_page)

    assert not {"script", "link", "iframe", "object", "audio", "video"} & set(page.tags)
    targets = [v for name, v in page.attributes if name in ("src", "href", "xlink:href", "srcset")]
    assert all(target.startswith("#") for target in targets)
    assert set(target[1:] for target in targets) <= set(page.ids)
    assert "@import" not in plain_page
    assert not re.search(r"url\((?!#)", plain_page)


def test_every_condition_stands_with_its_numbers_in_figure_and_table(
    document: dict[str, Any], plain_page: str
) -> None:
    words = Page(plain_page).words

    for entry in document["conditions"]:
        assert words.count(percent(entry["fool_rate"]).replace("\u00a0", " ")) >= 4
        assert limits(entry["people_and_photos"]).replace("\u00a0", " ") in words
        assert limits(entry["these_photos"]).replace("\u00a0", " ") in words
    (difference,) = document["differences"]
    assert point_limits(difference) in words
    assert "50 %: cannot be told apart" in words
    assert "no difference" in words


def test_figures_have_their_number_caption_and_text_alternative(
    document: dict[str, Any], plain_page: str
) -> None:
    page = Page(plain_page)

    labels = [value for name, value in page.attributes if name == "aria-label"]
    for entry in document["figures"]:
        assert entry["alt"] in labels
        title = f"Figure {entry['number']}. {entry['title']}"
        assert re.sub(r"\s+", " ", f"{title} {entry['caption']}") in page.words


def test_simulated_data_are_called_so_loudly(document: dict[str, Any], plain_page: str) -> None:
    assert document["only_simulated"]
    real = render_page({**document, "only_simulated": False})

    assert "<strong>SIMULATED</strong>" in plain_page
    assert "<title>SIMULATED:" in plain_page
    assert plain_page.count("Simulated observers.") == len(document["figures"])
    assert "SIMULATED" not in real


def test_pilot_data_are_called_so_loudly(document: dict[str, Any], plain_page: str) -> None:
    pilot = render_page({**document, "is_pilot": True})

    assert "<strong>PILOT</strong>" in pilot
    assert "<title>PILOT: " in pilot
    assert pilot.count("Pilot data.") == len(document["figures"])
    assert "PILOT" not in plain_page


def rename(document: dict[str, Any], name: str) -> None:
    """Give the first condition another name wherever it stands."""
    for key in ("conditions", "ranking", "against_half", "photos", "people", "time_course"):
        document[key][0]["condition"] = name
    document["differences"][0]["a"] = name


def test_names_cannot_break_out_of_the_page(document: dict[str, Any]) -> None:
    evil = "<script>alert('1')</script>&\"$x^{2$"
    rename(document, evil)
    document["provenance"]["input"]["studies"] = [evil]

    page = Page(render_page(document))
    drawn = Page(draw(document, "fool-rates"))

    assert "script" not in page.tags + drawn.tags
    assert "<script>alert('1')</script>" in page.words
    assert "<script>alert" in drawn.words


def test_a_name_that_matplotlibs_font_lacks_is_left_to_the_reader(
    document: dict[str, Any],
) -> None:
    rename(document, "写真")

    assert "写真" in Page(draw(document, "fool-rates")).words


def test_one_condition_has_no_section_on_differences(document: dict[str, Any]) -> None:
    for name, value in document.items():
        if isinstance(value, list) and value and "condition" in value[0]:
            document[name] = [entry for entry in value if entry["condition"] == "full"]
    document["differences"], document["ranking"] = [], []
    document["design"]["design"] = "single"

    page = render_page(document)

    assert 'id="differences"' not in page
    assert "Differences between conditions</h2>" not in page


def test_a_table_without_main_trials_gives_a_page_that_says_so(document: dict[str, Any]) -> None:
    for name in (
        "conditions",
        "differences",
        "ranking",
        "against_half",
        "photos",
        "people",
        "agreement",
        "time_course",
        "response_times",
        "signal_detection",
        "exposure_validity",
    ):
        document[name] = []

    page = Page(render_page(document))

    assert "There is no main trial in this table" in page.words
    assert page.tags.count("figure") == 1


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

    assert "full – – – 144 12 30" in words
    assert "no trials" in Page(draw(document, "fool-rates")).words


def test_a_leak_is_said_loudly_before_any_number(document: dict[str, Any]) -> None:
    assert "LEAKS" not in render_page(document)
    document["control"].update(
        verdict="leaks", n_trials=160, fool_rate=0.2, low=0.15, high=0.27, meaning="It leaks."
    )

    page = render_page(document)

    assert page.index("THE PIPELINE LEAKS") < page.index('class="headline"')
    assert "No fool rate on this page can be trusted" in Page(page).words
    assert "15.0–27.0" in Page(page).words


def test_control_trials_that_cannot_be_judged_are_noted(document: dict[str, Any]) -> None:
    document["control"].update(verdict="cannot be judged", meaning="Too few control trials.")

    page = render_page(document)

    assert page.index("Too few control trials.") < page.index('class="headline"')


def test_long_lists_of_photos_are_cut_and_say_so(document: dict[str, Any]) -> None:
    photos = document["photos"][0]["photos"]
    for place, photo in enumerate(photos):
        photo["photo_id"] = f"listed {place}."

    words = Page(render_page(document)).words

    assert f"{len(photos) - 2 * PHOTOS_LISTED} photos between" in words
    assert {place for place in range(len(photos)) if f"listed {place}." in words} == {
        *range(PHOTOS_LISTED),
        *range(len(photos) - PHOTOS_LISTED, len(photos)),
    }


def test_the_gallery_labels_real_and_fake_and_holds_its_images(document: dict[str, Any]) -> None:
    photo = document["photos"][0]["photos"][0]
    document["gallery"] = {
        "size_px": 112,
        "conditions": [{"condition": "full", "most": [photo], "least": []}],
    }
    small = {photo["pair_id"]: PairThumbnails(PIXEL + "real", PIXEL + "fake")}

    text = render_page(document, small)
    page = Page(text)

    assert page.tags.count("img") == 2
    alts = [value for name, value in page.attributes if name == "alt"]
    assert alts == [
        f"Real photo {photo['photo_id']}",
        f"Fake of photo {photo['photo_id']} under full",
    ]
    assert text.index(PIXEL + "real") < text.index(PIXEL + "fake")
    assert "full: the most fooling pairs" in page.words
    assert "full: the least fooling pairs" not in page.words


def test_what_was_left_out_is_shown_side_by_side(document: dict[str, Any]) -> None:
    document["exclusions"][0].update(n_participants=3, n_trials=48)
    other = document["without_exclusions"]["conditions"][0]
    other["n_trials"] = 999

    page = Page(render_page(document))

    assert "Fool rates with and without the exclusions." in page.words
    assert "999" in page.words


def test_where_nobody_is_left_exclusions_are_named_and_nothing_is_said_of_the_design(
    document: dict[str, Any],
) -> None:
    assert "Nobody is left to analyse" not in Page(render_page(document)).words
    for entry in document["conditions"]:
        entry["n_participants"] = 0
    quality = document["data_quality"]
    for name in ("called_left_fake", "called_first_fake"):
        quality[name] = {**quality[name], "n": 0}
    quality["response_ms"] = quality["shown_ms"] = None

    words = Page(render_page(document)).words

    assert "Nobody is left to analyse. Participants and exclusions says who" in words
    assert words.count("No answered trial is left to look at.") >= 3
    for claim in ("Both pictures were shown at once", "Not recorded.", "Exposure was not recorded"):
        assert claim not in words


def test_steps_that_nobody_recorded_are_no_columns(document: dict[str, Any]) -> None:
    assert "Consented" not in render_page(document)
    document["participant_flow"][-1]["consented"] = 30

    assert "Consented" in render_page(document)


def test_the_users_own_matplotlib_settings_change_nothing(document: dict[str, Any]) -> None:
    before = draw(document, "fool-rates")

    with matplotlib.rc_context({"font.size": 30, "axes.facecolor": "red", "svg.fonttype": "path"}):
        assert draw(document, "fool-rates") == before
        assert matplotlib.rcParams["font.size"] == 30
