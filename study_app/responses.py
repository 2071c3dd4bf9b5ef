"""What the browser reports about one trial: its form, and whether the exposure counts. Pure.

Place on the data's path: ``views/trial_api.py`` reads a report here, ``trial_flow.py`` stores it.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from study_app.errors import InvalidResponse
from study_app.models import InputKind
from study_app.protocol import Side
from study_app.study_tables import ExposureRule

SIDES = ("left", "right")
INPUTS = ("keyboard", "mouse", "touch")
EVENT_KINDS = ("hidden", "shown", "blurred", "focused", "resized")
MOST_EVENTS = 50
LONGEST_MS = 7 * 24 * 3600 * 1000.0
MOST_COUNTED = 1_000_000


@dataclass(frozen=True)
class Exposure:
    """One image on the screen, by the browser's frame clock.

    Attributes:
        planned_ms: how long it was meant to be shown.
        onset_ms: time of its first frame, from the start of the trial.
        offset_ms: time of the first frame without it.
        shown_ms: measured exposure.
        n_dropped_frames: frames the browser lost meanwhile.
    """

    planned_ms: float
    onset_ms: float
    offset_ms: float
    shown_ms: float
    n_dropped_frames: int


@dataclass(frozen=True)
class ResponseReport:
    """The answer to one trial with its measurements; times in ms, sizes in CSS pixels.

    Attributes:
        response_key: made by the browser once per trial.
        chosen_side: the side called fake.
        response_ms: from the moment answering was allowed.
        input: what answered.
        left: exposure of the left image.
        right: exposure of the right image.
        frame_interval_ms: median time between two frames.
        n_hidden: how often the page was hidden during the trial.
        n_resized: how often the window changed its size.
        device_pixel_ratio: of the screen.
        shown_px: width at which the images were drawn.
        n_blurred: how often the page lost the focus.
        max_frame_interval_ms: longest time between two frames; None where it was not told.
        window_width_px: of the window; None where it was not told.
        window_height_px: of the window; None where it was not told.
        zoom: pinch zoom, 1 is none; None where it was not told.
        events: what disturbed the trial, at most ``MOST_EVENTS``: ``kind`` and ``at_ms`` from the
            first frame; None where it was not told.
    """

    response_key: str
    chosen_side: Side
    response_ms: float
    input: InputKind
    left: Exposure
    right: Exposure
    frame_interval_ms: float
    n_hidden: int
    n_resized: int
    device_pixel_ratio: float
    shown_px: float
    n_blurred: int = 0
    max_frame_interval_ms: float | None = None
    window_width_px: float | None = None
    window_height_px: float | None = None
    zoom: float | None = None
    events: list[dict[str, Any]] | None = None


def parse_response(body: object) -> ResponseReport:
    """Read the JSON body of a response.

    What browsers with an older version of the pages do not send may be left out.

    Raises:
        InvalidResponse: the first field that is missing, of the wrong type or out of range.
    """
    fields = _object(body, "the body")
    exposures = _object(_get(fields, "exposures"), "exposures")
    return ResponseReport(
        response_key=_uuid(fields, "response_key"),
        chosen_side=cast("Side", _choice(fields, "chosen_side", SIDES)),
        response_ms=_number(fields, "response_ms"),
        input=cast("InputKind", _choice(fields, "input", INPUTS)),
        left=_exposure(exposures, "left"),
        right=_exposure(exposures, "right"),
        frame_interval_ms=_number(fields, "frame_interval_ms", above_zero=True),
        n_hidden=_count(fields, "n_hidden"),
        n_resized=_count(fields, "n_resized"),
        device_pixel_ratio=_number(fields, "device_pixel_ratio", above_zero=True),
        shown_px=_number(fields, "shown_px", above_zero=True),
        n_blurred=_count(fields, "n_blurred") if "n_blurred" in fields else 0,
        max_frame_interval_ms=_optional_number(fields, "max_frame_interval_ms"),
        window_width_px=_optional_number(fields, "window_width_px"),
        window_height_px=_optional_number(fields, "window_height_px"),
        zoom=_optional_number(fields, "zoom"),
        events=_events(fields),
    )


def parse_page_key(value: object) -> str:
    """Read the name that a page gives to one opening of itself.

    Raises:
        InvalidResponse: it is no UUID.
    """
    return _uuid({"page_key": value}, "page_key")


def parse_start(body: object) -> str:
    """Read the JSON body that tells the start of a trial; gives the page's name for itself.

    Raises:
        InvalidResponse: the body is no object, or has no ``page_key`` that is a UUID.
    """
    return _uuid(_object(body, "the body"), "page_key")


def response_columns(report: ResponseReport, answered_at: datetime) -> dict[str, Any]:
    """Give what a report says by the columns of the table of responses."""
    columns = {**vars(report), "answered_at": answered_at}
    for side in SIDES:
        exposure = columns.pop(side)
        columns |= {f"{side}_{name}": value for name, value in vars(exposure).items()}
    return columns


def is_exposure_valid(
    report: ResponseReport,
    *,
    display_ms: float,
    n_issued: int,
    n_started: int,
    rule: ExposureRule,
) -> bool:
    """Judge whether both images were shown as planned.

    Args:
        report: what the browser measured.
        display_ms: the exposure the study plans for each image.
        n_issued: how often the trial was given to the browser.
        n_started: how often the browser said that it was about to show the pair, so that a second
            time is a second look; 0 from a browser that never says so, where the trial given out a
            second time is taken for one.
        rule: tolerance and dropped frames of the study.

    Returns:
        True if the pair was shown once, the page was never hidden during the trial, and each
        image was shown for ``display_ms`` within the tolerance, losing no more frames than allowed.
    """
    return (
        (n_started or n_issued) == 1
        and report.n_hidden == 0
        and all(_keeps_rule(shown, display_ms, rule) for shown in (report.left, report.right))
    )


def _keeps_rule(exposure: Exposure, display_ms: float, rule: ExposureRule) -> bool:
    return (
        exposure.planned_ms == display_ms
        and abs(exposure.shown_ms - display_ms) <= rule.tolerance_ms
        and exposure.n_dropped_frames <= rule.max_dropped_frames
    )


def _exposure(exposures: Mapping[str, Any], side: str) -> Exposure:
    where = f"exposures.{side}"
    fields = _object(_get(exposures, side, "exposures."), where)
    times = {
        name: _number(fields, name, f"{where}.")
        for name in ("planned_ms", "onset_ms", "offset_ms", "shown_ms")
    }
    return Exposure(**times, n_dropped_frames=_count(fields, "n_dropped_frames", f"{where}."))


def _events(fields: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    events = fields.get("events")
    if events is None:
        return None
    if not isinstance(events, list) or len(events) > MOST_EVENTS:
        raise InvalidResponse(f"events is no list of at most {MOST_EVENTS}")
    return [_event(event, f"events[{place}]") for place, event in enumerate(events)]


def _event(event: object, where: str) -> dict[str, Any]:
    fields = _object(event, where)
    kind = _choice(fields, "kind", EVENT_KINDS, f"{where}.")
    return {"kind": kind, "at_ms": _number(fields, "at_ms", f"{where}.")}


def _get(fields: Mapping[str, Any], name: str, prefix: str = "") -> Any:
    if name not in fields:
        raise InvalidResponse(f"{prefix}{name} is missing")
    return fields[name]


def _object(value: object, where: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise InvalidResponse(f"{where} is no JSON object")
    return value


def _uuid(fields: Mapping[str, Any], name: str) -> str:
    value = _get(fields, name)
    try:
        return str(uuid.UUID(value))
    except (ValueError, TypeError, AttributeError):
        raise InvalidResponse(f"{name} is no UUID") from None


def _choice(
    fields: Mapping[str, Any], name: str, allowed: tuple[str, ...], prefix: str = ""
) -> str:
    value = _get(fields, name, prefix)
    if value not in allowed:
        raise InvalidResponse(f"{prefix}{name} is none of {', '.join(allowed)}")
    return cast("str", value)


def _number(
    fields: Mapping[str, Any], name: str, prefix: str = "", *, above_zero: bool = False
) -> float:
    value = _get(fields, name, prefix)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidResponse(f"{prefix}{name} is no number")
    if not 0 <= value <= LONGEST_MS or (above_zero and value == 0):
        lowest = "above 0" if above_zero else "at least 0"
        raise InvalidResponse(f"{prefix}{name} is not {lowest} and finite")
    return float(value)


def _optional_number(fields: Mapping[str, Any], name: str) -> float | None:
    """Give a number above zero, or None where there is none."""
    return None if fields.get(name) is None else _number(fields, name, above_zero=True)


def _count(fields: Mapping[str, Any], name: str, prefix: str = "") -> int:
    value = _get(fields, name, prefix)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST_COUNTED:
        raise InvalidResponse(f"{prefix}{name} is no count: 0, 1, 2 ...")
    return value
