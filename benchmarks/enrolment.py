"""What it costs that a new plan takes the least judged photos, in a study that is nearly full.

Baseline: the same enrolment (consent, condition, plan and all trials stored, one transaction on
SQLite) with a plan that knows nothing of the other study sessions. Both take turns in one run on
one machine, each on the same database; what is planned is rolled back, so that it stays the same.

Run: python benchmarks/enrolment.py
"""

import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest import mock

import click
import sqlalchemy as sa

from study_app import create_app, enrolment
from study_app.config import Settings
from study_app.extensions import db, upgrade_database
from study_app.models import (
    Condition,
    Participant,
    StimulusPair,
    StimulusSet,
    Study,
    StudySession,
    StudyStimulusSet,
    Trial,
)
from study_app.pair_usage import count_pair_usage
from study_app.presets import PRESETS
from study_app.study_template import StudyDraft, write_study_text

CONDITIONS = {"full": "weights", "l2": "weights", "random": "random", "real": "real"}
TESTED = ("full", "l2")
NOW = datetime(2026, 3, 1, tzinfo=UTC)
ROWS_AT_A_TIME = 10_000
KEY = "signs nothing here"


@click.command()
@click.option("--photos", default=5000, show_default=True)
@click.option("--sessions", default=2000, show_default=True, help="Finished before.")
@click.option("--repeats", default=15, show_default=True)
def main(photos: int, sessions: int, repeats: int) -> None:
    """Print CPU milliseconds per enrolment and the ratio to the baseline."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = f"sqlite:///{folder / 'study.sqlite'}"
        settings = Settings(instance_path=folder, database_url=url, secret_key=KEY)
        app = create_app(settings)
        with app.app_context():
            upgrade_database()
            n_trials = fill(photos, sessions)
            click.echo(
                f"{photos:,} photos under {len(CONDITIONS)} conditions, {sessions:,} study"
                f" sessions with {n_trials:,} trials"
            )
            plain, balanced, counting = measure(repeats)
            db.session.remove()
            db.engine.dispose()
    click.echo(f"{'step':<28}{'median CPU ms':>14}{'ratio':>8}")
    for step, milliseconds in (
        ("enrol, photos at random", plain),
        ("enrol, least judged first", balanced),
        ("  of it: counting", counting),
    ):
        click.echo(f"{step:<28}{milliseconds:>14.1f}{milliseconds / plain:>8.2f}")


def fill(n_photos: int, n_sessions: int) -> int:
    """Store a set and finished study sessions without images; gives the number of trials."""
    study, pair_ids = store_study(n_photos, n_sessions)
    protocol = PRESETS["zhang2016"].protocol
    per_session = protocol.n_practice + protocol.n_main
    sessions = [store_session(study, pair_ids, number, per_session) for number in range(n_sessions)]
    rows = [row for own in sessions for row in own]
    for start in range(0, len(rows), ROWS_AT_A_TIME):
        db.session.execute(sa.insert(Trial), rows[start : start + ROWS_AT_A_TIME])
    db.session.commit()
    return len(rows)


def store_study(n_photos: int, n_sessions: int) -> tuple[Study, dict[str, list[int]]]:
    """Store an open study; gives it and the row ids of the pairs of each condition."""
    stored = StimulusSet(digest="0" * 64, folder="/", image_size_px=256, image_format="png")
    draft = StudyDraft(PRESETS["zhang2016"].protocol, id="bench", per_condition=n_sessions)
    study = Study(
        code="bench",
        digest="0" * 64,
        source=write_study_text(draft),
        contact="nobody",
        state="open",
        stimulus_set=stored,
        created_at=NOW,
    )
    db.session.add(study)
    db.session.flush()
    db.session.add(StudyStimulusSet(study_id=study.id, stimulus_set_id=stored.id, position=0))
    pair_ids = {}
    for name, kind in CONDITIONS.items():
        condition = Condition(stimulus_set_id=stored.id, name=name, kind=kind)
        db.session.add(condition)
        db.session.flush()
        pairs = [
            StimulusPair(
                stimulus_set_id=stored.id,
                condition_id=condition.id,
                pair_id=f"{name}-{number}",
                photo_id=f"{number:016x}",
                real_path="",
                real_sha256="",
                fake_path="",
                fake_sha256="",
            )
            for number in range(n_photos)
        ]
        db.session.add_all(pairs)
        db.session.flush()
        pair_ids[name] = [pair.id for pair in pairs]
    return study, pair_ids


def store_session(
    study: Study, pair_ids: dict[str, list[int]], number: int, n_trials: int
) -> list[dict[str, object]]:
    """Store one finished study session; gives the rows of its trials."""
    condition = TESTED[number % len(TESTED)]
    found = StudySession(
        code=f"s{number}",
        enrolment_key=f"e{number}",
        participant=Participant(study_id=study.id, code=f"p{number}", simulated=False),
        condition_id=list(CONDITIONS).index(condition) + 1,
        seed=number,
        n_practice=10,
        n_trials=n_trials,
        n_answered=n_trials,
        state="finished",
        inclusion="included",
        consent_version="1",
        consented_at=NOW,
        lease_expires_at=NOW + timedelta(hours=1),
        finished_at=NOW,
        completion_code=f"c{number}",
    )
    db.session.add(found)
    db.session.flush()
    own = pair_ids[condition]
    return [
        {
            "study_session_id": found.id,
            "stimulus_pair_id": own[(number * n_trials + place) % len(own)],
            "trial_index": place,
            "place": place,
            "block": "practice" if place < found.n_practice else "main",
            "trial_type": "practice" if place < found.n_practice else "main",
            "real_side": "left",
            "first_side": "left",
            "trial_key": f"k{number}-{place}",
            "left_token": f"l{number}-{place}",
            "right_token": f"r{number}-{place}",
            "n_issued": 1,
        }
        for place in range(n_trials)
    ]


def measure(repeats: int) -> tuple[float, float, float]:
    """Give the median milliseconds without balance, with it, and of the counting alone."""
    plain, balanced, counting = [], [], []
    for number in range(repeats):
        with mock.patch.object(enrolment, "count_pair_usage", return_value={}):
            plain.append(enrol_once(f"plain {number}"))
        balanced.append(enrol_once(f"balanced {number}"))
        study = db.session.scalars(sa.select(Study)).one()
        begin = time.process_time()
        count_pair_usage(db.session(), study, simulated=False, now=NOW)
        counting.append(1000 * (time.process_time() - begin))
        db.session.rollback()
    return statistics.median(plain), statistics.median(balanced), statistics.median(counting)


def enrol_once(key: str) -> float:
    """Enrol somebody and undo it; gives milliseconds of CPU time, the database's included."""
    applicant = enrolment.Applicant(enrolment_key=key)
    begin = time.process_time()
    with mock.patch.object(db.session(), "commit", db.session().flush):
        enrolment.enrol(db.session(), "bench", applicant, NOW)
    taken = 1000 * (time.process_time() - begin)
    db.session.rollback()
    return taken


if __name__ == "__main__":
    main()
