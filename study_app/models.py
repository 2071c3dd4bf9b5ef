"""The tables: what was planned, shown and answered.

Place on the data's path: ``catalog.py`` fills the stimulus tables, ``enrolment.py`` the plan,
``trial_flow.py`` the responses; ``export.py`` reads them all. No rule lives here beyond what the
database itself enforces. No IP address and no user agent is stored.
"""

from datetime import UTC, datetime
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from study_app.extensions import Base
from study_app.protocol import Block, FirstSide, Side, TrialType
from study_app.study_states import PHASES, STATES, Phase, StudyState

StudySessionState = Literal["running", "finished", "withdrawn", "screened-out"]
RecruiterKind = Literal["link", "prolific", "mturk", "kiosk"]
Payment = Literal["open", "due", "none"]
Inclusion = Literal["open", "included", "excluded"]
CheckName = Literal["device", "colour-vision", "display"]
InputKind = Literal["keyboard", "mouse", "touch"]

CODE_LENGTH = 32
NAME_LENGTH = 200
DIGEST_LENGTH = 64


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """A time zone-aware time in UTC, also on SQLite, which stores none."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(
        self,
        value: datetime | None,
        dialect: sa.Dialect,  # noqa: ARG002 - SQLAlchemy's
    ) -> datetime | None:
        """Refuse naive times; store UTC."""
        if value is None:
            return None
        assert value.tzinfo is not None, "times are time zone-aware"
        return value.astimezone(UTC)

    def process_result_value(
        self,
        value: datetime | None,
        dialect: sa.Dialect,  # noqa: ARG002 - SQLAlchemy's
    ) -> datetime | None:
        """Give the time back in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _one_of(column: str, values: tuple[str, ...]) -> sa.CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")


class StimulusSet(Base):
    """A stimulus set in use: immutable, named by the digest of its manifest."""

    __tablename__ = "stimulus_set"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(sa.String(DIGEST_LENGTH), unique=True)
    folder: Mapped[str] = mapped_column(sa.Text)
    """Absolute path of the set; may change when the set is moved, its digest may not."""
    image_size_px: Mapped[int]
    image_format: Mapped[str] = mapped_column(sa.String(16))


