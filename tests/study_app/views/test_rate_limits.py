"""One browser that hammers is slowed down; a laboratory behind one address is not."""

import pytest

from study_app.extensions import db
from study_app.simulated_token import sign_token
from study_app.study_moves import open_study
from study_app.study_tables import Screening
from study_app.views import rate_limits
from study_app.views.rate_limits import LIMITS, Limit, WindowCounts
from tests.study_app import factories
from tests.study_app.factories import Browser

TOO_MANY = 429


@pytest.fixture
def limited_app(open_app):
    """The web study as it is served: the tests have no limits otherwise."""
    open_app.testing = False
    return open_app


@pytest.fixture
def limited(limited_app):
    browser = Browser(limited_app)
    assert browser.consent().status_code == 302
    return browser


def ask(browser, n):
    return [browser.client.get("/api/trials/next") for _ in range(n)]


def refusal(request, most):
    """Repeat a request until it is refused: on a slow machine the limit per minute does it."""
    for _ in range(most):
        if (answer := request()).status_code == TOO_MANY:
            return answer
    return pytest.fail("nothing was refused")


def test_every_limit_is_on_an_address_that_there_is(open_app):
    assert set(LIMITS) <= set(open_app.view_functions)


def test_every_form_of_participants_and_every_picture_has_a_limit(open_app):
    """What a desk may send is behind its door."""
    limited = {
        rule.endpoint
        for rule in open_app.url_map.iter_rules()
        if "POST" in rule.methods or rule.endpoint in ("images.image", "screening.plate")
    }

    assert {name for name in limited if not name.startswith(("desk", "preview"))} <= set(LIMITS)


@pytest.fixture
def second_that_lasts(monkeypatch):
    """Hold the clock, so that a slow machine asks as much in a second as a quick one."""
    monkeypatch.setattr(WindowCounts.__init__, "__defaults__", (lambda: 1.0,))


@pytest.mark.usefixtures("second_that_lasts")
def test_plates_cannot_be_asked_for_without_end_and_a_laboratory_may_look_at_theirs(
    app, set_folder
):
    with app.app_context():
        checks = Screening(colour_vision="record")
        source = factories.study_text(screening=checks, per_condition=20)
        study = factories.create_study(source, set_folder).study
        open_study(db.session(), study, None, factories.NOW)
    app.testing = False
    people = [Browser(app) for _ in range(12)]
    for person in people:
        person.consent()
        person.get("/screening/colour-vision")

    # Twelve people of one address, a plate each, more than one of them may ask for in a second.
    seen = {person.get("/screening/plates/0.png").status_code for person in people}
    refused = refusal(lambda: people[0].client.get("/screening/plates/0.png"), 6)

    assert seen == {200}
    assert "Retry-After" in refused.headers
    assert people[1].get("/screening/plates/0.png").status_code == 200


@pytest.mark.usefixtures("second_that_lasts")
def test_pictures_cannot_be_asked_for_without_end(limited):
    trial = limited.next_trial()

    refused = refusal(lambda: limited.client.get(trial["images"]["left"]), 130)

    assert "Retry-After" in refused.headers


def test_a_browser_that_hammers_is_asked_to_wait_in_json(limited):
    assert ask(limited, 1)[0].status_code == 200

    refused = refusal(lambda: limited.client.get("/api/trials/next"), 320)

    assert refused.json["error"] == "too-many-requests"
    assert refused.json["message"]
    assert 1 <= int(refused.headers["Retry-After"]) <= 60


def test_a_form_that_is_sent_over_and_over_gets_a_page(limited_app):
    browser = Browser(limited_app)
    browser.get("/study/colours/consent")

    assert browser.post_form("/study/colours/consent").status_code == 422

    refused = refusal(lambda: browser.post_form("/study/colours/consent"), 70)

    assert refused.mimetype == "text/html"
    assert "Retry-After" in refused.headers


def test_200_people_behind_one_address_are_not_slowed_down(limited_app, limited):
    with limited.client.session_transaction() as cookie:
        kept = dict(cookie)
    statuses = set()
    for number in range(200):
        browser = Browser(limited_app)
        with browser.client.session_transaction() as cookie:
            cookie.update({**kept, "study_sessions": {"colours": f"person {number}"}})
        statuses.add(browser.client.get("/api/trials/next").status_code)

    assert statuses == {401}  # nobody of these codes, but nobody is told to wait


def test_a_quick_person_is_never_told_to_wait(limited):
    """Asks and answers as fast as eight a second, with the retries of a shaky network."""
    trial = limited.next_trial()
    answers = [limited.answer(trial["trial_key"]) for _ in range(8)]

    assert TOO_MANY not in {answer.status_code for answer in answers}


def test_another_browser_goes_on_while_one_is_slowed_down(limited_app, limited):
    refusal(lambda: limited.client.get("/api/trials/next"), 320)
    other = Browser(limited_app)
    other.consent()

    assert other.client.get("/api/trials/next").status_code == 200


def test_a_simulated_observer_has_no_limit(limited_app):
    browser = Browser(limited_app)
    browser.consent(simulated=sign_token(factories.SECRET_KEY, "colours", 1))

    assert {answer.status_code for answer in ask(browser, 40)} == {200}


def test_nothing_tells_the_limits_on_the_wire(limited):
    headers = ask(limited, 1)[0].headers

    assert not [name for name in dict(headers) if "ratelimit" in name.lower()]


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


def test_a_window_takes_so_many_and_tells_when_it_is_over():
    clock = Clock()
    counts, limit = WindowCounts(clock), Limit(2, 60)

    assert [counts.hit(limit, "a") for _ in range(2)] == [0, 0]
    clock.now += 20
    assert counts.hit(limit, "a") == 40
    assert counts.hit(limit, "b") == 0
    clock.now += 40
    assert counts.hit(limit, "a") == 0


def test_windows_that_are_over_are_forgotten(monkeypatch):
    monkeypatch.setattr(rate_limits, "MANY_WINDOWS", 10)
    clock = Clock()
    counts = WindowCounts(clock)
    for number in range(10):
        counts.hit(Limit(1, 1), str(number))
    kept = Limit(1, 60)
    counts.hit(kept, "long")
    clock.now += 2

    counts.hit(Limit(1, 1), "new")

    assert len(counts._windows) == 2
    assert counts.hit(kept, "long") > 0
