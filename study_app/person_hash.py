"""Turn the recruiter's name for a person into a salted hash, the only form that is stored. Pure.

Place on the data's path: the consent form hands in the name from the link, ``enrolment.py`` stores
the hash. It recognises who took part before; without the salt nobody can turn it back, and two
studies cannot be joined by it. ``reconciling.py`` hashes a recruiter's list in the same way.
"""

import hashlib
import hmac

# Keeps this use of the instance's key apart from the signatures made with it.
PURPOSE = "recruiter's name for a person"


def person_hash(salt: str, study_code: str, external_id: str) -> str:
    """Give the HMAC-SHA256 of a person's name in one study.

    Args:
        salt: the instance's secret key; with another key the same person has another hash.
        study_code: the study, so that the hashes of two studies have nothing in common.
        external_id: the recruiter's name for the person.

    Returns:
        64 hexadecimal digits.
    """
    message = "\0".join((PURPOSE, study_code, external_id))
    return hmac.new(salt.encode(), message.encode(), hashlib.sha256).hexdigest()
