"""Simulated observers through the study's front door: the pages, the forms and the trial API.

What a participant's browser does is done here over HTTP, images included, without waiting: the
exposures reported are made up, and all rows are marked as simulated. Only the truth that an
observer with a known fool rate must know comes from the database, which is the researcher's own.
"""

import contextlib
import dataclasses
import json
import platform
import random
import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

import httpx
import sqlalchemy as sa
from sqlalchemy.orm import Session

from study_app.catalog import file_of, find_study, roles_of
from study_app.enrolment import SEED_BITS
from study_app.errors import SimulationError, UnknownStudy
from study_app.models import Condition, StimulusPair, Study, Trial
from study_app.observers import (
    FRAME_INTERVAL_MS,
    Observer,
    ObserverSettings,
    TrialTruth,
    middle_logit,
)
from study_app.results import write_text
from study_app.simulated_token import sign_token
from study_app.simulated_visit import WINDOW_PX, Visit
from study_app.study_tables import StudyFile

TIMEOUT_S = 60.0


@dataclass(frozen=True)
class SimulationPlan:
    """Who is to be simulated where.

    Attributes:
        study_code: the study.
        n_observers: study sessions to run.
        observers: how they answer.
        seed: the same seed gives the same people, plans and answers.
        n_threads: observers at work at the same time.
    """

    study_code: str
    n_observers: int
    observers: ObserverSettings
    seed: int
    n_threads: int = 8


@dataclass
class _Enrolled:
    """An enrolled observer: what its browser keeps, and where it was led."""

    number: int
    seed: int
    cookies: httpx.Cookies
    page: str


@dataclass
class _Tally:
    """What all observers share: effects of photos, drawn once each from the seed."""

    seed: int
    settings: ObserverSettings
    middles: dict[str, float] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def middle_of(self, condition: str) -> float:
        with self.lock:
            if condition not in self.middles:
                rate = (self.settings.fool_rates or {}).get(condition, self.settings.fool_rate)
                sd = (self.settings.spread**2 + self.settings.photo_spread**2) ** 0.5
                self.middles[condition] = middle_logit(rate, sd)
            return self.middles[condition]

    def photo_effect(self, photo_id: str) -> float:
        chance = random.Random(f"{self.seed} photo {photo_id}")  # noqa: S311 - repeatable
        return chance.gauss(0, self.settings.photo_spread)


def count_observers(session: Session, study: Study, per_condition: int) -> int:
    """Give how many study sessions ``per_condition`` means: a within design has one kind.

    Raises:
        SimulationError: the study is closed.
    """
    if study.state == "closed":
        raise SimulationError(f"study {study.code} is closed; nobody can take part any more")
    between = file_of(study).protocol.design == "between"
    return per_condition * (len(roles_of(session, study).tested) if between else 1)


def check_conditions(session: Session, study: Study, settings: ObserverSettings) -> None:
    """Check that fool rates are given for tested conditions only.

    Raises:
        SimulationError: one is not tested.
    """
    tested = roles_of(session, study).tested
    for name in settings.fool_rates or {}:
        if name not in tested:
            raise SimulationError(f"{name!r} is no tested condition ({', '.join(tested)})")


def simulate(
    url: str,
    secret_key: str,
    new_session: Callable[[], contextlib.AbstractContextManager[Session]],
    plan: SimulationPlan,
) -> Iterator[int]:
    """Run all observers; yields the number of answers stored by each as it finishes.

    Enrolment goes one by one, so that the same seed gives the same conditions; the checks and
    trials of several observers then run at once.

    Args:
        url: of the study's server.
        secret_key: the instance's own, to sign the observers' tokens with.
        new_session: opens a session on the study's database, in any thread.
        plan: who and how many.

    Raises:
        SimulationError: the server refused an observer, or gave something unexpected.
    """
    shared = _Tally(plan.seed, plan.observers)
    study_file = _read_study_file(new_session, plan.study_code)
    try:
        with _browser(url) as client:
            enrolled = [
                _enrol(client, secret_key, plan, study_file, number)
                for number in range(plan.n_observers)
            ]
        with ThreadPoolExecutor(plan.n_threads) as pool:
            waiting = [
                pool.submit(_take_part, url, new_session, study_file, shared, observer)
                for observer in enrolled
            ]
            try:
                for done in as_completed(waiting):
                    yield done.result()
            finally:
                for future in waiting:
                    future.cancel()
    except httpx.TransportError as error:
        raise SimulationError(f"{url}: the study's server does not answer: {error}") from None


def save_record(folder: Path, plan: SimulationPlan, n_answers: int) -> Path:
    """Keep what was simulated, in a file named by time and seed; gives its path."""
    folder.mkdir(parents=True, exist_ok=True)
    now = datetime.now(UTC)
    path = folder / f"{now:%Y%m%dT%H%M%S%fZ}-seed-{plan.seed}.json"
    record = {
        "at": now.isoformat(),
        "versions": {"python": platform.python_version(), "study_app": _own_version()},
        "n_answers": n_answers,
        **dataclasses.asdict(plan),
    }
    write_text(path, json.dumps(record, indent=1, sort_keys=True) + "\n")
    return path


def _own_version() -> str:
    return metadata.version("colorization-turing-test")


