import math
from dataclasses import replace

import pytest

from study_app.errors import InvalidResponse
from study_app.responses import (
    MOST_EVENTS,
    is_exposure_valid,
    parse_page_key,
    parse_response,
    parse_start,
)
from study_app.study_tables import ExposureRule
from tests.study_app.factories import response_body

RULE = ExposureRule(tolerance_ms=17, max_dropped_frames=1)


def valid(report, n_issued=1, n_started=0):
    return is_exposure_valid(
        report, display_ms=1000, n_issued=n_issued, n_started=n_started, rule=RULE
    )


def with_exposure(side, **changes):
    report = parse_response(response_body())
    return replace(report, **{side: replace(getattr(report, side), **changes)})


def test_a_whole_response_is_read():
    report = parse_response(response_body("right", response_ms=500, input="touch"))

    assert (report.chosen_side, report.response_ms, report.input) == ("right", 500.0, "touch")
    assert report.left.shown_ms == 1000


def test_the_key_is_kept_in_one_spelling():
    key = "A987FBC9-4BED-4078-8F07-9141BA07C9F3"

    assert parse_response(response_body(response_key=key)).response_key == key.lower()


@pytest.mark.parametrize("body", [None, [], "left", 3])
def test_a_body_that_is_no_object_is_refused(body):
    with pytest.raises(InvalidResponse, match="the body is no JSON object"):
        parse_response(body)


@pytest.mark.parametrize("name", response_body())
def test_every_field_is_needed(name):
    body = response_body()
    del body[name]

    with pytest.raises(InvalidResponse, match=f"{name} is missing"):
        parse_response(body)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("response_key", "not a key"),
        ("response_key", 7),
        ("chosen_side", "up"),
        ("chosen_side", ["left"]),
        ("response_ms", "812"),
        ("response_ms", -1),
        ("response_ms", math.nan),
        ("response_ms", math.inf),
        ("response_ms", 10**400),
        ("response_ms", True),
        ("input", "voice"),
        ("exposures", []),
        ("frame_interval_ms", 0),
        ("n_hidden", -1),
        ("n_hidden", 1.5),
        ("n_resized", False),
        ("device_pixel_ratio", 0),
        ("shown_px", None),
    ],
)
def test_a_field_of_the_wrong_form_is_refused_by_name(name, value):
    with pytest.raises(InvalidResponse, match=name):
        parse_response(response_body(**{name: value}))


@pytest.mark.parametrize(
    "name", ["planned_ms", "onset_ms", "offset_ms", "shown_ms", "n_dropped_frames"]
)
@pytest.mark.parametrize("side", ["left", "right"])
def test_every_field_of_an_exposure_is_needed(side, name):
    body = response_body()
    del body["exposures"][side][name]

    with pytest.raises(InvalidResponse, match=rf"exposures\.{side}\.{name} is missing"):
        parse_response(body)


def test_an_exposure_as_planned_is_valid():
    assert valid(parse_response(response_body()))


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"shown_ms": 1017.0}, True),
        ({"shown_ms": 983.0}, True),
        ({"shown_ms": 1017.1}, False),
        ({"shown_ms": 982.9}, False),
        ({"n_dropped_frames": 1}, True),
        ({"n_dropped_frames": 2}, False),
        ({"planned_ms": 900.0}, False),
    ],
)
def test_the_rule_holds_for_each_image_to_its_border(side, changes, expected):
    assert valid(with_exposure(side, **changes)) is expected


def test_a_hidden_page_makes_the_exposure_invalid():
    assert not valid(replace(parse_response(response_body()), n_hidden=1))


@pytest.mark.parametrize("n_issued", [0, 2, 3])
def test_a_trial_given_twice_without_a_start_makes_the_exposure_invalid(n_issued):
    assert not valid(parse_response(response_body()), n_issued=n_issued)


@pytest.mark.parametrize(("n_started", "expected"), [(1, True), (2, False)])
def test_a_pair_counts_by_how_often_it_was_started_once_the_browser_says_so(n_started, expected):
    """A pair that was only fetched ahead, and fetched again after a reload, was seen once."""
    assert valid(parse_response(response_body()), n_issued=2, n_started=n_started) is expected


def test_what_older_pages_do_not_send_is_left_empty():
    report = parse_response(response_body())

    assert (report.n_blurred, report.events, report.zoom) == (0, None, None)
    assert (report.window_width_px, report.window_height_px) == (None, None)
    assert report.max_frame_interval_ms is None


def test_window_zoom_and_events_are_read():
    events = [{"kind": "blurred", "at_ms": 12.5}, {"kind": "focused", "at_ms": 80, "more": 1}]
    body = response_body(
        n_blurred=1, max_frame_interval_ms=50.5, window_width_px=390, zoom=1.5, events=events
    )

    report = parse_response(body)

    assert (report.n_blurred, report.max_frame_interval_ms, report.zoom) == (1, 50.5, 1.5)
    assert (report.window_width_px, report.window_height_px) == (390.0, None)
    assert report.events == [
        {"kind": "blurred", "at_ms": 12.5},
        {"kind": "focused", "at_ms": 80.0},
    ]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"n_blurred": None}, "n_blurred"),
        ({"n_blurred": -1}, "n_blurred"),
        ({"max_frame_interval_ms": 0}, "max_frame_interval_ms"),
        ({"window_width_px": "390"}, "window_width_px"),
        ({"window_height_px": math.nan}, "window_height_px"),
        ({"zoom": True}, "zoom"),
        ({"events": {}}, "events is no list"),
        ({"events": [1]}, r"events\[0\] is no JSON object"),
        ({"events": [{"kind": "hidden"}]}, r"events\[0\]\.at_ms is missing"),
        ({"events": [{"kind": "sneezed", "at_ms": 1}]}, r"events\[0\]\.kind is none of"),
        ({"events": [{"kind": "shown", "at_ms": -1}]}, r"events\[0\]\.at_ms"),
        ({"events": [{"kind": "shown", "at_ms": 1}] * (MOST_EVENTS + 1)}, "events is no list"),
    ],
)
def test_a_measurement_of_the_wrong_form_is_refused_by_name(changes, message):
    with pytest.raises(InvalidResponse, match=message):
        parse_response(response_body(**changes))


def test_the_name_of_an_opening_of_the_page_is_a_uuid():
    key = "A987FBC9-4BED-4078-8F07-9141BA07C9F3"

    assert parse_start({"page_key": key}) == parse_page_key(key) == key.lower()
    for body in (None, [], {}, {"page_key": 7}, {"page_key": "x"}):
        with pytest.raises(InvalidResponse):
            parse_start(body)
    with pytest.raises(InvalidResponse, match="page_key is no UUID"):
        parse_page_key("")
