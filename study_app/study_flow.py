"""Put together what a participant meets, page after page, for whoever has to approve a study.

Place on the data's path: before a study is opened. Each page is made by the functions that make it
for participants, in an instance that is thrown away, and only its words are kept; the command and
its page print them. Without a stimulus set one is made up that has what the study file names.
"""

import contextlib
import hashlib
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import flask
from flask_babel import force_locale

from colorizer import manifest
from study_app import catalog, collected, create_app
from study_app.config import Settings
from study_app.extensions import db
from study_app.languages import language_tag
from study_app.models import Study
from study_app.page_words import Words, words_of_page
from study_app.presets import expected_minutes
from study_app.study_tables import StudyFile
from study_app.views.preview_pages import pages_of

SOME_PHOTOS = 10
IMAGE = manifest.ImageFile("none.png", sha256="0" * 64)
KEY = "of an instance that is thrown away"
# When what a table holds is written; of study_session it depends on the column.
MOMENTS = {
    "participant": "when they agree",
    "screening_check": "at each check",
    "trial": "planned when they agree, then at each pair",
    "response": "at each pair",
    "question_answer": "with the questions",
}
AT_CONSENT = {"study_session.consented_at", "study_session.language"}
PLAYED = {"practice", "test", "break"}
PAIRS_TITLE = "The pairs, with all that may be said on the way"


@dataclass(frozen=True)
class FlowPage:
    """A page that a participant may meet.

    Attributes:
        title: what it is.
        group: the part of the way.
        words: on it, in their order.
    """

    title: str
    group: str
    words: tuple[Words, ...]


@dataclass(frozen=True)
class StudyFlow:
    """All that is printed.

    Attributes:
        study_file: all settings.
        digest: SHA-256 of the study file.
        language: code of the pages' language.
        pages: in the order in which they are met.
        stored: sentence and moment of everything that is stored.
        expected_minutes: estimated from the numbers.
    """

    study_file: StudyFile
    digest: str
    language: str
    pages: tuple[FlowPage, ...]
    stored: tuple[tuple[str, str], ...]
    expected_minutes: int


def read_flow(
    study_file: StudyFile,
    source: str,
    language: str,
    sets: Sequence[manifest.StimulusSet] = (),
) -> StudyFlow:
    """Give the flow of a study.

    Args:
        study_file: the study.
        source: its text.
        language: one of those offered.
        sets: its stimulus sets; of none one is made up.

    Raises:
        StimulusSetError: file and sets do not fit.
        PlanError: there are too few photos.
    """
    with _throwaway_instance() as app, app.test_request_context(f"/?language={language}"):
        db.create_all()  # for a moment: no migrations
        study = _store(study_file, source, sets or [_made_up_set(study_file)])
        flask.g.study = study
        flask.session["language"] = language
        with force_locale(language_tag(language).replace("-", "_")):
            pages = tuple(_flow_pages(study))
            stored = tuple(_stored(study_file))
    return StudyFlow(
        study_file=study_file,
        digest=hashlib.sha256(source.encode()).hexdigest(),
        language=language,
        pages=pages,
        stored=stored,
        expected_minutes=expected_minutes(study_file.protocol),
    )


@contextlib.contextmanager
def _throwaway_instance() -> Iterator[flask.Flask]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        app = create_app(Settings(path, f"sqlite:///{path / 'flow.sqlite'}", KEY))
        try:
            yield app
        finally:
            with app.app_context():
                db.engine.dispose()


def _store(study_file: StudyFile, source: str, sets: Sequence[manifest.StimulusSet]) -> Study:
    nowhere = Path("nowhere")
    more = [(nowhere, found) for found in sets[1:]]
    stored = catalog.store_study(
        db.session(), study_file, source, nowhere, sets[0], datetime.now(UTC), more_sets=more
    )
    return stored.study


def _made_up_set(study_file: StudyFile) -> manifest.StimulusSet:
    """Make a set with the conditions that the study file names, and enough photos for a plan."""
    protocol, choice = study_file.protocol, study_file.conditions
    kinds = dict.fromkeys(choice.tested or ("tested",), "weights")
    kinds |= {choice.vigilance: "random"} if protocol.n_vigilance else {}
    kinds |= {choice.control: "real"} if protocol.n_control else {}
    n_photos = protocol.n_practice + protocol.n_main + SOME_PHOTOS
    pairs = tuple(
        manifest.StimulusPair(f"{name}-{number}", f"{number:016x}", name, IMAGE, IMAGE)
        for name in kinds
        for number in range(n_photos)
    )
    conditions = tuple(manifest.Condition(name, kind) for name, kind in kinds.items())
    return manifest.StimulusSet(protocol.image_size_px, "png", conditions, pairs)


def _flow_pages(study: Study) -> Iterator[FlowPage]:
    """Give the pages, those that hold the same words as an earlier one left out."""
    known: set[tuple[Words, ...]] = set()
    for page in pages_of(study):
        words = tuple(words_of_page(page.render(study)))
        if words not in known:
            known.add(words)
            title = PAIRS_TITLE if page.name in PLAYED else page.title
            yield FlowPage(title, page.group, words)


def _stored(study_file: StudyFile) -> Iterator[tuple[str, str]]:
    for item in collected.COLLECTED:
        if item.applies(study_file):
            yield str(item.sentence), _moment(item.columns)


def _moment(columns: Sequence[str]) -> str:
    """Say when columns are written, by the table that most is in."""
    if AT_CONSENT & set(columns):
        return MOMENTS["participant"]
    tables = [column.partition(".")[0] for column in columns]
    named = [table for table in tables if table in MOMENTS]
    if not tables:
        return MOMENTS["screening_check"]  # the checks' own sentences name no columns
    return MOMENTS[named[0]] if named else "as they go on"
