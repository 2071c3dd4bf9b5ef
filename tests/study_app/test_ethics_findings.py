from dataclasses import replace

import pytest

from study_app.ethics_findings import ethics_findings
from study_app.study_file import parse_study_file
from study_app.study_tables import Ethics, Question, Recruiter, Screening, Wording
from tests.study_app import factories

INSTITUTION = "Institute of Seeing, Example University"
RIGHTS = "https://example.org/privacy"
ETHICS = Ethics(INSTITUTION, RIGHTS, "Ethics board of Example, 12/2026", "https://example.org/plan")


def answered():
    """A study that leaves nothing to ask."""
    found = parse_study_file(factories.study_text())
    text = f"The {INSTITUTION} is\nresponsible. Your rights: {RIGHTS}."
    return replace(
        found,
        study=replace(found.study, pay="There is no pay.", minutes=10),
        consent=replace(found.consent, text=text),
        ethics=ETHICS,
        archive=replace(found.archive, license="CC-BY-4.0"),
    )


def in_german(study_file, **words):
    wording = Wording(consent=f"{INSTITUTION}, {RIGHTS}", **words)
    return replace(
        study_file,
        languages=replace(study_file.languages, offered=("en", "de")),
        wording={"en": Wording(lead="Come and see."), "de": wording},
    )


def codes(study_file):
    return {(finding.code, finding.severity) for finding in ethics_findings(study_file)}


def changed(table, **values):
    study_file = answered()
    return replace(study_file, **{table: replace(getattr(study_file, table), **values)})


@pytest.mark.parametrize(
    "contact",
    ["Anna <anna@example.org>", "https://lab.example.org", "example.org/lab", "+49 30 1234-56"],
)
def test_whatever_somebody_can_be_reached_at_is_a_contact(contact):
    assert codes(changed("study", contact=contact)) == set()


def test_a_study_that_says_everything_leaves_nothing_to_ask():
    assert codes(answered()) == set()


@pytest.mark.parametrize(
    ("table", "values", "found"),
    [
        ("study", {"contact": " "}, ("no-contact", "must")),
        ("study", {"contact": "Anna"}, ("contact-no-address", "should")),
        ("ethics", {"institution": ""}, ("no-institution", "must")),
        ("ethics", {"data_protection": ""}, ("no-data-protection", "must")),
        ("ethics", {"approval": ""}, ("no-approval", "should")),
        ("ethics", {"preregistration": ""}, ("not-preregistered", "note")),
        ("archive", {"license": ""}, ("no-licence", "note")),
        ("ethics", {"institution": "Somebody else"}, ("institution-unsaid", "must")),
        ("ethics", {"data_protection": "Write to us."}, ("data-protection-unsaid", "must")),
        ("consent", {"required": False}, ("no-consent", "note")),
        ("study", {"pay": ""}, ("no-pay", "should")),
        ("study", {"minutes": 1}, ("too-few-minutes", "should")),
        ("participants", {"lease_minutes": 5}, ("short-lease", "should")),
    ],
)
def test_what_is_missing_is_found_by_itself(table, values, found):
    assert codes(changed(table, **values)) == {found}


def test_without_consent_somebody_has_to_have_agreed_to_that():
    study_file = changed("consent", required=False)
    study_file = replace(study_file, ethics=replace(ETHICS, approval=""))

    assert ("no-consent", "must") in codes(study_file)


@pytest.mark.parametrize("kind", ["prolific", "mturk"])
def test_who_is_sent_by_a_platform_must_be_told_the_pay(kind):
    study_file = replace(changed("study", pay=""), recruiter=Recruiter(kind))

    assert codes(study_file) == {("no-pay", "must")}


def test_who_is_screened_out_without_pay_is_told_of():
    screening = Screening(colour_vision="screen-out")
    study_file = replace(
        answered(), screening=screening, recruiter=Recruiter(pay_screened_out=False)
    )

    assert codes(study_file) == {("screened-out-unpaid", "should")}


def test_every_language_must_name_the_institution_but_may_translate_sentences():
    study_file = in_german(answered(), title="Farben", pay="Kein Geld.", lead="Komm und sieh.")
    silent = replace(study_file.wording["de"], consent="Sie nehmen teil.")

    assert codes(study_file) == set()
    found = ethics_findings(replace(study_file, wording=study_file.wording | {"de": silent}))
    assert {(one.code, one.place) for one in found} == {
        ("institution-unsaid", "[wording.de] consent"),
        ("data-protection-unsaid", "[wording.de] consent"),
    }


def test_what_a_language_does_not_say_is_listed():
    study_file = replace(
        in_german(answered()),
        question=(Question("age", "How old are you?", "text"),),
    )

    (finding,) = ethics_findings(study_file)

    assert finding.code == "untranslated"
    assert "in English: title, pay, lead, question.age." in finding.found
