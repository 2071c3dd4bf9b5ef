import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from study_app import debrief, trial_flow
from study_app.enrolment import Applicant, enrol
from study_app.errors import (
    AlreadyAnswered,
    NoStudySession,
    StudyError,
    UnknownImage,
    UnknownTrial,
    Withdrawn,
    WrongOrder,
)
from study_app.extensions import db
from study_app.models import Response, StudySession, Trial
from study_app.protocol import OTHER_SIDE
from study_app.responses import parse_response
from study_app.study_moves import open_study
from tests.study_app import factories
from tests.study_app.factories import NOW, response_body

SOON = NOW + timedelta(minutes=5)
PRACTICE, ALL = 2, 10
# Two openings of the page.
FIRST, SECOND = (str(uuid.UUID(int=number, version=4)) for number in (1, 2))


@pytest.fixture
def sitting(open_app):
    """The code of an enrolled study session, with another participant's beside it."""
    with open_app.app_context():
        noise = enrol(db.session(), "colours", Applicant("noise"), NOW)
        issue(noise.code)
        yield enrol(db.session(), "colours", Applicant("own"), NOW).code


def issue(code, page=None):
    return trial_flow.issue_next_trial(db.session(), code, SOON, page)


def start(code, trial_key, page=FIRST):
    trial_flow.start_trial(db.session(), code, trial_key, page, SOON)


def show(code, page=FIRST):
    """Issue and start the next trial; gives its key."""
    key = issue(code, page).trial_key
    start(code, key, page)
    return key


def record(code, trial_key, **changes):
    report = parse_response(response_body(**changes))
    return trial_flow.record_response(db.session(), code, trial_key, report, SOON)


def answer(code, n=1, side_of=lambda _trial: "left"):
    """Answer the next n trials."""
    for _ in range(n):
        key = issue(code).trial_key
        record(code, key, chosen_side=side_of(stored(key)))


def stored(trial_key):
    return db.session.scalars(sa.select(Trial).where(Trial.trial_key == trial_key)).one()


def response_to(trial_key):
    db.session.rollback()
    return db.session.scalar(sa.select(Response).join(Trial).where(Trial.trial_key == trial_key))


def find(code):
    db.session.rollback()
    return trial_flow.find_study_session(db.session(), code)


def test_trials_come_in_the_planned_order_with_their_numbers(sitting):
    seen = []
    for index in range(ALL):
        issued = issue(sitting)
        assert stored(issued.trial_key).trial_index == index
        seen.append((issued.block, issued.number, issued.n_in_block, issued.break_before))
        record(sitting, issued.trial_key)

    practice = [("practice", n, 2, False) for n in (1, 2)]
    main = [("main", n, 8, n == 5) for n in range(1, 9)]
    assert seen == practice + main
    assert issue(sitting) is None


def test_a_response_is_stored_with_all_its_measurements(sitting):
    key = issue(sitting).trial_key
    body = response_body("right", response_ms=1234.5, n_resized=2, device_pixel_ratio=1.5)
    body["exposures"]["right"] |= {"shown_ms": 1016.7, "onset_ms": 2500.25, "n_dropped_frames": 1}

    trial_flow.record_response(db.session(), sitting, key, parse_response(body), SOON)

    found = response_to(key)
    assert (found.chosen_side, found.response_ms, found.input) == ("right", 1234.5, "keyboard")
    assert (found.left_shown_ms, found.right_shown_ms) == (1000.0, 1016.7)
    assert (found.right_onset_ms, found.right_n_dropped_frames) == (2500.25, 1)
    assert (found.n_resized, found.device_pixel_ratio, found.shown_px) == (2, 1.5, 256)
    assert (found.exposure_valid, found.answered_at) == (True, SOON)
    assert found.response_key == body["response_key"]


