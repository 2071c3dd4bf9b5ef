import io
import json
import shutil
import tempfile
import time
import zipfile
from pathlib import Path

import pytest

from study_app import analysis_command
from study_app.catalog import find_study
from study_app.extensions import db
from study_app.models import StimulusSet
from study_app.monitoring.report_job import Job, folder_of, note_job
from study_app.monitoring.report_results import EXPORT_NAME, PAGE_NAME, SEQUENCE_NAME, TWIN_NAME
from study_app.simulated_token import sign_token
from study_app.study_moves import close_study, move_study
from study_app.views.desk_data import REPORT_POLICY
from tests.study_app import factories
from tests.study_app.desk_logins import researcher
from tests.study_app.factories import NOW, Browser

LONGEST_WAIT_S = 60


@pytest.fixture
def own_set(open_app, set_folder, tmp_path):
    """Give the studies a copy of their set, to be moved away."""
    copy = shutil.copytree(set_folder, tmp_path / "set")
    with open_app.app_context():
        db.session.query(StimulusSet).update({"folder": str(copy)})
        db.session.commit()
    return copy


def take_part(app, n=1):
    for _ in range(n):
        browser = Browser(app)
        assert browser.consent().status_code == 302
        browser.answer_all()


def close(app):
    with app.app_context():
        close_study(db.session(), find_study(db.session(), "colours"), NOW)


def fetch(app, path):
    """Give an answer with all that was sent, as a server does: to the end, then closed."""
    with researcher(app).client.get(path) as answer:
        assert len(answer.data) == answer.content_length
    return answer


def folder(app, code="colours", phase="main"):
    return folder_of(Path(app.instance_path), code, phase)


def pilot(app, *states):
    """Bring the draft through states, with one person in its pilot."""
    for state in states:
        with app.app_context():
            move_study(db.session(), find_study(db.session(), "noise"), state, NOW)
        if state == "pilot":
            browser = Browser(app)
            browser.consent("noise")
            browser.answer_all()


def noted(app, job):
    folder(app).mkdir(parents=True)
    note_job(folder(app), job)


def wait_for_report(desk, code="colours"):
    deadline = time.monotonic() + LONGEST_WAIT_S
    while "You may leave this page" in (page := desk.get(f"/desk/{code}/report/now").text):
        assert time.monotonic() < deadline, page
        time.sleep(0.1)
    return page


