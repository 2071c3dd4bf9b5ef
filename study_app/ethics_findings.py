"""What an ethics board would ask: contact, consent, institution, data protection, pay. Pure.

Reads the study file only. Whether a sentence is good it cannot tell; whether one is there, it can.
"""

import re
from collections.abc import Iterator

from study_app.findings import Finding, Severity
from study_app.number_words import counted, noun
from study_app.presets import expected_minutes
from study_app.study_tables import LANGUAGES, PAID_PLATFORMS, StudyFile

PEOPLE = "who-answers-for-the-study"
CONSENT = "what-people-agree-to"
PAY = "pay-and-time"
WORDS = "languages"
# Whatever somebody can be reached at, written in any way.
AN_ADDRESS = re.compile(r"\S@\S|\w\.\w+/|://|www\.|(?:\d\D?){5}")
# Own words that a language may lack without the study failing.
OPTIONAL_WORDS = ("lead", "invitation", "instructions", "explanation", "debrief")


def ethics_findings(study_file: StudyFile) -> list[Finding]:
    """Give what is missing or weak in what people are told, agree to and get."""
    return [
        *_people(study_file),
        *_consent(study_file),
        *_pay(study_file),
        *_languages(study_file),
    ]


def _people(study_file: StudyFile) -> Iterator[Finding]:
    ethics, contact = study_file.ethics, study_file.study.contact.strip()
    if contact and not AN_ADDRESS.search(contact):
        yield Finding(
            "contact-no-address",
            "should",
            "[study] contact",
            f'Nobody can be reached at "{contact}": it holds no e-mail or web address and no'
            " telephone number.",
            'contact = "lab@example.org"',
            PEOPLE,
        )
    if not contact:
        yield Finding(
            "no-contact",
            "must",
            "[study] contact",
            "Participants have nobody to write to, and the study cannot be opened.",
            'contact = "lab@example.org"',
            PEOPLE,
        )
    if not ethics.institution.strip():
        yield Finding(
            "no-institution",
            "must",
            "[ethics] institution",
            "Nobody is named who is responsible for the study.",
            'institution = "Department, University, Town"',
            PEOPLE,
        )
    if not ethics.approval.strip():
        yield Finding(
            "no-approval",
            "should",
            "[ethics] approval",
            "No ethics board is named, nor why none is needed.",
            'approval = "Ethics board of …, number …"',
            PEOPLE,
        )
    if not ethics.preregistration.strip():
        yield Finding(
            "not-preregistered",
            "note",
            "[ethics] preregistration",
            "No plan laid down beforehand is named; the study file itself is one.",
            'publish study.toml, or its digest, and write preregistration = "https://…"',
            PEOPLE,
        )
    if not study_file.archive.license.strip():
        yield Finding(
            "no-licence",
            "note",
            "[archive] license",
            "Others will not be told what they may do with the data.",
            'license = "CC-BY-4.0", or another one',
            PEOPLE,
        )


def _consent(study_file: StudyFile) -> Iterator[Finding]:
    ethics, consent = study_file.ethics, study_file.consent
    if not consent.required:
        excused: Severity = "note" if ethics.approval.strip() else "must"
        yield Finding(
            "no-consent",
            excused,
            "[consent] required",
            "People are not asked whether they agree.",
            "required = true; or say in [ethics] approval why no consent is needed",
            CONSENT,
        )
    if not ethics.data_protection.strip():
        yield Finding(
            "no-data-protection",
            "must",
            "[ethics] data_protection",
            "Nothing says what rights people have over what is stored of them.",
            'data_protection = "https://…/privacy", and the same in the text of the consent',
            CONSENT,
        )
    yield from _unsaid(study_file)


def _unsaid(study_file: StudyFile) -> Iterator[Finding]:
    """Hold what ``[ethics]`` states against what people read before they agree."""
    ethics = study_file.ethics
    stated = (("institution", ethics.institution), ("data_protection", ethics.data_protection))
    for place, text, is_first in _consent_texts(study_file):
        for key, wanted in stated:
            # A sentence is translated, a name or an address is not.
            if not is_first and key == "data_protection" and "://" not in wanted:
                continue
            if wanted.strip() and _plain(wanted) not in _plain(text):
                yield Finding(
                    f"{key.replace('_', '-')}-unsaid",
                    "must",
                    place,
                    f"The text does not hold what [ethics] {key} states: {wanted.strip()!r}.",
                    "say it in the text of the consent, in the same words",
                    CONSENT,
                )


def _consent_texts(study_file: StudyFile) -> Iterator[tuple[str, str, bool]]:
    yield "[consent] text", study_file.consent.text, True
    for code in study_file.languages.offered[1:]:
        yield f"[wording.{code}] consent", study_file.wording[code].consent, False


def _pay(study_file: StudyFile) -> Iterator[Finding]:
    study, recruiter = study_file.study, study_file.recruiter
    if not study.pay.strip():
        paid = recruiter.kind in PAID_PLATFORMS
        yield Finding(
            "no-pay",
            "must" if paid else "should",
            "[study] pay",
            f"People sent by {recruiter.kind} are not told what they are paid."
            if paid
            else "People are not told whether they are paid.",
            'pay = "You are paid 2 pounds.", or pay = "There is no pay." with paid = false under'
            " [recruiter]",
            PAY,
        )
    minutes = expected_minutes(study_file.protocol)
    if study.minutes < minutes:
        yield Finding(
            "too-few-minutes",
            "should",
            "[study] minutes",
            f"People are told {counted(study.minutes, 'minute')}; {minutes}"
            f" {noun(minutes, 'is', 'are')} expected from the numbers.",
            f"minutes = {minutes}",
            PAY,
        )
    if study_file.participants.lease_minutes < study.minutes:
        yield Finding(
            "short-lease",
            "should",
            "[participants] lease_minutes",
            f"A place is kept {counted(study_file.participants.lease_minutes, 'minute')}, less than"
            " the study takes.",
            f"lease_minutes = {4 * study.minutes}",
            PAY,
        )
    if (
        study_file.screening.colour_vision == "screen-out"
        and recruiter.paid
        and not recruiter.pay_screened_out
    ):
        yield Finding(
            "screened-out-unpaid",
            "should",
            "[recruiter] pay_screened_out",
            "Who does not pass a check is not paid for the minutes it took.",
            "pay_screened_out = true, or say on the invitation that it is so",
            PAY,
        )


def _languages(study_file: StudyFile) -> Iterator[Finding]:
    first, *others = study_file.languages.offered
    spoken = study_file.wording.get(first)
    for code in others:
        wording = study_file.wording[code]
        missing = [] if wording.title.strip() else ["title"]
        if study_file.study.pay.strip() and not wording.pay.strip():
            missing.append("pay")
        missing += [
            name
            for name in OPTIONAL_WORDS
            if spoken and getattr(spoken, name).strip() and not getattr(wording, name).strip()
        ]
        missing += [
            f"question.{question.id}"
            for question in study_file.question
            if question.id not in wording.question
        ]
        if missing:
            yield Finding(
                "untranslated",
                "should",
                f"[wording.{code}]",
                f"Pages in {LANGUAGES[code]} show these in {LANGUAGES[first]}:"
                f" {', '.join(missing)}.",
                f"give them in [wording.{code}], or do not offer {code!r}",
                WORDS,
            )


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