def test_practice_answers_are_told_what_they_were_worth(sitting):
    for wanted in (True, False):
        key = issue(sitting).trial_key
        real_side = stored(key).real_side
        chosen = OTHER_SIDE[real_side] if wanted else real_side

        feedback = record(sitting, key, chosen_side=chosen)

        assert feedback == trial_flow.Feedback(correct=wanted, real_side=real_side)


def test_answers_of_the_main_block_are_not(sitting):
    answer(sitting, PRACTICE)

    assert record(sitting, issue(sitting).trial_key) is None


def test_an_answer_renews_the_place(sitting):
    answer(sitting)

    assert find(sitting).lease_expires_at == SOON + timedelta(minutes=60)


def test_the_same_response_again_is_answered_the_same_and_stored_once(sitting):
    key = issue(sitting).trial_key
    own = str(uuid.uuid4())
    first = record(sitting, key, response_key=own)

    again = record(sitting, key, response_key=own, chosen_side="right")

    assert again == first
    assert response_to(key).chosen_side == "left"
    assert find(sitting).n_answered == 1


def test_a_second_response_is_refused_and_changes_nothing(sitting):
    key = issue(sitting).trial_key
    record(sitting, key, chosen_side="left")

    with pytest.raises(AlreadyAnswered):
        record(sitting, key, chosen_side="right")
    assert response_to(key).chosen_side == "left"
    assert find(sitting).n_answered == 1


def test_a_trial_out_of_turn_is_refused(sitting):
    issue(sitting)
    later = db.session.scalar(
        sa.select(Trial.trial_key).where(
            Trial.trial_index == 4, Trial.study_session_id == find(sitting).id
        )
    )

    with pytest.raises(WrongOrder):
        record(sitting, later)
    assert response_to(later) is None


def test_a_trial_that_was_never_shown_is_refused(sitting):
    key = db.session.scalar(
        sa.select(Trial.trial_key).where(
            Trial.trial_index == 0, Trial.study_session_id == find(sitting).id
        )
    )

    with pytest.raises(WrongOrder):
        record(sitting, key)


def test_a_trial_of_somebody_else_is_unknown(sitting):
    others = db.session.scalar(
        sa.select(Trial.trial_key).where(Trial.study_session_id != find(sitting).id)
    )

    for key in (others, "no such key"):
        with pytest.raises(UnknownTrial):
            record(sitting, key)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Response)) == 0


def test_an_unknown_study_session_gets_nothing(sitting):
    key = issue(sitting).trial_key

    for act in (lambda: issue("x"), lambda: record("x", key), lambda: find("x")):
        with pytest.raises(NoStudySession):
            act()


def test_a_pair_that_was_not_shown_yet_is_given_again_without_harm(sitting):
    """Fetched ahead while the feedback was read; then the page was loaded again."""
    first = issue(sitting, FIRST)

    key = show(sitting, SECOND)
    record(sitting, key)

    assert key == first.trial_key
    assert (stored(key).n_issued, stored(key).n_started) == (2, 1)
    assert response_to(key).exposure_valid


def test_a_pair_that_was_shown_is_replaced_after_a_reload(sitting):
    answer(sitting, PRACTICE)
    key = show(sitting, FIRST)

    again = issue(sitting, SECOND)

    cut_off, replacement = stored(key), stored(again.trial_key)
    assert again.number == 1
    assert (cut_off.interrupted_at, cut_off.response) == (SOON, None)
    assert (replacement.place, replacement.trial_index) == (PRACTICE, ALL)
    for name in ("block", "trial_type", "real_side", "first_side"):
        assert getattr(replacement, name) == getattr(cut_off, name)
    pair, other = cut_off.stimulus_pair, replacement.stimulus_pair
    assert pair.condition_id == other.condition_id
    assert pair.photo_id != other.photo_id
    assert not {cut_off.trial_key, cut_off.left_token, cut_off.right_token} & {
        replacement.trial_key,
        replacement.left_token,
        replacement.right_token,
    }


