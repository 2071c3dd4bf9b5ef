"""What is stored about a participant, in their words; the consent page lists it from here.

Place on the data's path: between the tables and the consent page. Every column of every table that
holds something about a participant stands under one sentence here; a test walks the tables, so a
column that nobody is told of cannot be added.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext

from study_app import screening
from study_app.steps import checks_of
from study_app.study_tables import StudyFile

# Text that is translated when it is shown.
Words = Any
Asks = Callable[[StudyFile], bool]


@dataclass(frozen=True)
class Collected:
    """One sentence of the list.

    Attributes:
        sentence: what is stored, for the person it is about.
        columns: ``table.column`` of everything that it tells of.
        applies: whether a study stores any of it.
    """

    sentence: Words
    columns: tuple[str, ...]
    applies: Asks = lambda _: True


def _columns(table: str, names: str) -> tuple[str, ...]:
    return tuple(f"{table}.{name}" for name in names.split())


def _makes(check: str) -> Asks:
    return lambda study_file: check in checks_of(study_file)


COLLECTED = (
    Collected(
        lazy_gettext(
            "That you agreed, to which version of this text, and when; random codes that stand for"
            " you and for this sitting. Your name is not asked."
        ),
        (
            *_columns("study_session", "consent_version consented_at code enrolment_key"),
            *_columns("participant", "code simulated"),
        ),
        lambda study_file: study_file.consent.required,
    ),
    Collected(
        lazy_gettext(
            "When you began, and random codes that stand for you and for this sitting. Your name"
            " is not asked."
        ),
        (
            *_columns("study_session", "consent_version consented_at code enrolment_key"),
            *_columns("participant", "code simulated"),
        ),
        lambda study_file: not study_file.consent.required,
    ),
    Collected(
        lazy_gettext(
            "If the link you followed has a participant number in it: a scrambled form of that"
            " number, so that nobody takes part twice. The number itself is not stored."
        ),
        ("participant.external_id",),
        lambda study_file: study_file.recruiter.kind in ("link", "kiosk"),
    ),
    Collected(
        lazy_gettext(
            "A scrambled form of the number by which the platform that sent you knows you, so that"
            " nobody takes part twice. The number itself is not stored."
        ),
        ("participant.external_id",),
        lambda study_file: study_file.recruiter.kind not in ("link", "kiosk"),
    ),
    Collected(
        lazy_gettext("The language of the pages, and by which kind of link you came."),
        _columns("study_session", "language recruiter"),
    ),
    *(Collected(sentence, (), _makes(check)) for check, sentence in screening.COLLECTED.items()),
    Collected(
        lazy_gettext("Which of these checks you passed, and when."),
        (
            *_columns("screening_check", "name passed details started_at done_at"),
            *_columns("study_session", "screened_out_at screened_out_by"),
        ),
        lambda study_file: bool(checks_of(study_file)),
    ),
    Collected(
        lazy_gettext(
            "Which pairs of pictures you are shown, where, in which order and when, and whether one"
            " was cut off."
        ),
        (
            *_columns("study_session", "condition_id seed plan_digest n_practice n_trials"),
            *_columns(
                "trial",
                "stimulus_pair_id trial_index place block trial_type real_side first_side"
                " trial_key left_token right_token n_issued n_started started_at started_on"
                " interrupted_at",
            ),
        ),
    ),
    Collected(
        lazy_gettext(
            "Your answers: which picture you chose, when, how long you took, and whether you used"
            " keys, mouse or touch."
        ),
        (
            *_columns("response", "response_key chosen_side response_ms input answered_at"),
            "study_session.n_answered",
        ),
    ),
    Collected(
        lazy_gettext(
            "How long each picture was really on your screen and how large, the size, zoom and"
            " sharpness of your window, and what disturbed a pair: the page hidden, left or"
            " resized, or a picture drawn late."
        ),
        _columns(
            "response",
            "left_planned_ms left_onset_ms left_offset_ms left_shown_ms left_n_dropped_frames"
            " right_planned_ms right_onset_ms right_offset_ms right_shown_ms"
            " right_n_dropped_frames frame_interval_ms max_frame_interval_ms n_hidden n_resized"
            " n_blurred events window_width_px window_height_px zoom device_pixel_ratio shown_px"
            " exposure_valid",
        ),
    ),
    Collected(
        lazy_gettext("Your answers to a few questions at the end; you may leave out any of them."),
        (
            *_columns("question_answer", "question_id answer answered_at"),
            "study_session.questions_done_at",
        ),
        lambda study_file: study_file.has_questions,
    ),
    Collected(
        lazy_gettext(
            "How far you came and when, your completion code, whether you are to be paid, and"
            " whether your sitting counts."
        ),
        _columns(
            "study_session",
            "state lease_expires_at finished_at withdrawn_at completion_code payment inclusion"
            " inclusion_reason phase",
        ),
    ),
)
NEVER_STORED = lazy_gettext(
    "Not stored: your name, your e-mail address, your IP address, and what your browser says about"
    " itself to every page."
)


def sentences(study_file: StudyFile) -> list[Words]:
    """Give what a study stores about a participant, a sentence each, in the page's language."""
    return [*(item.sentence for item in COLLECTED if item.applies(study_file)), NEVER_STORED]
