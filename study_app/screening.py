"""The checks between consent and instructions: what was measured or read is stored once.

Place on the data's path: after enrolment, before the first trial. ``steps.py`` says which check
comes when, ``device_report.py`` what a device must have, ``plates.py`` what is right on a plate.
A check that is done, or not the next one, changes nothing: a reload or a second click is harmless.

Details by check, the column ``screening_check.details``:

* device: the fields of ``device_report.DeviceReport``; ``problems`` for who could not change them.
* colour-vision: ``plates``, in the order shown: ``axis`` (the first is the demonstration),
  ``digit`` (what is right) and ``answer`` (a digit or ``none``); at the end ``n_right`` of the
  plates after the demonstration, and ``pass_plates``.
* display: ``dark_levels`` and ``light_levels`` (sRGB values of the squares, from 0 to 255, on black
  and on white), ``n_dark`` and ``n_light`` (squares that were seen), ``night_light``.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext
from sqlalchemy.orm import Session

from study_app.catalog import file_of
from study_app.completion import payment_of
from study_app.device_report import DeviceReport, Problem, problems
from study_app.errors import N_, InvalidResponse, UnknownImage
from study_app.events import tell
from study_app.extensions import begin_write
from study_app.models import CheckName, ScreeningCheck, StudySession
from study_app.passage import current_step
from study_app.plate_png import padded_plate
from study_app.plates import N_DIGITS, Plate, plan_plates
from study_app.study_tables import StudyFile

NOTHING_SEEN = "none"
PLATE_ANSWERS = (*(str(digit) for digit in range(N_DIGITS)), NOTHING_SEEN)

# Squares on black and on white, from hard to easy; templates/screening_display.html draws them.
DARK_LEVELS = (2, 4, 6, 9, 12, 16, 22, 30)
LIGHT_LEVELS = (254, 253, 252, 250, 248, 245, 241, 236)
NIGHT_LIGHT_ANSWERS = ("off", "on", "unknown")

# What each check stores, for the person it is about; the consent page lists it.
COLLECTED = {
    "device": lazy_gettext(
        "From the device check: the sizes of your screen and window, zoom, pixel density, colour"
        " depth and colour range, how often the screen is drawn each second, whether you point with"
        " a mouse or a finger, and whether your browser has what the study needs and leaves"
        " colours unchanged."
    ),
    "colour-vision": lazy_gettext(
        "From the check of colour vision: which plates you were shown and what you read on them."
    ),
    "display": lazy_gettext(
        "From the display check: how many steps of grey you saw, and whether a night light was on."
    ),
}


@dataclass(frozen=True)
class AskedPlate:
    """Where a participant stands among the plates; nothing here tells what is on one.

    Attributes:
        number: of the plate that is asked now, from 0; 0 is the demonstration.
        n_plates: all plates, the demonstration included.
    """

    number: int
    n_plates: int


@dataclass(frozen=True)
class DisplayReport:
    """What a participant said about the display check."""

    n_dark: int
    n_light: int
    night_light: str


def begin_check(session: Session, code: str, name: CheckName, now: datetime) -> None:
    """Note when a check was first shown; once more changes nothing."""
    begin_write(session, durable=False)
    _open_check(session, code, name, now)
    session.commit()


def record_device(
    session: Session, code: str, report: DeviceReport, now: datetime
) -> tuple[Problem, ...]:
    """Store a device that is fit; gives what is in the way, without storing, if it is not."""
    begin_write(session)
    check = _open_check(session, code, "device", now)
    if check is None:
        session.rollback()
        return ()
    found = problems(report, _study_file(check.study_session).protocol.image_size_px)
    if not found:
        _finish(check, asdict(report), passed=True, now=now)
    session.commit()
    return found


def give_up_device(session: Session, code: str, report: DeviceReport | None, now: datetime) -> None:
    """Screen out who cannot change what is in the way.

    Args:
        session: of the database.
        code: of the study session.
        report: None if the browser could not even measure.
        now: the time.
    """
    begin_write(session)
    check = _open_check(session, code, "device", now)
    if check is not None:
        size_px = _study_file(check.study_session).protocol.image_size_px
        found = ("browser",) if report is None else problems(report, size_px)
        measured = {} if report is None else asdict(report)
        _finish(check, {**measured, "problems": list(found)}, passed=False, now=now)
        _screen_out(check.study_session, "device", now)
    _commit(session, check)


def asked_plate(session: Session, study_session: StudySession) -> AskedPlate:
    """Give the plate that comes next in a check of colour vision that is not done."""
    n_plates = _study_file(study_session).screening.n_plates + 1
    return AskedPlate(_n_read(session, study_session), n_plates)


def plate_image(session: Session, study_session: StudySession, number: int) -> bytes:
    """Give the PNG file of the plate that is asked now.

    Raises:
        UnknownImage: another plate, or none is asked.
    """
    is_asked = (
        study_session.state == "running"
        and current_step(session, study_session) == "colour-vision"
        and number == _n_read(session, study_session)
    )
    if not is_asked:
        raise UnknownImage(N_("There is no such picture here."))
    return padded_plate(_plates(study_session)[number])


def answer_plate(session: Session, code: str, number: int, answer: str, now: datetime) -> None:
    """Store what was read on a plate; the last one ends the check.

    Args:
        session: of the database.
        code: of the study session.
        number: of the plate, from 0; an answer to another than the one asked changes nothing.
        answer: a digit, or ``NOTHING_SEEN``.
        now: the time.

    Raises:
        InvalidResponse: no answer that a plate may have.
    """
    if answer not in PLATE_ANSWERS:
        raise InvalidResponse("answer is no digit and not none")
    begin_write(session)
    check = _open_check(session, code, "colour-vision", now)
    read = check.details.get("plates", []) if check is not None else []
    if check is None or number != len(read):
        session.rollback()
        return
    plates = _plates(check.study_session)
    plate = plates[number]
    read = [*read, {"axis": plate.axis, "digit": plate.digit, "answer": answer}]
    check.details = {"plates": read}
    if len(read) == len(plates):
        _judge_plates(check, now)
    _commit(session, check)


def parse_display_report(fields: Mapping[str, str]) -> DisplayReport | None:
    """Read the form of the display check; None if a question was left out.

    Raises:
        InvalidResponse: an answer that the form does not offer.
    """
    allowed = {
        "n_dark": [str(n) for n in range(len(DARK_LEVELS) + 1)],
        "n_light": [str(n) for n in range(len(LIGHT_LEVELS) + 1)],
        "night_light": NIGHT_LIGHT_ANSWERS,
    }
    if not all(fields.get(name) for name in allowed):
        return None
    for name, values in allowed.items():
        if fields[name] not in values:
            raise InvalidResponse(f"{name} is none of {', '.join(values)}")
    return DisplayReport(int(fields["n_dark"]), int(fields["n_light"]), fields["night_light"])


def record_display(session: Session, code: str, report: DisplayReport, now: datetime) -> None:
    """Store what the display shows."""
    begin_write(session)
    check = _open_check(session, code, "display", now)
    if check is not None:
        levels = {"dark_levels": list(DARK_LEVELS), "light_levels": list(LIGHT_LEVELS)}
        _finish(check, levels | asdict(report), passed=True, now=now)
    session.commit()


def _open_check(
    session: Session, code: str, name: CheckName, now: datetime
) -> ScreeningCheck | None:
    """Give the row of a check that is the participant's next step, made if it is new."""
    study_session = session.scalar(
        sa.select(StudySession).where(StudySession.code == code).with_for_update()
    )
    if study_session is None or study_session.state != "running":
        return None
    if current_step(session, study_session) != name:
        return None
    check = _find_check(session, study_session, name)
    if check is None:
        check = ScreeningCheck(study_session=study_session, name=name, details={}, started_at=now)
        session.add(check)
    return check


