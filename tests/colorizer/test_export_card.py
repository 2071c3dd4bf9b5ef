import csv
import json

import numpy as np
import pytest

from colorizer.ab_bins import bin_centres
from colorizer.export_card import describe, save_bins
from colorizer.export_formats import Format
from colorizer.export_places import bins_path
from colorizer.fingerprints import file_sha256
from colorizer.network import build_network
from colorizer.weights_files import WeightsCard


@pytest.fixture
def exported(tmp_path):
    (tmp_path / "weights").mkdir()
    (tmp_path / "weights" / "mine.keras").write_bytes(b"weights")
    out = tmp_path / "out" / "n"
    (out / "variables").mkdir(parents=True)
    (out / "variables" / "data").write_bytes(b"data")
    save_bins(bins_path(out))
    return out


def test_the_bins_are_the_313_in_the_order_of_the_logits(exported):
    with bins_path(exported).open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))

    assert [int(row["bin"]) for row in rows] == list(range(313))
    found = [(float(row["a"]), float(row["b"])) for row in rows]
    assert np.array_equal(found, bin_centres())


def test_the_card_says_what_a_stranger_must_know(exported, tmp_path):
    weights = tmp_path / "weights" / "mine.keras"
    known = WeightsCard(input_px=128, temperature=0.5, average_mirrored=True, rebalance=0.7)

    card = describe(build_network(0.0625), exported, Format.TF_SAVED_MODEL, weights, known)

    json.dumps(card)
    assert card["input"]["name"] == "lightness"
    assert card["input"]["range"] == [0, 100]
    assert card["input"]["height_and_width_multiple_of"] == 8
    assert card["output"]["shape"] == ["batch", "height / 4", "width / 4", 313]
    assert card["output"]["bin_centres"] == "n.saved_model.bins.csv"
    assert (card["input_px"], card["temperature"], card["rebalance"]) == (128, 0.5, 0.7)
    assert card["average_mirrored"] is True
    assert card["weights"] == {"name": "mine.keras", "sha256": file_sha256(weights)}
    assert card["files"]["n/variables/data"] == file_sha256(exported / "variables" / "data")
    assert {"keras", "tensorflow", "numpy"} <= card["versions"].keys()
