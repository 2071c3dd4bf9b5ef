import pytest
import sqlalchemy as sa

from study_app import debrief
from study_app.extensions import db
from study_app.models import Condition, Response, StimulusPair, StudySession, Trial
from study_app.simulated_token import sign_token
from tests.study_app import factories
from tests.study_app.factories import NOW, Browser

OTHER = {"left": "right", "right": "left"}


@pytest.fixture
def finished(open_app, participant):
    """A finished study session, read in the app's context."""
    participant.answer_all()
    with open_app.app_context():
        yield db.session.scalars(sa.select(StudySession)).one()


def answer(study_session, is_fooled):
    """Change every stored answer: fooled or not by the trial's type and place."""
    for trial in db.session.scalars(
        sa.select(Trial).where(Trial.study_session_id == study_session.id)
    ):
        fooled = is_fooled(trial)
        trial.response.chosen_side = trial.real_side if fooled else OTHER[trial.real_side]
    db.session.commit()


def add_others(study_session, n, *, n_found=3, **columns):
    """Store study sessions of others who finished, each with four main trials."""
    participant = study_session.participant
    pair = db.session.scalars(
        sa.select(StimulusPair).join(Condition).where(Condition.name == "full").limit(1)
    ).one()
    for number in range(n):
        other = _other(participant, number, study_session.condition_id, columns)
        db.session.add(other)
        db.session.flush()
        for place in range(4):
            db.session.add(_answered(other, pair, place, is_found=place < n_found))
    db.session.commit()


def _other(participant, number, condition_id, columns):
    simulated = columns.get("simulated", False)
    name = f"{'s' if simulated else 'p'}{columns.get('state', '')}{condition_id}{number}"
    return StudySession(
        code=f"code-{name}",
        enrolment_key=f"key-{name}",
        participant=type(participant)(
            study_id=participant.study_id, code=name, simulated=simulated
        ),
        condition_id=columns.get("condition_id", condition_id),
        seed=number,
        n_practice=0,
        n_trials=4,
        n_answered=4,
        state=columns.get("state", "finished"),
        consent_version="1",
        consented_at=NOW,
        lease_expires_at=NOW,
        finished_at=NOW,
        completion_code=name,
    )


def _answered(study_session, pair, place, *, is_found):
    exposure = {
        f"{side}_{name}": 1
        for side in ("left", "right")
        for name in ("planned_ms", "onset_ms", "offset_ms", "shown_ms", "n_dropped_frames")
    }
    name = f"{study_session.code}-{place}"
    return Trial(
        study_session_id=study_session.id,
        stimulus_pair_id=pair.id,
        trial_index=place,
        place=place,
        block="main",
        trial_type="main",
        real_side="left",
        first_side="left",
        trial_key=f"{name}k",
        left_token=f"{name}l",
        right_token=f"{name}r",
        response=Response(
            response_key=name[:36],
            chosen_side="right" if is_found else "left",
            response_ms=1,
            input="mouse",
            frame_interval_ms=1,
            n_hidden=0,
            n_resized=0,
            device_pixel_ratio=1,
            shown_px=1,
            exposure_valid=True,
            answered_at=NOW,
            **exposure,
        ),
    )


def test_the_score_counts_main_trials_only(finished):
    """Practice, vigilance and control trials are all missed, main trials all found."""
    answer(finished, lambda trial: trial.trial_type != "main")

    summary = debrief.sum_up(db.session(), finished)

    assert (summary.n_answers, summary.n_right, summary.n_pairs) == (10, 6, 6)
    assert summary.fooling_pairs == ()
    assert len(summary.pairs) == 8, "the whole main block is shown"
    assert {pair.trial_type for pair in summary.pairs if pair.fooled} == {"vigilance", "control"}


def test_the_pairs_that_fooled_are_named_with_what_was_real(finished):
    answer(finished, lambda trial: trial.trial_type == "main" and trial.place % 2 == 0)

    summary = debrief.sum_up(db.session(), finished)

    rows = db.session.scalars(
        sa.select(Trial).where(Trial.trial_type == "main").order_by(Trial.place)
    ).all()
    fooled = [trial for trial in rows if trial.place % 2 == 0]
    assert [pair.number for pair in summary.fooling_pairs] == [trial.place - 1 for trial in fooled]
    assert [pair.real_token for pair in summary.fooling_pairs] == [
        trial.left_token if trial.real_side == "left" else trial.right_token for trial in fooled
    ]
    assert summary.n_right == len(rows) - len(fooled)


def test_an_interrupted_trial_is_nowhere_counted(finished):
    before = debrief.sum_up(db.session(), finished)
    first = db.session.scalars(sa.select(Trial).where(Trial.place == 5)).one()
    db.session.add(
        Trial(
            study_session_id=finished.id,
            stimulus_pair_id=first.stimulus_pair_id,
            trial_index=10,
            place=5,
            block="main",
            trial_type="main",
            real_side="left",
            first_side="left",
            trial_key="k",
            left_token="l",
            right_token="r",
            interrupted_at=NOW,
        )
    )
    db.session.commit()

    assert debrief.sum_up(db.session(), finished) == before


def test_an_average_needs_ten_others(finished):
    add_others(finished, 9)
    assert debrief.average_of_others(db.session(), finished) is None

    add_others(finished, 1, n_found=0, state="finished", simulated=False, condition_id=None)
    assert debrief.average_of_others(db.session(), finished) is None, "another condition"


def test_the_average_is_of_the_people_who_finished_under_the_same_condition(finished):
    add_others(finished, 10, n_found=3)
    add_others(finished, 3, n_found=0, simulated=True)
    add_others(finished, 3, n_found=0, state="withdrawn")

    average = debrief.average_of_others(db.session(), finished)

    assert average == debrief.OthersAverage(n_people=10, found_share=0.75)


def test_a_simulated_observer_is_compared_with_its_like(open_app):
    token = sign_token(factories.SECRET_KEY, "colours", 7)
    browser = Browser(open_app)
    browser.consent(simulated=token)
    browser.answer_all()
    with open_app.app_context():
        own = db.session.scalars(sa.select(StudySession)).one()
        add_others(own, 10, n_found=1)
        assert debrief.average_of_others(db.session(), own) is None

        add_others(own, 10, n_found=1, simulated=True)

        average = debrief.average_of_others(db.session(), own)
        assert average == debrief.OthersAverage(n_people=10, found_share=0.25)
