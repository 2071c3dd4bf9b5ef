from collections.abc import Callable
from typing import Any

import pytest

from analysis.data_quality import describe
from analysis.exclusion_rules import ExclusionRules
from analysis.exclusions import screen
from analysis.intervals import fool_rate_interval
from analysis.trial_table import read_trials

Make = Callable[..., Any]
NO_ANSWER = {"chosen_side": "", "response_ms": "", "answered_at": "", "exposure_valid": ""}


@pytest.fixture
def describe_rows(write_table: Make) -> Make:
    def run(rows: list[dict[str, str]]) -> Any:
        trials = read_trials(write_table(rows)).trials
        return describe(trials, screen(trials), pass_share=0.75, level=0.95)

    return run


@pytest.fixture
def main_rows(row: Make) -> Make:
    """Rows of 4 people on 5 photos; ``change`` gives each row's cells from person and photo."""

    def rows(change: Make) -> list[dict[str, str]]:
        return [
            row(
                participant_id=f"p{i}",
                study_session_id=f"p{i}-1",
                trial_index=str(j),
                photo_id=f"photo-{j}",
                **{"pair_id": f"pair-{j}", **change(i, j)},
            )
            for i in range(4)
            for j in range(5)
        ]

    return rows


def test_side_and_order_bias_are_shares_of_answers_with_two_way_intervals(
    main_rows: Make, describe_rows: Make
) -> None:
    quality = describe_rows(
        main_rows(
            lambda i, j: {
                "chosen_side": "left" if j < 4 else "right",
                "first_side": "left" if i < 2 else "right",
            }
        )
    )

    left = quality.called_left_fake
    people, photos = [i for i in range(4) for _ in range(5)], list(range(5)) * 4
    assert (left.n, left.share) == (20, 0.8)
    assert left.interval == fool_rate_interval(people, photos, [photo < 4 for photo in photos])
    assert quality.called_first_fake.share == 0.5


def test_pictures_shown_at_once_have_no_order_bias(main_rows: Make, describe_rows: Make) -> None:
    quality = describe_rows(main_rows(lambda _i, _j: {"first_side": "both"}))

    assert (quality.called_first_fake.n, quality.called_first_fake.share) == (0, None)


def test_response_times_are_quantiles_of_counted_trials(
    main_rows: Make, row: Make, describe_rows: Make
) -> None:
    rows = main_rows(lambda i, j: {"response_ms": str(100 * (5 * i + j + 1))})
    slow = row(block="practice", trial_type="practice", trial_index="99", response_ms="99999")

    quality = describe_rows([*rows, slow])

    # 100, 200, ... 2000: linear quantiles 5, 25, 50, 75, 95 %.
    assert quality.response_ms == pytest.approx((195, 575, 1050, 1525, 1905))
    assert quality.fast_responses == 1 / 20


def test_exposures_off_the_rule_are_counted_and_kept(main_rows: Make, describe_rows: Make) -> None:
    quality = describe_rows(
        main_rows(
            lambda i, j: {
                "exposure_valid": ("false" if i == 0 else "true") if j < 4 else "",
                "left_shown_ms": "900",
                "right_shown_ms": "1100",
            }
        )
    )

    assert quality.exposure_invalid == 4 / 16
    assert quality.n_exposure_unrecorded == 4
    assert quality.shown_ms[2] == 1000
    assert quality.called_left_fake.n == 20


def test_unrecorded_times_give_no_quantiles(main_rows: Make, describe_rows: Make) -> None:
    empty = {"response_ms": "", "left_shown_ms": "", "right_shown_ms": "", "exposure_valid": ""}

    quality = describe_rows(main_rows(lambda _i, _j: empty))

    assert (quality.response_ms, quality.shown_ms) == ((), ())
    assert (quality.fast_responses, quality.exposure_invalid) == (None, None)


def test_unanswered_and_repeated_trials_are_counted(
    main_rows: Make, row: Make, describe_rows: Make
) -> None:
    rows = main_rows(lambda _i, j: NO_ANSWER if j == 0 else {})
    again = row(
        participant_id="p1", study_session_id="p1-1", trial_index="9", photo_id="photo-3",
        pair_id="pair-3",
    )  # fmt: skip

    quality = describe_rows([*rows, again])

    assert (quality.n_unanswered, quality.n_repeated) == (4, 1)


def test_control_trials_are_summed_up_apart(
    main_rows: Make, row: Make, describe_rows: Make
) -> None:
    control = [
        row(
            participant_id=f"p{i}",
            study_session_id=f"p{i}-1",
            trial_index=str(20 + k),
            trial_type="control",
            condition="real",
            photo_id=f"other-{k}",
            pair_id=f"real-{k}",
            chosen_side="left" if k else "right",
        )
        for i in range(4)
        for k in range(4)
    ]

    quality = describe_rows([*main_rows(lambda _i, _j: {}), *control])

    assert (quality.control.n, quality.control.share) == (16, 0.75)
    assert quality.called_left_fake.n == 20


def test_the_vigilance_trials_of_those_left_out_are_counted_too(
    main_rows: Make, row: Make, describe_rows: Make
) -> None:
    looks = [
        row(
            participant_id=f"p{i}",
            study_session_id=f"p{i}-1",
            trial_index=str(50 + k),
            trial_type="vigilance",
            condition="random",
            photo_id=f"v{k}",
            pair_id=f"v{k}",
            chosen_side="left" if i == 0 else "right",
        )
        for i in range(3)
        for k in range(4)
    ]

    vigilance = describe_rows([*main_rows(lambda _i, _j: {}), *looks]).vigilance

    assert (vigilance.n_participants, vigilance.n_trials, vigilance.usual_n) == (3, 12, 4)
    assert vigilance.correct == pytest.approx(8 / 12)
    assert vigilance.guesser_passes == pytest.approx(5 / 16)


def test_without_vigilance_trials_nothing_is_said_of_them(
    main_rows: Make, describe_rows: Make
) -> None:
    vigilance = describe_rows(main_rows(lambda _i, _j: {})).vigilance

    assert (vigilance.n_trials, vigilance.correct, vigilance.guesser_passes) == (0, None, None)


def test_exposures_that_a_rule_leaves_out_are_counted_all_the_same(
    main_rows: Make, write_table: Make
) -> None:
    rows = main_rows(lambda i, _j: {"exposure_valid": "false" if i == 0 else "true"})
    trials = read_trials(write_table(rows)).trials
    screened = screen(trials, rules=ExclusionRules(exclude_invalid_exposure=True))

    quality = describe(trials, screened, pass_share=0.75, level=0.95)

    assert quality.called_left_fake.n == 15
    assert (quality.exposure_invalid, quality.n_unanswered) == (5 / 20, 0)
