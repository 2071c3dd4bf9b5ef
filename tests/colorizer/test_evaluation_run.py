import numpy as np
import pytest
from PIL import Image

from colorizer.ab_bins import bin_centres
from colorizer.condition_specs import parse_conditions
from colorizer.errors import ColorizerError
from colorizer.evaluate import OWN_PRIOR
from colorizer.evaluation_run import run_evaluation
from colorizer.fingerprints import file_sha256
from colorizer.rebalancing import save_prior
from tests.colorizer.factories import write_photos


@pytest.fixture
def photos(tmp_path):
    return write_photos(tmp_path / "photos", 3)


@pytest.fixture
def specs(photos):
    """One condition, whose fakes are the photographs themselves."""
    return parse_conditions([f"same=folder:{photos}"])


def test_figures_settings_and_sheet_come_of_paths(photos, specs, tmp_path):
    figures = run_evaluation([photos], specs, sheet_path=tmp_path / "sheet.png", seed=3)

    assert figures["auc"] > 0.99
    assert figures["cross_entropy"] is None
    assert figures["prior"] == OWN_PRIOR
    assert figures["settings"]["seed"] == 3
    assert figures["settings"]["conditions"][0]["from"] == "photos"
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.width > 3 * 160


def test_a_prior_from_a_file_is_named_and_changes_the_rebalanced_area(photos, specs, tmp_path):
    shares = np.exp(-np.linalg.norm(bin_centres(), axis=1) / 10)
    save_prior(shares / shares.sum(), tmp_path / "prior.json")

    figures = run_evaluation([photos], specs, tmp_path / "prior.json")

    assert figures["prior"] == f"of prior.json, SHA-256 {file_sha256(tmp_path / 'prior.json')}"
    own = run_evaluation([photos], specs)
    grey, own_grey = (found["baselines"]["grey"] for found in (figures, own))
    assert grey["auc"] == own_grey["auc"]
    assert grey["auc_rebalanced"] != own_grey["auc_rebalanced"]


def test_nothing_is_written_where_something_is_missing(photos, specs, tmp_path):
    with pytest.raises(ColorizerError, match="no prior there"):
        run_evaluation([photos], specs, tmp_path / "nothing.json", tmp_path / "sheet.png")

    assert not (tmp_path / "sheet.png").exists()
