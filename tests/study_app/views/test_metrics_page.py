from datetime import timedelta

import pytest
import sqlalchemy as sa

from study_app.extensions import db
from study_app.models import StudySession
from tests.study_app import factories
from tests.study_app.counting import TOKEN, counting
from tests.study_app.test_metrics import samples


@pytest.fixture
def counting_app(open_app):
    """The open study in an app that counts."""
    with counting(open_app) as app:
        yield app


def scrape(app, authorization=f"Bearer {TOKEN}"):
    return app.test_client().get("/metrics", headers={"Authorization": authorization})


def test_without_a_token_in_the_settings_there_is_no_such_address(open_app):
    assert open_app.test_client().get("/metrics").status_code == 404
    assert scrape(open_app).status_code == 404
    assert scrape(open_app, "Bearer ").status_code == 404


def test_who_shows_the_token_is_told(counting_app):
    counting_app.test_client().get("/healthz")

    page = scrape(counting_app)

    key = ("study_app_requests_total", ("endpoint", "health.alive"), ("method", "GET"),
           ("status", "2xx"))  # fmt: skip
    assert page.status_code == 200
    assert page.mimetype == "text/plain"
    assert samples(page.data)[key] == 1


@pytest.mark.parametrize(
    "shown",
    ["", "Bearer", "Bearer ", TOKEN, f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer \xfcb\xff"],
)
def test_who_does_not_is_refused(counting_app, shown):
    refused = scrape(counting_app, shown)

    assert (refused.status_code, refused.text) == (401, "unauthorized\n")
    assert refused.headers["WWW-Authenticate"] == "Bearer"


def test_a_token_in_the_address_is_not_looked_at(counting_app):
    assert counting_app.test_client().get(f"/metrics?token={TOKEN}").status_code == 401


def test_sessions_that_go_on_are_counted(counting_app):
    browsers = [factories.Browser(counting_app) for _ in range(3)]
    for browser in browsers:
        browser.consent()
    browsers[0].answer_all()
    with counting_app.app_context():
        newest = sa.select(sa.func.max(StudySession.id)).scalar_subquery()
        long_ago = factories.NOW - timedelta(days=2)
        db.session.execute(
            sa.update(StudySession)
            .where(StudySession.id == newest)
            .values(lease_expires_at=long_ago)
        )
        db.session.commit()

    assert samples(scrape(counting_app).data)[("study_app_sessions_active",)] == 1


def test_the_counts_are_told_without_a_database_too(counting_app):
    with counting_app.app_context():
        db.session.execute(sa.text("ALTER TABLE study_session RENAME TO elsewhere"))
        db.session.commit()

    page = scrape(counting_app)

    assert page.status_code == 200
    assert ("study_app_sessions_active",) not in samples(page.data)