def test_the_replacement_is_answered_and_counts(sitting):
    show(sitting, FIRST)

    key = show(sitting, SECOND)
    record(sitting, key)

    assert response_to(key).exposure_valid
    assert find(sitting).n_answered == 1
    assert stored(issue(sitting, SECOND).trial_key).place == 1


def test_a_session_of_many_interruptions_repeats_no_photo_and_ends_with_all_answers(sitting):
    pages = [str(uuid.UUID(int=number, version=4)) for number in range(3 * ALL)]
    for number in range(ALL):
        for page in pages[3 * number : 3 * number + 3]:
            key = show(sitting, page)
        record(sitting, key)

    assert find(sitting).state == "finished"
    trials = db.session.scalars(
        sa.select(Trial).where(Trial.study_session_id == find(sitting).id)
    ).all()
    assert len({trial.stimulus_pair.photo_id for trial in trials}) == len(trials) == 3 * ALL
    answered = [trial for trial in trials if trial.response is not None]
    assert sorted(trial.place for trial in answered) == list(range(ALL))
    assert all(trial.response.exposure_valid for trial in answered)
    planned = [trial for trial in trials if trial.trial_index < ALL]
    assert Counter(t.trial_type for t in answered) == Counter(t.trial_type for t in planned)


def test_the_same_page_is_given_the_same_trial(sitting):
    """The reply to its first request was lost on the way."""
    key = show(sitting, FIRST)

    assert issue(sitting, FIRST).trial_key == key
    assert stored(key).interrupted_at is None


def test_a_start_told_again_by_the_same_page_changes_nothing(sitting):
    key = show(sitting, FIRST)

    start(sitting, key, FIRST)

    assert stored(key).n_started == 1


def test_a_start_by_another_page_is_refused(sitting):
    key = show(sitting, FIRST)

    with pytest.raises(WrongOrder):
        start(sitting, key, SECOND)
    assert (stored(key).n_started, stored(key).started_on) == (1, FIRST)


def test_an_answer_to_a_trial_that_was_given_up_is_refused(sitting):
    key = show(sitting, FIRST)
    replacement = issue(sitting, SECOND).trial_key

    with pytest.raises(WrongOrder):
        record(sitting, key)
    with pytest.raises(WrongOrder):
        start(sitting, key, FIRST)
    assert response_to(key) is None
    assert find(sitting).n_answered == 0
    record(sitting, replacement)
    with pytest.raises(WrongOrder):
        record(sitting, key)


def test_an_answer_that_comes_before_the_next_trial_is_asked_for_is_kept(sitting):
    """What the browser keeps in its outbox is delivered first."""
    key = show(sitting, FIRST)

    record(sitting, key)

    assert stored(issue(sitting, SECOND).trial_key).place == 1
    assert stored(key).interrupted_at is None


def test_a_start_out_of_turn_is_refused(sitting):
    own = sa.select(Trial.trial_key).where(Trial.study_session_id == find(sitting).id)
    unissued = db.session.scalar(own.where(Trial.trial_index == 0))
    later = db.session.scalar(own.where(Trial.trial_index == 3))

    for key in (unissued, later):
        with pytest.raises(WrongOrder):
            start(sitting, key)
        assert stored(key).n_started == 0
    key = issue(sitting).trial_key
    record(sitting, key)
    with pytest.raises(WrongOrder):
        start(sitting, key)


def test_a_start_needs_an_own_trial_and_a_running_session(sitting):
    key = issue(sitting).trial_key
    others = db.session.scalar(
        sa.select(Trial.trial_key).where(Trial.study_session_id != find(sitting).id)
    )

    for unknown in (others, "no such key"):
        with pytest.raises(UnknownTrial):
            start(sitting, unknown)
    with pytest.raises(NoStudySession):
        start("x", key)
    trial_flow.withdraw(db.session(), sitting, SOON)
    with pytest.raises(Withdrawn):
        start(sitting, key)


def test_pictures_of_a_trial_that_was_given_up_are_shown_at_the_end_only(sitting):
    key = show(sitting, FIRST)
    issue(sitting, SECOND)

    with pytest.raises(UnknownImage):
        images_of(sitting, key)
    answer(sitting, ALL)
    assert set(images_of(sitting, key)) == {"left", "right"}


