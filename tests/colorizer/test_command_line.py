import click
import pytest
from click.testing import CliRunner

from colorizer.command_line import Commands, counter, fresh_seed, stage_counter, training_progress
from colorizer.errors import ColorizerError, ManifestError, PhotoError, RunError, ShardError


def group_raising(error):
    @click.group(cls=Commands)
    def main():
        """Stand in for the real group."""

    @main.command()
    def fail():
        raise error

    return main


@pytest.mark.parametrize("kind", [ColorizerError, PhotoError, ShardError, RunError, ManifestError])
def test_a_users_mistake_is_one_line_with_its_exit_code(kind):
    result = CliRunner().invoke(group_raising(kind("photo.jpg: no picture")), ["fail"])

    assert result.exit_code == kind.exit_code != 0
    assert result.stderr == "colorizer: photo.jpg: no picture\n"
    assert "Traceback" not in result.output


def test_anything_else_crashes_loudly():
    result = CliRunner().invoke(group_raising(RuntimeError("bug")), ["fail"])

    assert isinstance(result.exception, RuntimeError)


def test_a_missing_extra_says_what_to_install():
    error = ModuleNotFoundError("No module named 'keras'", name="keras")

    result = CliRunner().invoke(group_raising(error), ["fail"])

    assert result.exit_code == 1
    assert "[colorizer]" in result.stderr


def test_a_missing_module_of_ours_is_a_bug():
    error = ModuleNotFoundError("No module named 'colorizer.x'", name="colorizer.x")

    result = CliRunner().invoke(group_raising(error), ["fail"])

    assert isinstance(result.exception, ModuleNotFoundError)


def test_without_a_terminal_no_progress_is_shown(capsys):
    with counter("Photographs") as count, stage_counter() as stage, training_progress() as train:
        count(1)
        stage("colouring", 2)
        train({"step": 1, "n_steps": 2, "loss": 3.0})

    assert capsys.readouterr() == ("", "")


def test_on_a_terminal_progress_is_shown(capsys, monkeypatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)

    with counter("Photographs") as count:
        count(7)
    with training_progress() as train:
        train({"step": 1, "n_steps": 2, "loss": 3.0})

    shown = capsys.readouterr().err
    assert "Photographs: 7" in shown
    assert "step 1 of 2  loss 3.000" in shown


def test_the_loss_is_shown_beside_its_reference_points_and_the_chroma(capsys, monkeypatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    references = {"loss_uniform": 5.75, "loss_prior": 3.5, "loss_labels": 1.25}
    figures = {"step": 3, "n_steps": 9, "loss": 4.0, **references, "chroma_ratio": 0.125}

    with training_progress() as train:
        train({**figures, "photos_per_second": 12.0})

    shown = capsys.readouterr().err
    assert "loss 4.000 (uniform 5.750, prior only 3.500, labels 1.250)" in shown
    assert "chroma ratio 0.12  12.0 photos/s" in shown


def test_a_drawn_seed_is_printed(capsys):
    seed = fresh_seed()

    assert capsys.readouterr().out == f"--seed {seed}\n"
