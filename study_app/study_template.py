"""Write a commented study file that is a valid draft as it stands; gives text, touches no file.

The inverse of ``config.parse_study_file``; what is missing is marked in a comment.
"""

import json
import re
import unicodedata
from dataclasses import dataclass, field

from study_app.errors import StudyFileError
from study_app.presets import PRESETS, deviations_from_2016, expected_minutes
from study_app.protocol import ProtocolSettings, Roles, check_plan_settings, plan_settings
from study_app.study_checks import SLUG
from study_app.study_file import parse_study_file
from study_app.study_tables import (
    LANGUAGES,
    STANDARD_QUESTION_IDS,
    ConditionChoice,
    Ethics,
    Recruiter,
    Screening,
    StandardQuestions,
)

DEFAULT_TITLE = "Which picture has false colours?"
DEFAULT_ID = "false-colours"
ADVISED_SCREENING = Screening(device="check", colour_vision="record", display="record")
ADVISED_QUESTIONS = StandardQuestions(STANDARD_QUESTION_IDS)
WANTS_CONTACT = "Missing: a contact for participants; study-app pilot and open want one."
CONTACT_MISSING = "MISSING: an e-mail address for questions; study-app open wants one"

CONSENT_TEXT = """\
You take part of your own free will. You can stop at any time, without giving a reason, and
withdraw at the end as well.

We store which pictures you were shown, what you answered, how long it took, how long each picture
was on your screen, and what else is listed below. We store no name and no internet address. The
answers are known by a random code and may be published in that form.

By agreeing you say that you are of age where you live and that you have read this."""


@dataclass(frozen=True)
class StudyDraft:
    """What ``study-app init`` was told.

    Attributes:
        protocol: all settings of the protocol, preset included.
        title: shown to participants.
        id: stands in addresses; made from the title if empty.
        contact: whom participants write to; may be given later.
        pay: shown to participants; may be empty.
        minutes: expected duration, estimated if None.
        per_condition: participants wanted for each tested condition; the preset's if None.
        conditions: which conditions do what.
        screening: what is looked at before the instructions.
        questions: what is asked after the trials.
        recruiter: who sends participants.
        ethics: who answers for the study; what is given stands in the text of the consent too.
    """

    protocol: ProtocolSettings
    title: str = DEFAULT_TITLE
    id: str = ""
    contact: str = ""
    pay: str = ""
    minutes: int | None = None
    per_condition: int | None = None
    conditions: ConditionChoice = field(default_factory=ConditionChoice)
    screening: Screening = ADVISED_SCREENING
    questions: StandardQuestions = ADVISED_QUESTIONS
    recruiter: Recruiter = field(default_factory=Recruiter)
    ethics: Ethics = field(default_factory=Ethics)


def write_study_text(draft: StudyDraft) -> str:
    """Give the text of a study file.

    Raises:
        StudyFileError: a value of the draft breaks the format.
        PlanError: numbers of the protocol contradict each other.
    """
    preset = PRESETS[draft.protocol.preset]
    per_condition = preset.per_condition if draft.per_condition is None else draft.per_condition
    blocks = (
        _head(draft, per_condition),
        _study_table(draft),
        _protocol_table(draft.protocol),
        _conditions_table(draft.conditions),
        _consent_table(draft.ethics),
        _ethics_table(draft.ethics),
        _screening_table(draft.screening),
        _questions_tables(draft.questions),
        _recruiter_table(draft.recruiter),
        _languages_table(),
        _numbers_tables(per_condition),
        _rules_tables(),
        _archive_table(),
    )
    text = "\n".join(blocks)
    parse_study_file(text, "the new study file")
    _check_numbers(draft)
    return text


def slug_of(title: str) -> str:
    """Make an address part of a title: a-z, 0-9 and single hyphens; é becomes e."""
    plain = re.sub(r"[\u0300-\u036f]", "", unicodedata.normalize("NFKD", title.casefold()))
    words = re.findall(r"[a-z0-9]+", plain)
    slug = "-".join(words)[:63].strip("-")
    return slug if SLUG.fullmatch(slug) else DEFAULT_ID


def _check_numbers(draft: StudyDraft) -> None:
    """Check the protocol against a set that has every condition, which none exists for yet."""
    choice = draft.conditions
    tested = choice.tested or ("a tested condition",)
    roles = Roles(tested, choice.vigilance, choice.control)
    check_plan_settings(plan_settings(draft.protocol, roles, tested))