def test_the_debrief_counts_answered_trials_in_their_places(sitting):
    answer(sitting, PRACTICE)
    show(sitting, FIRST)
    answer(sitting, ALL - PRACTICE, lambda trial: trial.real_side)

    summary = debrief.sum_up(db.session(), find(sitting))

    assert summary.n_pairs == len(summary.fooling_pairs) == 6
    numbers = [pair.number for pair in summary.fooling_pairs]
    assert numbers == sorted(set(numbers))
    assert max(numbers) <= ALL - PRACTICE


def test_without_another_photo_the_same_pair_is_given_again_and_marked(app, tmp_path):
    with app.app_context():
        factories.build_set(tmp_path / "set", ALL, {"full": "weights"})
        protocol = replace(factories.SMALL_PROTOCOL, n_vigilance=0, n_control=0)
        stored_study = factories.create_study(factories.study_text(protocol), tmp_path / "set")
        open_study(db.session(), stored_study.study, None, NOW)
        code = enrol(db.session(), "colours", Applicant("own"), NOW).code
        key = show(code, FIRST)

        again = show(code, SECOND)
        record(code, again)

        assert again == key
        assert (stored(key).n_started, stored(key).started_on) == (2, SECOND)
        assert not response_to(key).exposure_valid


def test_windows_that_ask_at_the_same_time_replace_a_trial_once(open_app, sitting):
    key = show(sitting, FIRST)

    def ask(_number):
        with open_app.app_context():
            return issue(sitting, SECOND).trial_key

    with ThreadPoolExecutor(8) as pool:
        given = set(pool.map(ask, range(8)))

    assert len(given) == 1
    assert key not in given
    assert len(db.session.scalars(sa.select(Trial).where(Trial.trial_index >= ALL)).all()) == 1


def test_a_trial_given_twice_to_a_browser_that_tells_no_start_is_marked(sitting):
    first, second = issue(sitting), issue(sitting)
    record(sitting, second.trial_key)

    assert first == second
    assert stored(first.trial_key).n_issued == 2
    assert not response_to(first.trial_key).exposure_valid


def test_the_study_session_finishes_with_its_last_answer_and_not_before(sitting):
    answer(sitting, ALL - 1)
    assert (find(sitting).state, find(sitting).completion_code) == ("running", None)

    answer(sitting)

    finished = find(sitting)
    assert (finished.state, finished.finished_at) == ("finished", SOON)
    assert len(finished.completion_code) == trial_flow.COMPLETION_LENGTH
    assert set(finished.completion_code) <= set(trial_flow.COMPLETION_ALPHABET)


def test_who_withdrew_is_shown_and_asked_nothing_more(sitting):
    key = issue(sitting).trial_key

    trial_flow.withdraw(db.session(), sitting, SOON)

    assert (find(sitting).state, find(sitting).withdrawn_at) == ("withdrawn", SOON)
    with pytest.raises(Withdrawn):
        issue(sitting)
    with pytest.raises(Withdrawn):
        record(sitting, key)
    with pytest.raises(UnknownImage):
        trial_flow.read_trial_image(db.session(), sitting, stored(key).left_token)


def test_withdrawing_again_changes_nothing(sitting):
    trial_flow.withdraw(db.session(), sitting, SOON)

    trial_flow.withdraw(db.session(), sitting, SOON + timedelta(days=1))

    assert find(sitting).withdrawn_at == SOON


def test_withdrawing_after_the_end_keeps_the_completion_code(sitting):
    answer(sitting, ALL)
    code = find(sitting).completion_code

    trial_flow.withdraw(db.session(), sitting, SOON)

    assert (find(sitting).state, find(sitting).completion_code) == ("withdrawn", code)


