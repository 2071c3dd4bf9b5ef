"""A short version of ``benchmarks/large_set.py``: some thousands of pairs instead of 100,000."""

import pytest

from tests.benchmarks.benchmark_runs import run_benchmark

pytestmark = pytest.mark.slow  # make trainings

LOOK_AT_EVERY_PAIR = ("create", "check-set")
STEPS = {
    *LOOK_AT_EVERY_PAIR,
    *("status", "first enrolment", "enrolment", "next pair", "replaced pair", "picture"),
    *("export", "desk", "desk, pictures"),
}
LARGEST_MIB = 300


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """What each step costs, by its name."""
    out = tmp_path_factory.mktemp("large") / "found.json"
    code, rows, printed = run_benchmark("large_set.py", out, "--pairs", 5_000)
    assert code == 0, printed
    return {row["step"]: row for row in rows}


def test_every_step_is_measured(found):
    assert set(found) == STEPS


@pytest.mark.parametrize("step", LOOK_AT_EVERY_PAIR)
def test_a_pair_of_a_larger_set_costs_no_more(found, step):
    """A step that compared each with each would cost five times as much for each."""
    assert found[step]["ratio"] < 2.5


@pytest.mark.parametrize("step", sorted(STEPS))
def test_memory_stays_within_bounds(found, step):
    assert found[step]["many_mib"] < LARGEST_MIB
