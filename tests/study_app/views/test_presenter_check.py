from study_app.extensions import db
from study_app.models import Base


def rows_of_database(app):
    with app.app_context():
        return {
            table.name: db.session.execute(table.select()).all()
            for table in Base.metadata.sorted_tables
        }


def test_the_page_needs_no_study_session_and_stores_nothing(open_app, browser):
    before = rows_of_database(open_app)

    answer = browser.client.get("/presenter-check")

    assert answer.status_code == 200
    assert "presenter_check.js" in answer.text
    assert '<option value="1000" selected>' in answer.text
    assert "Set-Cookie" not in answer.headers
    assert rows_of_database(open_app) == before


def test_the_page_takes_nothing(browser):
    assert browser.client.post("/presenter-check").status_code in (400, 405)
