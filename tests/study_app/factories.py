"""Small stimulus sets, studies and browsers for the tests; every set is valid by the contract."""

import hashlib
import re
import struct
import uuid
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import flask
import flask.testing
import pytest
import werkzeug.test

from colorizer import manifest
from study_app import create_app
from study_app.catalog import Stored, load_stimulus_set, store_study
from study_app.config import Settings
from study_app.extensions import db, upgrade_database
from study_app.presets import PRESETS
from study_app.protocol import ProtocolSettings
from study_app.study_file import parse_study_file
from study_app.study_moves import open_study
from study_app.study_tables import ConditionChoice, Recruiter, Screening, StandardQuestions
from study_app.study_template import StudyDraft, write_study_text

IMAGE_SIZE_PX = 16
SECRET_KEY = "a key that only the tests know"
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

# One tested condition with the usual helpers, and enough photos for 10 + 40 trials.
CONDITIONS = {"full": "weights", "random": "random"}
# Most tests are about what comes after them.
NO_SCREENING = Screening()
NO_QUESTIONS = StandardQuestions()
PLAIN_LINK = Recruiter()
SMALL_PROTOCOL = replace(
    PRESETS["zhang2016"].protocol, n_practice=2, n_main=8, n_vigilance=1, n_control=1
)
# A study file that leaves everything out that may be left out.
SMALLEST = """
[study]
id = "colours"
title = "Colours"
[consent]
text = "Yes."
"""


def make_settings(folder: Path, database_url: str | None = None) -> Settings:
    return Settings(
        instance_path=folder,
        database_url=database_url or f"sqlite:///{folder / 'study.sqlite'}",
        secret_key=SECRET_KEY,
    )


def point_commands_at(monkeypatch: pytest.MonkeyPatch, app: flask.Flask) -> None:
    """Let commands and processes that a test starts work on the instance of an app."""
    monkeypatch.setenv("STUDY_INSTANCE_PATH", app.instance_path)
    monkeypatch.setenv("STUDY_DATABASE_URL", app.config["SQLALCHEMY_DATABASE_URI"])
    monkeypatch.setenv("STUDY_SECRET_KEY", SECRET_KEY)


def make_png(red: int, green: int, blue: int, noise: int = 0) -> bytes:
    """A PNG of one colour and, in its first row, ``noise`` other pixels that lengthen it."""
    row = bytes((red, green, blue)) * IMAGE_SIZE_PX
    first = hashlib.sha256(bytes((red, green, blue, noise))).digest() * 2
    top = (first[: 3 * noise] + row)[: len(row)]
    body = b"".join(b"\0" + line for line in [top] + [row] * (IMAGE_SIZE_PX - 1))
    header = struct.pack(">IIBBBBB", IMAGE_SIZE_PX, IMAGE_SIZE_PX, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in ((b"IHDR", header), (b"IDAT", zlib.compress(body)), (b"IEND", b""))
    )


def build_set(
    folder: Path, n_photos: int = 60, conditions: dict[str, str] | None = None
) -> manifest.StimulusSet:
    """Write a stimulus set: real images reddish, fakes bluish, each of its own length."""
    kinds = CONDITIONS if conditions is None else conditions
    folder.mkdir(parents=True, exist_ok=True)
    pairs = []
    for number in range(n_photos):
        photo_id = hashlib.sha256(f"photo {number}".encode()).hexdigest()[:16]
        real = _save(folder, f"photos/{photo_id}.png", make_png(200, number, 0, number % 5))
        for place, name in enumerate(kinds):
            fake_png = make_png(place, number, 200, (number * 7 + place) % 8)
            fake = _save(folder, f"{name}/{photo_id}.png", fake_png)
            pair_id = hashlib.sha256(f"{photo_id} {name}".encode()).hexdigest()[:12]
            pairs.append(manifest.StimulusPair(pair_id, photo_id, name, real, fake))
    stimulus_set = manifest.StimulusSet(
        image_size_px=IMAGE_SIZE_PX,
        image_format="png",
        conditions=tuple(manifest.Condition(name, kind) for name, kind in kinds.items()),
        pairs=tuple(pairs),
    )
    manifest.save_manifest(stimulus_set, folder)
    return stimulus_set


def study_text(
    protocol: ProtocolSettings = SMALL_PROTOCOL,
    *,
    id: str = "colours",
    per_condition: int = 3,
    tested: tuple[str, ...] = (),
    contact: str = "lab@example.org",
    screening: Screening = NO_SCREENING,
    questions: StandardQuestions = NO_QUESTIONS,
    recruiter: Recruiter = PLAIN_LINK,
) -> str:
    return write_study_text(
        StudyDraft(
            protocol=protocol,
            id=id,
            contact=contact,
            per_condition=per_condition,
            conditions=ConditionChoice(tested=tested),
            screening=screening,
            questions=questions,
            recruiter=recruiter,
        )
    )


