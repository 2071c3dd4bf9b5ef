import pytest

from study_app.presets import PRESETS, deviations_from_2016, expected_minutes
from study_app.protocol import ProtocolSettings


def told(preset, has_control=False, **changes):
    protocol = ProtocolSettings(**{**vars(PRESETS[preset].protocol), **changes})
    found = deviations_from_2016(protocol, PRESETS[preset].per_condition, has_control)
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
    ],
)
def test_a_change_to_a_preset_is_told(changes, words):
    assert words in told("zhang2016", **changes)
    assert words not in told("zhang2016")


def test_control_trials_are_told_only_where_the_set_has_them():
    assert "4 control trials" in told("zhang2016", has_control=True)
    assert "control trials" not in told("zhang2016", has_control=False)


def test_the_expected_minutes_are_the_planned_times_plus_reading():
    # 50 trials of 900 + 2 x 1000 + 600 + 100 + 1500 ms are 4.25 minutes; two more for reading.
    assert expected_minutes(ProtocolSettings()) == 7
    # Side by side: 50 x (900 + 1000 + 100 + 1500) ms are 2.9 minutes.
    assert expected_minutes(ProtocolSettings(layout="side-by-side")) == 5
