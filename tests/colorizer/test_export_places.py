from pathlib import Path

import pytest

from colorizer.errors import ColorizerError
from colorizer.export_formats import Format
from colorizer.export_places import SUFFIXES, check_place, places
from colorizer.fingerprints import FINGERPRINTS_SUFFIX


@pytest.mark.parametrize(
    ("file_format", "name", "message"),
    [
        (Format.ONNX, "folder.onnx", "is a folder"),
        (Format.ONNX, "n.xml", r"NAME\.onnx"),
        (Format.OPENVINO, "n", r"NAME\.xml"),
        (Format.TF_SAVED_MODEL, "..", "no name of its own"),
        (Format.TF_SAVED_MODEL, ".", "no name of its own"),
        (Format.TF_SAVED_MODEL, "file", "is a file"),
        (Format.TF_SAVED_MODEL, "photos", r"holds no saved_model\.pb"),
    ],
)
def test_a_path_of_another_form_is_refused_even_to_overwrite(file_format, name, message, tmp_path):
    (tmp_path / "folder.onnx").mkdir()
    (tmp_path / "file").write_bytes(b"mine")
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "mine.jpg").write_bytes(b"mine")

    place = Path(name) if name == "." else tmp_path / name

    with pytest.raises(ColorizerError, match=message):
        check_place(place, file_format, overwrite=True)

    assert (tmp_path / "photos" / "mine.jpg").exists()


@pytest.mark.parametrize("taken", ["n.xml", "n.bin", "n.xml.json", "n.xml.bins.csv"])
def test_nothing_that_an_export_writes_is_replaced_unasked(taken, tmp_path):
    (tmp_path / taken).write_bytes(b"mine")

    with pytest.raises(ColorizerError, match="--overwrite"):
        check_place(tmp_path / "n.xml", Format.OPENVINO, overwrite=False)
    check_place(tmp_path / "n.xml", Format.OPENVINO, overwrite=True)


@pytest.mark.parametrize("file_format", Format)
def test_an_export_never_meets_what_lies_beside_the_network_it_came_from(file_format, tmp_path):
    out = tmp_path / f"mine{SUFFIXES[file_format]}"
    beside = {"mine.keras", "mine.json", f"mine{FINGERPRINTS_SUFFIX}"}

    assert not beside & {place.name for place in places(out, file_format)}
