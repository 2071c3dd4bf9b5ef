"""A Ray cluster of two nodes on this machine, for the tests that need one."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from colorizer.ray_engine import load_ray

N_TRIES = 3
NODE = {"num_cpus": 1, "node_ip_address": "127.0.0.1", "include_log_monitor": False}
HEAD = {**NODE, "include_dashboard": False, "no_monitor": True}
SLOW_IMPORT = "rfc3987_syntax.py"


@contextmanager
def two_nodes(folder: Path) -> Iterator[str]:
    """Start two nodes of one CPU each, on loopback; give the address of the head.

    A node gives up when its agent, a Python process, is not ready within 15 s (Ray 2.60, a limit
    without a setting). On two busy cores that is little: half of the agent's time goes into a
    grammar that jsonschema loads where it finds it, and which nothing here needs. So it finds none,
    and what has not started is tried again.

    Args:
        folder: an empty one.
    """
    load_ray()
    (folder / SLOW_IMPORT).write_text("raise ImportError\n", encoding="utf-8")
    path = os.pathsep.join(filter(None, (str(folder), os.environ.get("PYTHONPATH"))))
    with mock.patch.dict(os.environ, PYTHONPATH=path), ExitStack() as stack:
        cluster = _start()
        stack.callback(cluster.shutdown)
        yield cluster.address


def _start() -> Any:
    for tried in range(1, N_TRIES + 1):
        try:
            return _started()
        except Exception:  # what Ray raises when a node does not start in time
            if tried == N_TRIES:
                raise
    raise AssertionError


def _started() -> Any:
    # takes a while, and only with the extra [cluster]
    from ray.cluster_utils import Cluster

    with ExitStack() as undone:
        cluster = Cluster()
        undone.callback(cluster.shutdown)
        cluster.add_node(**HEAD)
        cluster.add_node(**NODE)
        undone.pop_all()
    return cluster
