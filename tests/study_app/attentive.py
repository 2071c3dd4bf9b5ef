"""Participants who tell every pair right, or every pair wrong; by chance only half count."""

import flask
import sqlalchemy as sa

from study_app.extensions import db
from study_app.models import Trial
from tests.study_app.factories import Browser

OTHER = {"left": "right", "right": "left"}


def take_part(app: flask.Flask, *, attentive: bool = True, **carried: str) -> Browser:
    """Consent and answer everything; vigilance pairs as all others."""
    browser = Browser(app)
    assert browser.consent(**carried).status_code == 302
    while (issued := browser.next_trial())["state"] == "trial":
        with app.app_context():
            real_side = db.session.scalars(
                sa.select(Trial.real_side).where(Trial.trial_key == issued["trial_key"])
            ).one()
        browser.answer_next(chosen_side=OTHER[real_side] if attentive else real_side)
    return browser