@contextmanager
def app_with_studies(
    folder: Path, database_url: str | None, set_folder: Path, *drafts: str
) -> Iterator[flask.Flask]:
    """The web study on a new database, with the open study ``colours`` and drafts beside it."""
    app = create_app(make_settings(folder, database_url))
    app.testing = True
    with app.app_context():
        upgrade_database()
        for draft in drafts:
            create_study(study_text(id=draft), set_folder)
        open_study(db.session(), create_study(study_text(), set_folder).study, None, NOW)
        db.session.remove()
    yield app
    with app.app_context():
        db.engine.dispose()


def create_study(source: str, folder: Path, now: datetime = NOW) -> Stored:
    """Store a study; needs the app's context."""
    study_file = parse_study_file(source)
    return store_study(db.session(), study_file, source, folder, load_stimulus_set(folder), now)


def response_body(
    chosen_side: str = "left", display_ms: float = 1000, **changes: Any
) -> dict[str, Any]:
    exposure = {
        "planned_ms": display_ms,
        "onset_ms": 900.0,
        "offset_ms": 900.0 + display_ms,
        "shown_ms": display_ms,
        "n_dropped_frames": 0,
    }
    body = {
        "response_key": str(uuid.uuid4()),
        "chosen_side": chosen_side,
        "response_ms": 812.4,
        "input": "keyboard",
        "exposures": {"left": dict(exposure), "right": dict(exposure)},
        "frame_interval_ms": 16.67,
        "n_hidden": 0,
        "n_resized": 0,
        "device_pixel_ratio": 1.0,
        "shown_px": 256,
    }
    return {**body, **changes}


def device_measures(**changes: Any) -> dict[str, Any]:
    """What the device check sends for a usual computer."""
    measures = {
        "screen_width_px": 1920,
        "screen_height_px": 1080,
        "window_width_px": 1280,
        "window_height_px": 800,
        "device_pixel_ratio": 1,
        "zoom": 1,
        "colour_depth": 24,
        "colour_gamut": "srgb",
        "frame_interval_ms": 16.67,
        "pointer": "fine",
        "missing_features": [],
        "forced_colours": False,
        "inverted_colours": False,
        "colours_changed": False,
        "keeps_answers": True,
    }
    return {**measures, **changes}


class Browser:
    """A participant's browser: keeps its cookie, sends the form token."""

    def __init__(self, app: flask.Flask) -> None:
        self.client: flask.testing.FlaskClient = app.test_client()
        self.form_token = ""

    def get(self, path: str) -> werkzeug.test.TestResponse:
        response = self.client.get(path)
        if not response.mimetype.startswith("text/"):
            return response
        found = re.search(r'csrf[_-]token"[^>]*?(?:value|content)="([^"]+)"', response.text)
        self.form_token = found[1] if found else self.form_token
        return response

    def post_form(self, path: str, **fields: str) -> werkzeug.test.TestResponse:
        return self.client.post(path, data={"csrf_token": self.form_token, **fields})

    def post_json(self, path: str, body: object) -> werkzeug.test.TestResponse:
        return self.client.post(path, json=body, headers={"X-CSRFToken": self.form_token})

    def consent(self, study: str = "colours", **carried: str) -> werkzeug.test.TestResponse:
        asked = self.get(f"/study/{study}/consent?{urlencode(carried)}")
        if asked.status_code >= 400:
            return asked  # nobody is asked to agree for nothing
        return self.post_form(f"/study/{study}/consent", agree="yes", **carried)

    def next_trial(self) -> dict[str, Any]:
        response = self.client.get("/api/trials/next")
        assert response.status_code == 200, response.text
        return dict(response.json or {})

    def answer(
        self, trial_key: str, body: dict[str, Any] | None = None
    ) -> werkzeug.test.TestResponse:
        return self.post_json(f"/api/trials/{trial_key}/response", body or response_body())

    def answer_next(self, **changes: Any) -> dict[str, Any]:
        """Answer the next trial; gives the trial."""
        trial = self.next_trial()
        response = self.answer(trial["trial_key"], response_body(**changes))
        assert response.status_code == 200, response.text
        return trial

    def answer_all(self) -> int:
        """Answer to the end; gives the number of trials."""
        n = 0
        while (trial := self.next_trial())["state"] == "trial":
            assert self.answer(trial["trial_key"]).status_code == 200
            n += 1
        return n


def _save(folder: Path, path: str, data: bytes) -> manifest.ImageFile:
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)
    return manifest.ImageFile(path, hashlib.sha256(data).hexdigest())
