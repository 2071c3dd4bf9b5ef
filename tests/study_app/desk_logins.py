"""A desk with a password, and browsers that are logged in there."""

import flask
import werkzeug.test
from werkzeug.security import generate_password_hash

from study_app.desk_models import ONLY_ROW, DeskPassword
from study_app.extensions import db
from tests.study_app.factories import NOW, Browser

PASSWORD = "correct horse battery"
# Slowness is for those who guess.
QUICK_METHOD = "scrypt:1024:8:1"
QUICK_HASH = generate_password_hash(PASSWORD, QUICK_METHOD)


def set_desk_password(app: flask.Flask) -> None:
    with app.app_context():
        row = DeskPassword(id=ONLY_ROW, password_hash=QUICK_HASH, set_at=NOW)
        db.session.merge(row)
        db.session.commit()


def log_in(browser: Browser, password: str = PASSWORD, **fields: str) -> werkzeug.test.TestResponse:
    """Fill in the door's form; gives the answer."""
    browser.get("/desk/login")
    return browser.post_form("/desk/login", password=password, **fields)


def researcher(app: flask.Flask) -> Browser:
    """Give a browser that is logged in at a desk which has just been given its password."""
    set_desk_password(app)
    browser = Browser(app)
    assert log_in(browser).status_code == 302
    browser.get("/desk/")
    return browser
