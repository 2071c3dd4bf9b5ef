"""The tables of a study file as frozen dataclasses, with their defaults and ranges; no reading.

A table that a file leaves out has the defaults here; ``study_template.py`` writes every table.
"""

from dataclasses import dataclass, field
from typing import Literal

from study_app.archive_details import ArchiveDetails
from study_app.exclusion_rule import EquivalenceRule, ExclusionRule
from study_app.protocol import ProtocolSettings

STANDARD_QUESTION_IDS = ("display", "night-mode", "strategy", "trouble")
# Recruiters whose people are always paid.
PAID_PLATFORMS = ("prolific", "mturk")
# The languages the pages are translated into, by their own names.
LANGUAGES = {"en": "English", "de": "Deutsch", "es": "Español", "zh": "中文"}


@dataclass(frozen=True)
class StudyDescription:
    """What the study is called and what participants are told; table ``[study]``."""

    id: str
    title: str
    contact: str = ""
    minutes: int = field(default=7, metadata={"minimum": 1})
    pay: str = ""


@dataclass(frozen=True)
class ConditionChoice:
    """Which conditions do what; table ``[conditions]``.

    Attributes:
        tested: names of conditions; empty for all that were made from weights or a folder.
        vigilance: name of the condition of the vigilance trials.
        control: name of the condition of the control trials, used if the set has it.
    """

    tested: tuple[str, ...] = ()
    vigilance: str = "random"
    control: str = "real"


@dataclass(frozen=True)
class Consent:
    """What participants agree to; table ``[consent]``."""

    text: str
    required: bool = True
    version: str = "1"


@dataclass(frozen=True)
class Ethics:
    """Who answers for the study, and where it was looked at; table ``[ethics]``.

    Participants do not read this table: what they are to know stands in the text of the consent,
    and ``study-app check`` holds the two against each other.

    Attributes:
        institution: who is responsible; its name stands in the consent.
        data_protection: the sentence, or the address of the page, that tells people their rights;
            stands in the consent.
        approval: the ethics board and the number of its vote, or why none is needed.
        preregistration: the address of the plan that was laid down beforehand.
    """

    institution: str = ""
    data_protection: str = ""
    approval: str = ""
    preregistration: str = ""


@dataclass(frozen=True)
class Aim:
    """What the numbers of a study are planned for; table ``[aim]``. 0 is an aim not stated.

    Equivalence with 50 % is an aim of its own: its margin stands in ``[equivalence]``.

    Attributes:
        half_width: of the interval of a fool rate, for people and photos; a fraction.
        difference: of two conditions' fool rates that is to be found; a fraction.
        power: chance to find the difference, or to show the equivalence.
        fool_rate: expected; a fraction.
        participant_sd: spread expected between people, in logits.
        photo_sd: spread expected between photos, in logits.
    """

    half_width: float = field(default=0.0, metadata={"minimum": 0, "maximum": 0.49})
    difference: float = field(default=0.0, metadata={"minimum": 0, "maximum": 0.49})
    power: float = field(default=0.8, metadata={"minimum": 0.05, "maximum": 0.999})
    fool_rate: float = field(default=0.32, metadata={"minimum": 0.01, "maximum": 0.99})
    participant_sd: float = field(default=0.4, metadata={"minimum": 0, "maximum": 5})
    photo_sd: float = field(default=1.0, metadata={"minimum": 0, "maximum": 5})


@dataclass(frozen=True)
class Recruitment:
    """How many participants, and how long a place is kept; table ``[participants]``."""

    per_condition: int = field(default=40, metadata={"minimum": 1, "maximum": 1_000_000})
    lease_minutes: int = field(default=60, metadata={"minimum": 1, "maximum": 10_000})


@dataclass(frozen=True)
class Screening:
    """What is looked at before the instructions; table ``[screening]``.

    Attributes:
        device: whether window, zoom and browser are checked.
        colour_vision: whether participants read plates, and whether who fails is screened out.
        n_plates: plates with a digit that are shown; demonstration plates come on top.
        pass_plates: plates that must be read rightly to pass.
        display: whether the steps of grey that the display shows are counted and recorded.
    """

    device: Literal["off", "check"] = "off"
    colour_vision: Literal["off", "record", "screen-out"] = "off"
    n_plates: int = field(default=7, metadata={"minimum": 2, "maximum": 20})
    pass_plates: int = field(default=6, metadata={"minimum": 1, "maximum": 20})
    display: Literal["off", "record"] = "off"


@dataclass(frozen=True)
class StandardQuestions:
    """Which of the questions that every study may ask are asked; table ``[questions]``.

    Attributes:
        standard: ids in the order in which they are asked; see ``STANDARD_QUESTION_IDS``.
    """

    standard: tuple[str, ...] = ()


