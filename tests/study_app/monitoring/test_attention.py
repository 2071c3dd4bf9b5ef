from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from study_app.monitoring.attention import RefreshRate, Situation, notices
from study_app.monitoring.watching import WatchedSession
from study_app.progress import Arm

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LEASE = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
CALM = Situation(
    now=NOW,
    state="open",
    opened_at=NOW - 10 * MINUTE,
    contact="lab@example.org",
    wanted=20,
    lease=LEASE,
    arms=[Arm("full", False, finished=5), Arm("l2", False, finished=6)],
)


def watched(n_answered, last_sign, state="running"):
    return WatchedSession(
        condition="full",
        state=state,
        n_practice=10,
        n_answered=n_answered,
        consented_at=NOW - 90 * MINUTE,
        lease_expires_at=last_sign + LEASE,
        finished_at=None,
        inclusion="open",
    )


def said(situation=CALM, **changes):
    return [notice.text for notice in notices(replace(situation, **changes))]


def test_where_all_is_well_nothing_is_said():
    assert said(sessions=[watched(4, NOW - MINUTE)]) == []


def test_dropouts_of_the_last_hour_are_told_by_where_they_stopped():
    gone, long_gone = NOW - 80 * MINUTE, NOW - 121 * MINUTE
    sessions = [
        *(watched(n, gone) for n in (0, 3, 9, 4, 10)),
        watched(3, long_gone),
        watched(3, gone, state="withdrawn"),
        watched(3, NOW - MINUTE),
    ]

    assert said(sessions=sessions) == [
        "1 person dropped out before the first pair within the last hour.",
        "3 people dropped out in practice within the last hour.",
        "1 person dropped out in the test within the last hour.",
    ]


def test_who_is_silent_but_has_a_place_is_told():
    sessions = [watched(12, NOW - 16 * MINUTE), watched(12, NOW - 14 * MINUTE)]

    assert said(sessions=sessions) == ["1 person has given no answer for 15 minutes, in the test."]


@pytest.mark.parametrize(
    ("opened", "expected"),
    [
        (23, []),
        (25, ["Nobody has come yet for a day."]),
        (24 * 3 + 1, ["Nobody has come yet for 3 days."]),
    ],
)
def test_an_open_study_that_nobody_comes_to_is_told(opened, expected):
    opened_at = NOW - timedelta(hours=opened)
    arms = [Arm("full", False)]

    assert said(opened_at=opened_at, arms=arms) == expected
    assert said(opened_at=opened_at, arms=arms, state="closed") == []


def test_arrivals_that_ceased_are_told():
    sessions = [
        watched(20, NOW - timedelta(days=2), state="finished")._replace(
            consented_at=NOW - timedelta(days=2, hours=1)
        )
    ]

    assert said(sessions=sessions) == ["Nobody has come for 2 days."]


def test_quotas_that_are_full_or_almost_are_told():
    almost = [Arm("full", False, finished=19, excluded=1), Arm("l2", False, finished=20)]
    full = [Arm("full", False, finished=21, excluded=1), Arm("l2", False, finished=20)]

    assert said(arms=almost) == [
        "full is almost full: 18 of 20 people.",
        "l2 has all its 20 people.",
    ]
    assert said(arms=full) == ["Every condition has its people: the study can be closed."]


def test_many_who_do_not_pass_or_do_not_count_are_told():
    arms = [Arm("full", False, finished=10, excluded=2, screened_out=4), Arm("l2", False)]

    assert said(arms=arms) == [
        "2 of the 10 who finished full do not count by the study's rules (vigilance, speed or"
        " side).",
        "The checks screened out 4 of 14 people.",
    ]


def test_few_people_are_no_reason_for_alarm():
    arms = [Arm("full", False, finished=4, excluded=4, screened_out=4)]

    assert said(arms=arms) == []


def test_timing_trouble_is_told_by_refresh_rate():
    rates = [RefreshRate(60, 1000, 20), RefreshRate(144, 60, 6), RefreshRate(30, 49, 49)]

    assert said(refresh_rates=rates) == [
        "Timing trouble on displays of 144 Hz: 6 of 60 exposures are not as planned."
    ]


def test_showings_cut_off_are_told():
    rates = [RefreshRate(60, 95, 0)]

    assert said(refresh_rates=rates, n_interrupted=5) == [
        "5 of 100 showings were cut off by a reload or a second window, and replaced."
    ]
    assert said(refresh_rates=rates, n_interrupted=4) == []


def test_pictures_that_are_gone_are_told():
    assert said(n_missing_images=1)[0].startswith("1 picture is missing from the stimulus set")
    assert said(n_missing_images=2)[0].startswith("2 pictures are missing from the stimulus set")


def test_what_stops_the_study_comes_first():
    found = notices(replace(CALM, contact=" ", missing_sets=["/data/set"]))

    assert [notice.weight for notice in found] == ["urgent", "look"]
    assert "/data/set" in found[0].text
    assert "No contact" in found[1].text
