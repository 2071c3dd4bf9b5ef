"""The same table from the database as from the export; the study app only makes the database."""

import shutil
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import flask
import pandas as pd
import pytest

from analysis.database_table import read_database_table, read_study_file, sqlite_file
from analysis.errors import TrialTableError
from analysis.replaced_trials import without_replaced
from analysis.text_table import csv_chunks
from analysis.trial_table import read_trials
from study_app import create_app, export
from study_app.catalog import find_study
from study_app.extensions import db, upgrade_database
from study_app.simulated_token import sign_token
from study_app.study_moves import move_study, open_study
from tests.postgres import own_database
from tests.study_app import factories
from tests.study_app.factories import Browser

PAGES = ("3d2c1c5e-8a0f-4f3f-9d8e-000000000001", "3d2c1c5e-8a0f-4f3f-9d8e-000000000002")


def used_app(folder: Path, address: str | None = None) -> flask.Flask:
    """A study with one who finished, one half-way, one who withdrew, one simulated; one beside.

    Before it was opened, somebody took part in its pilot.
    """
    factories.build_set(folder / "set", 60, {"full": "weights", "random": "random", "real": "real"})
    (folder / "instance").mkdir()
    app = create_app(factories.make_settings(folder / "instance", address))
    app.testing = True
    with app.app_context():
        upgrade_database()
        for name in ("noise", "colours"):
            factories.create_study(factories.study_text(id=name, per_condition=9), folder / "set")
            move_study(db.session(), find_study(db.session(), name), "pilot", factories.NOW)
        db.session.remove()
    Browser(app).consent(participant="somebody in the pilot")
    with app.app_context():
        for name in ("noise", "colours"):
            open_study(db.session(), find_study(db.session(), name), None, factories.NOW)
        db.session.remove()
    people = [Browser(app) for _ in range(3)]
    for number, browser in enumerate(people):
        browser.consent(participant=f"secret name {number}")
    people[0].answer_all()
    for browser in people[1:]:
        for number in range(4):
            browser.answer_next(response_ms=800.25 + number, chosen_side="right")
    _cut_off_a_trial(people[1])
    people[2].get("/withdraw")
    people[2].post_form("/withdraw")
    Browser(app).consent("colours", simulated=sign_token(factories.SECRET_KEY, "colours", 1))
    Browser(app).consent("noise")
    return app


def _cut_off_a_trial(browser: Browser) -> None:
    """Show the fifth pair, load the page again, and answer the pair that comes instead."""
    key = browser.client.get(f"/api/trials/next?page={PAGES[0]}").json["trial_key"]
    browser.post_json(f"/api/trials/{key}/start", {"page_key": PAGES[0]})
    trial = browser.client.get(f"/api/trials/next?page={PAGES[1]}").json
    assert browser.answer(trial["trial_key"]).status_code == 200
    assert trial["trial_key"] != key


def export_of(app: flask.Flask, study: str, folder: Path) -> bytes:
    with app.app_context():
        session = db.session()
        export.export_study(session, find_study(session, study), folder)
        db.session.remove()
        db.engine.dispose()
    return (folder / "trials.csv").read_bytes()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, bytes]]:
    """The address of a used database, and what the export of each study gives."""
    folder = tmp_path_factory.mktemp("used")
    app = used_app(folder)
    exports = {name: export_of(app, name, folder / name) for name in ("colours", "noise")}
    return f"sqlite:///{folder / 'instance' / 'study.sqlite'}", exports


@pytest.fixture
def address(made: tuple[str, dict[str, bytes]]) -> str:
    return made[0]


def refusal(address: str, study: str | None = None) -> str:
    with pytest.raises(TrialTableError) as caught:
        read_database_table(address, study)
    return str(caught.value)


@pytest.mark.parametrize("study", ["colours", "noise"])
def test_the_database_gives_the_bytes_of_the_export(
    study: str, made: tuple[str, dict[str, bytes]], tmp_path: Path
) -> None:
    address, exports = made

    table = read_database_table(address, study)

    assert b"".join(csv_chunks(table.columns)) == exports[study]
    path = tmp_path / "trials.csv"
    path.write_bytes(exports[study])
    from_file, from_database = read_trials(path), read_trials(address, study=study)
    assert from_database.sha256 == from_file.sha256
    pd.testing.assert_frame_equal(from_database.trials, from_file.trials)


def test_a_pilot_is_no_part_of_the_study(made: tuple[str, dict[str, bytes]]) -> None:
    file = sqlite_file(made[0])
    assert file is not None
    with closing(sqlite3.connect(file)) as connection:
        (n_pilot,) = connection.execute(
            "SELECT count(*) FROM trial JOIN study_session ON study_session.id = study_session_id"
            " WHERE phase = 'pilot'"
        ).fetchone()

    assert n_pilot == 10
    assert read_trials(made[0], study="colours").trials["participant_id"].nunique() == 4


def test_a_database_from_before_there_were_pilots_is_read_whole(
    made: tuple[str, dict[str, bytes]], tmp_path: Path
) -> None:
    file = sqlite_file(made[0])
    assert file is not None
    shutil.copy(file, tmp_path / "old.sqlite")
    with closing(sqlite3.connect(tmp_path / "old.sqlite")) as connection:
        connection.execute("ALTER TABLE study_session RENAME COLUMN phase TO unknown")
        connection.commit()

    trials = read_trials(f"sqlite:///{tmp_path / 'old.sqlite'}", study="colours").trials

    assert trials["participant_id"].nunique() == 5


