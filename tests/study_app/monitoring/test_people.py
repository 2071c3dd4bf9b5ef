from datetime import UTC, datetime, timedelta

import pytest

from study_app.catalog import find_study
from study_app.extensions import db
from study_app.monitoring import people
from study_app.monitoring.people import read_people
from study_app.simulated_token import sign_token
from tests.study_app import factories
from tests.study_app.factories import Browser


def read(app, number=1, now=None):
    with app.app_context():
        study = find_study(db.session(), "colours")
        return read_people(db.session(), study, number, now or datetime.now(UTC))


def enter(app, n_answers=0, **carried):
    browser = Browser(app)
    assert browser.consent(**carried).status_code == 302
    for number in range(n_answers):
        browser.answer_next(response_ms=500.0 + 100 * number)
    return browser


def test_each_participant_is_one_line_the_newest_first(open_app):
    enter(open_app, 10)
    enter(open_app, 3)

    [second, first] = read(open_app).people

    assert (first.state, first.condition, first.n_answered, first.payment) == (
        "finished",
        "full",
        10,
        "due",
    )
    assert (second.state, second.n_answered, second.answered_share) == ("running", 3, 0.3)
    assert (second.median_response_ms, first.n_vigilance) == (600.0, 1)
    assert [part.phase for part in first.line.segments] == ["practice", "test"]
    assert first.line.signs[-1].mark == "finished"


def test_without_answers_there_is_no_median(open_app):
    enter(open_app)

    [person] = read(open_app).people

    assert person.median_response_ms is None
    assert person.line.told == "consented"


def test_who_withdrew_and_who_stopped_are_told_apart(open_app):
    browser = enter(open_app, 1)
    browser.get("/withdraw")
    browser.post_form("/withdraw")
    enter(open_app, 1)

    later = datetime.now(UTC) + timedelta(hours=2)
    stopped, withdrawn = read(open_app, now=later).people

    assert (stopped.state, withdrawn.state) == ("dropped out", "withdrawn")
    assert stopped.median_response_ms == 500.0
    assert withdrawn.median_response_ms is None, "what they answered is theirs"


def test_simulated_observers_are_marked(open_app):
    enter(open_app, simulated=sign_token(factories.SECRET_KEY, "colours", 1))

    assert read(open_app).people[0].simulated


def test_a_long_list_is_paged(open_app, monkeypatch):
    monkeypatch.setattr(people, "PAGE_LENGTH", 2)
    for _ in range(3):
        enter(open_app)

    first, last, beyond = (read(open_app, number) for number in (1, 2, 99))

    assert [len(page.people) for page in (first, last)] == [2, 1]
    assert (first.n_pages, first.n_people, beyond.number) == (2, 3, 2)
    assert {person.code for person in first.people}.isdisjoint(
        person.code for person in last.people
    )


@pytest.mark.parametrize("number", [-3, 0, 1])
def test_a_study_without_people_has_one_empty_page(open_app, number):
    page = read(open_app, number)

    assert (page.people, page.number, page.n_pages) == ((), 1, 1)
