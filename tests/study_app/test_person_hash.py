import hashlib
import hmac

from study_app.person_hash import person_hash


def test_the_same_person_in_the_same_study_has_the_same_hash():
    assert person_hash("salt", "colours", "5f3a") == person_hash("salt", "colours", "5f3a")


def test_another_key_study_or_person_gives_another_hash():
    hashes = {
        person_hash(salt, study, person)
        for salt in ("salt", "pepper")
        for study in ("colours", "noise")
        for person in ("5f3a", "5f3b", "")
    }

    assert len(hashes) == 12


def test_the_parts_cannot_run_into_each_other():
    assert person_hash("salt", "a", "bc") != person_hash("salt", "ab", "c")


def test_it_is_an_hmac_and_shows_nothing_of_the_name():
    found = person_hash("salt", "colours", "Zoë")

    message = "recruiter's name for a person\0colours\0Zoë".encode()
    assert found == hmac.digest(b"salt", message, "sha256").hex()
    assert len(found) == hashlib.sha256().digest_size * 2
    assert "Zo" not in found
