"""The door of the researcher's desk: its password, who is logged in, and who has to wait.

Place on the data's path: beside it. There is one password, set on the command line, and none by
default. No name and no address of anybody is kept: tries are counted for all together, and whoever
has the command line can always open the door again.
"""

import hashlib
import math
import secrets
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session
from werkzeug.security import check_password_hash, generate_password_hash

from study_app.desk_models import ONLY_ROW, DeskLogin, DeskPassword
from study_app.errors import DeskClosed, DeskLockedOut, PasswordRefused, WrongPassword
from study_app.extensions import begin_write
from study_app.lock_out import wait_after

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 1000
LOGIN_LIFETIME = timedelta(hours=12)
KEY_BYTES = 32
# N, r and p of scrypt: one of the choices of OWASP's cheat sheet on storing passwords (2024).
HASH_METHOD = "scrypt:32768:8:3"
WRONG_TRY = "that is not the password of the desk"


def set_password(session: Session, password: str, now: datetime) -> None:
    """Set the desk's password: logs everybody out, and forgets wrong tries.

    Raises:
        PasswordRefused: too short, or too long.
    """
    check_password(password)
    hashed = generate_password_hash(password, HASH_METHOD)
    begin_write(session)
    session.execute(sa.delete(DeskLogin))
    session.execute(sa.delete(DeskPassword))
    session.add(DeskPassword(id=ONLY_ROW, password_hash=hashed, set_at=now))
    session.commit()


def check_password(password: str) -> None:
    """Check that a password may be set.

    Raises:
        PasswordRefused: too short, or too long.
    """
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise PasswordRefused(
            f"the password has {len(password)} characters;"
            f" between {SHORTEST_PASSWORD} and {LONGEST_PASSWORD} are allowed"
        )


def has_password(session: Session) -> bool:
    """Say whether the desk has been given a password."""
    return session.scalar(sa.select(DeskPassword.id)) is not None


def check_has_password(session: Session) -> None:
    """Check that the desk has been given a password.

    Raises:
        DeskClosed: it has not.
    """
    if not has_password(session):
        raise DeskClosed(
            "the desk has no password yet, so nobody can enter;"
            " study-app desk-password sets one on the server's command line"
        )


def log_in(session: Session, password: str, now: datetime) -> str:
    """Give the key of a new login for the right password.

    Raises:
        DeskClosed: there is no password.
        DeskLockedOut: there were too many wrong tries.
        WrongPassword: it is another one.
    """
    hashed = _count_try(session, now)
    if len(password) > LONGEST_PASSWORD or not check_password_hash(hashed, password):
        raise WrongPassword(WRONG_TRY)
    return _open_login(session, hashed, now)


def is_logged_in(session: Session, key: str, now: datetime) -> bool:
    """Say whether a key is that of a login which has not ended."""
    found = sa.select(DeskLogin.id).where(
        DeskLogin.key_sha256 == _digest(key), DeskLogin.expires_at > now
    )
    return session.scalar(found) is not None


def log_out(session: Session, key: str) -> None:
    """End a login."""
    begin_write(session)
    session.execute(sa.delete(DeskLogin).where(DeskLogin.key_sha256 == _digest(key)))
    session.commit()


def _count_try(session: Session, now: datetime) -> str:
    """Count a try before it is looked at, so that many at once count as many; gives the hash."""
    begin_write(session)
    row = session.scalar(sa.select(DeskPassword).with_for_update())
    if row is None:
        session.rollback()
        check_has_password(session)
        return _count_try(session, now)  # it was being set at that moment
    if row.locked_until is not None and row.locked_until > now:
        minutes = math.ceil((row.locked_until - now) / timedelta(minutes=1))
        session.rollback()
        raise DeskLockedOut(
            f"there were too many wrong tries; wait {minutes} min, or set the password anew with"
            " study-app desk-password on the server's command line"
        )
    row.n_failed += 1
    wait = wait_after(row.n_failed)
    row.locked_until = now + wait if wait else None
    hashed = row.password_hash
    session.commit()
    return hashed


def _open_login(session: Session, hashed: str, now: datetime) -> str:
    """Keep a login by its digest alone, unless the password was changed in this moment."""
    key = secrets.token_urlsafe(KEY_BYTES)
    begin_write(session)
    session.execute(sa.delete(DeskLogin).where(DeskLogin.expires_at <= now))
    opened = session.scalar(
        sa.update(DeskPassword)
        .where(DeskPassword.password_hash == hashed)
        .values(n_failed=0, locked_until=None)
        .returning(DeskPassword.id)
    )
    if opened is None:
        session.commit()
        raise WrongPassword(WRONG_TRY)
    expires_at = now + LOGIN_LIFETIME
    session.add(DeskLogin(key_sha256=_digest(key), opened_at=now, expires_at=expires_at))
    session.commit()
    return key


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
