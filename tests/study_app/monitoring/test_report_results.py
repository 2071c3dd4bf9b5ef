import json

import pytest

from study_app.catalog import find_study
from study_app.extensions import db
from study_app.monitoring.report_results import (
    SEQUENCE_NAME,
    TWIN_NAME,
    RateRow,
    allowed_kind,
    read_rates,
)
from study_app.simulated_token import sign_token
from study_app.study_moves import close_study
from tests.study_app import factories
from tests.study_app.factories import NOW, Browser


def allowed(app):
    with app.app_context():
        return allowed_kind(db.session(), find_study(db.session(), "colours"), "main")


def test_fool_rates_of_people_are_hidden_until_the_study_is_closed(open_app):
    Browser(open_app).consent(simulated=sign_token(factories.SECRET_KEY, "colours", 1))
    before = allowed(open_app)
    Browser(open_app).consent()
    while_open = allowed(open_app)
    with open_app.app_context():
        close_study(db.session(), find_study(db.session(), "colours"), NOW)

    assert (before, while_open, allowed(open_app)) == ("report", None, "report")


def test_a_study_file_may_allow_a_look(app, set_folder):
    source = factories.study_text()
    assert "show_fool_rates = false" in source
    with app.app_context():
        source = source.replace("show_fool_rates = false", "show_fool_rates = true")
        factories.create_study(source, set_folder)
        factories.open_study(db.session(), find_study(db.session(), "colours"), None, NOW)
    Browser(app).consent()

    assert allowed(app) == "sequence"


def test_the_rates_of_a_report_come_with_their_intervals(tmp_path):
    condition = {
        "condition": "full",
        "fool_rate": 0.32,
        "n_participants": 40,
        "people_and_photos": {"low": 0.28, "high": 0.37},
    }
    (tmp_path / TWIN_NAME).write_text(json.dumps({"conditions": [condition]}))

    assert read_rates(tmp_path, "report") == [RateRow("full", 0.32, 0.28, 0.37, 40, "")]


def test_of_a_sequence_the_last_point_is_read(tmp_path):
    point = {"n_participants": 10, "fool_rate": 0.3, "low": 0.1, "high": 0.5}
    later = {"n_participants": 20, "fool_rate": 0.4, "low": None, "high": None, "warning": "why"}
    conditions = [
        {"condition": "full", "points": [point, later]},
        {"condition": "l2", "points": []},
    ]
    (tmp_path / SEQUENCE_NAME).write_text(json.dumps({"conditions": conditions}))

    assert read_rates(tmp_path, "sequence") == [RateRow("full", 0.4, None, None, 20, "why")]


@pytest.mark.parametrize("text", [None, "", "{}", '{"conditions": [{}]}', '{"conditions": 3}'])
def test_where_there_is_nothing_to_read_there_are_no_rates(tmp_path, text):
    if text is not None:
        (tmp_path / TWIN_NAME).write_text(text)

    assert read_rates(tmp_path, "report") == []
