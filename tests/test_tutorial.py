"""The tutorial runs as it stands, and what it says of its results is so."""

import json
import re

import pytest

from tests.conftest import ROOT
from tests.pages.blocks import blocks_of
from tests.pages.running import run_page

pytestmark = pytest.mark.slow  # make pages

TUTORIAL = ROOT / "docs" / "tutorial.md"
FOOL_RATES = {"full": 0.35, "pale": 0.2}


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """Give the folder in which all blocks were run, and what they printed."""
    folder = tmp_path_factory.mktemp("tutorial")
    return folder, run_page(blocks_of(TUTORIAL), folder)


def test_nothing_must_be_settled_before_the_study_is_opened(ran):
    assert "study.toml: 0 must" in ran[1]


def test_the_report_has_both_conditions_with_the_truth_in_their_intervals(ran):
    report = json.loads((ran[0] / "report.json").read_text(encoding="utf-8"))

    conditions = {found["condition"]: found for found in report["conditions"]}

    assert set(conditions) == set(FOOL_RATES)
    for name, rate in FOOL_RATES.items():
        interval = conditions[name]["people_and_photos"]
        assert interval["low"] < rate < interval["high"]
        assert conditions[name]["n_participants"] > 3
    assert report["gallery"]


def test_the_files_that_it_speaks_of_are_there(ran):
    folder, _ = ran

    for name in ("export/trials.csv", "export/codebook.csv", "report.html", "archive", "instance"):
        assert (folder / name).exists()


def test_the_pilot_is_where_the_tutorial_sends_its_reader(ran):
    told = re.search(r"is in pilot at (/study/\S+);", ran[1])

    assert told is not None
    assert f"<http://127.0.0.1:5000{told[1]}>" in TUTORIAL.read_text(encoding="utf-8")


def test_few_photographs_are_never_enough(ran):
    assert "More people cannot help with 22 photos" in ran[1]
