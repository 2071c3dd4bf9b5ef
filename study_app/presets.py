"""The published protocols as presets, and what each, or a changed one, does otherwise. Pure.

The reference is the study of Zhang, Isola & Efros 2016 ("Colorful Image Colorization",
section 3.1): pairs of one photo in its own and in false colours, 256 x 256 pixels, each image for
1 s, an answer without time limit, 10 practice pairs with feedback, 40 test pairs without, a tenth
of them vigilance pairs, one algorithm per participant, 40 participants per algorithm.
The paper names neither the blank between the images nor how sides and order were drawn; the
timings here are those of the tool it published (phillipi/AMT_Real_vs_Fake).
"""

import math
from dataclasses import dataclass, replace

from study_app.number_words import counted, noun
from study_app.protocol import ProtocolSettings
from study_app.study_tables import Screening, StudyFile

N_PRACTICE_2016 = 10
N_MAIN_2016 = 40
N_VIGILANCE_2016 = 4
PER_CONDITION_2016 = 40
DISPLAY_MS_2016 = 1000
IMAGE_SIZE_PX_2016 = 256
# Of the tool; the paper does not say.
LEAD_IN_MS_2016 = 900
ISI_MS_2016 = 600
RESPONSE_DELAY_MS_2016 = 100

ANSWER_MS = 1500
READING_MINUTES = 2

# True of every study run with this program, whatever the study file says.
COMMON_DEVIATIONS = (
    "exactly the number of participants wanted counts: who stops, withdraws or breaks a rule about"
    " people leaves the place to somebody else, whatever they are paid; the paper of 2016 does not"
    " say what became of them",
    "the photos judged least often so far come first, so that each is judged equally often; the"
    " tool of 2016 drew them at random",
    "both images are decoded before the first is shown, and every exposure is measured; the tool of"
    " 2016 waited for nothing and measured nothing",
    "a pair whose showing was cut off, by a reload or a second window, is replaced by a pair of"
    " another photo; with the tool of 2016 nobody could go on after a reload",
    "the real photo's side is balanced exactly, and in each half of the test as far as the numbers"
    " allow; the tool of 2016 tossed a coin for each trial",
    "the buttons stand under the places of the images, and practice feedback is without colour and"
    " stays until the participant goes on; the tool of 2016 laid the buttons over the places and"
    " framed the images in colour for 2.4 s",
)


@dataclass(frozen=True)
class Preset:
    """A published protocol.

    Attributes:
        name: as written in the study file.
        source: the paper or program it follows.
        protocol: the defaults of the table ``[protocol]``.
        per_condition: participants wanted for each tested condition.
        remarks: where it departs from its own source, one sentence each.
    """

    name: str
    source: str
    protocol: ProtocolSettings
    per_condition: int
    remarks: tuple[str, ...] = ()


_ZHANG = ProtocolSettings(preset="zhang2016")

PRESETS: dict[str, Preset] = {
    preset.name: preset
    for preset in (
        Preset(
            "zhang2016",
            "Zhang, Isola & Efros 2016, section 3.1",
            _ZHANG,
            PER_CONDITION_2016,
        ),
        Preset(
            "amt-left-first",
            "phillipi/AMT_Real_vs_Fake, the program published with the study of 2016",
            replace(_ZHANG, preset="amt-left-first", first_side="left", n_control=0),
            PER_CONDITION_2016,
            (
                "vigilance trials stand in the main block only; the program had some in practice",
                "the first blank lasts as long as all others; in the program 1,200 ms",
                "50 pairs, as in the paper; the program's own default was 60",
            ),
        ),
        Preset(
            "pix2pix2017",
            "Isola et al. 2017, which followed the study of 2016",
            replace(_ZHANG, preset="pix2pix2017", n_vigilance=0, n_control=0),
            50,
            ("exactly 50 participants per condition; the paper says about 50",),
        ),
    )
}


def deviations_from_2016(
    protocol: ProtocolSettings,
    per_condition: int,
    *,
    has_control: bool,
    screening: Screening,
    has_questions: bool,
) -> tuple[str, ...]:
    """List, in sentences, where a study departs from the study of 2016.

    Args:
        protocol: the study's own settings, whatever preset they started from.
        per_condition: participants wanted for each tested condition.
        has_control: whether the stimulus set has a control condition.
        screening: what is looked at before the instructions.
        has_questions: whether anything is asked after the trials.
    """
    return (
        *_number_deviations(protocol, per_condition),
        *_choice_deviations(protocol, has_control),
        *_screen_deviations(protocol),
        *_surrounding_deviations(screening, has_questions),
        *COMMON_DEVIATIONS,
    )


def deviations_of(study_file: StudyFile, *, has_control: bool) -> tuple[str, ...]:
    """List, in sentences, where the study of a study file departs from the study of 2016.

    Args:
        study_file: all settings.
        has_control: whether the stimulus set has a control condition.
    """
    return deviations_from_2016(
        study_file.protocol,
        study_file.participants.per_condition,
        has_control=has_control,
        screening=study_file.screening,
        has_questions=study_file.has_questions,
    )


