from types import SimpleNamespace

import pytest

from study_app.errors import NoStudySession, SetChanged
from tests.study_app.factories import Browser


@pytest.fixture
def crashing_app(open_app):
    """The web study with an address that crashes and one that finds its set changed."""
    open_app.testing = False

    @open_app.get("/crash")
    def crash():
        raise RuntimeError("the inside of the server")

    @open_app.get("/api/crash")
    def api_crash():
        raise RuntimeError("the inside of the server")

    @open_app.get("/changed")
    def changed():
        raise SetChanged("/some/path/real/1.png: the image is missing")

    return open_app


@pytest.mark.parametrize(
    "address", ["/study/a%00b", "/images/a%00b", "/study/colours?participant=a%00b", "/?lang=%00"]
)
def test_a_null_character_is_refused_before_a_database_sees_it(browser, address):
    assert browser.get(address).status_code == 400


def test_a_null_character_in_a_form_is_refused(participant):
    participant.answer_all()
    participant.get("/withdraw")

    assert participant.post_form("/withdraw", choice="erase", more="a\0b").status_code == 400
    assert participant.get("/debrief").status_code == 200


def test_an_unknown_page_is_a_page_and_an_unknown_api_address_is_json(browser):
    page, api = browser.get("/none"), browser.client.get("/api/none")

    assert (page.status_code, page.mimetype) == (404, "text/html")
    assert api.status_code == 404
    assert api.json["error"] == "not-found"
    assert api.json["message"]


def test_a_participant_is_led_back_to_their_trials(participant):
    page = participant.get("/none")

    assert "Nothing is lost" in page.text
    assert 'href="/trials"' in page.text


def test_who_withdrew_is_not_asked_to_go_on(participant):
    participant.post_form("/withdraw")

    page = participant.get("/trials")

    assert page.status_code == 410
    assert "Go on where you were" not in page.text
    assert "Nothing is lost" not in page.text
    assert '<a class="button" href="/withdraw">How to have your answers deleted</a>' in page.text


def test_a_message_on_a_page_is_a_sentence(browser):
    page = browser.get("/study/other")

    assert page.status_code == 404
    assert "<p>There is no study &#39;other&#39; here.</p>" in page.text


def test_a_stranger_is_led_to_the_start_and_told_nothing_of_answers(browser):
    page = browser.get("/none")

    assert "Nothing is lost" not in page.text
    assert 'href="/"' in page.text


@pytest.mark.parametrize("path", ["/crash", "/api/crash", "/changed"])
def test_the_servers_own_trouble_is_logged_and_not_shown(crashing_app, caplog, path):
    answer = Browser(crashing_app).client.get(path)

    assert answer.status_code == 500
    assert "inside" not in answer.text
    assert "/some/path" not in answer.text
    assert "inside of the server" in caplog.text or "/some/path" in caplog.text


def test_a_form_without_its_token_is_asked_again(participant):
    page = participant.client.post("/withdraw")

    assert page.status_code == 400
    assert "Nothing is lost" in page.text


def test_a_wrong_method_is_refused(browser):
    assert browser.client.put("/study/colours").status_code == 405


def test_a_message_is_in_the_language_of_the_page(browser, monkeypatch):
    said = {
        "There is no such study here": "Die gibt es nicht",
        "there is no study %(code)r here": "keine Studie namens %(code)s",
    }
    translations = SimpleNamespace(ugettext=lambda text: said.get(text, text))
    monkeypatch.setattr("flask_babel.Domain.get_translations", lambda _self: translations)

    page = browser.get("/study/other")

    assert "<h1>Die gibt es nicht</h1>" in page.text
    assert "<p>Keine Studie namens other.</p>" in page.text


def test_a_sentence_in_another_script_has_its_own_stop(open_app):
    @open_app.get("/lost")
    def lost():
        raise NoStudySession("没有研究。")

    page = Browser(open_app).get("/lost")

    assert "<p>没有研究。</p>" in page.text
