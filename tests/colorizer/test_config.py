import dataclasses

import pytest

from colorizer.config import PRESETS, TrainingConfig, load_config, save_config
from colorizer.errors import RunError


@pytest.mark.parametrize("name", list(PRESETS))
def test_a_preset_written_down_is_read_back(tmp_path, name):
    save_config(PRESETS[name], tmp_path / "config.json", note="more")

    assert load_config(tmp_path / "config.json") == PRESETS[name]


def test_the_paper_preset_is_the_papers():
    paper = PRESETS["paper"]

    assert (paper.width, paper.crop_px, paper.batch_size, paper.rebalance) == (1.0, 176, 40, 0.5)
    assert (paper.n_steps, paper.neighbours, paper.schedule) == (450_000, 5, "steps")
    assert (paper.learning_rate, paper.weight_decay, paper.ema_momentum) == (3e-5, 1e-3, 0)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("loss", "mse"),
        ("rebalance", 1.1),
        ("width", 0),
        ("crop_px", 63),
        ("batch_size", 0),
        ("n_steps", 0),
        ("steps_per_epoch", 0),
        ("learning_rate", -1),
        ("warmup_fraction", 1),
        ("ema_momentum", 1),
        ("precision", "float16"),
        ("neighbours", 0),
        ("neighbours", 11),
        ("schedule", "linear"),
        ("checkpoint_steps", 0),
    ],
)
def test_a_value_no_training_can_use_is_named_with_what_is_allowed(name, value):
    with pytest.raises(RunError, match=f"{name} .* is not allowed; choose"):
        dataclasses.replace(TrainingConfig(), **{name: value})


@pytest.mark.parametrize("text", ["", "{}", '{"training": {"speed": 9}}'])
def test_files_that_hold_no_settings_are_refused(tmp_path, text):
    (tmp_path / "config.json").write_text(text)

    with pytest.raises(RunError, match=r"config\.json"):
        load_config(tmp_path / "config.json")
