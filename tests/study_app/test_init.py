import subprocess
import sys
import traceback
from dataclasses import replace

import flask
import pytest
import sqlalchemy as sa

from study_app import create_app
from study_app.extensions import db
from study_app.models import QuestionAnswer
from tests.study_app import factories

HEAVY = ("tensorflow", "keras", "numpy", "pandas")


def test_importing_the_web_study_loads_no_numeric_library():
    code = f"import sys, study_app.commands; print(set({HEAVY!r}) & sys.modules.keys())"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "set()\n"


def test_an_app_reads_its_settings_from_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("STUDY_INSTANCE_PATH", str(tmp_path))
    monkeypatch.setenv("STUDY_DATABASE_URL", "sqlite:///:memory:")

    app = create_app()

    assert app.instance_path == str(tmp_path)
    assert app.config["SECRET_KEY"] == (tmp_path / "secret_key").read_text()
    assert app.config["SQLALCHEMY_DATABASE_URI"] == "sqlite:///:memory:"


def test_two_instances_on_one_host_have_cookies_of_different_names(tmp_path):
    settings = factories.make_settings(tmp_path)
    other = replace(settings, secret_key="the key of the instance next door")

    names = {create_app(s).config["SESSION_COOKIE_NAME"] for s in (settings, other)}

    assert len(names) == 2


def test_behind_a_proxy_its_headers_are_believed_and_else_not(tmp_path):
    settings = factories.make_settings(tmp_path)
    headers = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "1.2.3.4"}

    def scheme(app):
        seen = []
        app.before_request(lambda: seen.append(flask.request.scheme))
        app.test_client().get("/none", headers=headers)
        return seen[0]

    assert scheme(create_app(settings)) == "http"
    assert scheme(create_app(replace(settings, trusted_proxies=1))) == "https"


def test_an_error_of_the_database_does_not_tell_what_somebody_answered(open_app):
    with open_app.app_context(), pytest.raises(sa.exc.IntegrityError) as caught:
        db.session.execute(
            sa.insert(QuestionAnswer).values(study_session_id=1, answer="a private answer")
        )

    told = "".join(traceback.format_exception(caught.value))  # as in the log
    assert "a private answer" not in told
    assert "question_answer" in told
