"""Check what single values of a study file cannot tell: what belongs together, what can be asked.

Place on the data's path: ``study_file.py`` has read the file into the dataclasses of
``study_tables.py`` and hands it in.
"""

import re
from collections.abc import Mapping

from study_app.archive_details import WEB_ADDRESS, check_details
from study_app.errors import StudyFileError
from study_app.protocol import ProtocolSettings
from study_app.study_tables import (
    LANGUAGES,
    PAID_PLATFORMS,
    STANDARD_QUESTION_IDS,
    Consent,
    Languages,
    Question,
    Recruiter,
    StudyFile,
    Wording,
)

SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
MINIMUM_OPTIONS = 2
# As long as the database keeps it.
LONGEST_VERSION = 200
LONGEST_OPTION = 200
# Texts of the first language, which other tables hold.
SAID_ELSEWHERE = {"title": "[study] title", "pay": "[study] pay", "consent": "[consent] text"}


def check_study_file(study_file: StudyFile, where: str) -> None:
    """Check what single values cannot tell.

    Args:
        study_file: every value by itself of the right type and in its range.
        where: what to call the file in messages.

    Raises:
        StudyFileError: values contradict each other, or a question cannot be asked.
    """
    _check_slug(study_file.study.id, where)
    _check_mask(study_file.protocol, where)
    screening = study_file.screening
    if screening.pass_plates > screening.n_plates:
        raise StudyFileError(
            f"{where}, [screening]: pass_plates = {screening.pass_plates} is more than"
            f" n_plates = {screening.n_plates}"
        )
    _check_consent(study_file.consent, where)
    _check_questions(study_file, where)
    _check_recruiter(study_file.recruiter, where)
    _check_languages(study_file.languages, where)
    _check_wording(study_file.languages.offered, study_file.wording, where)
    _check_question_wording(study_file, where)
    check_details(study_file.archive, f"{where}, [archive]")


def _check_mask(protocol: ProtocolSettings, where: str) -> None:
    """Check that the mask fits in the blank after each picture, so that it covers both alike."""
    if protocol.mask == "none":
        return
    blanks = {"response_delay_ms": protocol.response_delay_ms}
    if protocol.layout == "sequential":
        blanks["isi_ms"] = protocol.isi_ms
    for name, blank_ms in blanks.items():
        if protocol.mask_ms > blank_ms:
            raise StudyFileError(
                f"{where}, [protocol]: mask_ms = {protocol.mask_ms} is longer than the blank after"
                f" a picture that it covers, {name} = {blank_ms}"
            )


def _check_consent(consent: Consent, where: str) -> None:
    """Check that there is something to agree to, and that its version can be stored.

    Raises:
        StudyFileError: the text is empty where consent is required, or the version is.
    """
    place = f"{where}, [consent]"
    if consent.required and not consent.text.strip():
        raise StudyFileError(
            f"{place}: text is empty; required = false says that a study asks for no consent"
        )
    if not 0 < len(consent.version.strip()) <= len(consent.version) <= LONGEST_VERSION:
        raise StudyFileError(
            f"{place}: version has {len(consent.version)} characters; 1 to {LONGEST_VERSION} are"
            " stored with every participant"
        )


def _check_questions(study_file: StudyFile, where: str) -> None:
    """Check that every question can be asked and answered.

    Raises:
        StudyFileError: one is unknown, stands twice, or has options that cannot be chosen.
    """
    standard = study_file.questions.standard
    for name in standard:
        if name not in STANDARD_QUESTION_IDS or standard.count(name) > 1:
            wrong = "stands twice" if name in STANDARD_QUESTION_IDS else "is unknown"
            raise StudyFileError(
                f"{where}, [questions]: standard question {name!r} {wrong}; allowed, once each:"
                f" {', '.join(STANDARD_QUESTION_IDS)}"
            )
    ids = [*study_file.questions.standard, *(question.id for question in study_file.question)]
    for number, question in enumerate(study_file.question, start=1):
        place = f"{where}, [[question]] {number}"
        if not SLUG.fullmatch(question.id) or ids.count(question.id) > 1:
            raise StudyFileError(
                f"{place}: id = {question.id!r} must be 1 to 63 of a-z, 0-9 and -, and another than"
                " those of the other questions"
            )
        _check_question(question, place)


