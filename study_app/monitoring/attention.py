"""Say in words what needs a researcher's attention. Pure.

Place on the data's path: ``overview.py`` measures the ``Situation``; each rule here looks at it and
gives a sentence or nothing. Thresholds have names and are stated in ``docs/desk-monitoring.md``.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from study_app.monitoring.figures_in_words import counted, thin
from study_app.monitoring.watching import WatchedSession
from study_app.progress import Arm

LATELY = timedelta(hours=1)
SILENT_AFTER = timedelta(minutes=15)
NO_ARRIVALS_AFTER = timedelta(days=1)
ALMOST_FULL_SHARE = 0.9
# Shares are judged from this many on.
FEWEST_PEOPLE = 10
FEWEST_TRIALS = 50
SCREENED_OUT_SHARE = 0.25
EXCLUDED_SHARE = 0.2
INVALID_SHARE = 0.1
INTERRUPTED_SHARE = 0.05

Weight = Literal["urgent", "look", "note"]


@dataclass(frozen=True)
class Notice:
    """One sentence for the researcher; urgent ones come first."""

    weight: Weight
    text: str


@dataclass(frozen=True)
class RefreshRate:
    """How the exposures of displays of one refresh rate were; see ``timing_quality.py``."""

    rate_hz: int
    n_trials: int
    n_invalid: int


@dataclass(frozen=True)
class Situation:
    """What the rules look at; of people only, unless only simulated observers took part.

    Attributes:
        now: the time.
        state: of the study.
        opened_at: when it was opened.
        contact: whom participants write to; may be empty.
        wanted: people wanted per condition.
        lease: how long a place is kept after an answer.
        sessions: of the study.
        arms: counts per condition.
        refresh_rates: exposures by refresh rate.
        n_interrupted: trials given up because their showing was cut off.
        missing_sets: folders of stimulus sets that are gone.
        n_missing_images: pictures that are gone from sets that are there.
    """

    now: datetime
    state: str
    opened_at: datetime | None
    contact: str
    wanted: int
    lease: timedelta
    sessions: Sequence[WatchedSession] = ()
    arms: Sequence[Arm] = ()
    refresh_rates: Sequence[RefreshRate] = ()
    n_interrupted: int = 0
    missing_sets: Sequence[str] = ()
    n_missing_images: int = 0


def notices(situation: Situation) -> tuple[Notice, ...]:
    """Give what needs attention, urgent first; nothing where all is well."""
    order = ("urgent", "look", "note")
    found = [notice for rule in RULES for notice in rule(situation)]
    return tuple(sorted(found, key=lambda notice: order.index(notice.weight)))


def _missing_sets(situation: Situation) -> Iterator[Notice]:
    for folder in situation.missing_sets:
        yield Notice(
            "urgent",
            f"The stimulus set is no longer at {folder}: nobody can be shown a picture;"
            " study-app create STUDY.TOML --set with its new place mends this.",
        )


def _missing_images(situation: Situation) -> Iterator[Notice]:
    if n := situation.n_missing_images:
        is_gone = "is" if n == 1 else "are"
        yield Notice(
            "urgent",
            f"{counted(n, 'picture')} {is_gone} missing from the stimulus set; the contact sheet"
            " marks the pairs.",
        )


def _missing_contact(situation: Situation) -> Iterator[Notice]:
    if situation.state != "closed" and not situation.contact.strip():
        yield Notice(
            "look", "No contact is given that participants can write to; opening wants one."
        )


def _dropped_out(situation: Situation) -> Iterator[Notice]:
    """Who has lost the place within the last hour, by where they stopped."""
    stopped = [
        watched
        for watched in situation.sessions
        if watched.state == "running"
        and situation.now - LATELY < watched.lease_expires_at <= situation.now
    ]
    for where, n in _by_place(stopped):
        yield Notice("look", f"{_people(n)} dropped out {where} within the last hour.")


def _silent(situation: Situation) -> Iterator[Notice]:
    """Whose place is kept, but who has not answered for a while."""
    silent = [
        watched
        for watched in situation.sessions
        if watched.state == "running"
        and watched.lease_expires_at > situation.now
        and situation.now - (watched.lease_expires_at - situation.lease) > SILENT_AFTER
    ]
    minutes = SILENT_AFTER // timedelta(minutes=1)
    for where, n in _by_place(silent):
        verb = "has" if n == 1 else "have"
        yield Notice("note", f"{_people(n)} {verb} given no answer for {minutes} minutes, {where}.")


def _no_arrivals(situation: Situation) -> Iterator[Notice]:
    if situation.state != "open" or _is_full(situation):
        return
    last = max((watched.consented_at for watched in situation.sessions), default=None)
    since = last or situation.opened_at
    if since is not None and situation.now - since > NO_ARRIVALS_AFTER:
        what = "Nobody has come" if last else "Nobody has come yet"
        yield Notice("look", f"{what} for {_long(situation.now - since)}.")


def _quota(situation: Situation) -> Iterator[Notice]:
    if situation.state != "open" or not situation.arms:
        return
    if _is_full(situation):
        yield Notice("urgent", "Every condition has its people: the study can be closed.")
        return
    for arm in situation.arms:
        if arm.counted >= situation.wanted:
            all_its = "its" if situation.wanted == 1 else "all its"
            yield Notice("note", f"{arm.condition} has {all_its} {_people(situation.wanted)}.")
        elif arm.counted >= ALMOST_FULL_SHARE * situation.wanted:
            yield Notice(
                "note",
                f"{arm.condition} is almost full: {thin(arm.counted)} of"
                f" {_people(situation.wanted)}.",
            )


def _screened_out(situation: Situation) -> Iterator[Notice]:
    n = sum(arm.screened_out for arm in situation.arms)
    enrolled = sum(arm.enrolled for arm in situation.arms)
    if enrolled >= FEWEST_PEOPLE and n >= SCREENED_OUT_SHARE * enrolled:
        yield Notice("look", f"The checks screened out {thin(n)} of {thin(enrolled)} people.")


def _excluded(situation: Situation) -> Iterator[Notice]:
    """Who finished but breaks the study's rules about people: vigilance, speed or one side."""
    for arm in situation.arms:
        if arm.finished >= FEWEST_PEOPLE and arm.excluded >= EXCLUDED_SHARE * arm.finished:
            yield Notice(
                "look",
                f"{thin(arm.excluded)} of the {thin(arm.finished)} who finished {arm.condition} do"
                " not count by the study's rules (vigilance, speed or side).",
            )


