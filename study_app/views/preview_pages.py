"""What a preview shows: every page that a participant may meet, in the order of the way.

Each is made by the function that makes it for participants; what such a page says of the one who
reads it, their answers and codes, is made up here.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from flask import render_template, url_for
from flask_babel import gettext

from study_app import debrief, questions, screening
from study_app.catalog import file_of
from study_app.completion import Ending, payment_of
from study_app.enrolment import TAKEN_PART_ALREADY
from study_app.errors import AlreadyTakenPart
from study_app.extensions import db
from study_app.models import Study
from study_app.preview_plan import PARTS, Part, has_part, preview_plan
from study_app.protocol import PlannedTrial
from study_app.steps import checks_of, may_turn_away
from study_app.study_tables import StudyFile
from study_app.views import ending, pages, recruiting
from study_app.views import screening as checks
from study_app.views.error_pages import error_page
from study_app.views.preview_addresses import image_token

Group = Literal["Before they agree", "Checks", "Pairs", "After the pairs", "Who cannot take part"]

OWN_CODE = "PREVIEW-23"
PARTICIPANT_CODE = "aBcDeFgHiJkL"
RECEIPT = "a-receipt-as-it-looks"
# Of three pairs one fools this participant.
FOOLED_EVERY = 3
N_OTHERS, FOUND_BY_OTHERS = 24, 0.68
# Where a participant's page has the link to withdrawing at its foot.
WITHDRAWABLE = (
    "device", "colour-vision", "plate", "display", "instructions", *PARTS, "questions", "debrief",
)  # fmt: skip
TRIAL_KEY_PLACE = pages.TRIAL_KEY_PLACE


@dataclass(frozen=True)
class PreviewPage:
    """One page of a preview.

    Attributes:
        name: in the address.
        title: in the list.
        group: in which it stands there.
        render: makes the page of a study.
        applies: whether a study has such a page.
    """

    name: str
    title: str
    group: Group
    render: Callable[[Study], str]
    applies: Callable[[StudyFile], bool] = lambda _: True


def pages_of(study: Study) -> list[PreviewPage]:
    """Give the pages that a study has."""
    study_file = file_of(study)
    return [page for page in PAGES if page.applies(study_file)]


def _obstructed(obstacle: pages.Obstacle | None) -> Callable[[Study], str]:
    return lambda study: pages.invitation_page(study, {}, obstacle)


def _refused(reason: str) -> Callable[[Study], str]:
    return lambda _study: render_template("full.html", reason=reason)


def _asks(check: str) -> Callable[[StudyFile], bool]:
    return lambda study_file: check in checks_of(study_file)


def _comes_from(*kinds: str) -> Callable[[StudyFile], bool]:
    return lambda study_file: study_file.recruiter.kind in kinds


def _plate(number: int) -> Callable[[Study], str]:
    def render(study: Study) -> str:
        asked = screening.AskedPlate(number, file_of(study).screening.n_plates + 1)
        plate_url = url_for("preview.plate", study_id=study.code, number=number)
        return checks.plate_page(asked, plate_url)

    return render


def _instructions(study: Study) -> str:
    plan, protocol = preview_plan(db.session(), study), file_of(study).protocol
    return pages.instructions_page(
        protocol,
        n_practice=protocol.n_practice,
        n_main=len(plan) - protocol.n_practice,
        has_started=False,
    )


def _player(part: Part) -> Callable[[Study], str]:
    def render(study: Study) -> str:
        protocol = file_of(study).protocol
        where: dict[str, Any] = {"study_id": study.code, "part": part}
        keyed = {**where, "trial_key": TRIAL_KEY_PLACE}
        return pages.trials_page(
            protocol,
            n_practice=protocol.n_practice,
            n_main=len(preview_plan(db.session(), study)) - protocol.n_practice,
            next_trial_url=url_for("preview.next_trial", **where),
            start_url_template=url_for("preview.start_trial", **keyed),
            response_url_template=url_for("preview.answer_trial", **keyed),
        )

    return render


def _has_part(part: Part) -> Callable[[StudyFile], bool]:
    return lambda study_file: has_part(study_file.protocol, part)


def _questions(study: Study) -> str:
    n_answers = len(preview_plan(db.session(), study))
    return ending.questions_form(file_of(study), n_answers, questions.ReadAnswers({}, {}))


def _debrief(study: Study) -> str:
    study_file, plan = file_of(study), preview_plan(db.session(), study)
    main = plan[study_file.protocol.n_practice :]
    shown = study_file.debrief
    others = debrief.OthersAverage(N_OTHERS, FOUND_BY_OTHERS)
    return ending.debrief_page(
        study_file,
        _summary(main, len(plan)),
        others if shown.show_score and shown.show_average else None,
        recruiting.outcome_of(study, "finished", OWN_CODE),
    )


def _summary(main: Sequence[PlannedTrial], n_answers: int) -> debrief.DebriefSummary:
    pairs = tuple(
        debrief.SeenPair(
            number=number,
            trial_type=planned.trial_type,
            real_token=image_token(planned.pair_id, "real"),
            fake_token=image_token(planned.pair_id, "fake"),
            fooled=number % FOOLED_EVERY == 0,
        )
        for number, planned in enumerate(main, start=1)
    )
    tested = [pair for pair in pairs if pair.trial_type == "main"]
    n_right = sum(not pair.fooled for pair in tested)
    return debrief.DebriefSummary(n_answers, n_right, len(tested), pairs)


def _screened_out(study: Study) -> str:
    return ending.screened_out_page(
        is_paid=payment_of(file_of(study).recruiter, "screened-out") == "due",
        outcome=recruiting.outcome_of(study, "screened-out"),
    )


def _withdraw(left: Ending | None) -> Callable[[Study], str]:
    """Ask whether to withdraw, in the middle or after the end."""

    def render(study: Study) -> str:
        return ending.withdraw_page(
            back_url=url_for("pages.trials" if left is None else "ending.debrief"),
            ended=left is not None,
            outcome=recruiting.outcome_of(study, left, OWN_CODE) if left else None,
        )

    return render


def _taken_part(_study: Study) -> str:
    error = AlreadyTakenPart
    return error_page(
        error.status, error.code, gettext(error.title), gettext(TAKEN_PART_ALREADY), known=False
    )


PAGES = (
    PreviewPage("invitation", "Invitation", "Before they agree", _obstructed(None)),
    PreviewPage(
        "invitation-mturk",
        "Invitation, before the task is accepted",
        "Before they agree",
        _obstructed("preview"),
        _comes_from("mturk"),
    ),
    PreviewPage("consent", "Consent", "Before they agree", lambda s: pages.consent_form(s, {})),
    PreviewPage("declined", "Who does not agree", "Before they agree", pages.declined_page),
    PreviewPage(
        "device",
        "Screen and browser",
        "Checks",
        lambda s: checks.device_page(file_of(s).protocol),
        _asks("device"),
    ),
    PreviewPage(
        "colour-vision", "Plates: the example", "Checks", _plate(0), _asks("colour-vision")
    ),
    PreviewPage("plate", "Plates: the first", "Checks", _plate(1), _asks("colour-vision")),
    PreviewPage(
        "display",
        "Light and dark",
        "Checks",
        lambda _: checks.display_page({}, ""),
        _asks("display"),
    ),
    PreviewPage(
        "screened-out",
        "Who does not pass",
        "Checks",
        _screened_out,
        may_turn_away,
    ),
    PreviewPage("instructions", "Instructions", "Pairs", _instructions),
    PreviewPage(
        "practice", "Practice, to play", "Pairs", _player("practice"), _has_part("practice")
    ),
    PreviewPage("test", "Test, to play", "Pairs", _player("test")),
    PreviewPage("break", "Break, and on", "Pairs", _player("break"), _has_part("break")),
    PreviewPage("questions", "Questions", "After the pairs", _questions, lambda f: f.has_questions),
    PreviewPage("debrief", "Debrief", "After the pairs", _debrief),
    PreviewPage("withdraw", "Withdrawing, in the middle", "After the pairs", _withdraw(None)),
    PreviewPage(
        "withdraw-later", "Withdrawing, at the end", "After the pairs", _withdraw("finished")
    ),
    PreviewPage(
        "withdrawn",
        "Withdrawn",
        "After the pairs",
        lambda _: ending.withdrawn_page(None, participant_code=PARTICIPANT_CODE),
    ),
    PreviewPage(
        "deleted",
        "Withdrawn and deleted",
        "After the pairs",
        lambda _: ending.withdrawn_page(None, receipt=RECEIPT),
    ),
    PreviewPage("not-open", "Not open yet", "Who cannot take part", _refused("not-open")),
    PreviewPage("full", "All places taken", "Who cannot take part", _refused("full")),
    PreviewPage("place-lost", "Away for too long", "Who cannot take part", _refused("place-lost")),
    PreviewPage("taken-part", "Taken part already", "Who cannot take part", _taken_part),
    PreviewPage(
        "recruiter",
        "Not sent by the recruiter",
        "Who cannot take part",
        _obstructed("recruiter"),
        _comes_from("prolific", "mturk"),
    ),
    PreviewPage("closed", "Study closed", "Who cannot take part", _refused("closed")),
    PreviewPage(
        "invitation-closed",
        "Invitation of a closed study",
        "Who cannot take part",
        _obstructed("closed"),
    ),
)
