"""Random names that say nothing: of trials, of images, of one press of a button.

Place on the data's path: ``enrolment.py`` and ``interruption.py`` name the trials they store, the
cookie the consent it is about to give.
"""

import secrets

KEY_BYTES = 16


def new_key() -> str:
    """Draw a name of 128 bits."""
    return secrets.token_urlsafe(KEY_BYTES)


def new_trial_names() -> dict[str, str]:
    """Draw the names under which the browser knows a trial and its two images, by column."""
    return {name: new_key() for name in ("trial_key", "left_token", "right_token")}
