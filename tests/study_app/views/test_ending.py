import re

import pytest
import sqlalchemy as sa

from study_app import debrief
from study_app.debrief import OthersAverage
from study_app.erasure import erase
from study_app.extensions import db
from study_app.models import Erasure, Participant, QuestionAnswer, Response, StudySession, Trial
from study_app.questions import LONGEST_ANSWER
from study_app.study_moves import open_study
from study_app.study_tables import STANDARD_QUESTION_IDS, StandardQuestions
from study_app.views import ending
from tests.study_app import factories
from tests.study_app.factories import NOW, Browser

OWN_QUESTION = """
[[question]]
id = "profession"
text = "Do you work with pictures?"
options = ["Yes <b>", "No"]
"""


def own_session(app):
    with app.app_context():
        found = db.session.scalars(sa.select(StudySession)).one()
        db.session.expunge(found)
        return found


def stored_answers(app):
    with app.app_context():
        rows = db.session.execute(sa.select(QuestionAnswer.question_id, QuestionAnswer.answer))
        return {name: answer for name, answer in rows}


def answer_of_place(page, is_right):
    """Answer all trials; ``is_right`` of each place's truth."""
    n = 0
    while (trial := page.next_trial())["state"] == "trial":
        with page.client.application.app_context():
            real_side = db.session.scalar(
                sa.select(Trial.real_side).where(Trial.trial_key == trial["trial_key"])
            )
        fake_side = "left" if real_side == "right" else "right"
        body = factories.response_body(fake_side if is_right else real_side)
        assert page.answer(trial["trial_key"], body).status_code == 200
        n += 1
    return n


@pytest.fixture
def study_of(open_app, set_folder):
    """Open the study ``other`` with a changed study file; gives a browser that has consented."""

    def make(*changes, **text):
        source = factories.study_text(id="other", **text)
        for old, new in changes:
            assert source.count(old) == 1
            source = source.replace(old, new)
        with open_app.app_context():
            open_study(db.session(), factories.create_study(source, set_folder).study, None, NOW)
        browser = Browser(open_app)
        assert browser.consent("other").status_code == 302
        return browser

    return make


@pytest.fixture
def asked(study_of):
    """A browser whose trials are all answered, in a study that asks five questions."""
    browser = study_of(
        ("[recruiter]\n", OWN_QUESTION + "[recruiter]\n"),
        questions=StandardQuestions(STANDARD_QUESTION_IDS),
    )
    browser.answer_all()
    return browser


def test_there_is_no_completion_code_before_all_answers_are_stored(open_app, participant):
    for _ in range(9):
        participant.answer_next()
    assert participant.get("/debrief").headers["Location"] == "/trials"
    assert own_session(open_app).completion_code is None

    participant.answer_next()

    page = participant.get("/debrief").text
    assert own_session(open_app).completion_code in page
    assert "All 10 answers are stored." in page
    assert participant.get("/trials").headers["Location"] == "/debrief"


def test_the_questions_come_between_the_last_pair_and_the_debrief(open_app, asked):
    assert asked.get("/debrief").headers["Location"] == "/questions"
    page = asked.get("/questions").text
    assert "What did you see the pictures on?" in page
    assert "Do you work with pictures?" in page
    assert "Yes &lt;b&gt;" in page
    assert own_session(open_app).completion_code not in page
    assert 'href="/withdraw"' in page

    fields = {
        "answer-display": "monitor",
        "answer-strategy": "The sky.",
        "answer-trouble.text": "A bus.",
        "answer-profession": "Yes <b>",
    }
    answer = asked.post_form("/questions", **fields)

    assert (answer.status_code, answer.headers["Location"]) == (302, "/debrief")
    assert stored_answers(open_app) == {
        "display": "monitor",
        "strategy": "The sky.",
        "trouble": "A bus.",
        "profession": "Yes <b>",
    }
    assert asked.get("/debrief").status_code == 200
    assert asked.get("/questions").headers["Location"] == "/debrief"


def test_all_questions_may_be_passed_over(open_app, asked):
    asked.get("/questions")

    assert asked.post_form("/questions").headers["Location"] == "/debrief"

    assert stored_answers(open_app) == {}
    assert asked.get("/debrief").status_code == 200


def test_the_first_answers_count(open_app, asked):
    asked.get("/questions")
    asked.post_form("/questions", **{"answer-strategy": "first"})

    again = asked.post_form("/questions", **{"answer-strategy": "second"})

    assert again.headers["Location"] == "/debrief"
    assert stored_answers(open_app) == {"strategy": "first"}


