import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner, Result

from analysis.command_line import Commands
from analysis.confidence_sequence import confidence_sequence
from analysis.exclusions import counted_trials, screen
from analysis.group_sequential import equal_fractions, plan_looks
from analysis.planned_looks import planned_look
from analysis.planning_commands import plan
from analysis.sequential_commands import in_order_of_arrival, look, sequence
from analysis.simulate import SimulationSettings, simulate_trials, trials_csv
from analysis.trial_table import read_trials

FAR_APART = SimulationSettings(
    conditions=(("full", 0.5), ("half", 0.1)), n_participants=15, n_photos=60, n_trials=30
)


def run(*arguments: str | Path) -> Result:
    group = Commands("analysis", commands={"plan": plan, "look": look, "sequence": sequence})
    return CliRunner().invoke(group, [str(argument) for argument in arguments])


def errors_of(result: Result) -> list[str]:
    assert result.exit_code not in (0, None)
    assert isinstance(result.exception, SystemExit)
    return result.stderr.splitlines()


@pytest.fixture(scope="module")
def trials(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("study") / "trials.csv"
    path.write_bytes(trials_csv(simulate_trials(FAR_APART, np.random.default_rng(1))))
    return path


@pytest.mark.parametrize("command", ["plan looks", "look", "sequence"])
def test_every_command_explains_itself_with_one_example(command: str) -> None:
    result = run(*command.split(), "--help")

    assert result.exit_code == 0
    assert result.output.count(f"Example: analysis {command}") == 1


def test_the_bounds_of_planned_looks_are_printed() -> None:
    lines = run("plan", "looks", "--looks", "4").output.splitlines()

    assert len(lines) == 6
    assert "2.4 % more people" in lines[-1]
    for line, expected in zip(lines[1:-1], plan_looks(equal_fractions(4)), strict=True):
        assert f"{expected.z_bound:.3f}" in line
        assert line.endswith(f"{expected.spent_alpha:.5f}")


def test_looks_may_stand_anywhere() -> None:
    result = run("plan", "looks", "--at", "0.3,0.8,1", "--spending", "lan-demets")

    expected = plan_looks((0.3, 0.8, 1.0), spending="lan-demets")
    assert f"{expected[1].z_bound:.3f}" in result.output.splitlines()[2]


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--at", "0.5,0.4,1"], "fractions: found 0.5, 0.4, 1; allowed: increasing, above 0, the"),
        (["--alpha", "2"], "alpha: found 2; allowed: above 0 and below 1"),
    ],
)
def test_looks_that_cannot_be_are_refused_in_one_line(arguments: list[str], line: str) -> None:
    (said,) = errors_of(run("plan", "looks", *arguments))

    assert said.startswith(f"analysis: {line}")


def test_a_look_says_which_bounds_are_crossed(trials: Path) -> None:
    result = run("look", trials, "--look", "2", "--of", "4")

    assert result.exit_code == 0
    lines = result.output.splitlines()
    bound = planned_look(2, 4, n_comparisons=2)
    assert lines[0].startswith("Look 2 of 4, fool rates against 50 %:")
    assert f"|z| at least {bound.z_bound:.3f}" in lines[0]
    assert lines[1].startswith("  full: ")
    assert lines[1].endswith("go on")
    assert lines[2].startswith("  half: ")
    assert lines[2].endswith("bound crossed")
    assert f"|z| at least {planned_look(2, 4).z_bound:.3f}" in lines[3]
    assert lines[4].startswith("  full - half: +")
    assert lines[4].endswith("bound crossed")


def test_a_look_that_was_not_planned_is_refused(trials: Path) -> None:
    assert errors_of(run("look", trials, "--look", "5", "--of", "4")) == [
        "analysis: look: found 5; allowed: from 1 to 4"
    ]


def test_a_look_leaves_out_by_the_rules(trials: Path) -> None:
    everybody, nobody = (
        run("look", trials, "--look", "1", "--of", "2", "--vigilance-pass-share", share)
        for share in ("0", "1")
    )

    assert everybody.output != nobody.output


def test_a_sequence_is_printed_after_every_so_many_participants(trials: Path) -> None:
    result = run("sequence", trials, "--every", "5", "--vigilance-pass-share", "0")

    counted = counted_trials(screen(read_trials(trials).trials, vigilance_pass_share=0).trials)
    rows = in_order_of_arrival(counted[counted["condition"] == "full"])
    columns = [rows[name].to_numpy() for name in ("participant_id", "photo_id", "fooled")]
    last = confidence_sequence(*columns)[-1]
    assert last.interval.low is not None
    assert last.interval.high is not None
    lines = result.output.splitlines()
    assert lines[1] == "full, fool rate in %"
    assert lines[3] == (
        f"     15 participants: {100 * last.value:.1f},"
        f" {100 * last.interval.low:.1f} to {100 * last.interval.high:.1f}"
    )
    assert "full - half, points" in lines


def test_a_sequence_is_written_as_json(trials: Path, tmp_path: Path) -> None:
    out = tmp_path / "sequence.json"

    first = run("sequence", trials, "--json", out)
    again = run("sequence", trials, "--json", out)

    document = json.loads(out.read_bytes())
    assert [found["condition"] for found in document["conditions"]] == ["full", "half"]
    last = document["conditions"][0]["points"][-1]
    assert f"{100 * last['low']:.1f} to {100 * last['high']:.1f}" in first.output
    assert "exists already" in errors_of(again)[0]
    assert run("sequence", trials, "--json", out, "--overwrite").exit_code == 0


def test_few_participants_have_no_sequence_yet(tmp_path: Path) -> None:
    few = SimulationSettings(conditions=(("full", 0.3),), n_participants=4)
    path = tmp_path / "trials.csv"
    path.write_bytes(trials_csv(simulate_trials(few, np.random.default_rng(1))))

    result = run("sequence", path, "--vigilance-pass-share", "0")

    assert result.output.splitlines()[-1] == "  nothing before 10 participants"


@pytest.mark.parametrize("command", [["look", "--look", "1", "--of", "2"], ["sequence"]])
def test_a_table_without_a_main_trial_is_refused(command: list[str], tmp_path: Path) -> None:
    table = simulate_trials(FAR_APART, np.random.default_rng(1))
    path = tmp_path / "trials.csv"
    path.write_bytes(trials_csv(table[table["trial_type"] == "practice"].reset_index(drop=True)))

    assert errors_of(run(command[0], path, *command[1:])) == [
        "analysis: no answered main trial is left to analyse; allowed: one or more"
    ]


@pytest.mark.parametrize("command", [["look", "--look", "1", "--of", "2"], ["sequence"]])
def test_a_missing_table_is_one_line(command: list[str], tmp_path: Path) -> None:
    (line,) = errors_of(run(command[0], tmp_path / "none.csv", *command[1:]))

    assert "there is no such file or folder" in line


def test_participants_arrive_with_their_first_answers() -> None:
    trials = pd.DataFrame(
        {
            "participant_id": ["b", "b", "a", "c", "a"],
            "answered_at": pd.to_datetime(
                ["2026-01-02", "2026-01-01", "2026-01-03", "2026-01-01", "2026-01-02"], utc=True
            ),
        }
    )

    ordered = in_order_of_arrival(trials)

    assert ordered["participant_id"].tolist() == ["b", "b", "c", "a", "a"]
    assert list(ordered.columns) == ["participant_id", "answered_at"]
