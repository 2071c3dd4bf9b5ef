import io
import json
import re

import pytest
import sqlalchemy as sa
from PIL import Image

from study_app.catalog import find_study
from study_app.extensions import db
from study_app.models import ScreeningCheck, StudySession
from study_app.plates import plan_plates
from study_app.study_moves import open_study
from study_app.study_tables import Screening
from tests.study_app import factories
from tests.study_app.factories import NOW, Browser, device_measures

ALL = Screening(
    device="check", colour_vision="screen-out", n_plates=2, pass_plates=2, display="record"
)
DISPLAY = {"n_dark": "6", "n_light": "5", "night_light": "off"}


@pytest.fixture
def screened(app, set_folder):
    """A browser that has consented to a study with that screening."""

    def make(screening=ALL):
        with app.app_context():
            study = factories.create_study(factories.study_text(screening=screening), set_folder)
            open_study(db.session(), study.study, None, NOW)
        return Browser(app)

    return make


def start(browser):
    answer = browser.consent()
    return answer.headers["Location"]


def pass_device(browser):
    browser.get("/screening/device")
    measures = json.dumps(device_measures())
    return browser.post_form("/screening/device", outcome="continue", measures=measures)


def read_plates(browser, app, wrong=0):
    """Read all plates, the last ``wrong`` ones wrongly; gives the last answer."""
    with app.app_context():
        seed = db.session.scalars(sa.select(StudySession.seed)).one()
    plates = plan_plates(seed, 2)
    for number, plate in enumerate(plates):
        browser.get("/screening/colour-vision")
        answer = plate.digit if number < len(plates) - wrong else (plate.digit + 1) % 10
        page = browser.post_form("/screening/colour-vision", plate=str(number), answer=str(answer))
    return page


def details(app):
    with app.app_context():
        return {
            check.name: check.details for check in db.session.scalars(sa.select(ScreeningCheck))
        }


def test_the_checks_come_one_after_the_other(app, screened):
    browser = screened()
    assert start(browser) == "/screening/device"

    assert pass_device(browser).headers["Location"] == "/screening/colour-vision"
    assert read_plates(browser, app).headers["Location"] == "/screening/display"
    browser.get("/screening/display")
    assert browser.post_form("/screening/display", **DISPLAY).headers["Location"] == "/instructions"
    assert browser.get("/instructions").status_code == 200
    assert browser.client.get("/api/trials/next").status_code == 200
    assert set(details(app)) == {"device", "colour-vision", "display"}


def test_the_trials_wait_for_the_checks(screened):
    browser = screened()
    start(browser)

    assert browser.client.get("/api/trials/next").status_code == 409
    for path in ("/instructions", "/trials", "/screening/colour-vision", "/screening/display"):
        assert browser.get(path).headers["Location"] == "/screening/device"


def test_a_page_that_is_done_leads_on_and_stores_nothing(app, screened):
    browser = screened()
    start(browser)
    pass_device(browser)
    before = details(app)

    again = browser.post_form("/screening/device", outcome="cannot")

    assert browser.get("/screening/device").headers["Location"] == "/screening/colour-vision"
    assert again.headers["Location"] == "/screening/colour-vision"
    assert details(app)["device"] == before["device"]


def test_a_device_that_is_not_fit_stays_where_it_is(app, screened):
    browser = screened()
    start(browser)
    browser.get("/screening/device")
    measures = json.dumps(device_measures(zoom=2))

    page = browser.post_form("/screening/device", outcome="continue", measures=measures)

    assert page.status_code == 422
    assert "data-device-check" in page.text
    assert details(app) == {"device": {}}


@pytest.mark.parametrize("measures", ["", "{}", '{"user_agent": "x"}'])
def test_measures_of_another_form_are_refused(screened, measures):
    browser = screened()
    start(browser)
    browser.get("/screening/device")

    assert (
        browser.post_form("/screening/device", outcome="continue", measures=measures).status_code
        == 422
    )


