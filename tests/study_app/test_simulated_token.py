import pytest
from itsdangerous import URLSafeTimedSerializer

from study_app import simulated_token
from study_app.errors import InvalidToken
from study_app.simulated_token import read_token, sign_token

KEY = "a key of the tests"


def test_a_token_gives_its_seed_back():
    assert read_token(KEY, "colours", sign_token(KEY, "colours", 2**61)) == 2**61


@pytest.mark.parametrize(
    ("key", "study"), [("another key of the tests", "colours"), (KEY, "another study")]
)
def test_a_token_is_good_for_its_key_and_its_study_only(key, study):
    with pytest.raises(InvalidToken):
        read_token(key, study, sign_token(KEY, "colours", 1))


def test_a_token_that_was_changed_is_refused():
    token = sign_token(KEY, "colours", 1)

    for changed in (token[:-1], "x" + token, token.replace(".", ".x", 1), ""):
        with pytest.raises(InvalidToken):
            read_token(KEY, "colours", changed)


def test_a_signature_for_another_purpose_is_refused():
    other = URLSafeTimedSerializer(KEY, salt="cookie").dumps({"study": "colours", "seed": 1})

    with pytest.raises(InvalidToken):
        read_token(KEY, "colours", other)


def test_an_old_token_is_refused(monkeypatch):
    token = sign_token(KEY, "colours", 1)
    monkeypatch.setattr(simulated_token, "LONGEST_AGE_S", -1)

    with pytest.raises(InvalidToken):
        read_token(KEY, "colours", token)