def test_nothing_typed_is_lost_when_an_answer_is_too_long(open_app, asked):
    asked.get("/questions")
    fields = {
        "answer-display": "tablet",
        "answer-strategy": "x" * (LONGEST_ANSWER + 1),
        "answer-trouble.text": "A <bus>.",
    }

    page = asked.post_form("/questions", **fields)

    assert page.status_code == 422
    assert f"longer than {LONGEST_ANSWER} characters" in page.text
    assert 'value="tablet" checked' in page.text
    assert "x" * (LONGEST_ANSWER + 1) in page.text
    assert "A &lt;bus&gt;." in page.text
    assert stored_answers(open_app) == {}
    assert own_session(open_app).questions_done_at is None


def test_questions_without_a_form_token_are_refused(open_app, asked):
    answer = asked.client.post("/questions", data={"answer-strategy": "x"})

    assert answer.status_code == 400
    assert stored_answers(open_app) == {}


def test_questions_cannot_be_reached_before_the_last_pair(open_app, study_of):
    browser = study_of(questions=StandardQuestions(("strategy",)))
    browser.answer_next()
    browser.get("/trials")

    assert browser.get("/questions").headers["Location"] == "/trials"
    answer = browser.post_form("/questions", **{"answer-strategy": "x"})

    assert answer.headers["Location"] == "/trials"
    assert stored_answers(open_app) == {}


def test_a_study_that_asks_nothing_goes_to_the_debrief(participant):
    participant.answer_all()

    assert participant.get("/questions").headers["Location"] == "/debrief"


def test_the_galleries_of_the_debrief_can_be_seen(participant):
    answer_of_place(participant, is_right=False)
    page = participant.get("/debrief").text

    fooled = re.findall(r'<ul class="gallery">.*?</ul>', page, re.DOTALL)
    (everything,) = re.findall(r'<ul class="all-pairs">.*?</ul>', page, re.DOTALL)
    images = re.findall(r'<img src="(/images/[^"]+)"', page)

    assert sum(part.count("<li>") for part in fooled) == 6, "main pairs only"
    assert everything.count("<li>") == 8, "the whole test"
    assert everything.count("original, stored once more</figcaption>") == 1
    assert page.count('loading="lazy"') == len(images)
    assert all(participant.get(image).status_code == 200 for image in set(images))


def test_who_was_never_fooled_is_shown_no_such_pairs(participant):
    answer_of_place(participant, is_right=True)

    page = participant.get("/debrief").text

    assert "<strong>6 of 6</strong>" in page
    assert "fooled you" not in page


def test_a_study_may_hide_the_score(study_of):
    quiet = study_of(("show_score = true", "show_score = false"))
    answer_of_place(quiet, is_right=False)

    page = quiet.get("/debrief").text

    assert "of 6</strong>" not in page
    assert "fooled you" not in page
    assert "with what was real" in page


def test_a_study_may_hide_the_pictures(study_of):
    quiet = study_of(("show_gallery = true", "show_gallery = false"))
    answer_of_place(quiet, is_right=False)

    page = quiet.get("/debrief").text

    assert "<strong>0 of 6</strong>" in page
    assert "<img" not in page


@pytest.mark.parametrize(("shown", "is_told"), [("true", True), ("false", False)])
def test_the_average_is_told_only_where_the_study_allows_it(study_of, monkeypatch, shown, is_told):
    monkeypatch.setattr(debrief, "average_of_others", lambda *_: OthersAverage(34, 0.66))
    browser = study_of(("show_average = false", f"show_average = {shown}"))
    browser.answer_all()

    page = browser.get("/debrief").text

    assert ("The 34 other people" in page) == is_told
    assert ("about 4 of 6 on average" in page) == is_told


def test_no_average_is_told_before_ten_others_finished(study_of):
    browser = study_of(("show_average = false", "show_average = true"))
    browser.answer_all()

    assert "on average" not in browser.get("/debrief").text


def test_withdrawing_asks_first_and_then_ends_all(open_app, participant):
    participant.answer_next()
    asked = participant.get("/withdraw")
    assert asked.status_code == 200
    assert own_session(open_app).state == "running"

    done = participant.post_form("/withdraw", choice="withdraw")

    assert done.status_code == 200
    assert own_session(open_app).state == "withdrawn"
    with open_app.app_context():
        assert db.session.scalars(sa.select(Participant.code)).one() in done.text
    for path in ("/instructions", "/trials", "/debrief", "/questions"):
        page = participant.get(path)
        assert page.status_code == 410
        assert "/withdraw" in page.text
    assert participant.get("/withdraw").status_code == 200