@pytest.mark.parametrize("measures", ["", json.dumps(device_measures(window_width_px=200))])
def test_who_cannot_change_the_device_is_thanked(screened, measures):
    browser = screened()
    start(browser)
    browser.get("/screening/device")

    end = browser.post_form("/screening/device", outcome="cannot", measures=measures)

    assert end.headers["Location"] == "/screened-out"
    assert "Thank you for your time" in browser.get("/screened-out").text
    assert browser.get("/screening/device").headers["Location"] == "/screened-out"
    assert browser.client.get("/api/trials/next").status_code == 410


def test_who_reads_too_few_plates_is_thanked(app, screened):
    browser = screened()
    start(browser)
    pass_device(browser)

    assert read_plates(browser, app, wrong=1).headers["Location"] == "/screened-out"
    assert browser.get("/screening/plates/2.png").status_code == 404


def test_nothing_on_the_wire_but_the_picture_tells_the_digit(app, screened):
    """Two people see other digits; pages, headers and lengths are the same."""
    found = []
    for browser in (screened(), Browser(app)):
        start(browser)
        pass_device(browser)
        page = browser.get("/screening/colour-vision")
        image = browser.get("/screening/plates/0.png")
        assert image.status_code == 200
        text = re.sub(r'csrf[_-]token"[^>]*', "", page.text)
        headers = {name: value for name, value in image.headers if name != "Set-Cookie"}
        found.append((text, headers, image.data[:33], Image.open(io.BytesIO(image.data)).info))

    assert found[0] == found[1]
    assert found[0][1]["Cache-Control"] == "no-store"
    with app.app_context():
        first, second = db.session.scalars(sa.select(StudySession.seed))
    assert plan_plates(first, 2) != plan_plates(second, 2)


def test_plates_are_shown_to_their_own_browser_at_their_time_only(app, screened):
    browser = screened()
    start(browser)
    assert browser.get("/screening/plates/0.png").status_code == 404
    pass_device(browser)

    assert browser.get("/screening/plates/0.png").status_code == 200
    assert browser.get("/screening/plates/1.png").status_code == 404
    assert Browser(app).get("/screening/plates/0.png").status_code == 401


def test_a_second_click_does_not_answer_the_next_plate(app, screened):
    browser = screened()
    start(browser)
    pass_device(browser)
    browser.get("/screening/colour-vision")

    for answer in ("3", "4"):
        browser.post_form("/screening/colour-vision", plate="0", answer=answer)

    assert [plate["answer"] for plate in details(app)["colour-vision"]["plates"]] == ["3"]


@pytest.mark.parametrize(
    "fields", [{}, {"plate": "0"}, {"plate": "0", "answer": "eleven"}], ids=str
)
def test_an_answer_that_no_plate_has_is_refused(app, screened, fields):
    browser = screened()
    start(browser)
    pass_device(browser)
    browser.get("/screening/colour-vision")

    assert browser.post_form("/screening/colour-vision", **fields).status_code == 422
    assert details(app)["colour-vision"] == {}


def test_a_display_form_with_a_gap_keeps_what_was_chosen(app, screened):
    browser = screened(Screening(display="record"))
    assert start(browser) == "/screening/display"
    browser.get("/screening/display")

    page = browser.post_form("/screening/display", n_dark="6", n_light="5")

    assert page.status_code == 422
    assert "Please answer all three questions." in page.text
    assert re.search(r'name="n_dark" value="6" checked', page.text)
    assert details(app) == {"display": {}}


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/screening/device", {"outcome": "cannot"}),
        ("/screening/colour-vision", {"plate": "0", "answer": "1"}),
        ("/screening/display", DISPLAY),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_form_without_its_token_or_without_a_study_session_is_refused(
    app, screened, path, fields
):
    browser = screened()
    start(browser)
    stranger = Browser(app)
    stranger.get("/study/colours/consent")

    assert browser.client.post(path, data=fields).status_code == 400
    assert stranger.post_form(path, **fields).status_code == 401
    assert details(app) == {}


def test_the_way_out_is_on_every_check(app, screened):
    browser = screened()
    start(browser)
    assert "/withdraw" in browser.get("/screening/device").text
    pass_device(browser)
    assert "/withdraw" in browser.get("/screening/colour-vision").text
    read_plates(browser, app)
    assert "/withdraw" in browser.get("/screening/display").text
    with app.app_context():
        assert find_study(db.session(), "colours").state == "open"
