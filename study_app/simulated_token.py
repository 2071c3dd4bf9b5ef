"""Signed tokens that let simulated observers in: made by ``simulate``, read at consent."""

from typing import Any

from itsdangerous import BadSignature, URLSafeTimedSerializer

from study_app.errors import N_, InvalidToken

SALT = "simulated"
LONGEST_AGE_S = 24 * 3600


def sign_token(secret_key: str, study_code: str, seed: int) -> str:
    """Sign a token for one simulated observer of a study.

    Args:
        secret_key: the instance's own.
        study_code: the study it is good for.
        seed: seed of the observer's plan.
    """
    return URLSafeTimedSerializer(secret_key, salt=SALT).dumps({"study": study_code, "seed": seed})


def read_token(secret_key: str, study_code: str, token: str) -> int:
    """Give the seed of a token.

    Raises:
        InvalidToken: not signed with this key, too old, or of another study.
    """
    serializer = URLSafeTimedSerializer(secret_key, salt=SALT)
    try:
        payload: dict[str, Any] = serializer.loads(token, max_age=LONGEST_AGE_S)
    except BadSignature:
        raise InvalidToken(N_("This link for simulated participants is not valid.")) from None
    if payload["study"] != study_code:
        raise InvalidToken(N_("This link for simulated participants is of another study."))
    return int(payload["seed"])
