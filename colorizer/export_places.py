"""Where an export puts its files, and which places it may take.

``NAME.onnx.json`` is the card of ``NAME.onnx``, ``NAME.onnx.bins.csv`` its bin centres; those of
the SavedModel in the folder ``NAME`` are ``NAME.saved_model.json`` and so on. Such names cannot
meet what lies beside the ``NAME.keras`` that the network came from.
"""

from collections.abc import Iterator
from pathlib import Path

from colorizer.errors import ColorizerError
from colorizer.export_formats import ONNX_SUFFIX, Format
from colorizer.fingerprints import FINGERPRINTS_SUFFIX
from colorizer.results import check_absent

SUFFIXES = {Format.ONNX: ONNX_SUFFIX, Format.OPENVINO: ".xml", Format.TF_SAVED_MODEL: ""}
FILE_SUFFIXES = tuple(suffix for suffix in SUFFIXES.values() if suffix)
SAVED_MODEL_MARKER = "saved_model.pb"


def check_place(out: Path, file_format: Format, overwrite: bool) -> None:
    """Refuse a path that is taken, or that does not suit the format.

    Raises:
        ColorizerError: says what is wrong.
    """
    suffix = SUFFIXES[file_format]
    if not out.name or out.name == "..":
        raise ColorizerError(f"{out}: is no name of its own; choose one for the result")
    if suffix and out.is_dir():
        raise ColorizerError(f"{out}: is a folder; {file_format} is a file, NAME{suffix}")
    if suffix and out.suffix != suffix:
        raise ColorizerError(f"{out}: a file of {file_format} is called NAME{suffix}")
    if not suffix and out.is_file():
        raise ColorizerError(f"{out}: is a file; {file_format} is a folder, choose another name")
    for path in places(out, file_format):
        check_absent(path, overwrite)
    if out.is_dir() and any(out.iterdir()) and not (out / SAVED_MODEL_MARKER).is_file():
        raise ColorizerError(
            f"{out}: no earlier result (it holds no {SAVED_MODEL_MARKER}), so it is not replaced;"
            " choose another folder"
        )


def places(out: Path, file_format: Format) -> Iterator[Path]:
    """Give everything that an export may write."""
    yield from (out, card_of(out), bins_path(out), fingerprints_path(out))
    if file_format is Format.OPENVINO:
        yield out.with_suffix(".bin")


def card_of(exported: Path) -> Path:
    """Give the card's place."""
    return _beside(exported, ".json")


def bins_path(exported: Path) -> Path:
    """Give the place of the bin centres."""
    return _beside(exported, ".bins.csv")


def fingerprints_path(exported: Path) -> Path:
    """Give the place of the fingerprints of the photographs that the network has seen."""
    return _beside(exported, FINGERPRINTS_SUFFIX)


def _beside(exported: Path, ending: str) -> Path:
    kind = "" if exported.suffix in FILE_SUFFIXES else ".saved_model"
    return exported.with_name(f"{exported.name}{kind}{ending}")
