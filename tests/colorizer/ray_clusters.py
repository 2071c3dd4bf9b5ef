"""A Ray cluster of two nodes on this machine, for the tests that need one."""

from collections.abc import Iterator
from contextlib import contextmanager

from colorizer.ray_engine import load_ray


@contextmanager
def two_nodes() -> Iterator[str]:
    """Start two nodes of one CPU each, on loopback; give the address of the head."""
    load_ray()
    from ray.cluster_utils import Cluster

    node = {"num_cpus": 1, "node_ip_address": "127.0.0.1", "include_log_monitor": False}
    head = {**node, "include_dashboard": False, "no_monitor": True}
    started = Cluster(initialize_head=True, head_node_args=head)
    try:
        started.add_node(**node)
        yield started.address
    finally:
        started.shutdown()