@dataclass(frozen=True)
class Question:
    """A question of the researcher's own, asked after the trials; one ``[[question]]`` each.

    Attributes:
        id: names it in the export.
        text: the question as participants read it.
        kind: one of the options, or a text.
        options: what to choose from.
    """

    id: str
    text: str
    kind: Literal["choice", "text"] = "choice"
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Recruiter:
    """Who sends participants and how they are sent back; table ``[recruiter]``.

    Attributes:
        kind: a plain link, Prolific, Mechanical Turk, or one machine in the laboratory.
        completion_url: where who finished is sent, ``{code}`` standing for the code; empty for
            the recruiter's own address, or for a code on the page.
        completion_code: one code for all who finish; empty for a code of each participant's own.
        screened_out_code: code for who was screened out.
        full_code: code for who found all places taken.
        declined_code: code for who did not consent.
        pay_screened_out: whether who was screened out is paid.
        paid: whether anybody is paid; if not, no page speaks of being paid.
    """

    kind: Literal["link", "prolific", "mturk", "kiosk"] = "link"
    completion_url: str = ""
    completion_code: str = ""
    screened_out_code: str = ""
    full_code: str = ""
    declined_code: str = ""
    pay_screened_out: bool = True
    paid: bool = True


@dataclass(frozen=True)
class Languages:
    """Languages of the pages; table ``[languages]``.

    Attributes:
        offered: codes, the first is the default; the browser's choice among them is taken, and
            a link lets participants change it.
    """

    offered: tuple[str, ...] = ("en",)


@dataclass(frozen=True)
class QuestionWording:
    """A question of the researcher's own in another language; ``[wording.CODE.question.ID]``.

    Attributes:
        text: the question.
        options: what to choose from, in the order of the first language; what is stored is always
            the option in that one.
    """

    text: str
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wording:
    """The researcher's own words in one language; one table ``[wording.CODE]`` each.

    Empty is not said, or said as the pages say it. Paragraphs are parted by empty lines.

    Attributes:
        title: of the study; for other languages than the first, whose title is in ``[study]``.
        pay: one sentence; for other languages than the first.
        consent: what participants agree to; for other languages than the first, and needed there.
        lead: what the invitation begins with, in place of what it says else.
        invitation: further paragraphs of the invitation.
        instructions: further paragraphs of the instructions.
        explanation: what the debrief says of the study and of how the false colours are made, in
            place of what it says else.
        debrief: further paragraphs of the debrief.
        question: own questions by their ids; for other languages than the first.
    """

    title: str = ""
    pay: str = ""
    consent: str = ""
    lead: str = ""
    invitation: str = ""
    instructions: str = ""
    explanation: str = ""
    debrief: str = ""
    question: dict[str, QuestionWording] = field(default_factory=dict)


@dataclass(frozen=True)
class ExposureRule:
    """When the exposure of a trial counts as planned; table ``[exposure]``.

    Attributes:
        tolerance_ms: how far a measured exposure may be from the planned one; the default is one
            frame at 60 Hz, rounded up.
        max_dropped_frames: frames an image may lose.
    """

    tolerance_ms: float = field(default=17.0, metadata={"minimum": 0})
    max_dropped_frames: int = field(default=1, metadata={"minimum": 0})


@dataclass(frozen=True)
class Debrief:
    """What participants learn at the end; table ``[debrief]``.

    Attributes:
        show_score: their own score.
        show_average: the average of who finished before, beside it.
        show_gallery: all pairs of the test, with what was real.
    """

    show_score: bool = True
    show_average: bool = False
    show_gallery: bool = True


@dataclass(frozen=True)
class Desk:
    """What researchers see before the study is closed; table ``[desk]``.

    Attributes:
        show_fool_rates: whether the desk may show fool rates while people still come; then with a
            warning, and with intervals that hold however often one looks.
    """

    show_fool_rates: bool = False


@dataclass(frozen=True)
class StudyFile:
    """A whole study file."""

    study: StudyDescription
    protocol: ProtocolSettings
    conditions: ConditionChoice
    consent: Consent
    ethics: Ethics
    aim: Aim
    participants: Recruitment
    recruiter: Recruiter
    screening: Screening
    questions: StandardQuestions
    question: tuple[Question, ...]
    languages: Languages
    wording: dict[str, Wording]
    exposure: ExposureRule
    exclusion: ExclusionRule
    equivalence: EquivalenceRule
    debrief: Debrief
    desk: Desk
    archive: ArchiveDetails

    @property
    def has_questions(self) -> bool:
        """Whether anything is asked after the trials."""
        return bool(self.questions.standard or self.question)
