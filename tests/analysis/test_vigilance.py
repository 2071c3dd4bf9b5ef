import json
from dataclasses import asdict

import pandas as pd
import pytest
import scipy.stats

from analysis.vigilance import check_vigilance, vigilance_error_rates, vigilance_pass_rates


def trial_table(people: dict[str, tuple[str, str]]) -> pd.DataFrame:
    """One main trial in each condition of a person, then vigilance trials: + right, - wrong."""
    rows = []
    for code, (conditions, looks) in people.items():
        rows += [(code, name, "main", f"photo-{name}", True) for name in conditions.split()]
        rows += [
            (code, "random", "vigilance", f"look-{k}", {"+": False, "-": True, "?": pd.NA}[mark])
            for k, mark in enumerate(looks)
        ]
    columns = ["participant_id", "condition", "trial_type", "photo_id", "fooled"]
    return pd.DataFrame(rows, columns=columns).astype({"fooled": "boolean"})


PEOPLE = {
    "ann": ("full", "++++"),
    "bob": ("full", "++--"),
    "cem": ("half", "+++-"),
    "dan": ("full half", "++??"),
    "eve": ("half", "????"),
}


def test_vigilance_trials_are_summed_up() -> None:
    check = check_vigilance(trial_table(PEOPLE), pass_share=0.75)

    assert (check.n_participants, check.n_trials, check.usual_n) == (4, 14, 4)
    assert check.correct == pytest.approx(11 / 14)
    assert check.guesser_passes == pytest.approx(5 / 16)


def test_who_passed_is_counted_by_condition_and_all_together() -> None:
    full, half, everybody = vigilance_pass_rates(
        trial_table(PEOPLE), ["full", "half"], pass_share=0.75
    )

    assert (full.condition, full.n_participants, full.n_passed, full.pass_rate) == (
        "full", 2, 1, 0.5,
    )  # fmt: skip
    assert (half.n_participants, half.n_passed) == (1, 1)
    # Dan saw both conditions.
    assert (everybody.condition, everybody.n_participants, everybody.n_passed) == (None, 4, 3)
    assert (full.correct.n, full.correct.share) == (8, 0.75)
    assert full.correct.interval.low is not None


def test_without_vigilance_trials_nobody_passed_or_failed() -> None:
    trials = trial_table({"ann": ("full", ""), "bob": ("full", "??")})

    (full, _) = vigilance_pass_rates(trials, ["full"], pass_share=0.75)

    assert (full.n_participants, full.n_passed, full.pass_rate) == (0, 0, None)
    assert check_vigilance(trials, pass_share=0.75).correct is None


@pytest.mark.parametrize(
    ("n", "needed", "guesser", "attentive_87"),
    [(4, 3, 0.31, 0.085), (8, 6, 0.145, 0.074), (10, 8, 0.055, 0.13)],
)
def test_the_rules_error_rates_are_binomial_tails(
    n: int, needed: int, guesser: float, attentive_87: float
) -> None:
    """Oracle: scipy's survival function; the guesser's published figures are in the field notes."""
    passes, fails = vigilance_error_rates(n, needed / n)

    assert passes == pytest.approx(guesser, abs=0.005)
    assert passes == pytest.approx(scipy.stats.binom.sf(needed - 1, n, 0.5))
    assert fails == pytest.approx(scipy.stats.binom.cdf(needed - 1, n, 0.95))
    assert fails < attentive_87


def test_pass_rates_are_plain_json() -> None:
    rows = vigilance_pass_rates(trial_table(PEOPLE), ["full"], pass_share=0.75)
    documents = [asdict(row) for row in rows]

    assert json.loads(json.dumps(documents)) == documents
