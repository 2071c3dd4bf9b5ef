import pytest

from study_app.presets import PRESETS, deviations_from_2016, deviations_of, expected_minutes
from study_app.protocol import ProtocolSettings
from study_app.study_file import parse_study_file
from study_app.study_tables import STANDARD_QUESTION_IDS, Screening, StandardQuestions
from tests.study_app import factories


def told(preset, *, has_control=False, screening=None, has_questions=False, **changes):
    protocol = ProtocolSettings(**{**vars(PRESETS[preset].protocol), **changes})
    found = deviations_from_2016(
        protocol,
        PRESETS[preset].per_condition,
        has_control=has_control,
        screening=screening or Screening(),
        has_questions=has_questions,
    )
    return "; ".join(found)


def test_every_preset_is_found_under_its_own_name():
    assert set(PRESETS) == {"zhang2016", "amt-left-first", "pix2pix2017"}
    assert all(preset.protocol.preset == name for name, preset in PRESETS.items())


def test_the_preset_of_2016_has_the_numbers_of_the_paper():
    protocol = PRESETS["zhang2016"].protocol

    assert (protocol.n_practice, protocol.n_main, protocol.n_vigilance) == (10, 40, 4)
    assert (protocol.display_ms, protocol.image_size_px) == (1000, 256)
    assert (protocol.design, PRESETS["zhang2016"].per_condition) == ("between", 40)
    assert "in 2016 40" not in told("zhang2016")


def test_the_published_tool_showed_left_first_and_the_preset_says_so():
    assert PRESETS["amt-left-first"].protocol.first_side == "left"
    assert "left image is always shown first" in told("amt-left-first")
    assert "left image is always shown first" not in told("zhang2016")


def test_only_who_sees_one_condition_is_assigned_one():
    assert "the condition with the fewest places taken" in told("zhang2016")
    assert "the condition with the fewest places taken" not in told("zhang2016", design="within")


def test_pix2pix_had_no_vigilance_trials_and_fifty_people():
    text = told("pix2pix2017")

    assert "0 vigilance trials; in 2016 4" in text
    assert "50 participants per condition; in 2016 40" in text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"n_main": 20}, "20 test trials; in 2016 40"),
        ({"n_practice": 0}, "0 practice trials; in 2016 10"),
        ({"display_ms": 500}, "500 ms of exposure; in 2016 1000"),
        ({"image_size_px": 384}, "384 pixels"),
        ({"design": "within"}, "each participant sees all conditions"),
        ({"layout": "side-by-side"}, "at once, side by side"),
        ({"lead_in_ms": 500}, "500 ms of blank before the first image; the tool of 2016 900"),
        ({"isi_ms": 200}, "200 ms of blank between the images; the tool of 2016 600"),
        ({"response_delay_ms": 0}, "0 ms of blank before the question; the tool of 2016 100"),
        ({"fixation": True}, "a cross marks the middle"),
        ({"mask": "noise", "mask_ms": 80}, "grey noise covers the place of an image for 80 ms"),
        ({"screening": Screening(device="check")}, "window, zoom and browser are checked"),
        ({"screening": Screening(colour_vision="record")}, "checked with 7 plates"),
        (
            {"screening": Screening(colour_vision="screen-out", n_plates=8, pass_plates=7)},
            "who reads fewer than 7 of the plates rightly does not go on",
        ),
        ({"screening": Screening(display="record")}, "count the steps of grey"),
        ({"has_questions": True}, "questions are asked after the pairs"),
    ],
)
def test_a_change_to_a_preset_is_told(changes, words):
    assert words in told("zhang2016", **changes)
    assert words not in told("zhang2016")


def test_who_is_recorded_only_is_not_said_to_be_kept_out():
    text = told("zhang2016", screening=Screening(colour_vision="record"))

    assert "who reads fewer" not in text


def test_a_blank_that_is_not_there_is_not_told():
    assert "between the images" not in told("zhang2016", layout="side-by-side", isi_ms=200)


@pytest.mark.parametrize(
    "words",
    [
        "the fewest places taken",
        "exactly the number of participants wanted counts",
        "judged least often so far come first",
        "a pair whose showing was cut off",
        "balanced exactly, and in each half",
        "every exposure is measured",
    ],
)
def test_what_every_study_does_otherwise_is_always_told(words):
    for preset in PRESETS:
        assert words in told(preset)


def test_a_study_file_is_told_with_its_checks_and_questions():
    text = factories.study_text(
        screening=Screening(device="check", display="record"),
        questions=StandardQuestions(STANDARD_QUESTION_IDS),
    )

    found = "; ".join(deviations_of(parse_study_file(text), has_control=True))

    for words in ("window, zoom and browser", "steps of grey", "questions are asked", "1 control"):
        assert words in found
    assert "plates" not in found


def test_control_trials_are_told_only_where_the_set_has_them():
    assert "4 control trials" in told("zhang2016", has_control=True)
    assert "control trials" not in told("zhang2016", has_control=False)


def test_the_expected_minutes_are_the_planned_times_plus_reading():
    # 50 trials of 900 + 2 x 1000 + 600 + 100 + 1500 ms are 4.25 minutes; two more for reading.
    assert expected_minutes(ProtocolSettings()) == 7
    # Side by side: 50 x (900 + 1000 + 100 + 1500) ms are 2.9 minutes.
    assert expected_minutes(ProtocolSettings(layout="side-by-side")) == 5


def test_one_trial_is_told_in_the_singular():
    said = told("zhang2016", has_control=True, n_practice=1, n_main=4, n_vigilance=1, n_control=1)

    assert said.startswith(
        "1 practice trial; in 2016 10; 4 test trials; in 2016 40; 1 vigilance trial; in 2016 4"
    )
    assert "1 control trial, real photo against its own re-encoding; in 2016 none" in said
