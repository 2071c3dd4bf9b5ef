"""A short version of ``benchmarks/chaos.py``: every scenario, few participants."""

import importlib.util
import sys

import pytest

from tests.benchmarks.benchmark_runs import BENCHMARKS, run_benchmark

pytestmark = pytest.mark.slow  # make long

N = 3
PLACES = 10
# What a scenario needs that a machine may not have.
MAY_BE_MISSING = {"full-disk", "kill-postgres"}
SCENARIOS = (
    "calm",
    "kill-workers",
    "kill-all",
    "locked",
    "network",
    "two-tabs",
    "full-disk",
    "kill-postgres",
)


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """What came of each scenario, by its name."""
    out = tmp_path_factory.mktemp("chaos") / "found.json"
    code, results, printed = run_benchmark("chaos.py", out, "--participants", N, "--at-once", 4)
    assert code == 0, printed
    return {result["scenario"]: result for result in results}


@pytest.mark.parametrize("name", SCENARIOS)
def test_nothing_is_lost_or_doubled_and_everybody_finishes(found, name):
    result = found[name]
    if "not_run" in result and name in MAY_BE_MISSING:
        pytest.skip(result["not_run"])

    assert result["finished"] == N
    assert result["open_places"] == result["lost"] == result["doubled"] == 0
    assert result["acknowledged"] >= N * PLACES


# What happens to the server and the network; the other scenarios are of one database alone.
ON_BOTH = ("kill-workers", "kill-all", "locked", "network", "two-tabs")


@pytest.fixture(scope="module")
def found_on_postgresql(tmp_path_factory):
    """What came of the scenarios on a PostgreSQL server of their own."""
    out = tmp_path_factory.mktemp("chaos") / "found.json"
    code, results, printed = run_benchmark(
        "chaos.py", out, *ON_BOTH, "--participants", N, "--at-once", 4, "--database", "postgresql"
    )
    assert code == 0, printed
    return {result["scenario"]: result for result in results}


@pytest.mark.parametrize("name", ON_BOTH)
def test_on_postgresql_the_same_holds(found_on_postgresql, name):
    result = found_on_postgresql[name]
    if "not_run" in result:
        pytest.skip(result["not_run"])

    assert result["database"] == "postgresql"
    assert result["finished"] == N
    assert result["open_places"] == result["lost"] == result["doubled"] == 0
    assert result["acknowledged"] >= N * PLACES


@pytest.mark.parametrize("what", ["sent_twice", "cut_off", "late", "overtaken"])
def test_the_network_did_to_requests_what_it_says(found, what):
    """Doubled; dropped while under way; delayed until others were answered; out of order."""
    assert found["network"][what] > 0


@pytest.mark.parametrize("name", ["kill-all", "full-disk"])
def test_the_trouble_was_felt(found, name):
    if "not_run" in found[name]:
        pytest.skip(found[name]["not_run"])

    assert found[name]["asked_again"] > 0


@pytest.fixture
def chaos(monkeypatch):
    monkeypatch.syspath_prepend(BENCHMARKS)
    spec = importlib.util.spec_from_file_location("chaos_of_benchmarks", BENCHMARKS / "chaos.py")
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)
    spec.loader.exec_module(module)
    return module


def test_all_scenarios_are_tried(chaos):
    assert tuple(chaos.SCENARIOS) == SCENARIOS


@pytest.mark.parametrize(
    "wrong", [{"lost": 1}, {"doubled": 1}, {"open_places": 1}, {"finished": 2}]
)
def test_a_broken_guarantee_is_told(chaos, wrong):
    sound = {"lost": 0, "doubled": 0, "open_places": 0, "finished": N}

    assert chaos.is_sound(sound, N)
    assert not chaos.is_sound(sound | wrong, N)