def _head(draft: StudyDraft, per_condition: int) -> str:
    preset = PRESETS[draft.protocol.preset]
    deviations = deviations_from_2016(
        draft.protocol,
        per_condition,
        has_control=True,
        screening=draft.screening,
        has_questions=bool(draft.questions.standard),
    )
    lines = [
        "A study for study-app. Everything may be changed until study-app create stores it.",
        f"Protocol: {preset.name}, after {preset.source}.",
        "",
        "Where it departs from the study of 2016 (Zhang, Isola & Efros, section 3.1):",
        *(f"- {sentence}." for sentence in deviations),
    ]
    if preset.remarks:
        lines += ["", "Where it departs from its own source:"]
        lines += [f"- {sentence}." for sentence in preset.remarks]
    return "".join(f"# {line}".rstrip() + "\n" for line in lines)


def _study_table(draft: StudyDraft) -> str:
    minutes = expected_minutes(draft.protocol) if draft.minutes is None else draft.minutes
    slug = draft.id or slug_of(draft.title)
    note = "" if draft.contact else f"  # {CONTACT_MISSING}"
    return f"""\
[study]
id = {_text(slug)}  # stands in the study's address and in the exported table
title = {_text(draft.title)}
contact = {_text(draft.contact)}{note}
minutes = {minutes}  # what participants are told; an estimate from the numbers below
pay = {_text(draft.pay)}  # one sentence, or empty
"""


def _protocol_table(protocol: ProtocolSettings) -> str:
    return f"""\
[protocol]
preset = {_text(protocol.preset)}  # {", ".join(PRESETS)}; gives every value left out here
design = {_text(protocol.design)}  # between: a participant sees one tested condition; within: all
n_practice = {protocol.n_practice}  # with feedback, not analysed
n_main = {protocol.n_main}  # test pairs, vigilance and control pairs included
n_vigilance = {protocol.n_vigilance}  # an obviously wrong fake
n_control = {protocol.n_control}  # real against re-encoded real; used only if the set has it
layout = {_text(protocol.layout)}  # sequential, side-by-side
first_side = {_text(protocol.first_side)}  # balanced, left
lead_in_ms = {protocol.lead_in_ms}
display_ms = {protocol.display_ms}
isi_ms = {protocol.isi_ms}  # blank between the images
response_delay_ms = {protocol.response_delay_ms}
image_size_px = {protocol.image_size_px}  # width and height on the page
break_after = {_boolean(protocol.break_after)}  # a rest half-way
fixation = {_boolean(protocol.fixation)}  # a cross where the next image will come
mask = {_text(protocol.mask)}  # none, noise: what covers the place after an image
mask_ms = {protocol.mask_ms}  # at most the blanks after the pictures: isi_ms, response_delay_ms
"""


def _conditions_table(conditions: ConditionChoice) -> str:
    tested = ", ".join(_text(name) for name in conditions.tested)
    return f"""\
[conditions]
tested = [{tested}]  # empty: all made from weights or a folder
vigilance = {_text(conditions.vigilance)}
control = {_text(conditions.control)}  # used only if the set has it
"""


def _consent_table(ethics: Ethics) -> str:
    said = CONSENT_TEXT
    if ethics.institution:
        said = f"{ethics.institution} is responsible for this study.\n\n{said}"
    if ethics.data_protection:
        rights = f"Your rights over what is stored of you: {ethics.data_protection}"
        said = said.replace("\n\nBy agreeing", f"\n\n{rights}\n\nBy agreeing")
    text = said.replace("\\", r"\\").replace('"""', r"\"\"\"")
    return f'''\
[consent]
required = true
version = "1"  # stored with every participant; change it with the text
text = """
{text}
"""
'''


def _ethics_table(ethics: Ethics) -> str:
    return f"""\
# For study-app check, and for who reviews the study. Participants read the text of [consent]: what
# institution and data_protection say has to stand there as well.
[ethics]
institution = {_text(ethics.institution)}  # who is responsible
data_protection = {_text(ethics.data_protection)}  # sentence or address about people's rights
approval = {_text(ethics.approval)}  # ethics board and number of its vote, or why none is needed
preregistration = {_text(ethics.preregistration)}  # address of the plan laid down beforehand
"""


def _screening_table(screening: Screening) -> str:
    return f"""\
[screening]
device = {_text(screening.device)}  # off, check: window, zoom and browser
colour_vision = {_text(screening.colour_vision)}  # off, record, screen-out: who fails ends here
n_plates = {screening.n_plates}
pass_plates = {screening.pass_plates}  # plates to be read rightly
display = {_text(screening.display)}  # off, record: the steps of grey that the display shows
"""