@pytest.mark.parametrize("state", ["running", "finished", "screened-out", "withdrawn"])
def test_all_answers_are_deleted_on_wish_in_any_state(open_app, participant, state):
    if state == "finished":
        participant.answer_all()
    else:
        participant.answer_next()
    with open_app.app_context():
        study_session = db.session.scalars(sa.select(StudySession)).one()
        if state != "finished":
            study_session.state = state
        db.session.commit()
    participant.get("/withdraw")

    done = participant.post_form("/withdraw", choice="erase")

    assert done.status_code == 200
    with open_app.app_context():
        assert db.session.scalars(sa.select(Erasure.receipt)).one() in done.text
        for table in (Participant, StudySession, Trial, Response):
            assert db.session.scalar(sa.select(sa.func.count()).select_from(table)) == 0
    assert participant.get("/withdraw").status_code == 401
    assert participant.consent().status_code == 302, "the browser may start anew"


@pytest.mark.parametrize("choice", ["withdraw", "erase"])
def test_who_finished_before_withdrawing_keeps_the_completion_code(open_app, participant, choice):
    participant.answer_all()
    code = own_session(open_app).completion_code
    assert "paid as agreed" in participant.get("/withdraw").text

    assert code in participant.post_form("/withdraw", choice=choice).text


def test_who_withdraws_before_the_end_gets_no_code(participant):
    participant.answer_next()
    assert "paid as agreed" not in participant.get("/withdraw").text

    page = participant.post_form("/withdraw", choice="withdraw").text

    assert "completion code" not in page


def test_a_choice_that_is_none_changes_nothing(open_app, participant):
    participant.get("/withdraw")

    assert participant.post_form("/withdraw", choice="everything").status_code == 400
    assert own_session(open_app).state == "running"


@pytest.mark.parametrize("choice", ["withdraw", "erase"])
def test_withdrawing_without_a_form_token_is_refused(open_app, participant, choice):
    assert participant.client.post("/withdraw", data={"choice": choice}).status_code == 400
    assert own_session(open_app).state == "running"


def test_the_way_out_is_linked_from_every_page_of_a_study_session(participant):
    for path in ("/instructions", "/trials"):
        assert 'href="/withdraw"' in participant.get(path).text
    participant.answer_all()
    assert 'href="/withdraw"' in participant.get("/debrief").text


@pytest.fixture
def erased_meanwhile(monkeypatch):
    """Another window has everything deleted just after a function of the views has run."""

    def after(name):
        inner = getattr(ending, name)

        def run(*arguments):
            found = inner(*arguments)
            with sa.orm.Session(db.engine) as other:
                erase(other, other.scalars(sa.select(StudySession)).one(), "participant", NOW)
            db.session.rollback()
            return found

        monkeypatch.setattr(ending, name, run)

    return after


@pytest.mark.parametrize("choice", ["withdraw", "erase"])
def test_who_presses_delete_twice_is_told_that_it_is_done(participant, erased_meanwhile, choice):
    participant.get("/withdraw")
    erased_meanwhile("own_outcome")

    page = participant.post_form("/withdraw", choice=choice)

    assert page.status_code == 401
    assert "Nothing is stored about you here any more." in page.text


def test_a_page_asked_for_while_everything_is_deleted_says_so(participant, erased_meanwhile):
    participant.answer_all()
    erased_meanwhile("participating")

    page = participant.get("/debrief")

    assert page.status_code == 401
    assert "Nothing is stored about you here any more." in page.text


def test_who_was_screened_out_is_thanked_and_may_withdraw(open_app, participant):
    assert participant.get("/screened-out").headers["Location"] == "/instructions"
    with open_app.app_context():
        study_session = db.session.scalars(sa.select(StudySession)).one()
        study_session.state, study_session.screened_out_at = "screened-out", NOW
        study_session.screened_out_by = "colour-vision"
        db.session.commit()

    page = participant.get("/screened-out")

    assert page.status_code == 200
    assert "Thank you" in page.text
    assert 'href="/withdraw"' in page.text
    assert participant.get("/questions").status_code == 410
