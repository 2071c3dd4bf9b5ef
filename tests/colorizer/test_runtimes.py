import subprocess
import sys

import pytest

from colorizer.errors import ColorizerError
from colorizer.export_formats import Format
from colorizer.runtimes import load, silence_telemetry
from tests.conftest import ROOT


@pytest.mark.parametrize(
    ("file_format", "runtime"), [(Format.ONNX, "onnxruntime"), (Format.OPENVINO, "openvino")]
)
def test_loading_without_the_runtime_is_told(file_format, runtime, monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, runtime, None)

    with pytest.raises(ColorizerError, match=f"{runtime} is not installed"):
        load(tmp_path / "n", file_format)


def test_openvino_is_imported_without_its_telemetry():
    """It would report each import and conversion to its maker; it must still convert."""
    pytest.importorskip("openvino", reason="needs the extra [export]")
    code = (
        "import sys; from colorizer.runtimes import silence_telemetry; silence_telemetry();"
        "import openvino.tools.ovc; print(sys.modules['openvino_telemetry'],"
        " openvino.tools.ovc.telemetry_utils.tm.__name__)"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)

    assert done.stdout.split() == ["None", "openvino.tools.ovc.telemetry_stub"], done.stderr


def test_telemetry_that_was_loaded_before_is_left_to_who_loaded_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "openvino_telemetry", sys)

    silence_telemetry()

    assert sys.modules["openvino_telemetry"] is sys
