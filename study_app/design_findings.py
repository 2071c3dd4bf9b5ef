"""What a referee would ask about the design: rules, trials, exposure, checks, departures. Pure.

Reads the study file, and which tables and keys it states; photographs are left to
``set_findings.py``, numbers of people to ``aim_findings.py``.
"""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from study_app.errors import sentence
from study_app.findings import Finding
from study_app.number_words import counted
from study_app.presets import deviations_of
from study_app.protocol import ProtocolSettings
from study_app.study_tables import StudyFile

RULES = "rules-written-beforehand"
TRIALS = "trials"
EXPOSURE = "exposure"
CHECKS = "checks-of-device-and-eyes"
DEPARTURES = "departures-from-2016"

FRAME_MS = 1000 / 60  # of the screens that most people have
FEW_FRAMES = 3
LONG_BLOCK = 60
FEWEST_PEOPLE = 10  # analysis warns where an interval rests on fewer


def design_findings(
    study_file: StudyFile, document: Mapping[str, Any], *, has_control: bool
) -> list[Finding]:
    """Give what is missing or weak in the design, and what departs from the study of 2016.

    Args:
        study_file: all settings.
        document: the same as TOML, to know what is stated and what is a default.
        has_control: whether the stimulus set has a control condition, or may have one.
    """
    return [
        *_rules(study_file, document),
        *_trials(study_file),
        *_exposure(study_file),
        *_checks(study_file),
        *_departures(study_file, has_control),
    ]


def _rules(study_file: StudyFile, document: Mapping[str, Any]) -> Iterator[Finding]:
    stated = document.get("exclusion", {})
    if not stated:
        yield Finding(
            "no-exclusion-rule",
            "should",
            "[exclusion]",
            "No rule is stated beforehand that says who is left out; a vigilance share of"
            f" {study_file.exclusion.vigilance_pass_share:g} applies by default.",
            "[exclusion], vigilance_pass_share = 0.75",
            RULES,
        )
    if "exclude_invalid_exposure" not in stated:
        yield Finding(
            "exposure-undecided",
            "should",
            "[exclusion] exclude_invalid_exposure",
            "It is not said beforehand whether trials count whose exposure broke [exposure].",
            "exclude_invalid_exposure = true, or false",
            RULES,
        )
    if not {"minimum_response_ms", "minimum_median_response_ms"} & set(stated):
        yield Finding(
            "speed-undecided",
            "note",
            "[exclusion] minimum_median_response_ms",
            "No rule leaves out who answers too fast to have looked.",
            "minimum_median_response_ms = 300",
            RULES,
        )
    if study_file.equivalence.margin is None:
        yield Finding(
            "no-margin",
            "note",
            "[equivalence] margin",
            'No margin is stated, so nothing can be claimed to be "as good as 50 %".',
            "[equivalence], margin = 0.05",
            RULES,
        )
    if study_file.desk.show_fool_rates:
        yield Finding(
            "early-look",
            "should",
            "[desk] show_fool_rates",
            "The desk shows fool rates while people still come: who sees them may stop when they"
            " look best.",
            "show_fool_rates = false, or looks that are planned: analysis plan looks",
            RULES,
        )


def _trials(study_file: StudyFile) -> Iterator[Finding]:
    protocol = study_file.protocol
    yield from _vigilance(study_file)
    if protocol.n_control == 0:
        yield Finding(
            "no-control",
            "should",
            "[protocol] n_control",
            "No trial shows the real photo against its own re-encoding, so nothing proves that"
            " the files do not give the fake away.",
            "n_control = 4, and colorizer build-set …"
            f" --condition {study_file.conditions.control}=real",
            TRIALS,
        )
    if protocol.n_practice == 0:
        yield Finding(
            "no-practice",
            "should",
            "[protocol] n_practice",
            "Nobody is shown what false colours are before answers count.",
            "n_practice = 10",
            TRIALS,
        )
    if protocol.layout == "sequential" and protocol.first_side == "left":
        yield Finding(
            "order-confounded",
            "should",
            "[protocol] first_side",
            "Left is always shown first: a preference for a side and one for an order cannot be"
            " told apart.",
            'first_side = "balanced"',
            TRIALS,
        )
    if protocol.n_main > LONG_BLOCK and not protocol.break_after:
        yield Finding(
            "no-rest",
            "should",
            "[protocol] break_after",
            f"{protocol.n_main} pairs without a rest tire people.",
            "break_after = true",
            TRIALS,
        )
    people = study_file.participants.per_condition
    if people < FEWEST_PEOPLE:
        yield Finding(
            "few-people",
            "should",
            "[participants] per_condition",
            f"{counted(people, 'person', 'people')} per condition: an interval for other"
            " people carries a warning.",
            f"per_condition = {FEWEST_PEOPLE} at least",
            TRIALS,
        )


