"""What the browser reports of the device it runs on, and what has to change before the pairs. Pure.

Place on the data's path: ``static/js/device_check.js`` measures and judges by the same sizes;
``screening.py`` reads the report here and stores its fields. No user agent, nothing that names
the device.
"""

import json
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args

from study_app.errors import InvalidResponse

Gamut = Literal["srgb", "p3", "rec2020", "unknown"]
Pointer = Literal["fine", "coarse", "none"]
Problem = Literal["window", "zoom", "browser"]

# Without these the pairs cannot be shown, timed and answered.
NEEDED_FEATURES = (
    "AbortSignal.timeout",
    "createImageBitmap",
    "crypto.getRandomValues",
    "document.visibilityState",
    "fetch",
    "requestAnimationFrame",
)
# Beside, between and below the pictures, in CSS pixels; see static/css/trials.css.
MARGIN_PX = 36
GAP_PX = 32
STACKED_GAP_PX = 4
FOOT_PX = 48
ZOOM_TOLERANCE = 0.01

LARGEST = 100_000.0


@dataclass(frozen=True)
class DeviceReport:
    """The device, as far as it matters for seeing the pictures.

    Attributes:
        screen_width_px: of the whole screen, in CSS pixels; height alike.
        screen_height_px: see there.
        window_width_px: room for the page, in CSS pixels; height alike.
        window_height_px: see there.
        device_pixel_ratio: pixels of the screen for one CSS pixel.
        zoom: pinch zoom, 1 is none.
        colour_depth: bits for one pixel.
        colour_gamut: widest range of colours the screen claims.
        frame_interval_ms: median time between two frames; its inverse is the refresh rate.
        pointer: how exactly the main pointer points: mouse, finger, none.
        missing_features: names out of ``NEEDED_FEATURES`` that the browser lacks.
        forced_colours: the reader's own colours replace those of pages.
        inverted_colours: the system inverts all colours.
        colours_changed: something else, such as an extension, changed this page's colours.
        keeps_answers: whether the browser keeps answers over a reload.
    """

    screen_width_px: float
    screen_height_px: float
    window_width_px: float
    window_height_px: float
    device_pixel_ratio: float
    zoom: float
    colour_depth: float
    colour_gamut: Gamut
    frame_interval_ms: float
    pointer: Pointer
    missing_features: tuple[str, ...]
    forced_colours: bool
    inverted_colours: bool
    colours_changed: bool
    keeps_answers: bool


NUMBERS = (
    "screen_width_px",
    "screen_height_px",
    "window_width_px",
    "window_height_px",
    "device_pixel_ratio",
    "zoom",
    "colour_depth",
    "frame_interval_ms",
)
CHOICES = {"colour_gamut": get_args(Gamut), "pointer": get_args(Pointer)}
FLAGS = ("forced_colours", "inverted_colours", "colours_changed", "keeps_answers")


def parse_device_report(text: str) -> DeviceReport:
    """Read the JSON text of a report.

    Raises:
        InvalidResponse: the first field that is missing, unknown, of the wrong type or range.
    """
    fields = _fields(text)
    for name in NUMBERS:
        _check_number(name, fields[name])
    for name, allowed in CHOICES.items():
        if fields[name] not in allowed:
            raise InvalidResponse(f"{name} is none of {', '.join(allowed)}")
    for name in FLAGS:
        if not isinstance(fields[name], bool):
            raise InvalidResponse(f"{name} is neither true nor false")
    missing = fields["missing_features"]
    if not isinstance(missing, list) or not all(name in NEEDED_FEATURES for name in missing):
        raise InvalidResponse(f"missing_features lists other than {', '.join(NEEDED_FEATURES)}")
    return DeviceReport(**{**fields, "missing_features": tuple(missing)})


def problems(report: DeviceReport, image_size_px: int) -> tuple[Problem, ...]:
    """Give what has to change before the pictures can be shown.

    Args:
        report: of the device as it is now.
        image_size_px: width and height of a picture on the page, in CSS pixels.
    """
    fits = any(
        report.window_width_px >= width and report.window_height_px >= height
        for width, height in window_sizes(image_size_px)
    )
    found = {
        "browser": bool(report.missing_features),
        "zoom": abs(report.zoom - 1) > ZOOM_TOLERANCE,
        "window": not fits,
    }
    return tuple(cast("Problem", name) for name, is_so in found.items() if is_so)


def window_sizes(image_size_px: int) -> tuple[tuple[int, int], ...]:
    """Give the smallest windows with room for two pictures, beside and above each other.

    Args:
        image_size_px: width and height of a picture on the page, in CSS pixels.

    Returns:
        Width and height of each, in CSS pixels.
    """
    beside = (2 * image_size_px + GAP_PX + MARGIN_PX, image_size_px + FOOT_PX)
    above = (image_size_px + MARGIN_PX, 2 * image_size_px + STACKED_GAP_PX + FOOT_PX)
    return beside, above


def _fields(text: str) -> dict[str, Any]:
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError):
        raise InvalidResponse("the measures are no JSON") from None
    if not isinstance(fields, dict):
        raise InvalidResponse("the measures are no JSON object")
    wanted = set(DeviceReport.__dataclass_fields__)
    for name in sorted(wanted ^ set(fields)):
        raise InvalidResponse(f"{name} is {'missing' if name in wanted else 'unknown'}")
    return fields


def _check_number(name: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidResponse(f"{name} is no number")
    if not 0 < value <= LARGEST:
        raise InvalidResponse(f"{name} is not above 0 and at most {LARGEST:.0f}")