def _check_question(question: Question, place: str) -> None:
    if not question.text.strip():
        raise StudyFileError(f"{place}: text is empty")
    if question.kind == "text" and question.options:
        raise StudyFileError(f"{place}: a text has no options; kind = 'choice' has")
    if question.kind == "choice" and len(set(question.options)) < MINIMUM_OPTIONS:
        raise StudyFileError(f"{place}: a choice needs at least two different options")
    for option in question.options:
        if question.options.count(option) > 1:
            raise StudyFileError(f"{place}: option {option!r} stands twice")
        if option != option.strip() or not 0 < len(option) <= LONGEST_OPTION:
            raise StudyFileError(
                f"{place}: option {option!r} must have 1 to {LONGEST_OPTION} characters and no"
                " space at its ends"
            )


def _check_recruiter(recruiter: Recruiter, where: str) -> None:
    """Check that people can be sent back.

    Raises:
        StudyFileError: the address is none of the web, or Prolific's code is missing.
    """
    place = f"{where}, [recruiter]"
    if recruiter.completion_url and not WEB_ADDRESS.fullmatch(recruiter.completion_url):
        raise StudyFileError(
            f"{place}: completion_url = {recruiter.completion_url!r} is no address of the web,"
            " such as https://example.org/end?code={code}"
        )
    if recruiter.kind == "prolific" and not recruiter.completion_code:
        raise StudyFileError(
            f"{place}: completion_code is missing; Prolific pays by the code that it gave the study"
        )
    if not recruiter.paid and recruiter.kind in PAID_PLATFORMS:
        raise StudyFileError(
            f"{place}: paid = false, but people of {recruiter.kind} are always paid; only kind ="
            ' "link" and "kiosk" may be unpaid'
        )


def _check_languages(languages: Languages, where: str) -> None:
    if not languages.offered:
        raise StudyFileError(f"{where}, [languages]: offered names no language")
    for code in languages.offered:
        if languages.offered.count(code) > 1:
            raise StudyFileError(f"{where}, [languages]: {code!r} is offered twice")
        if code not in LANGUAGES:
            raise StudyFileError(
                f"{where}, [languages]: {code!r} is none of {', '.join(LANGUAGES)}"
            )


def _check_wording(offered: tuple[str, ...], wording: Mapping[str, Wording], where: str) -> None:
    """Check that nothing is said twice, and that all can read what they agree to."""
    for code in wording:
        if code not in offered:
            raise StudyFileError(
                f"{where}, [wording.{code}]: {code!r} is none of the languages offered:"
                f" {', '.join(offered)}"
            )
    first, *others = offered
    for name, place in SAID_ELSEWHERE.items():
        if first in wording and getattr(wording[first], name):
            raise StudyFileError(
                f"{where}, [wording.{first}]: {name} of the first language stands in {place}"
            )
    for code in others:
        if code not in wording or not wording[code].consent.strip():
            raise StudyFileError(
                f"{where}, [wording.{code}]: consent is missing; a language is offered only with"
                " the text that participants agree to"
            )


def _check_question_wording(study_file: StudyFile, where: str) -> None:
    """Check that what is translated is asked, with as many options."""
    own = {question.id: question for question in study_file.question}
    for code, wording in study_file.wording.items():
        for name, said in wording.question.items():
            place = f"{where}, [wording.{code}.question.{name}]"
            if name not in own or code == study_file.languages.offered[0]:
                raise StudyFileError(
                    f"{place}: is for questions of [[question]] in other languages than the first"
                )
            if len(said.options) != len(own[name].options):
                raise StudyFileError(
                    f"{place}: {len(said.options)} options; in [[question]]"
                    f" {len(own[name].options)}"
                )


def _check_slug(slug: str, where: str) -> None:
    if not SLUG.fullmatch(slug):
        raise StudyFileError(
            f"{where}, [study]: id = {slug!r} stands in addresses: 1 to 63 of a-z, 0-9 and -,"
            " not beginning with -"
        )
