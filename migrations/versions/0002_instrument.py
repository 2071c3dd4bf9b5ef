"""Keep screening, questions, payment, interruptions and erasures; of people's names only hashes."""

import hashlib
import hmac
import re

import flask
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# SQLite changes a table by copying it; SQLAlchemy before 2.1 reads no CHECK constraint from it.
CHECKS = {
    "study_session": {
        "finished_has_all_answers": "state <> 'finished' OR n_answered = n_trials",
        "code_when_finished": "(finished_at IS NULL) = (completion_code IS NULL)",
        "n_answered_range": "n_answered >= 0 AND n_answered <= n_trials",
    },
    "trial": {
        "block_known": "block IN ('practice', 'main')",
        "first_side_known": "first_side IN ('left', 'right', 'both')",
        "real_side_known": "real_side IN ('left', 'right')",
        "trial_type_known": "trial_type IN ('practice', 'main', 'vigilance', 'control')",
        "n_issued_range": "n_issued >= 0",
        "trial_index_range": "trial_index >= 0",
    },
    "response": {
        "chosen_side_known": "chosen_side IN ('left', 'right')",
        "input_known": "input IN ('keyboard', 'mouse', 'touch')",
        "shown_ms_range": "left_shown_ms >= 0 AND right_shown_ms >= 0",
        "response_ms_range": "response_ms >= 0",
    },
}
STATE_BEFORE = "state IN ('running', 'finished', 'withdrawn')"
STATE_NOW = "state IN ('running', 'finished', 'withdrawn', 'screened-out')"
NEW_CHECKS = {
    "study_session": {
        "state_known": STATE_NOW,
        "recruiter_known": "recruiter IN ('link', 'prolific', 'mturk', 'kiosk')",
        "payment_known": "payment IN ('open', 'due', 'none')",
        "inclusion_known": "inclusion IN ('open', 'included', 'excluded')",
    },
    "trial": {"place_range": "place >= 0", "n_started_range": "n_started >= 0"},
    "response": {},
}
TIME = sa.DateTime(timezone=True)
# As study_app/person_hash.py made them when this was written.
HASH_PURPOSE = "recruiter's name for a person"
HASH = re.compile(r"[0-9a-f]{64}")


def upgrade() -> None:
    _make_tables()
    with _changed("study_session", {"state_known": STATE_BEFORE}) as batch:
        batch.drop_constraint(op.f("ck_study_session_state_known"), type_="check")
        for column in _study_session_columns():
            batch.add_column(column)
        for name, rule in NEW_CHECKS["study_session"].items():
            batch.create_check_constraint(op.f(f"ck_study_session_{name}"), rule)
    with _changed("trial") as batch:
        for column in _trial_columns():
            batch.add_column(column)
        for name, rule in NEW_CHECKS["trial"].items():
            batch.create_check_constraint(op.f(f"ck_trial_{name}"), rule)
    op.execute("UPDATE trial SET place = trial_index")
    with _changed("response") as batch:
        for column in _response_columns():
            batch.add_column(column)
    _settle_finished()
    _hash_names()
    _drop_server_defaults()
    # Every study had one set.
    op.execute(
        "INSERT INTO study_stimulus_set (study_id, stimulus_set_id, position)"
        " SELECT id, stimulus_set_id, 0 FROM study"
    )


def downgrade() -> None:
    # A screened-out session cannot be told in the older tables; withdrawn is nearest.
    op.execute(
        "UPDATE study_session SET state = 'withdrawn', withdrawn_at = screened_out_at"
        " WHERE state = 'screened-out'"
    )
    # The older tables know no interrupted trials, and index and place are one.
    op.execute(
        "DELETE FROM trial WHERE interrupted_at IS NOT NULL"
        " AND id NOT IN (SELECT trial_id FROM response)"
    )
    op.execute("UPDATE trial SET trial_index = place WHERE trial_index <> place")
    for table, columns in (
        ("response", _response_columns()),
        ("trial", _trial_columns()),
        ("study_session", _study_session_columns()),
    ):
        with _changed(table, NEW_CHECKS[table]) as batch:
            for name in NEW_CHECKS[table]:
                batch.drop_constraint(op.f(f"ck_{table}_{name}"), type_="check")
            if table == "study_session":
                batch.create_check_constraint(op.f("ck_study_session_state_known"), STATE_BEFORE)
            for column in reversed(columns):
                batch.drop_column(column.name)
    # The older tables know one set for each study, the first.
    new_tables = (
        "study_stimulus_set",
        "erasure",
        "flow_count",
        "question_answer",
        "screening_check",
    )
    for table in new_tables:
        op.drop_table(table)


def _changed(table: str, more: dict[str, str] | None = None):
    """Change a table that has its first CHECK constraints and some more."""
    found = sa.Table(table, sa.MetaData(), autoload_with=op.get_bind()).constraints
    known = {check.name for check in found if isinstance(check, sa.CheckConstraint)}
    checks = CHECKS[table] | (more or {})
    return op.batch_alter_table(
        table,
        table_args=[
            sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}"))
            for name, rule in checks.items()
            if f"ck_{table}_{name}" not in known
        ],
    )


def _study_session_columns() -> list[sa.Column]:
    def text(name: str, default: str, length: int = 16) -> sa.Column:
        kind = sa.String(length=length)
        return sa.Column(name, kind, nullable=False, server_default=default)

    return [
        text("plan_digest", "", 64),
        text("recruiter", "link"),
        text("language", "en"),
        sa.Column("screened_out_at", TIME, nullable=True),
        sa.Column("screened_out_by", sa.String(length=16), nullable=True),
        sa.Column("questions_done_at", TIME, nullable=True),
        text("payment", "open"),
        text("inclusion", "open"),
        sa.Column("inclusion_reason", sa.Text(), nullable=False, server_default=""),
    ]