def expected_minutes(protocol: ProtocolSettings) -> int:
    """Estimate how long a participant takes, reading included, in whole minutes rounded up."""
    n_exposures = 2 if protocol.layout == "sequential" else 1
    gap_ms = protocol.isi_ms if protocol.layout == "sequential" else 0
    trial_ms = (
        protocol.lead_in_ms
        + n_exposures * protocol.display_ms
        + gap_ms
        + protocol.response_delay_ms
        + ANSWER_MS
    )
    return READING_MINUTES + math.ceil((protocol.n_practice + protocol.n_main) * trial_ms / 60_000)


def _number_deviations(protocol: ProtocolSettings, per_condition: int) -> list[str]:
    figures = (
        (_trials("practice", protocol.n_practice), protocol.n_practice, N_PRACTICE_2016),
        (_trials("test", protocol.n_main), protocol.n_main, N_MAIN_2016),
        (_trials("vigilance", protocol.n_vigilance), protocol.n_vigilance, N_VIGILANCE_2016),
        (f"{noun(per_condition, 'participant')} per condition", per_condition, PER_CONDITION_2016),
        ("ms of exposure", protocol.display_ms, DISPLAY_MS_2016),
        ("pixels of width and height", protocol.image_size_px, IMAGE_SIZE_PX_2016),
    )
    blanks = [
        ("before the first image", protocol.lead_in_ms, LEAD_IN_MS_2016),
        ("before the question", protocol.response_delay_ms, RESPONSE_DELAY_MS_2016),
    ]
    if protocol.layout == "sequential":
        blanks.append(("between the images", protocol.isi_ms, ISI_MS_2016))
    return [
        *(f"{ours} {what}; in 2016 {theirs}" for what, ours, theirs in figures if ours != theirs),
        *(
            f"{ours} ms of blank {where}; the tool of 2016 {theirs}"
            for where, ours, theirs in blanks
            if ours != theirs
        ),
    ]


def _trials(kind: str, n: int) -> str:
    return f"{kind} {noun(n, 'trial')}"


def _choice_deviations(protocol: ProtocolSettings, has_control: bool) -> list[str]:
    found = []
    if protocol.design == "within":
        found.append("each participant sees all conditions; in 2016 one")
    else:
        found.append(
            "participants get the condition with the fewest places taken; in 2016 they were"
            " assigned at random, independently of each other"
        )
    if protocol.layout == "side-by-side":
        found.append("both images are shown at once, side by side; the tool of 2016 one by one")
    elif protocol.first_side == "left":
        found.append(
            "the left image is always shown first, so that side and order cannot be told apart;"
            " the tool of 2016 did this, its paper does not say so"
        )
    else:
        found.append(
            "which side is shown first is balanced, independently of the real photo's side; the"
            " tool of 2016 always showed left first"
        )
    if protocol.n_vigilance:
        found.append(
            "the number of vigilance trials is exact and they are spread out; the tool of 2016 drew"
            " each trial by chance"
        )
    if has_control and protocol.n_control:
        found.append(
            f"{counted(protocol.n_control, 'control trial')}, real photo against its own"
            " re-encoding; in 2016 none"
        )
    if protocol.break_after:
        found.append("a rest is offered half-way; in 2016 none is reported")
    return found


def _screen_deviations(protocol: ProtocolSettings) -> list[str]:
    """Tell what stands on the screen beside the images."""
    found = []
    if protocol.fixation:
        found.append(
            "a cross marks the middle of the place where the next image will come; the tool of 2016"
            " showed a blank"
        )
    if protocol.mask == "noise":
        found.append(
            f"grey noise covers the place of an image for {protocol.mask_ms} ms after it; the tool"
            " of 2016 showed a blank"
        )
    return found


def _surrounding_deviations(screening: Screening, has_questions: bool) -> list[str]:
    """Tell what comes before the instructions and after the trials."""
    found = []
    if screening.device == "check":
        found.append(
            "window, zoom and browser are checked beforehand, and who cannot show the images does"
            " not go on; in 2016 no check is reported"
        )
    if screening.colour_vision != "off":
        found.append(
            f"colour vision is checked with {counted(screening.n_plates, 'plate')}; the tool of"
            " 2016 asked for normal colour vision and checked nothing"
        )
    if screening.colour_vision == "screen-out":
        found.append(
            f"who reads fewer than {screening.pass_plates} of the plates rightly does not go on;"
            " in 2016 nobody was kept out"
        )
    if screening.display == "record":
        found.append(
            "participants count the steps of grey that their display shows; in 2016 no check is"
            " reported"
        )
    if has_questions:
        found.append("questions are asked after the pairs; the tool of 2016 asked for comments")
    return found
