import re
from pathlib import Path

import pytest
import sqlalchemy as sa

import study_app
from study_app.catalog import find_study
from study_app.extensions import db
from study_app.models import StudySession
from study_app.study_moves import open_study
from study_app.study_tables import LANGUAGES
from tests.study_app.factories import NOW, Browser, create_study, study_text

INVITATION = "/study/two-languages"


def language_of(page):
    return re.search(r'<html lang="([^"]*)" dir="([^"]*)"', page.text).groups()


def get(browser, path, accepted):
    return browser.client.get(path, headers={"Accept-Language": accepted})


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("de", "de"),
        ("de-AT,de;q=0.9,en;q=0.5", "de"),
        ("en-GB,de;q=0.9", "en"),
        ("fr,de;q=0.4", "de"),
        ("fr", "en"),
        ("zh", "en"),
        ("*", "en"),
        ("nonsense;;q=x", "en"),
    ],
)
def test_the_browsers_wish_is_taken_among_the_languages_offered(two_languages, accepted, language):
    page = get(Browser(two_languages), INVITATION, accepted)

    assert language_of(page) == (language, "ltr")
    assert ("Farben" in page.text) == (language == "de")


def test_a_page_about_no_study_speaks_every_language(browser):
    assert language_of(get(browser, "/none", "zh-CN")) == ("zh-Hans", "ltr")


def test_a_study_in_one_language_offers_no_choice(browser):
    page = get(browser, "/study/colours", "de")

    assert language_of(page) == ("en", "ltr")
    assert 'class="languages"' not in page.text
    assert language_of(browser.get("/study/colours?language=de"))[0] == "en"


def test_a_link_to_the_same_place_changes_the_language_and_is_remembered(two_languages):
    browser = Browser(two_languages)
    page = browser.get(f"{INVITATION}?participant=P%261")
    links = re.findall(r'<a href="([^"]*)" lang="([^"]*)" [^>]*>([^<]*)</a>', page.text)

    assert links == [
        ("?participant=P%261&amp;language=en", "en", "English"),
        ("?participant=P%261&amp;language=de", "de", "Deutsch"),
    ]
    chosen = browser.get(f"{INVITATION}?participant=P%261&language=de")
    assert 'value="P&amp;1"' in chosen.text or "participant=P%261" in chosen.text
    for page in (chosen, browser.get(INVITATION), get(browser, f"{INVITATION}/consent", "en")):
        assert language_of(page)[0] == "de"


def test_the_language_in_use_is_marked(two_languages):
    page = Browser(two_languages).get(f"{INVITATION}?language=de")

    assert re.findall(r'lang="([^"]*)" hreflang="[^"]*" aria-current="true"', page.text) == ["de"]


@pytest.mark.parametrize("code", ["zh", "xx", "", "../en", "de-AT"])
def test_a_language_that_is_not_offered_changes_nothing(two_languages, code):
    browser = Browser(two_languages)

    assert language_of(browser.get(f"{INVITATION}?language={code}"))[0] == "en"


def test_participants_agree_to_a_text_in_their_language(two_languages):
    page = Browser(two_languages).get(f"{INVITATION}/consent?language=de")

    assert '<p lang="de">Sie nehmen freiwillig teil.</p>' in page.text
    assert "You take part" not in page.text


def test_words_that_are_missing_in_a_language_are_marked_as_being_in_the_first(two_languages):
    page = Browser(two_languages).get(f"{INVITATION}?language=de")

    assert '<p lang="en">Bring your glasses.</p>' in page.text


def test_the_language_at_consent_is_stored_and_kept(two_languages):
    browser = Browser(two_languages)
    browser.get(f"{INVITATION}/consent")
    browser.client.post(
        f"{INVITATION}/consent",
        data={"csrf_token": browser.form_token, "agree": "yes"},
        headers={"Accept-Language": "de"},
    )

    assert stored_language(two_languages) == "de"
    assert language_of(browser.get("/instructions"))[0] == "de"


