"""A study to be attacked, loaded or broken: pairs of noise, stored and opened."""

import dataclasses
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import sqlalchemy as sa

from colorizer.manifest import Condition, ImageFile, StimulusPair, StimulusSet, save_manifest
from colorizer.png_encoding import encode_png
from study_app import catalog, create_app
from study_app.config import Settings
from study_app.extensions import db, upgrade_database
from study_app.presets import PRESETS
from study_app.server import background_server
from study_app.study_file import parse_study_file
from study_app.study_moves import open_study
from study_app.study_tables import Screening, StandardQuestions
from study_app.study_template import StudyDraft, write_study_text

STUDY = "benchmark"
KEY = "signs nothing but this benchmark"
N_PLACES = 100_000
CONDITIONS = (Condition("full", "folder"), Condition("random", "random"))


def write_set(folder: Path, n_photos: int, size_px: int = 256) -> Path:
    """Write pairs of noise, as large as real ones: the encoder does not compress."""
    rng = np.random.default_rng(1)
    pairs = []
    for number in range(n_photos):
        real = _write(folder, f"original/{number}.png", size_px, rng)
        for condition in CONDITIONS:
            fake = _write(folder, f"{condition.name}/{number}.png", size_px, rng)
            pair_id = f"{condition.name}-{number}"
            pairs.append(StimulusPair(pair_id, f"{number:016x}", condition.name, real, fake))
    save_manifest(StimulusSet(size_px, "png", CONDITIONS, tuple(pairs)), folder)
    return folder


def store_open_study(set_folder: Path, **protocol: int) -> None:
    """Store and open a study without checks or questions; needs the app's context.

    Args:
        set_folder: its stimulus set.
        protocol: what differs from the protocol of 2016.
    """
    draft = StudyDraft(
        dataclasses.replace(PRESETS["zhang2016"].protocol, **protocol),  # type: ignore[arg-type]
        id=STUDY,
        contact="nobody",
        per_condition=N_PLACES,
        screening=Screening(),
        questions=StandardQuestions(),
    )
    source = write_study_text(draft)
    now, session = datetime.now(UTC), db.session()
    stimulus_set = catalog.load_stimulus_set(set_folder)
    catalog.store_study(session, parse_study_file(source), source, set_folder, stimulus_set, now)
    open_study(session, catalog.find_study(session, STUDY), None, now)
    db.session.remove()


@contextmanager
def served(
    settings: Settings, set_folder: Path, workers: int, **protocol: int
) -> Iterator[tuple[str, sa.Engine]]:
    """Serve an open study of a set in a new database; gives its address and its database.

    Args:
        settings: of the instance.
        set_folder: the stimulus set.
        workers: of the server.
        protocol: what differs from the protocol of 2016.
    """
    app = create_app(settings)
    with app.app_context():
        upgrade_database()
        store_open_study(set_folder, **protocol)
        with background_server(settings, workers) as url:
            yield url, db.engine
        db.session.remove()
        db.engine.dispose()


def _write(folder: Path, path: str, size_px: int, rng: np.random.Generator) -> ImageFile:
    data = encode_png(rng.integers(0, 256, (size_px, size_px, 3), dtype=np.uint8))
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_bytes(data)
    return ImageFile(path, hashlib.sha256(data).hexdigest())
