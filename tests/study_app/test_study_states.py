"""The moves between states, against what a study may never do."""

import itertools

import pytest

from study_app.study_states import (
    ENROLLING,
    MEANINGS,
    MOVES,
    PHASES,
    STATES,
    find_move,
    find_state,
    phase_of,
    refusal,
)


def reachable(start):
    found, waiting = set(), [start]
    while waiting:
        for move in MOVES[waiting.pop()]:
            if move.to not in found:
                found.add(move.to)
                waiting.append(move.to)
    return found


def test_every_state_has_its_moves_and_can_be_reached_from_a_draft():
    assert set(MOVES) == set(STATES)
    assert reachable("draft") == set(STATES)


def test_what_counted_once_is_never_mixed_with_a_pilot():
    assert reachable("open") == {"closed"}
    assert reachable("closed") == set()


def test_no_study_is_closed_that_never_was_open():
    assert {state for state in STATES if find_move(state, "closed")} == {"open"}


def test_a_move_is_final_where_its_state_cannot_come_again():
    for state, moves in MOVES.items():
        for move in moves:
            assert move.is_final == (state not in reachable(move.to)), (state, move.to)


@pytest.mark.parametrize(("state", "to"), list(itertools.product(STATES, [*STATES, "nonsense"])))
def test_what_is_no_move_is_refused_with_what_could_follow(state, to):
    allowed = [move.to for move in MOVES[state]]

    assert (find_move(state, to) is None) == (to not in allowed)
    said = refusal(state, to)
    assert f"is {state}" in said
    assert all(name in said for name in allowed)
    assert to in said


def test_labels_of_one_state_are_different_and_meanings_are_sentences():
    for moves in MOVES.values():
        assert len({move.label for move in moves}) == len(moves)
        assert all(move.meaning.endswith(".") for move in moves)


def test_every_state_has_a_meaning_and_is_found_by_its_name():
    assert set(MEANINGS) == set(STATES)
    assert [find_state(state) for state in STATES] == list(STATES)
    assert find_state("nonsense") is None


def test_a_pilot_is_a_phase_of_its_own():
    assert {state: phase_of(state) for state in STATES if phase_of(state) == "pilot"} == {
        "pilot": "pilot"
    }
    assert {phase_of(state) for state in ENROLLING} == set(PHASES)
