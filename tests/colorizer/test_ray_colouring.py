"""Colouring on a real Ray cluster of two nodes, on loopback."""

import dataclasses

import pytest

from colorizer.colorize import Colorizer
from colorizer.errors import RunError
from colorizer.photo_folder import colorize_photos
from colorizer.ray_colouring import colour_on_cluster, recipe_of
from tests.colorizer.factories import write_photos

pytest.importorskip("ray", reason="the extra [cluster] is not installed")
pytestmark = [
    pytest.mark.slow,  # starts two nodes of Ray
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # Ray leaves pipes open
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_two_nodes_make_the_same_fakes(tmp_path, cluster):
    photos = write_photos(tmp_path / "photos", 8, 64, 96)
    (photos / "photo_003 text.jpg").write_text("no picture")
    colorizer = Colorizer.load("default")
    here = colorize_photos([photos], tmp_path / "here", colorizer)

    colour_all = colour_on_cluster(recipe_of(colorizer, "default", None, None, False), cluster, 1)
    there = colorize_photos([photos], tmp_path / "there", colorizer, colour_all=colour_all)

    assert there == here
    assert contents(tmp_path / "there") == contents(tmp_path / "here")


def test_other_weights_on_the_cluster_are_refused(tmp_path, cluster):
    photos = write_photos(tmp_path / "photos", 2)
    colorizer = Colorizer.load("default")
    recipe = dataclasses.replace(
        recipe_of(colorizer, "default", None, None, False), sha256="0" * 64
    )
    colour_all = colour_on_cluster(recipe, cluster, 1)

    with pytest.raises(RunError, match="other weights on a machine of the cluster"):
        colorize_photos([photos], tmp_path / "out", colorizer, colour_all=colour_all)

    assert not (tmp_path / "out").exists()