def test_the_data_are_taken_away_in_one_file(open_app, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    take_part(open_app)

    answer = fetch(open_app, "/desk/colours/data.zip")

    assert answer.headers["Content-Disposition"] == "attachment; filename=colours-data.zip"
    assert answer.headers["Cache-Control"] == "no-store"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as packed:
        trials = packed.read("colours-data/trials.csv").decode().splitlines()
        assert "colours-data/codebook.csv" in packed.namelist()
    assert len(trials) == 1 + 10
    assert list(tmp_path.glob("study-download-*")) == [], "nothing is left behind"


def test_the_archive_is_taken_away_in_one_file(open_app):
    take_part(open_app)

    answer = fetch(open_app, "/desk/colours/archive.zip")

    with zipfile.ZipFile(io.BytesIO(answer.data)) as packed:
        assert "colours-archive/dataset_description.json" in packed.namelist()
        assert packed.testzip() is None


def test_an_archive_without_its_set_is_refused_with_the_way_out(open_app, own_set):
    desk = researcher(open_app)
    shutil.rmtree(own_set)

    answer = desk.get("/desk/colours/archive.zip")

    assert answer.status_code == 409
    assert "<h1>The stimulus set is not as it was</h1>" in answer.text
    assert f"no longer at {own_set}; study-app create STUDY.TOML --set" in answer.text
    assert fetch(open_app, "/desk/colours/data.zip").status_code == 200


def test_who_goes_back_to_the_address_of_the_form_stands_before_the_report(open_app):
    assert researcher(open_app).get("/desk/colours/report").location == "/desk/colours/data#report"


def test_the_data_of_a_pilot_are_taken_away_by_themselves(open_app):
    with open_app.app_context():
        move_study(db.session(), find_study(db.session(), "noise"), "pilot", NOW)
    Browser(open_app).consent("noise")

    answer = fetch(open_app, "/desk/noise/pilot-data.zip")
    desk = researcher(open_app)

    with zipfile.ZipFile(io.BytesIO(answer.data)) as packed:
        assert len(packed.read("noise-pilot-data/trials.csv").splitlines()) == 1 + 10
    assert "pilot-data.zip" in desk.get("/desk/noise/data").text
    assert "pilot-data.zip" not in desk.get("/desk/colours/data").text
    assert "People of the pilot" in desk.get("/desk/noise/").text


def test_what_to_think_of_before_the_archive_goes_to_others_is_told(open_app):
    close(open_app)

    page = researcher(open_app).get("/desk/colours/data").text

    assert "<li>No authors are stated; " in page
    assert "<li>No licence is stated; " in page


def test_data_of_an_open_study_come_with_a_warning(open_app):
    desk = researcher(open_app)

    before = desk.get("/desk/colours/data").text
    close(open_app)

    assert "The study is not closed" in before
    assert "The study is not closed" not in desk.get("/desk/colours/data").text


def test_a_report_is_made_in_a_process_of_its_own_and_opened(open_app):
    take_part(open_app, 3)
    close(open_app)
    desk = researcher(open_app)
    desk.get("/desk/colours/data")

    started = desk.post_form("/desk/colours/report")
    page = wait_for_report(desk)

    assert (started.status_code, started.location) == (303, "/desk/colours/data#report")
    assert "of 30 trials" in page
    assert '<th scope="row">full</th>' in page
    assert not (folder(open_app) / EXPORT_NAME).exists()
    report = desk.get("/desk/colours/report/report.html")
    assert report.text.startswith("<!doctype html>")
    assert report.headers.get_all("Content-Security-Policy") == [REPORT_POLICY]
    assert report.headers["Cache-Control"] == "no-store"
    assert desk.client.get("/desk/colours/report/report.json").json["level"] == 0.95


def test_fool_rates_of_an_open_study_stay_hidden(open_app):
    take_part(open_app)
    desk = researcher(open_app)

    page = desk.get("/desk/colours/data")
    answer = desk.post_form("/desk/colours/report")

    assert "stay hidden until the study is closed" in page.text
    assert "Make report" not in page.text
    assert answer.status_code == 409
    assert "Fool rates stay hidden" in answer.text


def test_of_a_pilot_fool_rates_are_hidden_until_it_is_ended(open_app):
    pilot(open_app, "pilot")
    desk = researcher(open_app)
    page = desk.get("/desk/noise/data").text
    refused = desk.post_form("/desk/noise/pilot-report")
    pilot(open_app, "preview")

    ended = desk.get("/desk/noise/data").text

    assert "The pilot’s fool rates stay hidden until it is ended" in page
    assert "Make report" not in page
    assert refused.status_code == 409
    assert "The pilot&#39;s fool rates stay hidden until it is ended" in refused.text
    assert "Report of the pilot" in ended
    assert 'action="/desk/noise/pilot-report"' in ended
    assert 'action="/desk/noise/report"' not in ended, "nobody has taken part in the study itself"
    assert "pilot-report" not in desk.get("/desk/colours/data").text


def test_the_report_of_a_pilot_is_marked_and_beside_that_of_the_study(open_app):
    pilot(open_app, "pilot", "open")
    desk = researcher(open_app)
    desk.get("/desk/noise/data")

    started = desk.post_form("/desk/noise/pilot-report")
    page = wait_for_report(desk, "noise")

    assert started.location == "/desk/noise/data#pilot-report"
    assert "of 10 trials of the pilot" in page
    assert "Fool rates of the pilot, 95" in page
    report = desk.get("/desk/noise/pilot-report/report.html").text
    assert "<title>PILOT: " in report
    assert "<strong>PILOT</strong>" in report
    assert desk.client.get("/desk/noise/pilot-report/report.json").json["is_pilot"] is True
    assert desk.get("/desk/noise/report/report.html").status_code == 409


def test_a_pilot_that_is_started_again_hides_the_report_of_before(open_app):
    pilot(open_app, "pilot", "preview")
    place = folder(open_app, "noise", "pilot")
    place.mkdir(parents=True)
    note_job(place, Job("report", "done", NOW, NOW, n_trials=10))
    (place / PAGE_NAME).write_text("<!doctype html>")
    desk = researcher(open_app)
    before = desk.get("/desk/noise/pilot-report/report.html").status_code

    pilot(open_app, "pilot")

    assert before == 200
    assert desk.get("/desk/noise/pilot-report/report.html").status_code == 409
    assert "of 10 trials" not in desk.get("/desk/noise/data").text


def test_what_was_made_of_simulated_observers_is_hidden_when_people_come(open_app):
    Browser(open_app).consent(simulated=sign_token(factories.SECRET_KEY, "colours", 1))
    noted(open_app, Job("report", "done", NOW, NOW, n_trials=30, only_simulated=True))
    (folder(open_app) / PAGE_NAME).write_text("<!doctype html>")
    desk = researcher(open_app)
    before = desk.get("/desk/colours/data").text, desk.get("/desk/colours/report/report.html")

    Browser(open_app).consent()
    after = desk.get("/desk/colours/data").text, desk.get("/desk/colours/report/report.html")
    close(open_app)
    closed = desk.get("/desk/colours/data").text, desk.get("/desk/colours/report/report.html")

    assert "simulated observers only" in before[0]
    assert "Open the report" in before[0]
    assert before[1].status_code == 200
    assert "trials of simulated observers" in before[0]
    for page, report in (after, closed):
        assert "Open the report" not in page
        assert "of 30 trials" not in page
        assert report.status_code == 409
    assert "Make report" in closed[0]


def test_a_look_that_the_study_file_allows_has_a_warning_and_its_own_intervals(app, set_folder):
    source = factories.study_text(per_condition=20)
    with app.app_context():
        source = source.replace("show_fool_rates = false", "show_fool_rates = true")
        factories.create_study(source, set_folder)
        factories.open_study(db.session(), find_study(db.session(), "colours"), None, NOW)
    Browser(app).consent()
    point = {"n_participants": 12, "fool_rate": 0.3, "low": 0.1, "high": 0.5}
    noted(app, Job("sequence", "done", NOW, NOW, n_trials=120))
    (folder(app) / SEQUENCE_NAME).write_text(
        json.dumps({"conditions": [{"condition": "full", "points": [point]}]})
    )

    page = researcher(app).get("/desk/colours/data").text

    assert "People still come" in page
    assert "valid at all times together" in page
    assert "10.0\u202f% to 50.0\u202f%" in page
    assert "Compute now" in page


def test_of_a_study_that_nobody_took_part_in_no_report_is_offered(open_app):
    close(open_app)

    page = researcher(open_app).get("/desk/colours/data").text

    assert "there is nothing to report" in page
    assert "Make report" not in page


def test_the_commands_own_sentence_tells_why_there_is_no_report(open_app):
    take_part(open_app)
    close(open_app)
    noted(open_app, Job("report", "failed", NOW, NOW, "no answered main trial is left"))

    page = researcher(open_app).get("/desk/colours/data").text

    assert 'class="problem" role="status">no answered main trial is left<' in page
    assert "Make report" in page


def test_without_the_analysis_the_page_says_what_adds_it(open_app, monkeypatch):
    take_part(open_app)
    close(open_app)
    desk = researcher(open_app)
    monkeypatch.setattr(analysis_command, "NEEDED", ("a-package-that-is-nowhere",))
    page = desk.get("/desk/colours/data").text

    answer = desk.post_form("/desk/colours/report")

    assert "pip install" in page
    assert "Make report" not in page
    assert answer.status_code == 409
    assert "not installed on this server" in answer.text


def test_a_report_that_was_never_made_is_said(open_app):
    desk = researcher(open_app)

    for name in (PAGE_NAME, TWIN_NAME):
        answer = desk.get(f"/desk/colours/report/{name}")

        assert answer.status_code == 409
        assert "There is no such report yet" in answer.text


def test_no_other_file_is_given(open_app):
    desk = researcher(open_app)

    for name in ("job.json", "..%2fsecret_key", "lock", "sequence.json"):
        assert desk.get(f"/desk/colours/report/{name}").status_code == 404, name


def test_a_form_without_its_token_starts_nothing(open_app):
    close(open_app)
    desk = researcher(open_app)

    answer = desk.client.post("/desk/colours/report")

    assert answer.status_code == 400
    assert not folder(open_app).exists()
