import pytest

from study_app.monitoring.blinding import may_make


@pytest.mark.parametrize(
    ("state", "allowed", "has_people", "kind"),
    [
        ("open", False, True, None),
        ("pilot", False, True, None),
        ("draft", False, True, None),
        ("open", True, True, "sequence"),
        ("open", False, False, "report"),
        ("closed", False, True, "report"),
        ("closed", True, True, "report"),
    ],
)
def test_what_may_be_seen_of_fool_rates(state, allowed, has_people, kind):
    assert may_make(state, allowed=allowed, has_people=has_people) == kind
