import pytest

from study_app.command_context import app_context, check_database, stored_study
from study_app.errors import ConfigError, UnknownStudy
from study_app.extensions import db
from tests.study_app import factories


def test_an_instance_without_a_database_is_told_and_none_is_made(tmp_path):
    with (
        app_context(factories.make_settings(tmp_path)),
        pytest.raises(ConfigError, match="study-app create"),
    ):
        check_database()

    assert not (tmp_path / "study.sqlite").exists()


@pytest.mark.parametrize("address", ["nonsense", "unknown://x"])
def test_an_address_of_no_database_is_a_mistake_in_the_settings(tmp_path, address):
    with (
        pytest.raises(ConfigError, match="database_url"),
        app_context(factories.make_settings(tmp_path, address)),
    ):
        pass


def test_the_study_meant_is_found(open_app, monkeypatch):
    factories.point_commands_at(monkeypatch, open_app)

    with stored_study("noise") as (session, study):
        assert study.code == "noise"
        assert session is db.session()

    with pytest.raises(UnknownStudy, match="several studies"), stored_study(None):
        pass
