import json
from pathlib import Path

import pytest

from analysis.trial_table import read_trials
from tests.analysis.command_runs import errors_of, run


def test_simulate_writes_a_table_with_its_truth_beside_it(tmp_path: Path) -> None:
    out = tmp_path / "trials.csv"
    settings = ("--condition", "full=0.4", "--participants", "3", "--seed", "5")

    result = run("simulate", "--out", out, *settings)

    assert result.exit_code == 0
    table = read_trials(out)
    assert set(table.trials["condition"]) == {"full", "random"}
    record = json.loads((tmp_path / "trials.provenance.json").read_text())
    assert record["seed"] == 5
    assert record["settings"]["conditions"] == {"full": 0.4}
    assert record["sha256"] == table.sha256


def test_a_seed_that_was_not_given_is_printed_and_repeats_the_table(tmp_path: Path) -> None:
    first, second = tmp_path / "a.csv", tmp_path / "b.csv"

    seed = run("simulate", "--out", first, "--participants", "2").output.split()[:2]
    run("simulate", "--out", second, "--participants", "2", "--seed", seed[1])

    assert seed[0] == "seed"
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--condition", "full"], "'full' is not NAME=RATE, such as full=0.32"),
        (["--condition", "=0.3"], "'=0.3' is not NAME=RATE"),
        (["--condition", "full=high"], "'full=high' is not NAME=RATE"),
        (["--condition", "full=1.5"], "fool rate of full: found 1.5; allowed: above 0 and below 1"),
        (["--photos", "10"], "n_photos: found 10; allowed: from 40"),
    ],
)
def test_what_cannot_be_simulated_is_refused(
    arguments: list[str], message: str, tmp_path: Path
) -> None:
    result = run("simulate", "--out", tmp_path / "trials.csv", *arguments)

    assert message in errors_of(result)[-1]
    assert list(tmp_path.iterdir()) == []
