"""Both networks leave as every format, and what colours otherwise than Keras is not written."""

import json
import shutil
import sys

import keras
import numpy as np
import pytest

from colorizer import exporting, network, residual_network
from colorizer.errors import ColorizerError, RunError
from colorizer.export_formats import PACKAGES, Format
from colorizer.exporting import check_difference, export, largest_ab_difference
from colorizer.fingerprints import FINGERPRINTS_SUFFIX, find_fingerprints
from colorizer.runtimes import load

WIDTH = 0.0625
NAMES = {Format.ONNX: "n.onnx", Format.OPENVINO: "n.xml"}
BUILD = {
    "zhang2016": network.build_network,
    "residual": residual_network.build_residual_network,
}


def skip_without(file_format):
    for package in PACKAGES[file_format]:
        pytest.importorskip(package, reason="needs the extra [export]")


def colourful(built):
    """Give the last layer logits that differ, as a trained network's do."""
    kernel, bias = built.layers[-1].get_weights()
    built.layers[-1].set_weights([kernel * 300, bias])
    return built


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    folder = tmp_path_factory.mktemp("weights")
    for name, build in BUILD.items():
        colourful(build(WIDTH)).save(folder / f"{name}.keras")
    return folder


# What is not here is exported for real in test_exported_network.py, in test_finishing_commands.py
# and below: each of the six pairs once, as an export takes seconds.
@pytest.mark.parametrize(
    ("name", "file_format"),
    [
        ("zhang2016", Format.ONNX),
        ("zhang2016", Format.OPENVINO),
        ("residual", Format.OPENVINO),
    ],
)
def test_an_export_colours_as_keras_at_sizes_that_it_was_not_checked_at(
    name, file_format, weights, tmp_path
):
    skip_without(file_format)
    rng = np.random.default_rng(1)
    shown = rng.uniform(0, 100, (3, 32, 80, 1)).astype(np.float32)
    out = tmp_path / NAMES[file_format]

    exported = export(weights / f"{name}.keras", out, file_format)

    original = keras.saving.load_model(weights / f"{name}.keras", compile=False)
    expected = np.asarray(original(shown, training=False))
    assert np.ptp(expected) > 0.3
    assert load(out, file_format)(shown) == pytest.approx(expected, abs=1e-3)
    assert exported.ab_difference < 0.01
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        {out.name, f"{out.name}.json", f"{out.name}.bins.csv"}
        | ({"n.bin"} if file_format is Format.OPENVINO else set())
    )


def test_a_network_of_the_l2_loss_gives_ab_and_nothing_of_an_earlier_export_stays(tmp_path):
    network.build_network(WIDTH, "l2").save(tmp_path / "l2.keras")

    for stale in (
        "l2.saved_model.json",
        "l2.saved_model.bins.csv",
        "l2/saved_model.pb",
        "l2/stale",
    ):
        (tmp_path / "l2").mkdir(exist_ok=True)
        (tmp_path / stale).write_bytes(b"of an earlier export")

    export(tmp_path / "l2.keras", tmp_path / "l2", Format.TF_SAVED_MODEL, overwrite=True)

    card = json.loads((tmp_path / "l2.saved_model.json").read_text(encoding="utf-8"))
    assert card["output"]["name"] == "ab"
    assert not (tmp_path / "l2.saved_model.bins.csv").exists()
    assert not (tmp_path / "l2" / "stale").exists()


def test_fingerprints_of_what_was_seen_go_along(weights, tmp_path, monkeypatch):
    monkeypatch.setattr(exporting, "write_network", lambda _, path, __: path.write_bytes(b"n"))
    monkeypatch.setattr(exporting, "load", lambda *_: None)
    monkeypatch.setattr(exporting, "largest_ab_difference", lambda *_: 0.0)
    shutil.copyfile(weights / "residual.keras", tmp_path / "mine.keras")
    np.save(tmp_path / f"mine{FINGERPRINTS_SUFFIX}", np.zeros((1, 2), np.uint64))

    export(tmp_path / "mine.keras", tmp_path / "mine.onnx", Format.ONNX)

    assert find_fingerprints(tmp_path / "mine.onnx").name == f"mine.onnx{FINGERPRINTS_SUFFIX}"


def test_what_colours_otherwise_is_refused_and_leaves_nothing(weights, tmp_path, monkeypatch):
    """As a converter would that pads the dilated convolutions on one side only."""

    def load_shifted(path, file_format):
        run = load(path, file_format)
        return lambda lightness: run(np.roll(lightness, 1, axis=1))

    monkeypatch.setattr(exporting, "load", load_shifted)

    with pytest.raises(ColorizerError, match=r"colours otherwise than Keras: .* allowed is 0\.1"):
        export(weights / "zhang2016.keras", tmp_path / "n", Format.TF_SAVED_MODEL)

    assert list(tmp_path.iterdir()) == []


def test_an_output_of_another_shape_or_without_numbers_is_no_export():
    built = network.build_network(WIDTH, "l2")

    halved = largest_ab_difference(built, lambda x: np.asarray(built(x))[:, ::2], 1.0)
    broken = largest_ab_difference(built, lambda x: np.asarray(built(x)) * np.nan, 1.0)
    same = largest_ab_difference(built, lambda x: np.asarray(built(x)), 1.0)
    beside = largest_ab_difference(built, lambda x: np.asarray(built(x)) + 0.08, 1.0)

    assert same == 0
    assert beside == pytest.approx(0.08 * 2**0.5, rel=1e-3)  # a distance, not a* or b* alone
    for difference in (halved, broken, beside):
        with pytest.raises(ColorizerError, match="not written"):
            check_difference("n.onnx", difference)
    check_difference("n.onnx", 0.1)


def test_a_missing_runtime_is_told_before_any_work(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "tf2onnx", None)

    with pytest.raises(ColorizerError, match=r"tf2onnx is not installed; .*\[export\]"):
        export("nothing", tmp_path / "n.onnx", Format.ONNX)


def test_unknown_weights_are_told(tmp_path):
    with pytest.raises(RunError, match="no network there"):
        export(tmp_path / "none.keras", tmp_path / "n", Format.TF_SAVED_MODEL)

    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_told(weights, tmp_path):
    (tmp_path / "file").write_bytes(b"mine")

    with pytest.raises(ColorizerError, match="cannot be written"):
        export(weights / "residual.keras", tmp_path / "file" / "n", Format.TF_SAVED_MODEL)


def test_only_keras_on_tensorflow_exports(weights, tmp_path, monkeypatch):
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")

    with pytest.raises(ColorizerError, match="KERAS_BACKEND=tensorflow"):
        export(weights / "residual.keras", tmp_path / "n", Format.TF_SAVED_MODEL)
