import hashlib
from pathlib import Path

import pytest
import sqlalchemy as sa

from study_app import trial_flow
from study_app.catalog import find_study
from study_app.enrolment import Applicant, enrol
from study_app.erasure import erase
from study_app.errors import UnknownParticipant
from study_app.extensions import db
from study_app.models import ScreeningCheck, StimulusPair, Trial
from study_app.replay import read_replay
from study_app.responses import parse_response
from study_app.study_moves import open_study
from tests.study_app import factories
from tests.study_app.factories import NOW, response_body


@pytest.fixture
def own_set(tmp_path):
    """A stimulus set that a test may damage."""
    factories.build_set(tmp_path / "set", 15, {"full": "weights", "random": "random"})
    return tmp_path / "set"


@pytest.fixture
def own(app, own_set):
    """The study session of somebody who answered three of ten, beside others; in its context."""
    with app.app_context():
        for slug in ("noise", "colours"):
            study = factories.create_study(factories.study_text(id=slug), own_set).study
            open_study(db.session(), study, None, NOW)
            other = enrol(db.session(), slug, Applicant(f"other {slug}"), NOW)
            answer(other.code)
        found = enrol(db.session(), "colours", Applicant("own"), NOW)
        for _ in range(3):
            answer(found.code)
        yield found


def answer(code, side="left"):
    key = trial_flow.issue_next_trial(db.session(), code, NOW).trial_key
    report = parse_response(response_body(side))
    trial_flow.record_response(db.session(), code, key, report, NOW)


def replay(code):
    return read_replay(db.session(), find_study(db.session(), "colours"), code)


def test_every_trial_is_there_in_the_order_it_was_shown(own):
    found = replay(own.code)

    stored = db.session.scalars(
        sa.select(Trial).where(Trial.study_session_id == own.id).order_by(Trial.place)
    ).all()
    assert [trial.trial.id for trial in found.trials] == [trial.id for trial in stored]
    assert [trial.number for trial in found.trials] == [1, 2, *range(1, 9)]
    assert [trial.response is not None for trial in found.trials] == [True] * 3 + [False] * 7
    assert found.study_session.id == own.id


def test_it_is_found_by_the_code_of_the_participant_too(own):
    assert replay(own.participant.code).study_session.id == own.id


def test_images_are_those_of_the_sides_they_were_shown_on(own):
    """The set's real photos are reddish, its fakes bluish: told apart by their bytes."""
    for trial in replay(own.code).trials:
        pair = trial.trial.stimulus_pair
        digests = {
            image.side: hashlib.sha256(image.data).hexdigest()
            for image in (trial.left, trial.right)
        }
        real = trial.planned.real_side
        fake = "right" if real == "left" else "left"
        assert digests == {real: pair.real_sha256, fake: pair.fake_sha256}
        assert (trial.left.is_real, trial.right.is_real) == (real == "left", real == "right")


def test_an_answer_is_right_where_the_fake_was_found(own):
    for trial in replay(own.code).trials[:3]:
        assert trial.is_right == (trial.planned.real_side == "right")
    assert replay(own.code).trials[3].is_right is None


def test_the_plan_is_proved_against_its_digest(own):
    assert replay(own.code).plan_state == "intact"


@pytest.mark.parametrize("what", ["side", "pair", "order"])
def test_a_plan_with_anything_changed_afterwards_is_found_out(own, what):
    trials = db.session.scalars(
        sa.select(Trial).where(Trial.study_session_id == own.id).order_by(Trial.place)
    ).all()
    first, second = trials[5], trials[6]
    if what == "side":
        first.real_side = "right" if first.real_side == "left" else "left"
    elif what == "pair":
        used = [trial.stimulus_pair_id for trial in trials]
        others = sa.select(StimulusPair.id).where(StimulusPair.id.not_in(used))
        first.stimulus_pair_id = db.session.scalars(others).first()
    else:
        first.stimulus_pair_id, second.stimulus_pair_id = (
            second.stimulus_pair_id,
            first.stimulus_pair_id,
        )
    db.session.commit()

    assert replay(own.code).plan_state == "changed"


def test_a_session_from_before_digests_says_so(own):
    own.plan_digest = ""
    db.session.commit()

    assert replay(own.code).plan_state == "not kept"


def test_a_pair_that_was_cut_off_stands_before_the_one_that_took_its_place(own):
    page, other_page = "a" * 36, "b" * 36
    key = trial_flow.issue_next_trial(db.session(), own.code, NOW, page).trial_key
    trial_flow.start_trial(db.session(), own.code, key, page, NOW)
    trial_flow.issue_next_trial(db.session(), own.code, NOW, other_page)

    found = replay(own.code)

    assert len(found.trials) == 11
    cut_off, instead = found.trials[3:5]
    assert cut_off.trial.interrupted_at == NOW
    assert cut_off.response is None
    assert (instead.trial.interrupted_at, instead.number) == (None, cut_off.number)
    assert instead.planned.photo_id != cut_off.planned.photo_id
    assert found.plan_state == "intact"


def test_a_changed_and_a_missing_image_are_named(own, own_set):
    pairs = [trial.trial.stimulus_pair for trial in replay(own.code).trials[:2]]
    (own_set / pairs[0].real_path).write_bytes(b"other")
    (own_set / pairs[1].fake_path).unlink()

    found = replay(own.code)

    assert len(found.damaged_images) == 2
    named = " ".join(found.damaged_images)
    assert Path(pairs[0].real_path).name in named
    assert Path(pairs[1].fake_path).name in named


def test_checks_are_shown(own):
    db.session.add(
        ScreeningCheck(
            study_session_id=own.id, name="display", passed=True, details={"a": 1}, started_at=NOW
        )
    )
    db.session.commit()

    assert [check.details for check in replay(own.code).checks] == [{"a": 1}]


def test_of_who_withdrew_only_the_plan_is_shown(own):
    db.session.add(
        ScreeningCheck(
            study_session_id=own.id, name="display", passed=True, details={}, started_at=NOW
        )
    )
    db.session.commit()
    trial_flow.withdraw(db.session(), own.code, NOW)

    found = replay(own.code)

    assert found.is_withdrawn
    assert len(found.trials) == 10
    assert {trial.response for trial in found.trials} == {None}
    assert found.checks == ()


def test_who_was_erased_is_not_known_any_more(own):
    code = own.code
    erase(db.session(), own, "researcher", NOW)

    with pytest.raises(UnknownParticipant):
        replay(code)


@pytest.mark.usefixtures("own")
def test_a_participant_of_another_study_is_not_known_here():
    other = enrol(db.session(), "noise", Applicant("elsewhere"), NOW)

    with pytest.raises(UnknownParticipant):
        replay(other.code)
