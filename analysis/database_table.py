"""Read the trial table out of the study's database, cell for cell as ``study-app export`` would.

Place on the data's path: ``sources.py`` hands in the address. The tables are read by their names
and columns, without ``study_app``; the digest is that of the ``trials.csv`` which the export would
write, so that a report from the database and one from its export name the same data. Nothing is
written. An address may hold a password: messages name the kind of database, its host and its name.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import sqlalchemy as sa

from analysis.columns import COLUMN_NAMES
from analysis.errors import TrialTableError
from analysis.text_table import ROWS_AT_A_TIME, TextTable, csv_bytes

SQLITE = "sqlite"
POSTGRESQL = "postgresql"
ALLOWED = "sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME"
FIRST_ROW = 2
PILOT = "pilot"
ANSWERED = ("chosen_side", "response_ms", "left_shown_ms", "right_shown_ms", "exposure_valid")
TIME = sa.DateTime(timezone=True)

STUDY = sa.table("study", sa.column("id"), sa.column("code", sa.Text), sa.column("source", sa.Text))
PARTICIPANT = sa.table(
    "participant",
    sa.column("id"),
    sa.column("study_id"),
    sa.column("code", sa.Text),
    sa.column("simulated", sa.Boolean),
)
STUDY_SESSION = sa.table(
    "study_session",
    sa.column("id"),
    sa.column("participant_id"),
    sa.column("code", sa.Text),
    sa.column("state", sa.Text),
    sa.column("phase", sa.Text),
)
TRIAL = sa.table(
    "trial",
    sa.column("id"),
    sa.column("study_session_id"),
    sa.column("stimulus_pair_id"),
    sa.column("place", sa.Integer),
    sa.column("trial_index", sa.Integer),
    *(sa.column(name, sa.Text) for name in ("block", "trial_type", "real_side", "first_side")),
)
STIMULUS_PAIR = sa.table(
    "stimulus_pair",
    sa.column("id"),
    sa.column("condition_id"),
    sa.column("pair_id", sa.Text),
    sa.column("photo_id", sa.Text),
)
CONDITION = sa.table("condition", sa.column("id"), sa.column("name", sa.Text))
RESPONSE = sa.table(
    "response",
    sa.column("trial_id"),
    sa.column("chosen_side", sa.Text),
    *(sa.column(name, sa.Float) for name in ("response_ms", "left_shown_ms", "right_shown_ms")),
    sa.column("exposure_valid", sa.Boolean),
    sa.column("answered_at", TIME),
)


@dataclass(frozen=True)
class StoredStudy:
    """A study in a database.

    Attributes:
        id: its row.
        code: the ``study_id`` of the trial table.
        source: the study file as it was written, TOML.
    """

    id: int
    code: str
    source: str


def read_database_table(address: str, study: str | None = None) -> TextTable:
    """Read the trials of one study.

    Args:
        address: an SQLAlchemy address.
        study: its code; None where the database holds one.

    Raises:
        TrialTableError: the database cannot be read, is no study's, or holds no such study.
    """
    with connected(address) as (connection, place):
        stored = find_stored_study(connection, place, study)
        columns, sha256 = _read_columns(connection, stored)
    n = len(columns[COLUMN_NAMES[0]])
    if n == 0:
        raise TrialTableError(f"{place}: study {stored.code} has no trials yet")
    rows = np.arange(FIRST_ROW, FIRST_ROW + n, dtype=np.int64)
    return TextTable(place, columns, rows, sha256, origin="study database")


def read_study_file(address: str, study: str | None = None) -> str:
    """Give the text of the study file that is stored; arguments and errors as for the trials."""
    with connected(address) as (connection, place):
        return find_stored_study(connection, place, study).source


def of_study_itself(connection: sa.Connection, phase: sa.ColumnElement[str]) -> Any:
    """Give the condition that a row is not of a pilot, whose data are never analysed with others.

    A database from before there were pilots has none.

    Args:
        connection: of the database.
        phase: column of a table.
    """
    assert phase.table is not None, "a column of a table"
    columns = sa.inspect(connection).get_columns(phase.table.name)
    knows = any(column["name"] == phase.name for column in columns)
    return phase != PILOT if knows else sa.true()


def sqlite_file(address: str) -> Path | None:
    """Give the file of an SQLite database; None for another, or one in memory."""
    url = _parse(address)
    return Path(url.database) if url.get_backend_name() == SQLITE and url.database else None


@contextmanager
def connected(address: str) -> Iterator[tuple[sa.Connection, str]]:
    """Open the database for reading; every mistake becomes one line without a password."""
    url = _parse(address)
    place = _without_secrets(url)
    file = sqlite_file(address)
    if url.get_backend_name() == SQLITE and (file is None or not file.is_file()):
        raise TrialTableError(f"{place}: there is no such file")
    try:
        engine = sa.create_engine(url)
    except ModuleNotFoundError:
        extra = "pip install 'colorization-turing-test[postgres]'"
        raise TrialTableError(f"{place}: reading PostgreSQL needs psycopg: {extra}") from None
    try:
        with engine.connect() as connection:
            yield _read_only(connection, file), place
    except sa.exc.SQLAlchemyError as error:
        raise TrialTableError(f"{place}: {_explained(error)}") from None
    finally:
        engine.dispose()


def _parse(address: str) -> sa.URL:
    scheme = address.partition("://")[0]
    try:
        url = sa.make_url(address)
        backend = url.get_backend_name()
    except (sa.exc.ArgumentError, ValueError):
        raise TrialTableError(
            f"TRIALS is a {scheme}:// address that cannot be read; allowed: {ALLOWED}"
        ) from None
    if url.drivername == POSTGRESQL:
        url = url.set(drivername=f"{POSTGRESQL}+psycopg")
    if backend == SQLITE or url.drivername == f"{POSTGRESQL}+psycopg":
        return url
    raise TrialTableError(f"TRIALS is a {scheme}:// address; allowed: {ALLOWED}")


def _without_secrets(url: sa.URL) -> str:
    """Name a database by its kind, host and name; never by what follows a question mark."""
    host = "" if url.host is None else url.host
    port = "" if url.port is None else f":{url.port}"
    return f"{url.drivername}://{host}{port}/{url.database or ''}"


def _read_only(connection: sa.Connection, file: Path | None) -> sa.Connection:
    if file is not None:
        connection.execute(sa.text("PRAGMA query_only = ON"))
        return connection
    return connection.execution_options(
        isolation_level="REPEATABLE READ", postgresql_readonly=True, stream_results=True
    )


def _explained(error: sa.exc.SQLAlchemyError) -> str:
    """Say what is wrong in one line; drivers never repeat a password."""
    if isinstance(error, sa.exc.ProgrammingError | sa.exc.NoSuchTableError) or "no such" in str(
        error
    ):
        return "is no database of a study; allowed: one that study-app made and upgraded"
    cause = str(getattr(error, "orig", None) or "unknown").strip()
    return f"cannot be read: {cause.splitlines()[0] if cause else 'unknown'}"


def find_stored_study(connection: sa.Connection, place: str, code: str | None) -> StoredStudy:
    """Give the study of a code, or the only one there is.

    Raises:
        TrialTableError: there is no such study, or several and no code.
    """
    rows = connection.execute(sa.select(STUDY.c.id, STUDY.c.code, STUDY.c.source).order_by("id"))
    studies = [StoredStudy(*row) for row in rows]
    if not studies:
        raise TrialTableError(f"{place}: holds no study")
    wanted = [study for study in studies if code in (None, study.code)]
    if len(wanted) == 1:
        return wanted[0]
    codes = ", ".join(study.code for study in studies)
    if not wanted:
        raise TrialTableError(f"{place}: holds no study {code!r}; allowed: {codes}")
    raise TrialTableError(f"{place}: holds {len(studies)} studies; --study names one: {codes}")


def _read_columns(
    connection: sa.Connection, study: StoredStudy
) -> tuple[dict[str, pa.ChunkedArray], str]:
    """Read piece by piece; gives the columns and the digest of the CSV that they make."""
    digest = hashlib.sha256(csv_bytes([COLUMN_NAMES]))
    pieces: dict[str, list[pa.Array]] = {name: [] for name in COLUMN_NAMES}
    found = connection.execution_options(yield_per=ROWS_AT_A_TIME).execute(
        _select(study).where(of_study_itself(connection, STUDY_SESSION.c.phase))
    )
    for part in found.partitions():
        rows = [_text_row(study.code, row) for row in part]
        digest.update(csv_bytes(rows))
        for i, name in enumerate(COLUMN_NAMES):
            pieces[name].append(pa.array([row[i] for row in rows], pa.string()))
    columns = {name: pa.chunked_array(parts, pa.string()) for name, parts in pieces.items()}
    return columns, digest.hexdigest()


def _select(study: StoredStudy) -> sa.Select[Any]:
    """Every trial of every enrolled study session, in the order of enrolment and of the plan."""
    return (
        sa.select(
            PARTICIPANT.c.code.label("participant_id"),
            STUDY_SESSION.c.code.label("study_session_id"),
            STUDY_SESSION.c.state,
            PARTICIPANT.c.simulated,
            CONDITION.c.name.label("condition"),
            *(TRIAL.c[name] for name in ("block", "trial_type")),
            _numbered(),
            *(STIMULUS_PAIR.c[name] for name in ("pair_id", "photo_id")),
            *(TRIAL.c[name] for name in ("real_side", "first_side")),
            *(RESPONSE.c[name] for name in (*ANSWERED, "answered_at")),
        )
        .select_from(TRIAL)
        .join(STUDY_SESSION, TRIAL.c.study_session_id == STUDY_SESSION.c.id)
        .join(PARTICIPANT, STUDY_SESSION.c.participant_id == PARTICIPANT.c.id)
        .join(STIMULUS_PAIR, TRIAL.c.stimulus_pair_id == STIMULUS_PAIR.c.id)
        .join(CONDITION, STIMULUS_PAIR.c.condition_id == CONDITION.c.id)
        .outerjoin(RESPONSE, RESPONSE.c.trial_id == TRIAL.c.id)
        .where(PARTICIPANT.c.study_id == study.id)
        .order_by(STUDY_SESSION.c.id, TRIAL.c.place, TRIAL.c.trial_index)
    )


def _numbered() -> sa.ColumnElement[int]:
    """Number a session's trials from 0; one that was cut off stands before its replacement."""
    order = (TRIAL.c.place, TRIAL.c.trial_index)
    number = sa.func.row_number().over(partition_by=TRIAL.c.study_session_id, order_by=order)
    return (number - 1).label("trial_index")


def _text_row(study: str, row: sa.Row[Any]) -> list[str]:
    """Write a row as the export does; who withdrew keeps the rows, but no answers."""
    cells = {"study_id": study, **row._mapping}
    if cells["state"] == "withdrawn":
        cells |= dict.fromkeys((*ANSWERED, "answered_at"))
    if cells["exposure_valid"] is None:
        cells["exposure_valid"] = False
    return [text_cell(cells[name]) for name in COLUMN_NAMES]


def text_cell(value: object) -> str:
    """Write a value as the export does: nothing for None, times in UTC."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        aware = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        return aware.isoformat().replace("+00:00", "Z")
    return str(value)
