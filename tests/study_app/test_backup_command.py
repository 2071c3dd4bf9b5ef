import pytest
from click.testing import CliRunner

from study_app.commands import main
from tests.study_app import factories


@pytest.fixture
def instance(open_app, monkeypatch):
    factories.point_commands_at(monkeypatch, open_app)
    browser = factories.Browser(open_app)
    browser.consent()
    browser.answer_next()


def run(*arguments):
    return CliRunner().invoke(main, ["backup", *map(str, arguments)])


@pytest.mark.sqlite
@pytest.mark.usefixtures("instance")
def test_it_says_what_is_in_it_and_how_it_comes_back(tmp_path, monkeypatch):
    path = tmp_path / "copy.sqlite"

    result = run(path)

    assert result.exit_code == 0, result.output
    assert "(study sessions: 1, answers: 1)" in result.output
    assert f"STUDY_DATABASE_URL=sqlite:///{path} study-app status" in result.output
    monkeypatch.setenv("STUDY_DATABASE_URL", f"sqlite:///{path}")
    assert "colours" in CliRunner().invoke(main, ["status", "--study", "colours"]).output


@pytest.mark.sqlite
@pytest.mark.usefixtures("instance")
def test_a_file_that_is_there_is_kept_unless_asked(tmp_path):
    path = tmp_path / "copy.sqlite"
    path.write_text("mine")

    refused = run(path)
    assert refused.exit_code == 16
    assert refused.output == f"study-app: {path} is there already; --overwrite replaces it\n"
    assert path.read_text() == "mine"

    assert run(path, "--overwrite").exit_code == 0
    assert path.read_bytes().startswith(b"SQLite format 3")


def test_without_a_database_there_is_nothing_to_copy(tmp_path, monkeypatch):
    monkeypatch.setenv("STUDY_INSTANCE_PATH", str(tmp_path / "empty"))

    result = run(tmp_path / "copy.sqlite")

    assert result.exit_code == 2
    assert "is not there" in result.output
    assert not (tmp_path / "copy.sqlite").exists()
