import json

import pytest

from study_app.device_report import parse_device_report, problems, window_sizes
from study_app.errors import InvalidResponse
from tests.study_app.factories import device_measures


def report_of(**changes):
    return parse_device_report(json.dumps(device_measures(**changes)))


def test_a_report_is_read_as_it_was_measured():
    report = report_of(zoom=1.25, missing_features=["fetch"])

    assert (report.window_width_px, report.zoom, report.pointer) == (1280, 1.25, "fine")
    assert report.missing_features == ("fetch",)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"zoom": "1"}, "zoom is no number"),
        ({"zoom": True}, "zoom is no number"),
        ({"zoom": 0}, "zoom is not above 0"),
        ({"window_width_px": 1e9}, "window_width_px is not above 0"),
        ({"screen_height_px": float("nan")}, "screen_height_px is not above 0"),
        ({"colour_gamut": "all"}, "colour_gamut is none of srgb"),
        ({"colour_gamut": []}, "colour_gamut is none of srgb"),
        ({"pointer": None}, "pointer is none of fine"),
        ({"forced_colours": 0}, "forced_colours is neither"),
        ({"missing_features": "fetch"}, "missing_features lists other"),
        ({"missing_features": ["telepathy"]}, "missing_features lists other"),
        ({"missing_features": [{}]}, "missing_features lists other"),
        ({"user_agent": "Mozilla/5.0"}, "user_agent is unknown"),
    ],
    ids=str,
)
def test_a_wrong_field_is_named(changes, named):
    with pytest.raises(InvalidResponse, match=named):
        report_of(**changes)


def test_a_missing_field_is_named():
    measures = device_measures()
    del measures["pointer"]

    with pytest.raises(InvalidResponse, match="pointer is missing"):
        parse_device_report(json.dumps(measures))


@pytest.mark.parametrize("text", ["", "{", "[]", "3", "[" * 10_000])
def test_what_is_no_json_object_is_refused(text):
    with pytest.raises(InvalidResponse):
        parse_device_report(text)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ()),
        ({"window_width_px": 390, "window_height_px": 664}, ()),
        ({"window_width_px": 640, "window_height_px": 400}, ()),
        ({"window_width_px": 320, "window_height_px": 568}, ()),
        ({"window_width_px": 579}, ("window",)),
        ({"window_height_px": 303}, ("window",)),
        ({"window_width_px": 280, "window_height_px": 900}, ("window",)),
        ({"zoom": 1.005}, ()),
        ({"zoom": 1.5}, ("zoom",)),
        ({"zoom": 0.5, "missing_features": ["fetch"]}, ("browser", "zoom")),
        ({"forced_colours": True, "colours_changed": True, "keeps_answers": False}, ()),
    ],
    ids=str,
)
def test_what_is_in_the_way_is_named(changes, expected):
    if "window_width_px" in changes and "window_height_px" not in changes:
        changes = {**changes, "window_height_px": 400}

    assert problems(report_of(**changes), image_size_px=256) == expected


def test_larger_pictures_need_larger_windows():
    small, large = window_sizes(128), window_sizes(512)

    for (width, height), (larger_width, larger_height) in zip(small, large, strict=True):
        assert (width, height) < (larger_width, larger_height)
        assert larger_height - height >= 384
    assert problems(report_of(), image_size_px=512) == ()
    assert problems(report_of(), image_size_px=700) == ("window",)
