import json
import logging
import sys

import pytest

from study_app.log_lines import FIELDS, JsonLines, TextLines, formatter, without_personal_data
from study_app.opaque_names import new_key

NAME = "Qm9vbSBzaGFrZSB0aGUgcm"


def record(message, *arguments, level=logging.INFO, error=None, **fields):
    made = logging.LogRecord("study_app", level, "file.py", 1, message, arguments, error)
    if fields:
        setattr(made, FIELDS, fields)
    made.created = 1_772_366_400.25
    return made


def failed(message):
    try:
        raise ValueError(message)
    except ValueError:
        return sys.exc_info()


def test_a_json_line_is_one_object_with_its_values():
    line = JsonLines().format(record("request", status=200, route="/images/<token>", ms=1.5))

    assert json.loads(line) == {
        "time": "2026-03-01T12:00:00.250+00:00",
        "level": "info",
        "event": "request",
        "status": 200,
        "route": "/images/<token>",
        "ms": 1.5,
    }


def test_a_text_line_leaves_out_what_is_not_known():
    line = TextLines().format(record("request", route=None, status=404))

    assert line == "2026-03-01T12:00:00.250+00:00 info request status=404"


@pytest.mark.parametrize("log_format", ["json", "text"])
def test_an_error_has_its_traceback(log_format):
    error = failed("no such thing")

    line = formatter(log_format).format(record("it broke", level=logging.ERROR, error=error))

    assert "it broke" in line
    assert "Traceback" in line
    assert "ValueError: no such thing" in line


def test_a_json_error_is_one_line():
    line = JsonLines().format(record("it broke", error=failed("two\nlines")))

    assert "\n" not in line
    assert "two\nlines" in json.loads(line)["traceback"]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (
            "Invalid request from ip=203.0.113.9: Invalid HTTP request line: 'GET /images/x'",
            "Invalid request",
        ),
        (f"Error handling request GET /images/{NAME}", "Error handling request"),
        ("Listening at: http://127.0.0.1:5000 (12)", "Listening at: http://127.0.0.1:5000 (12)"),
        ("from 203.0.113.9 at 22:03:53", "from (hidden) at 22:03:53"),
        ("from 2001:db8::1, and ::1", "from (hidden), and ::1"),
        (f"no row {NAME} in trial", "no row (hidden) in trial"),
        ("hash " + "0a" * 32, "hash (hidden)"),
        (
            "duplicate key\nDETAIL:  Key (external_id)=(somebody) already exists.\nline 2",
            "duplicate key\nDETAIL: (hidden)\nline 2",
        ),
        ("File register_error_handlers, line 3", "File register_error_handlers, line 3"),
        ("Starting gunicorn 27.0.1", "Starting gunicorn 27.0.1"),
    ],
)
def test_a_text_of_others_is_without_personal_data(text, left):
    assert without_personal_data(text) == left
    assert without_personal_data(without_personal_data(text)) == left


def test_every_random_name_is_hidden():
    for name in [new_key() for _ in range(1000)]:
        assert name not in without_personal_data(f"KeyError: '{name}'")


def test_messages_and_tracebacks_are_without_personal_data_too():
    line = TextLines().format(record("broke for %s", NAME, error=failed(f"not {NAME}")))

    assert NAME not in line
    assert line.count("(hidden)") >= 2
