"""Let a study be in preview and in pilot, and keep what belongs to the pilot apart."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

STATES_BEFORE = "state IN ('draft', 'open', 'closed')"
STATES_NOW = "state IN ('draft', 'preview', 'pilot', 'open', 'closed')"
PHASES = "phase IN ('pilot', 'main')"
# SQLite changes a table by copying it; SQLAlchemy before 2.1 reads no CHECK constraint from it.
CHECKS = {
    "study": {},
    "study_session": {
        "finished_has_all_answers": "state <> 'finished' OR n_answered = n_trials",
        "code_when_finished": "(finished_at IS NULL) = (completion_code IS NULL)",
        "n_answered_range": "n_answered >= 0 AND n_answered <= n_trials",
        "state_known": "state IN ('running', 'finished', 'withdrawn', 'screened-out')",
        "recruiter_known": "recruiter IN ('link', 'prolific', 'mturk', 'kiosk')",
        "payment_known": "payment IN ('open', 'due', 'none')",
        "inclusion_known": "inclusion IN ('open', 'included', 'excluded')",
    },
    "erasure": {"requested_by_known": "requested_by IN ('participant', 'researcher')"},
}
WITH_PHASE = ("study_session", "erasure")


def upgrade() -> None:
    _change_states(STATES_BEFORE, STATES_NOW)
    kind = sa.String(length=16)
    for table in WITH_PHASE:
        with _changed(table) as batch:
            batch.add_column(sa.Column("phase", kind, nullable=False, server_default="main"))
            batch.create_check_constraint(op.f(f"ck_{table}_phase_known"), PHASES)
        with _changed(table, {"phase_known": PHASES}) as batch:
            batch.alter_column("phase", existing_type=kind, server_default=None)


def downgrade() -> None:
    # A pilot cannot be told in the older tables; withdrawn is nearest: kept, and never used.
    op.execute(
        "UPDATE study_session SET state = 'withdrawn',"
        " withdrawn_at = COALESCE(withdrawn_at, finished_at, consented_at) WHERE phase = 'pilot'"
    )
    for table in WITH_PHASE:
        with _changed(table, {"phase_known": PHASES}) as batch:
            batch.drop_constraint(op.f(f"ck_{table}_phase_known"), type_="check")
            batch.drop_column("phase")
    op.execute("UPDATE study SET state = 'draft' WHERE state IN ('preview', 'pilot')")
    _change_states(STATES_NOW, STATES_BEFORE)


def _change_states(before: str, after: str) -> None:
    with _changed("study", {"state_known": before}) as batch:
        batch.drop_constraint(op.f("ck_study_state_known"), type_="check")
        batch.create_check_constraint(op.f("ck_study_state_known"), after)


def _changed(table: str, more: dict[str, str] | None = None):
    """Change a table that has its CHECK constraints and some more."""
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
