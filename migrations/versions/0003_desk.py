"""Keep the password of the researcher's desk and who is logged in there."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "desk_password",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("set_at", TIME, nullable=False),
        sa.Column("n_failed", sa.Integer(), nullable=False),
        sa.Column("locked_until", TIME, nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck_desk_password_only_row")),
        sa.CheckConstraint("n_failed >= 0", name=op.f("ck_desk_password_n_failed_range")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_password")),
    )
    op.create_table(
        "desk_login",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key_sha256", sa.String(length=64), nullable=False),
        sa.Column("opened_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_login")),
        sa.UniqueConstraint("key_sha256", name=op.f("uq_desk_login_key_sha256")),
    )


def downgrade() -> None:
    op.drop_table("desk_login")
    op.drop_table("desk_password")
