"""With the installed ``analysis`` command, on what simulated observers answered."""

import json
from pathlib import Path

import pytest

from study_app import report_process
from study_app.catalog import find_study
from study_app.errors import AnalysisRefused
from study_app.extensions import db
from study_app.monitoring.report_job import Job, folder_of, note_job, read_job
from study_app.monitoring.report_results import EXPORT_NAME, SEQUENCE_NAME, TWIN_NAME
from study_app.report_process import main
from study_app.simulated_token import sign_token
from study_app.study_moves import move_study
from tests.study_app import factories
from tests.study_app.factories import NOW, Browser


@pytest.fixture
def folder(open_app, monkeypatch):
    factories.point_commands_at(monkeypatch, open_app)
    place = folder_of(Path(open_app.instance_path), "colours")
    place.mkdir(parents=True)
    note_job(place, Job("report", "starting", NOW, NOW))
    return place


def observe(app, seed):
    browser = Browser(app)
    browser.consent(simulated=sign_token(factories.SECRET_KEY, "colours", seed))
    browser.answer_all()


def test_intervals_that_hold_at_all_times_are_made(open_app, folder, monkeypatch):
    monkeypatch.setattr(report_process, "allowed_kind", lambda *_: "sequence")
    observe(open_app, 1)

    code = main(["colours", "sequence", "main"])

    job = read_job(folder)
    assert (code, job.step, job.n_trials) == (0, "done", 10), job.message
    assert "SHA-256" in job.message
    assert not (folder / EXPORT_NAME).exists(), "who is erased later is in no forgotten folder"
    assert json.loads((folder / SEQUENCE_NAME).read_text())["first_participant"] == 10


def test_the_commands_own_sentence_is_told_when_it_refuses(folder, monkeypatch):
    def refuse(_arguments):
        raise AnalysisRefused("trials.csv: no answered main trial is left")

    monkeypatch.setattr(report_process, "run_command", refuse)

    code = main(["colours", "report", "main"])

    job = read_job(folder)
    assert (code, job.step) == (15, "failed")
    assert job.message == "trials.csv: no answered main trial is left"
    assert not (folder / EXPORT_NAME).exists()


def test_nothing_is_computed_when_people_have_come_meanwhile(open_app, folder):
    Browser(open_app).consent()

    assert main(["colours", "report", "main"]) == 15
    assert "fool rates stay hidden" in read_job(folder).message
    assert not (folder / EXPORT_NAME).exists()


@pytest.mark.usefixtures("folder")
def test_the_report_of_a_pilot_is_of_the_pilot_alone(open_app):
    with open_app.app_context():
        move_study(db.session(), find_study(db.session(), "noise"), "pilot", NOW)
    for _ in range(2):
        browser = Browser(open_app)
        browser.consent("noise")
        browser.answer_all()
    with open_app.app_context():
        move_study(db.session(), find_study(db.session(), "noise"), "open", NOW)
    late = Browser(open_app)
    late.consent("noise")
    late.answer_all()
    place = folder_of(Path(open_app.instance_path), "noise", "pilot")
    place.mkdir(parents=True)

    code = main(["noise", "report", "pilot"])

    job = read_job(place)
    twin = json.loads((place / TWIN_NAME).read_text())
    assert (code, job.step, job.n_trials) == (0, "done", 2 * 10), job.message
    assert (twin["is_pilot"], twin["provenance"]["input"]["n_participants"]) == (True, 2)
    assert not (place.parent / "report").exists(), "the study's own report is another one"


def test_a_mistake_of_ours_is_told_too(folder, monkeypatch):
    def stumble(*_args, **_options):
        raise RuntimeError("a mistake")

    monkeypatch.setattr(report_process.export, "export_study", stumble)

    with pytest.raises(RuntimeError):
        main(["colours", "report", "main"])
    assert read_job(folder).message == "the process stumbled: RuntimeError: a mistake"
