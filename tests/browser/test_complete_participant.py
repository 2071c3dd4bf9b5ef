"""A whole participant with the keyboard; then what was pressed is exported and estimated."""

import random
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from analysis.estimates import EstimateSettings, as_document, estimate
from analysis.trial_table import read_trials
from study_app.catalog import find_study
from study_app.export import export_study
from study_app.extensions import db
from tests.browser.conftest import StudyMaker
from tests.browser.live_study import QUICK, LiveStudy
from tests.browser.participant import await_question, begin, go_on, next_pair, panel, press

pytestmark = pytest.mark.browser

N_PRACTICE = 10
N_MAIN = 40
FOOLED_SHARE = 0.3
OTHER = {"left": "right", "right": "left"}


def test_a_participants_answers_are_estimated_exactly_as_they_were_pressed(
    make_study: StudyMaker, page: Page, chance: random.Random, tmp_path: Path
):
    study = make_study(n_practice=N_PRACTICE, n_main=N_MAIN, n_vigilance=4, n_control=4, **QUICK)
    begin(page, study)
    pressed = _choose_answers(study, chance)

    _practise_all(page, study, pressed)
    _test_all(page, pressed)

    page.wait_for_url("**/debrief")
    _check_debrief(page, study, pressed)
    _check_database(study, pressed)
    _check_estimates(study, pressed, tmp_path / "export")


def _choose_answers(study: LiveStudy, chance: random.Random) -> list[str]:
    """Choose what to press: vigilance pairs right, the others fooled now and then."""
    pressed = []
    for row in study.trials():
        real_side = row.trial["real_side"]
        is_fooled = row.trial["trial_type"] != "vigilance" and chance.random() < FOOLED_SHARE
        pressed.append(real_side if is_fooled else OTHER[real_side])
    return pressed


def _practise_all(page: Page, study: LiveStudy, pressed: list[str]) -> None:
    truth = [row.trial["real_side"] for row in study.trials()]
    for index in range(N_PRACTICE):
        await_question(page, index + 1)
        press(page, pressed[index])
        side = page.locator(f'[data-side="{pressed[index]}"]')
        if pressed[index] != truth[index]:
            expect(side).to_contain_text("Right: this one had false colours.")
        else:
            expect(side).to_contain_text("That one was the original photograph.")
        for name in ("left", "right"):
            caption = "original" if name == truth[index] else "false colours"
            expect(page.locator(f'[data-side="{name}"] [data-caption]')).to_have_text(caption)
        next_pair(page)


def _test_all(page: Page, pressed: list[str]) -> None:
    expect(panel(page, "main")).to_contain_text(
        "From here on you will not be told whether you were right. Some pairs are hard. "
        "Go with your impression."
    )
    go_on(page, "main")
    for number in range(1, N_MAIN + 1):
        if number == N_MAIN // 2 + 1:
            expect(panel(page, "break")).to_contain_text("Rest your eyes; continue when you like.")
            go_on(page, "break")
        await_question(page, number)
        expect(page.locator("[data-block=main]")).to_have_text(f"Pair {number} of {N_MAIN}")
        press(page, pressed[N_PRACTICE + number - 1])


def _check_debrief(page: Page, study: LiveStudy, pressed: list[str]) -> None:
    main = [
        (row.trial["real_side"], side)
        for row, side in zip(study.trials(), pressed, strict=True)
        if row.trial["trial_type"] == "main"
    ]
    n_fooled = sum(real_side == side for real_side, side in main)
    expect(page.get_by_role("heading", level=1)).to_have_text("All 50 answers are stored.")
    expect(page.get_by_text(f"{len(main) - n_fooled} of {len(main)}")).to_be_visible()
    assert page.locator(".gallery li").count() == n_fooled
    code = study.study_session()["completion_code"]
    assert code
    expect(page.locator(".code")).to_have_text(code)


def _check_database(study: LiveStudy, pressed: list[str]) -> None:
    responses = study.answered()
    assert [response["chosen_side"] for response in responses] == pressed
    assert {response["input"] for response in responses} == {"keyboard"}
    assert len({response["response_key"] for response in responses}) == len(pressed)
    assert {row.trial["n_issued"] for row in study.trials()} == {1}


def _check_estimates(study: LiveStudy, pressed: list[str], folder: Path) -> None:
    with study.app.app_context():
        export_study(db.session(), find_study(db.session()), folder)
    trials = read_trials(folder).trials.sort_values("trial_index")
    assert list(trials["chosen_side"]) == pressed
    document = as_document(estimate(trials, EstimateSettings()))
    counted = [
        (row.trial["real_side"] == side, row.pair["photo_id"])
        for row, side in zip(study.trials(), pressed, strict=True)
        if row.trial["trial_type"] == "main"
    ]
    found: dict[str, Any] = document["conditions"][0]
    assert [entry["condition"] for entry in document["conditions"]] == ["full"]
    assert found["fool_rate"] == sum(is_fooled for is_fooled, _ in counted) / len(counted)
    assert found["n_trials"] == len(counted) == N_MAIN - 4 - 4
    assert found["n_participants"] == 1
    assert found["n_photos"] == len({photo for _, photo in counted})
    assert sum(entry["n_participants"] for entry in document["exclusions"]) == 0
