import flask
import pytest

from study_app.errors import NoStudySession
from study_app.views import cookie


@pytest.fixture
def request_context(app):
    with app.test_request_context("/"):
        yield


@pytest.mark.usefixtures("request_context")
def test_a_new_browser_has_no_study_session():
    assert cookie.current_code() is None
    assert cookie.resume("colours") is None
    with pytest.raises(NoStudySession):
        cookie.require_code()


@pytest.mark.usefixtures("request_context")
def test_the_last_remembered_study_is_the_current_one():
    cookie.remember("first", "a")
    cookie.remember("second", "b")

    assert cookie.require_code() == "b"
    assert flask.session.permanent


@pytest.mark.usefixtures("request_context")
def test_resuming_a_study_makes_it_the_current_one():
    cookie.remember("first", "a")
    cookie.remember("second", "b")

    assert cookie.resume("first") == "a"
    assert cookie.current_code() == "a"


@pytest.mark.usefixtures("request_context")
def test_looking_at_an_unknown_study_keeps_the_current_one():
    cookie.remember("first", "a")

    assert cookie.resume("other") is None
    assert cookie.current_code() == "a"


@pytest.mark.usefixtures("request_context")
def test_each_study_has_one_enrolment_key_in_a_browser():
    first = cookie.enrolment_key("first")

    assert cookie.enrolment_key("first") == first
    assert cookie.enrolment_key("second") != first


@pytest.mark.usefixtures("request_context")
def test_the_current_study_session_is_forgotten_and_those_of_other_studies_are_kept():
    cookie.remember("noise", "n")
    cookie.remember("colours", "c")
    old_key = cookie.enrolment_key("colours")

    assert cookie.forget_current()

    assert cookie.current_code() is None
    assert (cookie.resume("colours"), cookie.resume("noise")) == (None, "n")
    assert cookie.enrolment_key("colours") != old_key


@pytest.mark.usefixtures("request_context")
def test_there_may_be_nothing_to_forget():
    assert not cookie.forget_current()
