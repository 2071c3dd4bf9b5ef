import pytest

from study_app.exclusion_rule import ExclusionRule
from study_app.inclusion import Answer, Verdict, judge

LENIENT = ExclusionRule(vigilance_pass_share=0)


def answers(n=8, trial_type="main", real="left", chosen="right", ms=800.0):
    return [Answer(trial_type, real, chosen, ms)] * n


def vigilance(n_right, n_wrong):
    return [
        *answers(n_right, "vigilance", chosen="right"),
        *answers(n_wrong, "vigilance", chosen="left"),
    ]


@pytest.mark.parametrize(
    ("n_right", "n_wrong", "verdict"),
    [
        (4, 0, Verdict("included")),
        (3, 1, Verdict("included")),
        (2, 2, Verdict("excluded", "2 of 4 vigilance trials right; the study asks for 75 %")),
        (0, 0, Verdict("included")),
    ],
)
def test_who_misses_too_many_vigilance_trials_does_not_count(n_right, n_wrong, verdict):
    assert judge(answers() + vigilance(n_right, n_wrong), ExclusionRule()) == verdict


def test_answers_to_other_trials_are_no_matter_of_vigilance():
    wrong = answers(20, "main", chosen="left") + answers(20, "control", chosen="left")

    assert judge(wrong + vigilance(4, 0), ExclusionRule()).inclusion == "included"


@pytest.mark.parametrize(
    ("times", "inclusion"),
    [((200, 300, 900), "included"), ((200, 299, 900), "excluded"), ((200, 400), "included")],
    ids=str,
)
def test_who_is_too_fast_in_the_median_does_not_count(times, inclusion):
    given = [Answer("main", "left", "right", ms) for ms in times]
    rule = ExclusionRule(vigilance_pass_share=0, minimum_median_response_ms=300)

    assert judge(given, rule).inclusion == inclusion
    assert judge(given, LENIENT).inclusion == "included"


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize(("n_same", "inclusion"), [(9, "included"), (10, "excluded")])
def test_who_chooses_one_side_too_often_does_not_count(side, n_same, inclusion):
    other = "right" if side == "left" else "left"
    given = answers(n_same, chosen=side) + answers(10 - n_same, chosen=other)
    rule = ExclusionRule(vigilance_pass_share=0, maximum_one_side_share=0.9)

    verdict = judge(given, rule)

    assert verdict.inclusion == inclusion
    assert ("one side in 100 %" in verdict.reason) == (inclusion == "excluded")
    assert judge(given, LENIENT).inclusion == "included"


def test_the_first_broken_rule_is_the_reason():
    given = answers(10, ms=100.0) + vigilance(0, 4)
    rule = ExclusionRule(minimum_median_response_ms=300, maximum_one_side_share=0.6)

    assert "vigilance" in judge(given, rule).reason


def test_without_a_main_block_everybody_counts():
    rule = ExclusionRule(minimum_median_response_ms=300, maximum_one_side_share=0.6)

    assert judge([], rule) == Verdict("included")
