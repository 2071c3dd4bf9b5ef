from pathlib import Path

import pytest

from study_app.demo_steps import colouring_steps, report_steps, study_steps, trial_numbers

FOLDER = Path("/d")


def arguments(steps):
    return {step.name: " ".join(step.arguments) for step in steps}


def test_the_way_goes_from_photographs_to_a_report():
    steps = [
        *colouring_steps(FOLDER, None, 60),
        *study_steps(FOLDER, FOLDER / "set", 57, ["full", "mean", "random"], 20),
        *report_steps(FOLDER),
    ]

    assert [(step.name, step.program) for step in steps] == [
        ("photos", "colorizer"),
        ("set", "colorizer"),
        ("file", "study_app"),
        ("study", "study_app"),
        ("open", "study_app"),
        ("observers", "study_app"),
        ("export", "study_app"),
        ("report", "analysis"),
    ]
    assert steps[0].command[1:4] == ["-P", "-m", "colorizer"]


def test_photographs_of_ones_own_are_not_cut_out_of_others():
    (build,) = colouring_steps(FOLDER, Path("/mine"), 60)

    assert build.arguments[:4] == ("build-set", "/mine", "--out", "/d/set")


def test_mean_fool_rates_are_given_for_conditions_that_are_there():
    both = arguments(study_steps(FOLDER, FOLDER / "set", 60, ["full", "mean", "random"], 2))
    other = arguments(study_steps(FOLDER, FOLDER / "set", 60, ["ddcolor", "random"], 2))

    assert both["observers"].endswith("--fool-rate full=0.32 --fool-rate mean=0.25")
    assert "--fool-rate" not in other["observers"]


@pytest.mark.parametrize(
    ("n_photos", "has_vigilance", "told"),
    [
        (50, True, ""),
        (50, False, "--n-vigilance 0"),
        (49, True, "--n-practice 9 --n-main 40 --n-vigilance 4"),
        (12, True, "--n-practice 2 --n-main 10 --n-vigilance 1"),
        (12, False, "--n-practice 2 --n-main 10 --n-vigilance 0"),
    ],
)
def test_few_photographs_make_a_shorter_test(n_photos, has_vigilance, told):
    assert " ".join(trial_numbers(n_photos, has_vigilance=has_vigilance)) == told