def test_who_withdrew_keeps_the_rows_but_no_answers(address: str) -> None:
    trials = read_trials(address, study="colours").trials

    answered = trials.groupby("study_session_id", sort=False)["fooled"].count()
    assert answered.tolist() == [10, 5, 0, 0]
    assert trials["simulated"].sum() == 10


def test_a_trial_that_was_cut_off_stands_before_the_one_that_took_its_place(address: str) -> None:
    trials = read_trials(address, study="colours").trials

    sizes = trials.groupby("study_session_id", sort=False).size()
    assert sizes.tolist() == [10, 11, 10, 10]
    session = trials[trials["study_session_id"] == sizes.index[1]]
    assert session["trial_index"].tolist() == list(range(11))
    assert session["fooled"].notna().tolist() == [True] * 4 + [False, True] + [False] * 5
    cut_off, replacement = session.iloc[4], session.iloc[5]
    assert cut_off["photo_id"] != replacement["photo_id"]
    for name in ("block", "trial_type", "condition", "real_side", "first_side"):
        assert cut_off[name] == replacement[name]
    assert len(without_replaced(session)) == 10


def test_the_study_file_is_at_hand(address: str) -> None:
    assert 'id = "colours"' in read_study_file(address, "colours")


def test_a_database_file_by_its_path_is_read_too(address: str) -> None:
    path = sqlite_file(address)
    assert path is not None

    assert len(read_trials(path, study="noise").trials) == 10


def test_reading_writes_nothing(address: str) -> None:
    path = sqlite_file(address)
    assert path is not None
    before = path.read_bytes()

    read_database_table(address, "colours")

    assert path.read_bytes() == before


def test_several_studies_need_a_choice(address: str) -> None:
    assert refusal(address).endswith("holds 2 studies; --study names one: noise, colours")


def test_an_unknown_study_is_refused(address: str) -> None:
    assert refusal(address, "other").endswith(
        "study.sqlite: holds no study 'other'; allowed: noise, colours"
    )


def test_a_missing_file_is_refused_and_not_made(tmp_path: Path) -> None:
    path = tmp_path / "none.sqlite"

    assert refusal(f"sqlite:///{path}") == f"sqlite:///{path}: there is no such file"
    assert not path.exists()


def test_a_database_in_memory_is_refused() -> None:
    assert refusal("sqlite://") == "sqlite:///: there is no such file"


def test_another_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE study (id INTEGER)")

    assert refusal(f"sqlite:///{path}") == (
        f"sqlite:///{path}: is no database of a study;"
        " allowed: one that study-app made and upgraded"
    )


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite"
    path.write_bytes(b"no database at all, but long enough to look like one" * 100)

    assert refusal(f"sqlite:///{path}") == (
        f"sqlite:///{path}: cannot be read: file is not a database"
    )


def test_a_database_without_a_study_is_refused(tmp_path: Path) -> None:
    app = create_app(factories.make_settings(tmp_path))
    with app.app_context():
        upgrade_database()
        db.engine.dispose()
    path = tmp_path / "study.sqlite"

    assert refusal(f"sqlite:///{path}") == f"sqlite:///{path}: holds no study"


def test_a_study_nobody_began_is_refused(tmp_path: Path) -> None:
    factories.build_set(tmp_path / "set")
    app = create_app(factories.make_settings(tmp_path))
    with app.app_context():
        upgrade_database()
        factories.create_study(factories.study_text(), tmp_path / "set")
        db.session.remove()
        db.engine.dispose()

    assert refusal(f"sqlite:///{tmp_path / 'study.sqlite'}").endswith(
        "study colours has no trials yet"
    )


@pytest.mark.parametrize(
    "address",
    [
        "postgresql+psycopg://me:secret@127.0.0.1:1/none",
        "postgresql://me:secret@127.0.0.1:1/none",
        "postgresql+psycopg://me@127.0.0.1:1/none?password=secret",
        "postgresql+psycopg://me:secret@127.0.0.1:port/none",
        "mysql://me:secret@host/none",
        "postgresql+asyncpg://me:secret@host/none",
        "https://me:secret@example.org/trials.csv",
    ],
)
def test_a_password_is_never_printed(address: str) -> None:
    message = refusal(address)

    assert "secret" not in message
    assert "\n" not in message
    assert address.partition(":")[0] in message


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[str, bytes]]:
    addresses = own_database()
    address = next(addresses)
    yield address, export_of(used_app(tmp_path, address), "colours", tmp_path / "out")
    next(addresses, None)


@pytest.mark.postgres
def test_postgresql_gives_the_bytes_of_the_export(server: tuple[str, bytes]) -> None:
    address, exported = server

    table = read_database_table(address, "colours")

    assert b"".join(csv_chunks(table.columns)) == exported


@pytest.mark.postgres
def test_another_postgresql_database_is_refused() -> None:
    addresses = own_database()
    address = next(addresses)

    assert refusal(address).endswith(
        "is no database of a study; allowed: one that study-app made and upgraded"
    )
    next(addresses, None)


def test_a_missing_driver_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)

    assert refusal("postgresql+psycopg://me:secret@host/study") == (
        "postgresql+psycopg://host/study: reading PostgreSQL needs psycopg:"
        " pip install 'colorization-turing-test[postgres]'"
    )