class Condition(Base):
    """How the fakes of one condition were made."""

    __tablename__ = "condition"
    __table_args__ = (
        sa.UniqueConstraint("stimulus_set_id", "name"),
        _one_of("kind", ("weights", "folder", "random", "grey", "real")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    stimulus_set_id: Mapped[int] = mapped_column(sa.ForeignKey("stimulus_set.id"))
    name: Mapped[str] = mapped_column(sa.String(NAME_LENGTH))
    kind: Mapped[str] = mapped_column(sa.String(16))


class StimulusPair(Base):
    """The real photo and one fake of the same photo under one condition."""

    __tablename__ = "stimulus_pair"
    __table_args__ = (
        sa.UniqueConstraint("stimulus_set_id", "pair_id"),
        sa.UniqueConstraint("condition_id", "photo_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    stimulus_set_id: Mapped[int] = mapped_column(sa.ForeignKey("stimulus_set.id"))
    condition_id: Mapped[int] = mapped_column(sa.ForeignKey("condition.id"))
    pair_id: Mapped[str] = mapped_column(sa.String(NAME_LENGTH))
    photo_id: Mapped[str] = mapped_column(sa.String(NAME_LENGTH))
    real_path: Mapped[str] = mapped_column(sa.Text)
    real_sha256: Mapped[str] = mapped_column(sa.String(DIGEST_LENGTH))
    fake_path: Mapped[str] = mapped_column(sa.Text)
    fake_sha256: Mapped[str] = mapped_column(sa.String(DIGEST_LENGTH))

    condition: Mapped[Condition] = relationship()
    stimulus_set: Mapped[StimulusSet] = relationship()


class Study(Base):
    """A study: its file, its stimulus set and its state."""

    __tablename__ = "study"
    __table_args__ = (_one_of("state", STATES),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(NAME_LENGTH), unique=True)
    """The slug in the study file and in addresses; ``study_id`` in the trial table."""
    digest: Mapped[str] = mapped_column(sa.String(DIGEST_LENGTH))
    """SHA-256 over the study file's content and the set's digest."""
    source: Mapped[str] = mapped_column(sa.Text)
    """The study file as it was written."""
    contact: Mapped[str] = mapped_column(sa.Text)
    """From the study file, or given when the study was opened."""
    state: Mapped[StudyState] = mapped_column(sa.String(16), default="draft")
    stimulus_set_id: Mapped[int] = mapped_column(sa.ForeignKey("stimulus_set.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    stimulus_set: Mapped[StimulusSet] = relationship()
    """The first set, if there are several."""
    stimulus_sets: Mapped[list[StimulusSet]] = relationship(
        secondary="study_stimulus_set",
        order_by="StudyStimulusSet.position",
        viewonly=True,
    )


class StudyStimulusSet(Base):
    """A stimulus set that serves a study; most studies have one."""

    __tablename__ = "study_stimulus_set"
    __table_args__ = (
        sa.UniqueConstraint("study_id", "stimulus_set_id"),
        sa.UniqueConstraint("study_id", "position"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(sa.ForeignKey("study.id"))
    stimulus_set_id: Mapped[int] = mapped_column(sa.ForeignKey("stimulus_set.id"))
    position: Mapped[int]
    """From 0, as named when the study was created."""


class Participant(Base):
    """A person or a simulated observer, known by a random code."""

    __tablename__ = "participant"
    __table_args__ = (sa.UniqueConstraint("study_id", "external_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(sa.ForeignKey("study.id"))
    code: Mapped[str] = mapped_column(sa.String(CODE_LENGTH), unique=True)
    external_id: Mapped[str | None] = mapped_column(sa.String(NAME_LENGTH))
    """Salted hash of the recruiter's name for the person, so that nobody takes part twice; never
    exported."""
    simulated: Mapped[bool]

    study: Mapped[Study] = relationship()


class StudySession(Base):
    """One sitting of one participant from consent to debrief."""

    __tablename__ = "study_session"
    __table_args__ = (
        _one_of("state", ("running", "finished", "withdrawn", "screened-out")),
        _one_of("recruiter", ("link", "prolific", "mturk", "kiosk")),
        _one_of("payment", ("open", "due", "none")),
        _one_of("inclusion", ("open", "included", "excluded")),
        _one_of("phase", PHASES),
        sa.CheckConstraint("n_answered >= 0 AND n_answered <= n_trials", name="n_answered_range"),
        sa.CheckConstraint(
            "state <> 'finished' OR n_answered = n_trials", name="finished_has_all_answers"
        ),
        sa.CheckConstraint(
            "(finished_at IS NULL) = (completion_code IS NULL)", name="code_when_finished"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(CODE_LENGTH), unique=True)
    enrolment_key: Mapped[str] = mapped_column(sa.String(CODE_LENGTH), unique=True)
    """Names one press of the consent button, so that a double click enrols once."""
    participant_id: Mapped[int] = mapped_column(sa.ForeignKey("participant.id"), index=True)
    condition_id: Mapped[int | None] = mapped_column(sa.ForeignKey("condition.id"))
    """The tested condition of a between design; empty in a within design."""
    phase: Mapped[Phase] = mapped_column(sa.String(16), default="main")
    """Whether it began while the study was in pilot; pilot data are never mixed with the rest."""
    seed: Mapped[int] = mapped_column(sa.BigInteger)
    """The seed of the plan: the same seed gives the same trials."""
    plan_digest: Mapped[str] = mapped_column(sa.String(DIGEST_LENGTH), default="")
    """SHA-256 of the plan as stored at enrolment; empty where it was not kept yet."""
    recruiter: Mapped[RecruiterKind] = mapped_column(sa.String(16), default="link")
    language: Mapped[str] = mapped_column(sa.String(16), default="en")
    """Language of the pages, changed by the participant at any time."""
    n_practice: Mapped[int]
    n_trials: Mapped[int]
    n_answered: Mapped[int] = mapped_column(default=0)
    """Also the ``place`` of the next trial: places are answered in order, without gaps."""
    state: Mapped[StudySessionState] = mapped_column(sa.String(16), default="running")
    consent_version: Mapped[str] = mapped_column(sa.String(NAME_LENGTH))
    consented_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lease_expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """Until then the place in the condition is kept; every answer renews it."""
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    screened_out_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    screened_out_by: Mapped[CheckName | None] = mapped_column(sa.String(16))
    questions_done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the questions after the trials were answered or passed over."""
    payment: Mapped[Payment] = mapped_column(sa.String(16), default="open")
    """Whether the person is to be paid; never depends on the answers."""
    inclusion: Mapped[Inclusion] = mapped_column(sa.String(16), default="open")
    """Whether the session counts towards the number wanted, by the study's rule; not who is paid,
    and not what the analysis leaves out."""
    inclusion_reason: Mapped[str] = mapped_column(sa.Text, default="")
    completion_code: Mapped[str | None] = mapped_column(sa.String(CODE_LENGTH), unique=True)

    participant: Mapped[Participant] = relationship()
    condition: Mapped[Condition | None] = relationship()


class ScreeningCheck(Base):
    """One check before the instructions: what was shown or measured, and whether it was passed."""

    __tablename__ = "screening_check"
    __table_args__ = (
        sa.UniqueConstraint("study_session_id", "name"),
        _one_of("name", ("device", "colour-vision", "display")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    study_session_id: Mapped[int] = mapped_column(sa.ForeignKey("study_session.id"))
    name: Mapped[CheckName] = mapped_column(sa.String(16))
    passed: Mapped[bool | None]
    """Empty until the check is done."""
    details: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    """What was asked, answered and measured; ``screening.py`` says which keys."""
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    study_session: Mapped[StudySession] = relationship()


class QuestionAnswer(Base):
    """The answer to one question after the trials; a question passed over has none."""

    __tablename__ = "question_answer"
    __table_args__ = (sa.UniqueConstraint("study_session_id", "question_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    study_session_id: Mapped[int] = mapped_column(sa.ForeignKey("study_session.id"))
    question_id: Mapped[str] = mapped_column(sa.String(NAME_LENGTH))
    answer: Mapped[str] = mapped_column(sa.Text)
    answered_at: Mapped[datetime] = mapped_column(UtcDateTime)

    study_session: Mapped[StudySession] = relationship()


class FlowCount(Base):
    """How often something happened before enrolment: counts only, nobody is known there."""

    __tablename__ = "flow_count"
    __table_args__ = (
        sa.UniqueConstraint("study_id", "event"),
        sa.CheckConstraint("n >= 0", name="n_range"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(sa.ForeignKey("study.id"))
    event: Mapped[str] = mapped_column(sa.String(32))
    n: Mapped[int]


class Erasure(Base):
    """The receipt of an erasure: that it happened and how much, not whose data they were."""

    __tablename__ = "erasure"
    __table_args__ = (
        _one_of("requested_by", ("participant", "researcher")),
        _one_of("phase", PHASES),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(sa.ForeignKey("study.id"))
    receipt: Mapped[str] = mapped_column(sa.String(CODE_LENGTH), unique=True)
    requested_by: Mapped[str] = mapped_column(sa.String(16))
    state_before: Mapped[str] = mapped_column(sa.String(16))
    """State of the study session that was erased."""
    condition_name: Mapped[str | None] = mapped_column(sa.String(NAME_LENGTH))
    phase: Mapped[Phase] = mapped_column(sa.String(16), default="main")
    """Phase of the study session that was erased."""
    simulated: Mapped[bool]
    n_trials: Mapped[int]
    n_responses: Mapped[int]
    erased_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Trial(Base):
    """One planned pair of a study session; what is planned never changes.

    A trial whose exposure was cut off, by a reload or a second window, keeps its row without a
    response; a trial with another photo then takes its place.
    """

    __tablename__ = "trial"
    __table_args__ = (
        sa.UniqueConstraint("study_session_id", "trial_index"),
        _one_of("block", ("practice", "main")),
        _one_of("trial_type", ("practice", "main", "vigilance", "control")),
        _one_of("real_side", ("left", "right")),
        _one_of("first_side", ("left", "right", "both")),
        sa.CheckConstraint("trial_index >= 0", name="trial_index_range"),
        sa.CheckConstraint("n_issued >= 0", name="n_issued_range"),
        sa.CheckConstraint("place >= 0", name="place_range"),
        sa.CheckConstraint("n_started >= 0", name="n_started_range"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    study_session_id: Mapped[int] = mapped_column(sa.ForeignKey("study_session.id"))
    stimulus_pair_id: Mapped[int] = mapped_column(sa.ForeignKey("stimulus_pair.id"))
    trial_index: Mapped[int]
    """In the order of planning: a trial that takes an interrupted one's place comes last."""
    place: Mapped[int]
    """Where it stands in the session, from 0; an interrupted trial and the one that took its place
    share it."""
    block: Mapped[Block] = mapped_column(sa.String(16))
    trial_type: Mapped[TrialType] = mapped_column(sa.String(16))
    real_side: Mapped[Side] = mapped_column(sa.String(16))
    first_side: Mapped[FirstSide] = mapped_column(sa.String(16))
    trial_key: Mapped[str] = mapped_column(sa.String(CODE_LENGTH), unique=True)
    left_token: Mapped[str] = mapped_column(sa.String(CODE_LENGTH), unique=True)
    right_token: Mapped[str] = mapped_column(sa.String(CODE_LENGTH), unique=True)
    n_issued: Mapped[int] = mapped_column(default=0)
    """How often the browser was given the trial; more than once after a reload."""
    n_started: Mapped[int] = mapped_column(default=0)
    """How often the browser said that it was about to show the pair; 0 from a browser that never
    says so."""
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When it said so, the last time."""
    started_on: Mapped[str | None] = mapped_column(sa.String(36))
    """Which opening of the page showed it: another one would show it a second time. Empty again
    where it must be shown a second time, because no other photo is left."""
    interrupted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When it was given up because it had been shown and could not be answered."""

    study_session: Mapped[StudySession] = relationship()
    stimulus_pair: Mapped[StimulusPair] = relationship()
    response: Mapped["Response | None"] = relationship(back_populates="trial")


class Response(Base):
    """The one answer to a trial with what the browser measured; never updated."""

    __tablename__ = "response"
    __table_args__ = (
        _one_of("chosen_side", ("left", "right")),
        _one_of("input", ("keyboard", "mouse", "touch")),
        sa.CheckConstraint("response_ms >= 0", name="response_ms_range"),
        sa.CheckConstraint("left_shown_ms >= 0 AND right_shown_ms >= 0", name="shown_ms_range"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    trial_id: Mapped[int] = mapped_column(sa.ForeignKey("trial.id"), unique=True)
    response_key: Mapped[str] = mapped_column(sa.String(36))
    """Made by the browser once per trial: the same key again is a replay, not a second answer."""
    chosen_side: Mapped[Side] = mapped_column(sa.String(16))
    """The side called fake."""
    response_ms: Mapped[float]
    input: Mapped[InputKind] = mapped_column(sa.String(16))
    left_planned_ms: Mapped[float]
    left_onset_ms: Mapped[float]
    left_offset_ms: Mapped[float]
    left_shown_ms: Mapped[float]
    left_n_dropped_frames: Mapped[int]
    right_planned_ms: Mapped[float]
    right_onset_ms: Mapped[float]
    right_offset_ms: Mapped[float]
    right_shown_ms: Mapped[float]
    right_n_dropped_frames: Mapped[int]
    frame_interval_ms: Mapped[float]
    n_hidden: Mapped[int]
    """How often the page was hidden during the trial."""
    n_resized: Mapped[int]
    n_blurred: Mapped[int] = mapped_column(default=0)
    """How often the page lost the focus during the trial."""
    max_frame_interval_ms: Mapped[float | None]
    """Longest time between two frames of the trial."""
    window_width_px: Mapped[float | None]
    window_height_px: Mapped[float | None]
    zoom: Mapped[float | None]
    """Pinch zoom: 1 is none."""
    events: Mapped[list[dict[str, Any]] | None] = mapped_column(sa.JSON(none_as_null=True))
    """What disturbed the trial: ``kind`` (hidden, shown, blurred, focused, resized) and ``at_ms``
    from the first frame."""
    device_pixel_ratio: Mapped[float]
    shown_px: Mapped[float]
    """Width at which the images were drawn, in CSS pixels."""
    exposure_valid: Mapped[bool]
    """Judged by the study's rule when the response came in."""
    answered_at: Mapped[datetime] = mapped_column(UtcDateTime)

    trial: Mapped[Trial] = relationship(back_populates="response")
