"""How long a door stays shut after wrong passwords; pure."""

from datetime import timedelta

FREE_TRIES = 5
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)
MOST_DOUBLINGS = 10


def wait_after(n_failed: int) -> timedelta:
    """Give how long no password is looked at after so many wrong ones in a row.

    Nothing for the first ones, which are slips of the hand; then a minute, doubled by each further
    one, up to an hour.
    """
    if n_failed < FREE_TRIES:
        return timedelta()
    doublings = min(n_failed - FREE_TRIES, MOST_DOUBLINGS)
    return min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)