def _find_check(
    session: Session, study_session: StudySession, name: CheckName
) -> ScreeningCheck | None:
    return session.scalar(
        sa.select(ScreeningCheck).where(
            ScreeningCheck.study_session_id == study_session.id, ScreeningCheck.name == name
        )
    )


def _finish(check: ScreeningCheck, details: dict[str, Any], *, passed: bool, now: datetime) -> None:
    check.details, check.passed, check.done_at = details, passed, now


def _commit(session: Session, check: ScreeningCheck | None) -> None:
    screened_out = check is not None and check.study_session.state == "screened-out"
    session.commit()
    if screened_out:
        tell("screened-out")


def _screen_out(study_session: StudySession, by: CheckName, now: datetime) -> None:
    """End the study for a participant; the place in the condition is free again."""
    study_session.state = "screened-out"
    study_session.screened_out_at = now
    study_session.screened_out_by = by
    recruiter = _study_file(study_session).recruiter
    study_session.payment = payment_of(recruiter, "screened-out")


def _judge_plates(check: ScreeningCheck, now: datetime) -> None:
    rule = _study_file(check.study_session).screening
    read = check.details["plates"]
    n_right = sum(str(plate["digit"]) == plate["answer"] for plate in read[1:])
    passed = n_right >= rule.pass_plates
    details = {"plates": read, "n_right": n_right, "pass_plates": rule.pass_plates}
    _finish(check, details, passed=passed, now=now)
    if not passed and rule.colour_vision == "screen-out":
        _screen_out(check.study_session, "colour-vision", now)


def _n_read(session: Session, study_session: StudySession) -> int:
    check = _find_check(session, study_session, "colour-vision")
    return len(check.details.get("plates", [])) if check is not None else 0


def _plates(study_session: StudySession) -> tuple[Plate, ...]:
    return plan_plates(study_session.seed, _study_file(study_session).screening.n_plates)


def _study_file(study_session: StudySession) -> StudyFile:
    return file_of(study_session.participant.study)
