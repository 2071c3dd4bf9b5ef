"""What tests of several modules of the colorizer share."""

from collections.abc import Iterator

import pytest

from tests.colorizer.ray_clusters import two_nodes


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Ray cluster of two nodes on loopback; skips without Ray."""
    pytest.importorskip("ray", reason="the extra [cluster] is not installed")
    with two_nodes(tmp_path_factory.mktemp("ray")) as address:
        yield address
