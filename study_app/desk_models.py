"""The tables of the researcher's desk: its password and who is logged in; nothing of participants.

Place on the data's path: beside it. Kept in the database, so that all workers of a server know the
same; ``desk_door.py`` reads and writes them.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from study_app.extensions import Base
from study_app.models import DIGEST_LENGTH, UtcDateTime

ONLY_ROW = 1


class DeskPassword(Base):
    """The one password of the desk, and how often it was missed since it was last given."""

    __tablename__ = "desk_password"
    __table_args__ = (
        sa.CheckConstraint(f"id = {ONLY_ROW}", name="only_row"),
        sa.CheckConstraint("n_failed >= 0", name="n_failed_range"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    password_hash: Mapped[str] = mapped_column(sa.Text)
    """Scrypt with its salt and settings, as werkzeug writes it."""
    set_at: Mapped[datetime] = mapped_column(UtcDateTime)
    n_failed: Mapped[int] = mapped_column(default=0)
    """Tries since the last login; a try counts before it is looked at."""
    locked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Until then no password is looked at."""


class DeskLogin(Base):
    """A browser that is logged in, known by the digest of what its cookie holds."""

    __tablename__ = "desk_login"

    id: Mapped[int] = mapped_column(primary_key=True)
    key_sha256: Mapped[str] = mapped_column(sa.String(DIGEST_LENGTH), unique=True)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