def _vigilance(study_file: StudyFile) -> Iterator[Finding]:
    n, share = study_file.protocol.n_vigilance, study_file.exclusion.vigilance_pass_share
    if n == 0:
        yield Finding(
            "no-vigilance",
            "should",
            "[protocol] n_vigilance",
            "No trial tells who looked from who did not.",
            "n_vigilance = 4, a tenth of the test as in 2016",
            TRIALS,
        )
    elif share == 0:
        yield Finding(
            "vigilance-unused",
            "should",
            "[exclusion] vigilance_pass_share",
            "Vigilance trials are shown, but nobody is left out whatever they answered.",
            "vigilance_pass_share = 0.75",
            RULES,
        )
    elif math.ceil(share * n) == n:
        yield Finding(
            "vigilance-strict",
            "should",
            "[exclusion] vigilance_pass_share",
            f"One slip among {counted(n, 'vigilance trial')} leaves somebody out.",
            "more vigilance trials, or a smaller vigilance_pass_share",
            RULES,
        )


def _exposure(study_file: StudyFile) -> Iterator[Finding]:
    protocol, tolerance_ms = study_file.protocol, study_file.exposure.tolerance_ms
    n_frames = protocol.display_ms / FRAME_MS
    if n_frames < 1:
        yield Finding(
            "exposure-impossible",
            "must",
            "[protocol] display_ms",
            f"{protocol.display_ms} ms is less than a frame of a screen with 60 Hz"
            f" ({FRAME_MS:.1f} ms); such a screen cannot show it.",
            "display_ms = 17 at least, 50 or more to be safe",
            EXPOSURE,
        )
    elif n_frames < FEW_FRAMES:
        yield Finding(
            "exposure-coarse",
            "should",
            "[protocol] display_ms",
            f"{protocol.display_ms} ms is {n_frames:.1f} frames at 60 Hz: the exposure shown may"
            f" be off by half a frame, {FRAME_MS / 2 / protocol.display_ms:.0%}.",
            "display_ms = 50 at least, or ask for fast screens",
            EXPOSURE,
        )
    yield from _blanks(protocol)
    if tolerance_ms < FRAME_MS / 2:
        yield Finding(
            "tolerance-narrow",
            "should",
            "[exposure] tolerance_ms",
            f"{tolerance_ms:g} ms is less than half a frame at 60 Hz: exposures shown as exactly"
            " as such a screen can may break the rule.",
            "tolerance_ms = 17.0",
            EXPOSURE,
        )
    if tolerance_ms > protocol.display_ms / 2:
        yield Finding(
            "tolerance-wide",
            "should",
            "[exposure] tolerance_ms",
            f"{tolerance_ms:g} ms is more than half of an exposure of {protocol.display_ms} ms:"
            " the rule hardly leaves anything out.",
            "a smaller tolerance_ms, or a longer display_ms",
            EXPOSURE,
        )


def _blanks(protocol: ProtocolSettings) -> Iterator[Finding]:
    """Tell of intervals that a screen cannot show either."""
    intervals = {"isi_ms": protocol.isi_ms} if protocol.layout == "sequential" else {}
    if protocol.mask == "noise":
        intervals["mask_ms"] = protocol.mask_ms
    for key, length_ms in intervals.items():
        if length_ms < FRAME_MS:
            yield Finding(
                "blank-impossible",
                "should",
                f"[protocol] {key}",
                f"{length_ms} ms is less than a frame at 60 Hz ({FRAME_MS:.1f} ms); some screens"
                " will not show it.",
                f"{key} = 17 at least",
                EXPOSURE,
            )


def _checks(study_file: StudyFile) -> Iterator[Finding]:
    screening = study_file.screening
    if screening.device == "off":
        yield Finding(
            "device-unchecked",
            "should",
            "[screening] device",
            "Nobody checks whether the pictures fit the window at their size.",
            'device = "check"',
            CHECKS,
        )
    if screening.colour_vision == "off":
        yield Finding(
            "eyes-unchecked",
            "should",
            "[screening] colour_vision",
            "Nothing is known of people's colour vision in a study about colour.",
            'colour_vision = "record", or "screen-out"',
            CHECKS,
        )
    if screening.colour_vision == "record":
        yield Finding(
            "eyes-recorded-only",
            "should",
            "[screening] colour_vision",
            "The plates only record: who cannot read them takes part and is analysed, for no rule"
            " of the analysis looks at them.",
            'colour_vision = "screen-out", or say in the plan how such people are treated',
            CHECKS,
        )
    if screening.display == "record":
        yield Finding(
            "display-recorded-only",
            "note",
            "[screening] display",
            "The steps of grey and the night light are recorded; nobody is left out for them.",
            "",
            CHECKS,
        )


def _departures(study_file: StudyFile, has_control: bool) -> Iterator[Finding]:
    for departure in deviations_of(study_file, has_control=has_control):
        yield Finding("departure", "note", "[protocol]", sentence(departure), "", DEPARTURES)
