import subprocess
import sys

import pytest

from colorizer.errors import ColorizerError
from colorizer.export_formats import check_installed, is_exported
from tests.conftest import ROOT


def test_a_package_that_is_there_is_no_error():
    check_installed("json", "numpy")


@pytest.mark.parametrize(
    ("package", "extra"), [("openvino", "export"), ("tensorflow", "colorizer")]
)
def test_a_missing_package_is_told_with_what_brings_it(package, extra, monkeypatch):
    monkeypatch.setitem(sys.modules, package, None)

    with pytest.raises(ColorizerError, match=rf"{package} is not installed; pip .*\[{extra}\]"):
        check_installed(package)


def test_only_onnx_files_colour_without_keras(tmp_path):
    assert is_exported(tmp_path / "mine.onnx")
    assert not any(is_exported(other) for other in ("default", tmp_path, "a.keras", "a.xml"))


def test_the_commands_load_nothing_that_takes_seconds_or_may_be_missing():
    code = (
        "import colorizer.__main__, sys;"
        "print([name for name in ('numpy', 'keras', 'onnxruntime') if name in sys.modules])"
    )

    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )

    assert loaded.stdout.strip() == "[]"
