import pytest

from study_app.monitoring.blinding import is_over, may_make


@pytest.mark.parametrize(
    ("state", "phase", "allowed", "has_people", "kind"),
    [
        ("open", "main", False, True, None),
        ("pilot", "main", False, True, None),
        ("draft", "main", False, True, None),
        ("open", "main", True, True, "sequence"),
        ("open", "main", False, False, "report"),
        ("closed", "main", False, True, "report"),
        ("closed", "main", True, True, "report"),
        ("pilot", "pilot", False, True, None),
        ("pilot", "pilot", True, True, "sequence"),
        ("pilot", "pilot", False, False, "report"),
        ("preview", "pilot", False, True, "report"),
        ("open", "pilot", False, True, "report"),
        ("closed", "pilot", True, True, "report"),
    ],
)
def test_what_may_be_seen_of_fool_rates(state, phase, allowed, has_people, kind):
    assert may_make(state, phase, allowed=allowed, has_people=has_people) == kind


def test_a_pilot_that_is_started_again_is_not_over():
    states = ("pilot", "preview", "pilot", "open", "closed")

    assert [is_over(state, "pilot") for state in states] == [False, True, False, True, True]
    assert [is_over(state, "main") for state in states] == [False] * 4 + [True]
