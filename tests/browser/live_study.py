"""A real study on a real server: created, opened and served on a free port, SQLite in a folder."""

import dataclasses
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import flask
import sqlalchemy as sa

from study_app import create_app
from study_app.catalog import find_study, load_stimulus_set, store_study
from study_app.config import Settings
from study_app.extensions import db, upgrade_database
from study_app.models import Response, StimulusPair, StudySession, Trial
from study_app.presets import PRESETS
from study_app.study_file import parse_study_file
from study_app.study_moves import open_study
from study_app.study_tables import Screening, StandardQuestions
from study_app.study_template import StudyDraft, write_study_text
from tests.thread_server import serve_in_thread

STUDY_ID = "false-colours"
CONTACT = "Dr Ada Example, ada@university.example"

# As short as the frame clock allows, so that a test need not wait for a thousand milliseconds.
QUICK = {"lead_in_ms": 0, "display_ms": 34, "isi_ms": 0, "response_delay_ms": 0}
SHORT = {"n_practice": 2, "n_main": 6, "n_vigilance": 0, "n_control": 0, **QUICK}


@dataclass(frozen=True)
class StoredTrial:
    """What the database knows of a trial: its truth and its answer."""

    trial: dict[str, Any]
    pair: dict[str, Any]
    response: dict[str, Any] | None


@dataclass(frozen=True)
class LiveStudy:
    """A study that is being served."""

    url: str
    app: flask.Flask
    instance: Path
    set_folder: Path

    @property
    def invitation_url(self) -> str:
        return f"{self.url}/study/{STUDY_ID}"

    def trials(self) -> list[StoredTrial]:
        """Give all trials of the only study session, in their order."""
        with self.app.app_context():
            rows = db.session.execute(
                sa.select(Trial, StimulusPair, Response)
                .join(StimulusPair, Trial.stimulus_pair_id == StimulusPair.id)
                .outerjoin(Response, Response.trial_id == Trial.id)
                .order_by(Trial.trial_index)
            ).all()
            return [
                StoredTrial(_columns(trial), _columns(pair), response and _columns(response))
                for trial, pair, response in rows
            ]

    def answered(self) -> list[dict[str, Any]]:
        """Give the stored responses in the order of the trials."""
        return [row.response for row in self.trials() if row.response is not None]

    def study_session(self) -> dict[str, Any]:
        """Give the only study session."""
        with self.app.app_context():
            return _columns(db.session.scalars(sa.select(StudySession)).one())


@contextmanager
def serve_study(
    instance: Path,
    set_folder: Path,
    protocol: dict[str, Any],
    rewrite: Callable[[str], str] = str,
) -> Iterator[LiveStudy]:
    """Create, open and serve a study; the 2016 protocol but for the given settings.

    Args:
        instance: a folder for the database.
        set_folder: the stimulus set.
        protocol: settings of the table ``[protocol]``.
        rewrite: changes the text of the study file.
    """
    settings = Settings(
        instance_path=instance,
        database_url=f"sqlite:///{instance / 'study.sqlite'}",
        secret_key="a key for tests, long enough",
    )
    instance.mkdir(parents=True, exist_ok=True)
    app = create_app(settings)
    with app.app_context():
        upgrade_database()
        _store_open_study(set_folder, rewrite(_study_text(protocol)))
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    try:
        with serve_in_thread(app) as url:
            yield LiveStudy(url, app, instance, set_folder)
    finally:
        with app.app_context():
            db.engine.dispose()


def of_recruiter(kind: str) -> Callable[[str], str]:
    """Change the text of a study file: its people come from that recruiter."""

    def rewrite(text: str) -> str:
        text = text.replace('kind = "link"', f'kind = "{kind}"')
        return text.replace('completion_code = ""', 'completion_code = "C1DONE"')

    return rewrite


def _study_text(protocol: dict[str, Any]) -> str:
    settings = dataclasses.replace(PRESETS["zhang2016"].protocol, **protocol)
    return write_study_text(
        StudyDraft(
            protocol=settings,
            id=STUDY_ID,
            contact=CONTACT,
            screening=Screening(),
            questions=StandardQuestions(),
        )
    )


def _store_open_study(set_folder: Path, source: str) -> None:
    now = datetime.now(UTC)
    stimulus_set = load_stimulus_set(set_folder)
    store_study(db.session(), parse_study_file(source), source, set_folder, stimulus_set, now)
    open_study(db.session(), find_study(db.session(), STUDY_ID), None, now)


def _columns(row: Any) -> dict[str, Any]:
    return {column.name: getattr(row, column.key) for column in sa.inspect(type(row)).columns}
