"""How a participant can leave, who is paid, and what a pair is, in words for a board. Pure.

Place on the data's path: beside it; ``flow_command.py`` prints it. The rules themselves are in
``places.py``, ``completion.py`` and ``erasure.py``.
"""

from study_app.protocol import ProtocolSettings
from study_app.steps import may_turn_away
from study_app.study_tables import StudyFile


def trial_in_words(protocol: ProtocolSettings) -> str:
    """Say what is on the screen during a pair, with its times."""
    picture = f"picture {protocol.display_ms} ms"
    shown = (
        f"first {picture}, blank {protocol.isi_ms} ms, second {picture}"
        if protocol.layout == "sequential"
        else f"both pictures side by side {protocol.display_ms} ms"
    )
    mask = f", each followed by grey noise for {protocol.mask_ms} ms within the blank"
    return (
        f"Blank {protocol.lead_in_ms} ms, {shown}{mask if protocol.mask == 'noise' else ''}, blank"
        f" {protocol.response_delay_ms} ms, then the question, without time limit."
    )


def ways_out(study_file: StudyFile) -> list[str]:
    """List how and when one can leave, and what becomes of what was stored."""
    lease = study_file.participants.lease_minutes
    agreeing = "agreeing" if study_file.consent.required else "going on"
    return [
        f"Before {agreeing}: by closing the page or saying no. Nothing about the person is stored;"
        " openings of the pages are counted, without cookie or address.",
        *_by_checks(study_file),
        "On every page from then on: by the link “Stop and withdraw”, without a reason. Either what"
        " was stored is marked and the answers are not used, or everything is deleted and a receipt"
        " remains that names nobody.",
        f"By closing the browser: the place is kept for {lease} minutes. Who comes back with the"
        " same browser goes on, while a place is free.",
        "After the end: by the link in the debrief, or by writing to the contact and quoting the"
        " participant's code.",
    ]


def payment_in_words(study_file: StudyFile) -> list[str]:
    """Say who is paid, if anybody is."""
    if not study_file.recruiter.paid:
        return ["Nobody is paid."]
    if not study_file.study.pay.strip():
        return ["The study file says nothing about pay."]
    said = [
        "Who answers all pairs is paid, whatever was answered, also if they withdraw afterwards.",
        "Who withdraws before that is not paid by the study's records.",
    ]
    if may_turn_away(study_file):
        is_paid = study_file.recruiter.pay_screened_out
        said.append(f"Who does not pass a check is {'paid' if is_paid else 'not paid'}.")
    return said


def _by_checks(study_file: StudyFile) -> list[str]:
    if not may_turn_away(study_file):
        return []
    return [
        "At the checks: who cannot show the pictures, or does not pass, is thanked and goes no"
        " further; what was stored of the checks stays."
    ]
