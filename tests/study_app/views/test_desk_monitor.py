import pytest

from study_app.simulated_token import sign_token
from study_app.study_tables import Recruiter
from tests.study_app import factories
from tests.study_app.attentive import take_part
from tests.study_app.desk_logins import researcher
from tests.study_app.factories import Browser


@pytest.fixture
def desk(open_app):
    """A researcher's browser; somebody has finished, somebody is in the middle."""
    take_part(open_app)
    running = Browser(open_app)
    running.consent()
    running.answer_next()
    return researcher(open_app)


def test_the_overview_tells_completed_of_wanted(desk):
    page = desk.get("/desk/colours/")

    assert "<strong>1</strong> of 3" in page.text
    assert "the highest bar is 2." in page.text
    assert "1 taking part now" in page.text
    assert 'data-live="/desk/colours/now"' in page.text


def test_the_part_that_changes_is_given_alone(desk):
    part = desk.get("/desk/colours/now")

    assert part.status_code == 200
    assert "<strong>1</strong> of 3" in part.text
    assert "<html" not in part.text


def test_each_participant_is_a_line(desk):
    page = desk.get("/desk/colours/participants").text

    assert page.count('<th scope="row">') == 2
    assert "10 of 10" in page
    assert "1 of 10" in page
    assert "812" in page
    assert page.count('class="words">due</td>') == 1


def test_nothing_is_due_to_simulated_observers(open_app):
    take_part(open_app, simulated=sign_token(factories.SECRET_KEY, "colours", 1))

    page = researcher(open_app).get("/desk/colours/participants").text

    assert '<span class="tag">simulated</span>' in page
    assert "10 of 10" in page
    assert "due</td>" not in page


def test_nothing_tells_how_often_people_were_fooled(desk, open_app):
    """Whether an answer was right is told of vigilance trials only."""
    observer = Browser(open_app)
    observer.consent(simulated=sign_token(factories.SECRET_KEY, "colours", 1))

    for path in ("", "now", "participants", "quality", "data", "report/now"):
        page = desk.get(f"/desk/colours/{path}").text.lower()
        assert "fool rate</th>" not in page
        assert "fooled by" not in page


def test_quality_tells_timing_and_vigilance(desk):
    page = desk.get("/desk/colours/quality").text

    assert "60 Hz" in page
    assert "Obviously wrong fakes" in page
    assert "75\u202f%" in page


def test_before_anybody_has_come_every_page_says_so(open_app):
    desk = researcher(open_app)

    assert "Nobody has taken part yet" in desk.get("/desk/noise/participants").text
    assert "No trial has been answered yet" in desk.get("/desk/noise/quality").text
    overview = desk.get("/desk/noise/").text
    assert "<strong>0</strong> of 3" in overview
    assert "Nobody has come yet." in overview
    assert "invite people" not in overview, "nobody can take part in a draft"
    assert '<a href="/desk/colours/links">The links</a> invite' in desk.get("/desk/colours/").text
    assert "highest bar" not in overview


def test_links_are_ready_to_copy(desk):
    page = desk.get("/desk/colours/links").text

    assert ">http://localhost/study/colours</textarea>" in page
    assert "works on this machine only" in page


def test_the_links_of_prolific_have_its_placeholders(app, set_folder):
    prolific = Recruiter(kind="prolific", completion_code="C1")
    with app.app_context():
        factories.create_study(factories.study_text(recruiter=prolific), set_folder)

    page = researcher(app).get("/desk/colours/links").text

    assert "PROLIFIC_PID={{%PROLIFIC_PID%}}&amp;STUDY_ID=" in page


def test_pages_of_the_desk_are_never_kept(desk):
    assert desk.get("/desk/colours/").headers["Cache-Control"] == "no-store"