def test_a_change_after_consent_is_stored(two_languages):
    browser = Browser(two_languages)
    browser.consent("two-languages")
    before = stored_language(two_languages)

    browser.get("/instructions?language=de")

    assert (before, stored_language(two_languages)) == ("en", "de")


def test_the_trials_offer_no_language(two_languages):
    browser = Browser(two_languages)
    browser.consent("two-languages")

    assert 'class="languages"' in browser.get("/instructions").text
    assert 'class="languages"' not in browser.get("/trials").text


def test_a_language_from_right_to_left_turns_the_page(app_with, monkeypatch):
    monkeypatch.setitem(LANGUAGES, "ar", "العربية")
    app = app_with('["en", "ar"]', '[wording.ar]\nconsent = "نعم"')

    page = Browser(app).get(f"{INVITATION}?language=ar")

    assert language_of(page) == ("ar", "rtl")


def stored_language(app):
    with app.app_context():
        return db.session.scalars(sa.select(StudySession.language)).one()


def test_the_places_of_the_trials_stay_where_they_are_in_every_language(app_with, monkeypatch):
    monkeypatch.setitem(LANGUAGES, "ar", "العربية")
    browser = Browser(app_with('["ar"]', ""))
    browser.consent("two-languages")

    page = browser.get("/trials")

    assert language_of(page) == ("ar", "rtl")
    assert '<div class="sides" dir="ltr">' in page.text
    assert page.text.index('data-side="left"') < page.text.index('data-side="right"')


def test_styles_name_beginning_and_end_rather_than_left_and_right():
    """But where both sides are named alike, or where left is meant: the places of the trials."""
    one_sided = re.compile(r"(margin|padding|border)-(left|right)|text-align: (left|right)")
    styles = sorted((Path(study_app.__file__).parent / "static" / "css").glob("*.css"))

    assert styles
    assert [style.name for style in styles if one_sided.search(style.read_text())] == []


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("en", "You are invited to a study"),
        ("de", "Sie sind zu einer Studie eingeladen"),
        ("es", "Le invitamos a un estudio"),
        ("zh", "邀请您参加一项研究"),
    ],
)
def test_a_page_is_said_in_its_language(app_with, code, words):
    consents = "".join(f'[wording.{other}]\nconsent = "x"\n' for other in ("de", "es", "zh"))
    app = app_with('["en", "de", "es", "zh"]', consents)

    assert words in Browser(app).get(f"{INVITATION}?language={code}").text


def test_what_the_trial_api_refuses_is_said_in_the_language_of_the_pages(two_languages):
    browser = Browser(two_languages)
    browser.get(f"{INVITATION}?language=de")

    answer = browser.client.get("/api/trials/next")

    assert answer.status_code == 401
    assert answer.json["message"].startswith("Dieser Browser nimmt noch an keiner Studie teil")


def test_the_next_person_on_a_machine_gets_their_own_language(app_with):
    app = app_with('["en", "de"]', '[wording.de]\nconsent = "Ja."\n', 'kind = "kiosk"')
    browser = Browser(app)
    browser.get(f"{INVITATION}/consent?language=de")

    browser.post_form(f"{INVITATION}/next-person")

    assert language_of(browser.get(INVITATION))[0] == "en"


def test_titles_of_open_studies_are_marked_with_their_language(two_languages, set_folder):
    with two_languages.app_context():
        create_study(study_text(id="second"), set_folder)
        open_study(db.session(), find_study(db.session(), "second"), None, NOW)

    page = Browser(two_languages).get("/?language=de")

    assert 'href="/study/two-languages" lang="de">Farben</a>' in page.text
    assert 'href="/study/second" lang="en">' in page.text


def test_own_questions_are_marked_with_their_language(app_with):
    question = '[[question]]\nid = "work"\ntext = "Pictures?"\nkind = "text"\n'
    app = app_with('["en", "de"]', question + '[wording.de]\nconsent = "Ja."\n')
    browser = Browser(app)
    browser.consent("two-languages")
    browser.get("/trials")
    browser.answer_all()

    page = browser.get("/questions?language=de")

    assert 'lang="en">Pictures?</label>' in page.text
