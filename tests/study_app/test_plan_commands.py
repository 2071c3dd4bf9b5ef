"""``study-app replay``, as a researcher types it."""

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from study_app.commands import main
from study_app.extensions import db
from study_app.models import Participant, Trial
from tests.study_app import factories
from tests.study_app.factories import Browser


@pytest.fixture
def code(open_app, tmp_path, monkeypatch):
    """The code of a participant who answered four of ten, in an empty working folder."""
    factories.point_commands_at(monkeypatch, open_app)
    monkeypatch.chdir(tmp_path)
    browser = Browser(open_app)
    browser.consent()
    for _ in range(4):
        browser.answer_next()
    with open_app.app_context():
        return db.session.scalars(sa.select(Participant.code)).one()


def run(*arguments):
    return CliRunner().invoke(main, ["replay", "--study", "colours", *arguments])


def test_a_page_is_written_and_a_table_printed(code, tmp_path):
    result = run("--", code)

    assert result.exit_code == 0, result.output
    page = (tmp_path / f"replay-{code}.html").read_text()
    assert page.count("data:image/png") == 20
    assert result.output.count("practice  practice") == 2
    assert "are those planned at enrolment" in result.output


def test_the_page_goes_where_it_is_wanted_and_replaces_nothing_unasked(code, tmp_path):
    assert run("--out", "page.html", "--", code).exit_code == 0
    before = (tmp_path / "page.html").read_text()

    refused = run("--out", "page.html", "--", code)

    assert refused.exit_code == 8
    assert "exists already" in refused.output
    assert (tmp_path / "page.html").read_text() == before
    assert run("--out", "page.html", "--overwrite", "--", code).exit_code == 0


def test_trials_that_were_changed_are_shown_but_the_command_fails(code, open_app, tmp_path):
    with open_app.app_context():
        trial = db.session.scalars(sa.select(Trial)).first()
        trial.first_side = "right" if trial.first_side == "left" else "left"
        db.session.commit()

    result = run("--", code)

    assert result.exit_code == 1
    assert "NOT those planned" in result.output
    assert (tmp_path / f"replay-{code}.html").exists()


@pytest.mark.usefixtures("code")
def test_an_unknown_code_is_refused_and_nothing_written(tmp_path):
    result = run("nobody")

    assert result.exit_code == 11
    assert "has no participant 'nobody'" in result.output
    assert not list(tmp_path.glob("*.html"))
