from datetime import timedelta

from study_app.lock_out import FREE_TRIES, LONGEST_WAIT, wait_after


def test_a_few_slips_cost_nothing():
    assert {wait_after(n) for n in range(FREE_TRIES)} == {timedelta()}


def test_each_further_try_costs_twice_as_much():
    waits = [wait_after(FREE_TRIES + n) for n in range(4)]

    assert waits == [timedelta(minutes=minutes) for minutes in (1, 2, 4, 8)]


def test_no_wait_is_longer_than_an_hour():
    assert wait_after(10**9) == LONGEST_WAIT == timedelta(hours=1)


def test_a_thousand_guesses_take_more_than_a_month():
    assert sum((wait_after(n) for n in range(1000)), timedelta()) > timedelta(days=31)
