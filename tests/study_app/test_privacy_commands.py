"""The commands about single people, as a researcher types them."""

import csv
import io

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from study_app.commands import main
from study_app.extensions import db
from study_app.models import Erasure, Participant
from tests.study_app import factories
from tests.study_app.factories import Browser


@pytest.fixture
def instance(open_app, monkeypatch):
    """An instance with one participant of the open study, half-way."""
    factories.point_commands_at(monkeypatch, open_app)
    browser = Browser(open_app)
    browser.consent(participant="P1")
    for _ in range(4):
        browser.answer_next()
    return open_app


def run(*arguments, **options):
    return CliRunner().invoke(main, [*arguments, "--study", "colours"], **options)


def participant_code(app):
    with app.app_context():
        return db.session.scalars(sa.select(Participant.code)).one()


def test_a_participant_is_erased_and_the_receipt_printed(instance):
    code = participant_code(instance)

    result = run("erase-participant", code, "--yes")

    assert result.exit_code == 0, result.output
    with instance.app_context():
        assert db.session.scalar(sa.select(Participant.id)) is None
        receipt = db.session.scalars(sa.select(Erasure)).one()
        assert receipt.requested_by == "researcher"
    assert f"receipt {receipt.receipt}" in result.output
    assert "10 trials and 4 answers" in result.output


def test_it_asks_first(instance):
    code = participant_code(instance)

    refused = run("erase-participant", code, input="n\n")
    assert refused.exit_code != 0
    assert "4 of 10 answered" in refused.output
    assert participant_code(instance) == code

    assert run("erase-participant", code, input="y\n").exit_code == 0


@pytest.mark.usefixtures("instance")
def test_an_unknown_code_is_refused():
    result = run("erase-participant", "nobody", "--yes")

    assert result.exit_code == 11
    assert "has no participant 'nobody'" in result.output


def rows(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_people_are_found_by_name_and_by_the_recruiter_s_list(instance, tmp_path):
    (tmp_path / "list.csv").write_text("Participant id,Status\nP1,AWAITING REVIEW\n")

    result = run("find-participant", "P9", "--file", str(tmp_path / "list.csv"))

    assert result.exit_code == 0, result.output
    nobody, found = rows(result.output)
    assert (nobody["external_id"], nobody["participant"]) == ("P9", "")
    assert found["participant"] == participant_code(instance)
    assert (found["state"], found["payment"]) == ("running", "open")


@pytest.mark.usefixtures("instance")
def test_nothing_to_look_for_is_refused():
    result = run("find-participant")

    assert result.exit_code == 2
    assert "Give names, or --file." in result.output


@pytest.mark.parametrize("name", ["erase-participant", "find-participant"])
def test_help_has_an_example(name):
    assert f"Example: study-app {name}" in CliRunner().invoke(main, [name, "--help"]).output