def _timing(situation: Situation) -> Iterator[Notice]:
    for found in situation.refresh_rates:
        if found.n_trials >= FEWEST_TRIALS and found.n_invalid >= INVALID_SHARE * found.n_trials:
            yield Notice(
                "look",
                f"Timing trouble on displays of {found.rate_hz} Hz: {thin(found.n_invalid)} of"
                f" {thin(found.n_trials)} exposures are not as planned.",
            )


def _interrupted(situation: Situation) -> Iterator[Notice]:
    n_shown = sum(found.n_trials for found in situation.refresh_rates) + situation.n_interrupted
    n = situation.n_interrupted
    if n_shown >= FEWEST_TRIALS and n >= INTERRUPTED_SHARE * n_shown:
        yield Notice(
            "look",
            f"{thin(n)} of {thin(n_shown)} showings were cut off by a reload or a second window,"
            " and replaced.",
        )


RULES: tuple[Callable[[Situation], Iterator[Notice]], ...] = (
    _missing_sets,
    _missing_images,
    _quota,
    _missing_contact,
    _dropped_out,
    _timing,
    _excluded,
    _screened_out,
    _interrupted,
    _no_arrivals,
    _silent,
)


def _by_place(sessions: Sequence[WatchedSession]) -> Iterator[tuple[str, int]]:
    """Count by how far people came: before the first pair, in practice, in the test."""
    places = [_place(watched) for watched in sessions]
    for where in ("before the first pair", "in practice", "in the test"):
        if n := places.count(where):
            yield where, n


def _place(watched: WatchedSession) -> str:
    if watched.n_answered == 0:
        return "before the first pair"
    return "in practice" if watched.n_answered < watched.n_practice else "in the test"


def _is_full(situation: Situation) -> bool:
    return all(arm.counted >= situation.wanted for arm in situation.arms) and bool(situation.arms)


def _people(n: int) -> str:
    return counted(n, "person", "people")


def _long(passed: timedelta) -> str:
    """Tell a time of more than a day."""
    return "a day" if passed.days == 1 else f"{passed.days} days"
