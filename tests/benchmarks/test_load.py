"""A short version of ``benchmarks/load.py``: few participants in a hurry, nothing is lost."""

import pytest

from tests.benchmarks.benchmark_runs import run_benchmark
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


def test_a_limit_that_is_broken_ends_with_an_error(tmp_path):
    code, found, _ = run_benchmark("load.py", tmp_path / "found.json", *HURRY, "--p99-ms", 0.001)

    assert code == 1
    assert found["lost"] == 0
