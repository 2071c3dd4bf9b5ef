"""What is counted on which page is in ``test_flow_counts.py``; here, what is not."""

import pytest
import sqlalchemy as sa

from study_app.extensions import db
from study_app.models import FlowCount
from tests.study_app.factories import Browser


def events(app):
    with app.app_context():
        return set(db.session.scalars(sa.select(FlowCount.event)))


@pytest.mark.parametrize("path", ["/study/none", "/study/none/consent", "/", "/none"])
def test_an_address_of_no_study_is_not_counted(open_app, path):
    Browser(open_app).get(path)

    assert events(open_app) == set()


def test_an_error_inside_the_study_is_no_refusal(participant, open_app):
    before = events(open_app)

    assert participant.answer("no such trial").status_code == 404

    assert events(open_app) == before


def test_an_invitation_that_leads_nowhere_is_a_preview(open_app):
    Browser(open_app).get("/study/noise")

    assert events(open_app) == {"preview"}


def test_no_cookie_is_set_by_looking_at_the_invitation(open_app):
    response = open_app.test_client().get("/study/colours")

    assert "Set-Cookie" not in response.headers
    assert events(open_app) == {"invitation"}
