"""A short version of ``benchmarks/load.py``: few participants in a hurry, nothing is lost."""

import pytest

from tests.benchmarks.benchmark_runs import BENCHMARKS, run_benchmark
from tests.postgres import database_of_kind

pytestmark = pytest.mark.slow  # make long

MOST_MIB = 150  # of each worker
HURRY = ("--participants", 6, "--seconds", 4, "--interval", 0.4, "--arrivals", 1, "--workers", 2)
NO_LIMIT = ("--p99-ms", 60_000)  # how long it takes is for the benchmark to say, not for a test


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_every_answer_of_a_small_crowd_is_stored(kind, tmp_path):
    with database_of_kind(kind) as url:
        database = ("--database", url) if url else ()
        code, found, printed = run_benchmark(
            "load.py", tmp_path / "found.json", *HURRY, *NO_LIMIT, *database
        )

    assert (code, found["errors"]) == (0, [])
    assert (found["lost"], found["doubled"], found["database"]) == (0, 0, kind)
    assert found["acknowledged"] > 20
    assert found["crowd_ms"]["image"]["n"] > found["crowd_ms"]["answer"]["n"] > 0
    assert len(found["worker_mib"]) == 2
    assert max(found["worker_mib"]) < MOST_MIB
    assert "p50 alone, ratio" in printed
    cost = found["cpu_ms_per_trial"]
    assert cost["server"] > 0
    assert cost["participants"] > 0
    assert (cost["database"] > 0) == (kind == "postgresql")
    assert "processor time of a trial" in printed


def test_a_limit_that_is_broken_ends_with_an_error(tmp_path):
    code, found, _ = run_benchmark("load.py", tmp_path / "found.json", *HURRY, "--p99-ms", 0.001)

    assert code == 1
    assert found["lost"] == 0


def test_the_table_has_a_row_of_a_run(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import capacity  # the benchmarks are no package

    found = {
        "database": "postgresql",
        "workers": 2,
        "participants": 1000,
        "trials_per_s": 199.6,
        "crowd_ms": {"answer": {"p50": 8.4, "p95": 1026.1, "p99": 1500}},
        "alone_ms": {"answer": {"p50": 6.2}},
        "errors": [],
        "lost": 0,
        "doubled": 0,
        "worker_mib": [97.0, 101.4],
        "cpu_ms_per_trial": {"server": 4.04, "database": 1.26, "participants": 0.9},
    }

    assert capacity.row(found) == (
        "| PostgreSQL | 2 | 1,000 | 200 | 8 ms | 1,026 ms | 1,500 ms | 6 ms | 0 | 0, 0 | 101"
        " | 4.0 + 1.3 + 0.9 |"
    )
    assert capacity.HEAD.count(" | ") == capacity.row(found).count(" | ")