def _questions_tables(questions: StandardQuestions) -> str:
    standard = ", ".join(_text(name) for name in questions.standard)
    return f"""\
[questions]
standard = [{standard}]  # after the trials; any of {", ".join(STANDARD_QUESTION_IDS)}
# Questions of your own, as many as you like:
# [[question]]
# id = "profession"
# text = "Do you work with pictures?"
# kind = "choice"  # choice, text
# options = ["Yes", "No"]
"""


def _recruiter_table(recruiter: Recruiter) -> str:
    return f"""\
[recruiter]
kind = {_text(recruiter.kind)}  # link, prolific, mturk, kiosk
completion_url = {_text(recruiter.completion_url)}  # {{code}} stands for the code; may be empty
completion_code = {_text(recruiter.completion_code)}  # one for all; empty: each their own
screened_out_code = {_text(recruiter.screened_out_code)}
full_code = {_text(recruiter.full_code)}
declined_code = {_text(recruiter.declined_code)}
pay_screened_out = {_boolean(recruiter.pay_screened_out)}
paid = {_boolean(recruiter.paid)}  # false where nobody is paid: then no page speaks of it
"""


def _languages_table() -> str:
    return f"""\
[languages]
offered = ["en"]  # any of {", ".join(LANGUAGES)}; the first is the default
# Your own words, one table for each language; every key may be left out, but a language other than
# the first needs the text of the consent.
# [wording.en]
# lead = "What the invitation begins with, in place of its standard sentences."
# invitation = "Further paragraphs of the invitation, parted by empty lines."
# instructions = "Further paragraphs of the instructions."
# explanation = "What was asked and how the fakes were made, in place of the debrief's sentences."
# debrief = "Further paragraphs of the debrief."
# [wording.de]
# title = "The title in German"
# pay = "What is paid, in German"
# consent = "The text of the consent in German"
# [wording.de.question.profession]
# text = "Your own question in German"
# options = ["Ja", "Nein"]
"""


def _numbers_tables(per_condition: int) -> str:
    return f"""\
[participants]
per_condition = {per_condition}
lease_minutes = 60  # how long a place is kept for somebody who stopped answering

[aim]  # what these numbers are for; study-app check --set SET says whether they suffice
# half_width = 0.05  # an interval of ± 5 points, for people and photos
# difference = 0.1  # two conditions that differ by 10 points are told apart
# power = 0.8  # with this chance
# fool_rate = 0.32  # expected
# participant_sd = 0.4  # spread expected between people, in logits
# photo_sd = 1.0  # spread expected between photos, in logits
"""


def _rules_tables() -> str:
    return """\
[exposure]
tolerance_ms = 17.0  # one frame at 60 Hz, rounded up
max_dropped_frames = 1

[exclusion]
vigilance_pass_share = 0.75  # of the vigilance pairs; who gets fewer right is left out
# Further rules for the analysis; one that is not stated is not applied:
# minimum_answered_share = 0.9  # people who answered less of the main block
# minimum_median_response_ms = 300  # people whose median response is faster
# maximum_one_side_share = 0.95  # people who chose one side more often
# exclude_invalid_exposure = true  # main trials whose exposure broke [exposure]
# minimum_response_ms = 150  # main trials answered faster
# maximum_response_ms = 60000  # main trials answered more slowly

# [equivalence]
# margin = 0.05  # as good as 50 % means between 45 and 55 %

[debrief]
show_score = true
show_average = false  # of those who finished before, beside the own score
show_gallery = true  # all pairs of the test, with what was real

[desk]  # what researchers see while people still come
show_fool_rates = false  # true: with a warning, and with intervals that hold at all times together
"""


def _archive_table() -> str:
    return """\
[archive]  # what study-app export --format psych-ds tells others; all of it may be left out
authors = []  # names, each with an address in brackets if you like, such as that of an ORCID iD
license = ""  # of the data, for example "CC-BY-4.0"; empty: the archive says it is not stated
# description = "What the study is about, in place of a standard sentence."
# keywords = ["beside those that every archive has"]
# funder = ""
# citation = ""
# url = ""  # where the archive is kept
# date_published = "2026-03-01"
"""


def _text(value: str) -> str:
    if any(ord(character) < ord(" ") or character == "\x7f" for character in value):
        raise StudyFileError(f"{value!r} holds a line break or a control character")
    return json.dumps(value, ensure_ascii=False)


def _boolean(value: bool) -> str:
    return "true" if value else "false"
