"""The door's rules: who gets in, who has to wait, and what is kept of it."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from study_app import desk_door
from study_app.desk_models import DeskLogin, DeskPassword
from study_app.errors import DeskClosed, DeskLockedOut, PasswordRefused, WrongPassword
from study_app.extensions import db
from study_app.lock_out import FREE_TRIES
from tests.study_app.desk_logins import PASSWORD, QUICK_METHOD
from tests.study_app.factories import NOW

A_MINUTE = timedelta(minutes=1)


@pytest.fixture
def session(app, monkeypatch):
    """A session on a database whose desk has a password."""
    monkeypatch.setattr(desk_door, "HASH_METHOD", QUICK_METHOD)
    with app.app_context():
        desk_door.set_password(db.session(), PASSWORD, NOW)
        yield db.session()
        db.session.remove()


def miss(session, n, now=NOW):
    for _ in range(n):
        with pytest.raises(WrongPassword):
            desk_door.log_in(session, "wrong", now)


def test_the_right_password_opens_for_half_a_day(session):
    key = desk_door.log_in(session, PASSWORD, NOW)

    assert desk_door.is_logged_in(session, key, NOW + timedelta(hours=11))
    assert not desk_door.is_logged_in(session, key, NOW + timedelta(hours=12))


def test_guessing_at_a_stolen_hash_is_slow(app):
    """One of the settings of scrypt in OWASP's cheat sheet on storing passwords (2024)."""
    with app.app_context():
        desk_door.set_password(db.session(), PASSWORD, NOW)
        stored = db.session.scalars(sa.select(DeskPassword.password_hash)).one()

    method, *settings = stored.partition("$")[0].split(":")
    assert method == "scrypt"
    assert settings == [str(2**15), "8", "3"]


def test_each_login_has_its_own_key(session):
    keys = {desk_door.log_in(session, PASSWORD, NOW) for _ in range(2)}

    assert len(keys) == 2
    assert all(desk_door.is_logged_in(session, key, NOW) for key in keys)


def test_neither_password_nor_key_is_in_the_database(session):
    key = desk_door.log_in(session, PASSWORD, NOW)

    tables = (DeskPassword.__table__, DeskLogin.__table__)
    stored = repr([[*session.execute(sa.select(table))] for table in tables])
    assert "scrypt:" in stored
    assert PASSWORD not in stored
    assert key not in stored


@pytest.mark.parametrize("password", ["", PASSWORD.upper(), PASSWORD + " ", "x" * 5000])
def test_any_other_password_is_refused(session, password):
    with pytest.raises(WrongPassword):
        desk_door.log_in(session, password, NOW)


def test_what_is_too_long_is_not_cut_until_it_fits(session):
    longest = "x" * desk_door.LONGEST_PASSWORD
    desk_door.set_password(session, longest, NOW)

    with pytest.raises(WrongPassword):
        desk_door.log_in(session, longest + "y", NOW)
    assert desk_door.log_in(session, longest, NOW)


def test_nothing_opens_a_desk_without_a_password(app):
    with app.app_context():
        with pytest.raises(DeskClosed, match="study-app desk-password"):
            desk_door.log_in(db.session(), "", NOW)
        with pytest.raises(DeskClosed):
            desk_door.check_has_password(db.session())


def test_after_a_few_wrong_tries_even_the_right_one_waits(session):
    miss(session, FREE_TRIES)

    with pytest.raises(DeskLockedOut, match="wait 1 min"):
        desk_door.log_in(session, PASSWORD, NOW)
    assert desk_door.log_in(session, PASSWORD, NOW + A_MINUTE)


def test_a_try_while_the_door_is_shut_does_not_count(session):
    miss(session, FREE_TRIES)
    for _ in range(5):
        with pytest.raises(DeskLockedOut):
            desk_door.log_in(session, "wrong", NOW)

    assert session.scalars(sa.select(DeskPassword.n_failed)).one() == FREE_TRIES


def test_the_next_wrong_try_doubles_the_wait(session):
    miss(session, FREE_TRIES)
    miss(session, 1, NOW + A_MINUTE)

    with pytest.raises(DeskLockedOut, match="wait 2 min"):
        desk_door.log_in(session, PASSWORD, NOW + A_MINUTE)


def test_a_login_forgets_the_wrong_tries_before_it(session):
    miss(session, FREE_TRIES - 1)
    desk_door.log_in(session, PASSWORD, NOW)

    miss(session, FREE_TRIES - 1)
    assert desk_door.log_in(session, PASSWORD, NOW)


def test_a_new_password_opens_the_door_again_and_logs_everybody_out(session):
    key = desk_door.log_in(session, PASSWORD, NOW)
    miss(session, FREE_TRIES)

    desk_door.set_password(session, "another long one", NOW)

    assert not desk_door.is_logged_in(session, key, NOW)
    assert desk_door.log_in(session, "another long one", NOW)
    miss(session, 1)


def test_a_password_changed_while_the_old_one_is_looked_at_lets_nobody_in(session, monkeypatch):
    check = desk_door.check_password_hash

    def changed_meanwhile(hashed, password):
        desk_door.set_password(session, "another long one", NOW)
        return check(hashed, password)

    monkeypatch.setattr(desk_door, "check_password_hash", changed_meanwhile)

    with pytest.raises(WrongPassword):
        desk_door.log_in(session, PASSWORD, NOW)
    assert session.scalar(sa.select(DeskLogin.id)) is None


def test_who_logs_out_is_out_and_others_stay(session):
    key, other = (desk_door.log_in(session, PASSWORD, NOW) for _ in range(2))

    desk_door.log_out(session, key)

    assert not desk_door.is_logged_in(session, key, NOW)
    assert desk_door.is_logged_in(session, other, NOW)


def test_logins_that_are_over_are_forgotten(session):
    desk_door.log_in(session, PASSWORD, NOW)
    desk_door.log_in(session, PASSWORD, NOW + timedelta(days=1))

    assert len(session.scalars(sa.select(DeskLogin)).all()) == 1


@pytest.mark.parametrize("password", ["", "eleven char", "x" * 1001])
def test_a_short_or_endless_password_is_not_set(session, password):
    with pytest.raises(PasswordRefused, match=f"has {len(password)} characters"):
        desk_door.set_password(session, password, NOW)

    assert desk_door.log_in(session, PASSWORD, NOW)