def _settle_finished() -> None:
    """Who finished before this version is paid and counts, as it was then."""
    op.execute(
        "UPDATE study_session SET payment = 'due', inclusion = 'included',"
        " questions_done_at = finished_at WHERE state = 'finished'"
    )
    op.execute(
        "UPDATE study_session"
        " SET payment = CASE WHEN finished_at IS NULL THEN 'none' ELSE 'due' END"
        " WHERE state = 'withdrawn'"
    )


def _hash_names() -> None:
    """Hash the recruiter's names of people, which were stored as they came.

    The hashes stay on the way down: nobody can turn them back.
    """
    people = sa.table(
        "participant", sa.column("id"), sa.column("study_id"), sa.column("external_id")
    )
    study = sa.table("study", sa.column("id"), sa.column("code"))
    found = op.get_bind().execute(
        sa.select(people.c.id, study.c.code, people.c.external_id)
        .join_from(people, study, people.c.study_id == study.c.id)
        .where(people.c.external_id.is_not(None))
    )
    for row_id, study_code, name in found.all():
        if not HASH.fullmatch(name):
            hashed = _hashed(study_code, name)
            op.execute(people.update().where(people.c.id == row_id).values(external_id=hashed))


def _hashed(study_code: str, name: str) -> str:
    key = str(flask.current_app.secret_key).encode()
    message = "\0".join((HASH_PURPOSE, study_code, name)).encode()
    return hmac.new(key, message, hashlib.sha256).hexdigest()


def _trial_columns() -> list[sa.Column]:
    return [
        sa.Column("place", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("n_started", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("started_at", TIME, nullable=True),
        sa.Column("started_on", sa.String(length=36), nullable=True),
        sa.Column("interrupted_at", TIME, nullable=True),
    ]


def _response_columns() -> list[sa.Column]:
    measured = ("max_frame_interval_ms", "window_width_px", "window_height_px", "zoom")
    return [
        sa.Column("n_blurred", sa.Integer(), nullable=False, server_default="0"),
        *(sa.Column(name, sa.Double(), nullable=True) for name in measured),
        sa.Column("events", sa.JSON(), nullable=True),
    ]


def _drop_server_defaults() -> None:
    for table, columns in (
        ("study_session", _study_session_columns()),
        ("trial", _trial_columns()),
        ("response", _response_columns()),
    ):
        with _changed(table, NEW_CHECKS[table]) as batch:
            for column in columns:
                if column.server_default is not None:
                    batch.alter_column(column.name, existing_type=column.type, server_default=None)


def _make_tables() -> None:
    op.create_table(
        "study_stimulus_set",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("stimulus_set_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["study_id"], ["study.id"], name=op.f("fk_study_stimulus_set_study_id_study")
        ),
        sa.ForeignKeyConstraint(
            ["stimulus_set_id"],
            ["stimulus_set.id"],
            name=op.f("fk_study_stimulus_set_stimulus_set_id_stimulus_set"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_study_stimulus_set")),
        sa.UniqueConstraint(
            "study_id",
            "stimulus_set_id",
            name=op.f("uq_study_stimulus_set_study_id_stimulus_set_id"),
        ),
        sa.UniqueConstraint(
            "study_id", "position", name=op.f("uq_study_stimulus_set_study_id_position")
        ),
    )
    op.create_table(
        "screening_check",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("study_session_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("started_at", TIME, nullable=False),
        sa.Column("done_at", TIME, nullable=True),
        sa.CheckConstraint(
            "name IN ('device', 'colour-vision', 'display')",
            name=op.f("ck_screening_check_name_known"),
        ),
        _to_study_session("screening_check"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screening_check")),
        sa.UniqueConstraint(
            "study_session_id", "name", name=op.f("uq_screening_check_study_session_id_name")
        ),
    )
    op.create_table(
        "question_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("study_session_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.String(length=200), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_at", TIME, nullable=False),
        _to_study_session("question_answer"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_answer")),
        sa.UniqueConstraint(
            "study_session_id",
            "question_id",
            name=op.f("uq_question_answer_study_session_id_question_id"),
        ),
    )
    op.create_table(
        "flow_count",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("event", sa.String(length=32), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.CheckConstraint("n >= 0", name=op.f("ck_flow_count_n_range")),
        sa.ForeignKeyConstraint(
            ["study_id"], ["study.id"], name=op.f("fk_flow_count_study_id_study")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flow_count")),
        sa.UniqueConstraint("study_id", "event", name=op.f("uq_flow_count_study_id_event")),
    )
    op.create_table(
        "erasure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("receipt", sa.String(length=32), nullable=False),
        sa.Column("requested_by", sa.String(length=16), nullable=False),
        sa.Column("state_before", sa.String(length=16), nullable=False),
        sa.Column("condition_name", sa.String(length=200), nullable=True),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("n_trials", sa.Integer(), nullable=False),
        sa.Column("n_responses", sa.Integer(), nullable=False),
        sa.Column("erased_at", TIME, nullable=False),
        sa.CheckConstraint(
            "requested_by IN ('participant', 'researcher')",
            name=op.f("ck_erasure_requested_by_known"),
        ),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name=op.f("fk_erasure_study_id_study")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure")),
        sa.UniqueConstraint("receipt", name=op.f("uq_erasure_receipt")),
    )


def _to_study_session(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["study_session_id"],
        ["study_session.id"],
        name=op.f(f"fk_{table}_study_session_id_study_session"),
    )