def _read_study_file(
    new_session: Callable[[], contextlib.AbstractContextManager[Session]], study_code: str
) -> StudyFile:
    with new_session() as session:
        try:
            return file_of(find_study(session, study_code))
        except UnknownStudy:
            raise SimulationError(
                f"study {study_code!r} is not in the configured database"
            ) from None


def _enrol(
    client: httpx.Client,
    secret_key: str,
    plan: SimulationPlan,
    study_file: StudyFile,
    number: int,
) -> _Enrolled:
    """Read the invitation and agree."""
    client.cookies = httpx.Cookies()
    seed = _chance(plan.seed, number, "plan").getrandbits(SEED_BITS)
    visit = Visit(client, study_file, _chance(plan.seed, number, "visit"))
    visit.consent(plan.study_code, sign_token(secret_key, plan.study_code, seed))
    return _Enrolled(number, seed, client.cookies, visit.page)


def _browser(url: str, cookies: httpx.Cookies | None = None) -> httpx.Client:
    """Open a connection that says where its forms come from: over HTTPS they must."""
    referrer = {"Referer": url.rstrip("/") + "/"}
    return httpx.Client(base_url=url, timeout=TIMEOUT_S, cookies=cookies, headers=referrer)


def _take_part(
    url: str,
    new_session: Callable[[], contextlib.AbstractContextManager[Session]],
    study_file: StudyFile,
    shared: _Tally,
    enrolled: _Enrolled,
) -> int:
    """Go from the first page after consent to the debrief; gives the number of answers."""
    rng = _chance(shared.seed, enrolled.number, "answers")
    observer = Observer(shared.settings, shared.middle_of, shared.photo_effect, rng)
    page_key = str(uuid.UUID(int=rng.getrandbits(128), version=4))
    truths: dict[str, TrialTruth] = {}
    n_answers = 0
    with _browser(url, enrolled.cookies) as client:
        visit = Visit(client, study_file, rng, enrolled.page)
        visit.pass_checks(enrolled.seed)
        visit.open_trials()
        trial = visit.next_trial(page_key)
        while trial["state"] == "trial":
            if not truths:
                with new_session() as session:
                    truths = _read_truths(session, trial["trial_key"])
            report = _report(observer, trial, truths[trial["trial_key"]], rng)
            trial = visit.answer(trial, page_key, report)
            n_answers += 1
        visit.leave()
    return n_answers


def _report(
    observer: Observer, trial: dict[str, Any], truth: TrialTruth, rng: random.Random
) -> dict[str, Any]:
    timing = trial["timing"]
    first_onset = float(timing["lead_in_ms"])
    second_onset = first_onset + timing["display_ms"] + timing["isi_ms"]
    onsets = dict.fromkeys(("left", "right"), first_onset)
    if trial["first_side"] != "both":
        onsets["right" if trial["first_side"] == "left" else "left"] = second_onset
    return {
        "response_key": str(uuid.UUID(int=rng.getrandbits(128), version=4)),
        "chosen_side": observer.choose(truth),
        "response_ms": observer.response_ms(),
        "input": observer.input,
        "exposures": {
            side: _exposure(observer, onset, timing["display_ms"]) for side, onset in onsets.items()
        },
        "frame_interval_ms": round(FRAME_INTERVAL_MS, 2),
        "n_hidden": 0,
        "n_resized": 0,
        "n_blurred": 0,
        "max_frame_interval_ms": round(FRAME_INTERVAL_MS, 2),
        "window_width_px": WINDOW_PX[0],
        "window_height_px": WINDOW_PX[1],
        "zoom": 1.0,
        "events": [],
        "device_pixel_ratio": 1.0,
        "shown_px": trial["image_size_px"],
    }


def _exposure(observer: Observer, onset_ms: float, display_ms: float) -> dict[str, float | int]:
    n_dropped = observer.n_dropped_frames()
    frames = max(1, round(display_ms / FRAME_INTERVAL_MS)) + n_dropped
    shown_ms = round(frames * FRAME_INTERVAL_MS, 2)
    return {
        "planned_ms": display_ms,
        "onset_ms": onset_ms,
        "offset_ms": round(onset_ms + shown_ms, 2),
        "shown_ms": shown_ms,
        "n_dropped_frames": n_dropped,
    }


def _read_truths(session: Session, trial_key: str) -> dict[str, TrialTruth]:
    """Read the truth of all trials of the study session that one trial belongs to."""
    own = sa.select(Trial.study_session_id).where(Trial.trial_key == trial_key).scalar_subquery()
    rows = session.execute(
        sa.select(
            Trial.trial_key,
            Trial.trial_type,
            Condition.name,
            StimulusPair.photo_id,
            Trial.real_side,
            Trial.first_side,
        )
        .join(StimulusPair, Trial.stimulus_pair_id == StimulusPair.id)
        .join(Condition, StimulusPair.condition_id == Condition.id)
        .where(Trial.study_session_id == own)
    ).all()
    if not rows:
        raise SimulationError("the server's trials are not in the configured database")
    return {row[0]: TrialTruth(row[1], row[2], row[3], row[4], row[5]) for row in rows}


def _chance(seed: int, number: int, use: str) -> random.Random:
    return random.Random(f"{seed} observer {number} {use}")  # noqa: S311 - repeatable
