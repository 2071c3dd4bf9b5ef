"""``study-app flow`` as a researcher types it."""

import re

import pytest
from click.testing import CliRunner

from study_app.commands import main
from tests.study_app import factories


@pytest.fixture
def study(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "study.toml"
    text = factories.study_text().replace('institution = ""', 'institution = "Lab <of> Seeing"')
    path.write_text(text, encoding="utf-8")
    return path


def flow(*arguments, code=0):
    result = CliRunner().invoke(main, ["flow", *(str(part) for part in arguments)])
    assert result.exit_code == code, result.output
    return result.stdout if code == 0 else result.stderr


def test_the_page_stands_alone_and_stores_nothing(study, tmp_path):
    said = flow(study, "--out", "flow.html")

    page = (tmp_path / "flow.html").read_text(encoding="utf-8")
    assert re.search(r"flow.html: \d+ pages in English", said)
    assert not re.search(r"(src|href)=|url\(|<script|<img", page)
    assert "size: A4" in page
    assert {path.name for path in tmp_path.iterdir()} == {"study.toml", "flow.html"}


def test_what_the_study_file_says_is_shown_as_text(study, tmp_path):
    flow(study, "--out", "flow.html")

    page = (tmp_path / "flow.html").read_text(encoding="utf-8")
    assert "Lab &lt;of&gt; Seeing" in page
    assert "vigilance_pass_share" in page
    assert "You take part of your own free will." in page


def test_the_same_study_gives_the_same_bytes(study, tmp_path):
    flow(study, "--out", "one.html")
    flow(study, "--out", "two.html")

    assert (tmp_path / "one.html").read_bytes() == (tmp_path / "two.html").read_bytes()


def test_a_real_set_will_do(study, set_folder):
    assert "pages in English" in flow(study, "--out", "flow.html", "--set", set_folder)


def test_a_page_that_is_there_stays(study, tmp_path):
    (tmp_path / "flow.html").write_text("mine")

    assert "exists already" in flow(study, "--out", "flow.html", code=8)
    assert (tmp_path / "flow.html").read_text() == "mine"


def test_a_language_that_is_not_offered_is_refused(study):
    message = flow(study, "--out", "flow.html", "--language", "de", code=3)

    assert "'de' is none of the languages offered: en" in message