def test_withdrawing_leaves_other_participants_alone(sitting):
    trial_flow.withdraw(db.session(), sitting, SOON)

    db.session.rollback()
    states = Counter(db.session.scalars(sa.select(StudySession.state)))
    assert states == {"running": 1, "withdrawn": 1}


def images_of(code, trial_key):
    trial = stored(trial_key)
    return {
        side: trial_flow.read_trial_image(db.session(), code, getattr(trial, f"{side}_token"))
        for side in ("left", "right")
    }


def test_each_side_shows_its_own_image(sitting, set_folder):
    for _ in range(ALL):
        key = issue(sitting).trial_key
        shown, trial = images_of(sitting, key), stored(key)

        pair = trial.stimulus_pair
        originals = {
            trial.real_side: (set_folder / pair.real_path).read_bytes(),
            OTHER_SIDE[trial.real_side]: (set_folder / pair.fake_path).read_bytes(),
        }
        for side, data in shown.items():
            # All but the end chunk stands unchanged before the padding.
            assert data.startswith(originals[side][:-12])
        assert len(shown["left"]) == len(shown["right"])
        record(sitting, key)


def test_images_are_shown_in_their_time_only(sitting):
    def may_see(index):
        trial = db.session.scalars(
            sa.select(Trial).where(
                Trial.trial_index == index, Trial.study_session_id == find(sitting).id
            )
        ).one()
        try:
            images_of(sitting, trial.trial_key)
        except UnknownImage:
            return False
        return True

    assert not may_see(0), "before it was issued"
    issue(sitting)
    assert may_see(0)
    assert not may_see(1), "the next one"
    record(sitting, issue(sitting).trial_key)
    assert may_see(0), "practice feedback shows both again"
    answer(sitting, 2)
    assert not may_see(2), "an answered main trial"
    answer(sitting, 7)
    assert may_see(2), "the gallery of the debrief"


def test_somebody_elses_images_are_unknown(sitting):
    others = db.session.scalars(
        sa.select(Trial).where(Trial.study_session_id != find(sitting).id, Trial.trial_index == 0)
    ).one()

    for token in (others.left_token, "no such token"):
        with pytest.raises(UnknownImage):
            trial_flow.read_trial_image(db.session(), sitting, token)


def test_responses_posted_at_the_same_time_store_one(open_app, sitting):
    """Twelve threads with a connection each, and a SQLite file: one wins, all others hear of it."""
    for _ in range(3):
        key = issue(sitting).trial_key

        def post(_number, trial_key=key):
            with open_app.app_context():
                try:
                    record(sitting, trial_key)
                except StudyError as error:
                    return error.code
                return "recorded"

        with ThreadPoolExecutor(12) as pool:
            outcomes = Counter(pool.map(post, range(12)))

        assert outcomes == {"recorded": 1, "already-answered": 11}
    assert find(sitting).n_answered == 3
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Response)) == 3


def test_the_same_response_posted_at_the_same_time_is_recorded_for_all(open_app, sitting):
    key, own = issue(sitting).trial_key, str(uuid.uuid4())

    def post(_number):
        with open_app.app_context():
            return record(sitting, key, response_key=own)

    with ThreadPoolExecutor(8) as pool:
        feedback = set(pool.map(post, range(8)))

    assert len(feedback) == 1
    assert find(sitting).n_answered == 1


def test_an_answer_and_a_withdrawal_at_the_same_time_leave_a_whole_state(open_app, sitting):
    key = issue(sitting).trial_key

    def act(number):
        with open_app.app_context():
            try:
                if number % 2:
                    trial_flow.withdraw(db.session(), sitting, SOON)
                else:
                    record(sitting, key)
            except StudyError as error:
                return error.code
            return "done"

    with ThreadPoolExecutor(6) as pool:
        outcomes = list(pool.map(act, range(6)))

    found = find(sitting)
    n_responses = db.session.scalar(sa.select(sa.func.count()).select_from(Response))
    assert found.state == "withdrawn"
    assert found.n_answered == n_responses == outcomes[::2].count("done") <= 1
