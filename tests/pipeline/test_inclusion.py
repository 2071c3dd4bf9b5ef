"""Who counts towards the number wanted is who the analysis keeps, by the same rules."""

import random

import pandas as pd
import pytest

from analysis.exclusion_rules import ExclusionRules
from analysis.exclusions import screen
from study_app.exclusion_rule import ExclusionRule
from study_app.inclusion import Answer, judge

N_PEOPLE = 60


def draw_answers(rng):
    """A person with an own attention, speed and preference for a side; few answers, many ties."""
    attention, left = rng.choice([0.3, 0.7, 1.0]), rng.choice([0.5, 0.8, 1.0])
    median_ms = rng.choice([290, 300, 310])
    drawn = []
    for trial_type in ["main"] * rng.randrange(1, 9) + ["vigilance"] * rng.randrange(5):
        real = rng.choice(["left", "right"])
        chosen = "left" if rng.random() < left else "right"
        if trial_type == "vigilance" and rng.random() < attention:
            chosen = "right" if real == "left" else "left"
        drawn.append(Answer(trial_type, real, chosen, float(median_ms + rng.choice([-20, 0, 20]))))
    return drawn


def as_table(people):
    rows = [
        {
            "participant_id": f"p{number:03}",
            "simulated": False,
            "block": "main",
            "trial_type": answer.trial_type,
            "chosen_side": answer.chosen_side,
            "fooled": answer.chosen_side == answer.real_side,
            "response_ms": answer.response_ms,
            "exposure_valid": True,
        }
        for number, answers in enumerate(people)
        for answer in answers
    ]
    return pd.DataFrame(rows).astype({"fooled": "boolean", "exposure_valid": "boolean"})


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    "rules",
    [
        {},
        {"minimum_median_response_ms": 300.0},
        {"maximum_one_side_share": 0.75},
        {"minimum_median_response_ms": 295.0, "maximum_one_side_share": 0.8},
    ],
    ids=["vigilance only", "speed", "side", "all"],
)
def test_the_same_people_are_left_out_by_both(rules, seed):
    rng = random.Random(seed)
    people = [draw_answers(rng) for _ in range(N_PEOPLE)]

    kept = screen(as_table(people), vigilance_pass_share=0.75, rules=ExclusionRules(**rules))
    verdicts = [judge(answers, ExclusionRule(**rules)) for answers in people]

    out = {f"p{i:03}" for i, verdict in enumerate(verdicts) if verdict.inclusion == "excluded"}
    assert out == set(kept.reasons)
    assert 0 < len(out) < N_PEOPLE
