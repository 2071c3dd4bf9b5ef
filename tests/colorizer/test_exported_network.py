"""An exported network colours as the one it came from, and without Keras."""

import json
import re
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from colorizer import metrics
from colorizer.ab_bins import decode_logits
from colorizer.colorize import Colorizer
from colorizer.errors import RunError
from colorizer.export_formats import PACKAGES, Format
from colorizer.export_places import card_of
from colorizer.exported_network import load_exported
from colorizer.exporting import export
from colorizer.lab import rgb_to_lab
from colorizer.residual_network import build_residual_network
from colorizer.weights_files import load_weights
from tests.colorizer.factories import colourful_photo, write_photo
from tests.conftest import ROOT

MAX_CIEDE2000 = 0.1


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with ``mine.keras``, the same as ``default.onnx``, and ``photo.png``."""
    for package in PACKAGES[Format.ONNX]:
        pytest.importorskip(package, reason="needs the extra [export]")
    folder = tmp_path_factory.mktemp("exported")
    network = build_residual_network(0.0625)
    kernel, bias = network.layers[-1].get_weights()
    network.layers[-1].set_weights([kernel * 300, bias])
    network.save(folder / "mine.keras")
    card = {"input_px": 64, "temperature": 0.4, "average_mirrored": True}
    (folder / "mine.json").write_text(json.dumps(card))
    export(folder / "mine.keras", folder / "default.onnx", Format.ONNX)
    write_photo(folder / "photo.png", colourful_photo(1, 90, 130))
    return folder


def run_python(code, *arguments, cwd):
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, cwd=cwd
    )


def test_a_photograph_is_coloured_as_by_keras_without_loading_it(folder, tmp_path):
    code = (
        "import sys; sys.argv[0] = 'colorizer'; from colorizer.__main__ import main\n"
        "main(standalone_mode=False)\n"
        "print([name for name in ('keras', 'tensorflow') if name in sys.modules])"
    )
    arguments = (str(folder / "photo.png"), "--out", str(tmp_path / "out"))

    done = run_python(
        code, "colorize", *arguments, "--weights", str(folder / "default.onnx"), cwd=ROOT
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "[]"
    light = np.asarray(Image.open(tmp_path / "out" / "photo.png"))
    photo = np.asarray(Image.open(folder / "photo.png"))
    keras_way = Colorizer.load(folder / "mine.keras").colorize(photo)
    assert np.abs(rgb_to_lab(keras_way)[..., 1:]).max() > 5
    assert metrics.ciede2000(keras_way, light) <= MAX_CIEDE2000
    assert np.abs(keras_way.astype(int) - light).max() <= 1  # of 255 levels


def test_the_card_gives_size_temperature_and_mirroring(folder):
    colorizer = Colorizer.load(folder / "default.onnx")

    assert (colorizer.input_px, colorizer.temperature) == (64, 0.4)
    assert colorizer.average_mirrored
    assert colorizer.size_multiple == 16


def test_the_example_of_the_documentation_colours_as_keras_does(folder):
    page = (ROOT / "docs" / "how-to" / "export.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    write_photo(folder / "photo.jpg", colourful_photo(1, 90, 130))

    done = run_python(f"{example}\nnp.savez('kept', shown=lightness, ab=ab)", cwd=folder)

    assert done.returncode == 0, done.stderr
    with Image.open(folder / "coloured.png") as coloured:
        assert coloured.size == (130, 90)
    with np.load(folder / "kept.npz") as kept:
        logits = np.asarray(load_weights(folder / "mine.keras")(kept["shown"], training=False))
        assert kept["ab"] == pytest.approx(decode_logits(logits, 0.4), abs=0.1)


@pytest.mark.parametrize("text", [None, "{", "{}", '{"input": {}}', "[]"])
def test_an_onnx_file_without_its_card_is_refused(text, tmp_path):
    (tmp_path / "foreign.onnx").write_bytes(b"onnx")
    if text is not None:
        card_of(tmp_path / "foreign.onnx").write_text(text)

    with pytest.raises(RunError, match=r"foreign\.onnx\.json"):
        load_exported(tmp_path / "foreign.onnx")


def test_a_damaged_file_is_told_by_its_digest(folder, tmp_path):
    data = bytearray((folder / "default.onnx").read_bytes())
    data[len(data) // 2] ^= 1
    (tmp_path / "default.onnx").write_bytes(data)
    card_of(tmp_path / "default.onnx").write_text(card_of(folder / "default.onnx").read_text())

    with pytest.raises(RunError, match="SHA-256"):
        Colorizer.load(tmp_path / "default.onnx")
