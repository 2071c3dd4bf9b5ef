"""Does work on many items on a Ray cluster; the results are those of any other engine.

The machine that the command runs on reads the files and ships their bytes, and writes the results:
the other machines need the package, not the photographs. Ray is the extra ``[cluster]``.
"""

import logging
import os
import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any, TypeVar

from colorizer.engines import CHUNK, apply, chunks, held_back
from colorizer.errors import CutOffError

Item = TypeVar("Item")
Result = TypeVar("Result")

CHUNKS_PER_CPU = 3  # waiting or at work
ANSWER_SECONDS = 5.0
LOOPBACK = "127.0.0.1"
LOOPBACK_NAMES = (LOOPBACK, "localhost", "::1")


class ClusterError(CutOffError):
    """Ray is not there, does not answer, or gave up."""


class RayEngine:
    """Works on a Ray cluster, or on one of this machine that ends with the work.

    Args:
        address: ``HOST:PORT`` of the cluster's head node; None starts Ray here, on loopback.
        n_workers: CPUs of the Ray started here; a cluster has its own.
        travelling: makes an item fit to travel; called on this machine, in order.
        chunk: items that travel together.
    """

    def __init__(
        self,
        address: str | None = None,
        n_workers: int | None = None,
        travelling: Callable[[Any], Any] = lambda item: item,
        chunk: int = CHUNK,
    ):
        self.address = address
        self.n_workers = n_workers
        self.travelling = travelling
        self.chunk = chunk

    def run(
        self, function: Callable[[Item], Result], items: Iterable[Item]
    ) -> Iterator[tuple[Item, Result]]:
        """Give each item with its result, in the order of the items.

        Raises:
            ClusterError: Ray is not installed, no cluster answers, or it gave up.
        """
        with _connected(self.address, self.n_workers) as ray:
            task = ray.remote(num_cpus=1)(apply)
            shipped = ray.put(function)
            n_waiting = CHUNKS_PER_CPU * int(ray.cluster_resources().get("CPU", 1))
            begun = (
                (chunk, task.remote(shipped, [self.travelling(item) for item in chunk]))
                for chunk in chunks(items, self.chunk)
            )
            for chunk, reference in held_back(begun, n_waiting):
                yield from zip(chunk, _get(ray, reference), strict=True)


def load_ray(address: str | None = None) -> ModuleType:
    """Import Ray, which reports nothing to anybody and serves no dashboard.

    On Linux Ray takes 127.0.0.1 to mean the address that others reach this machine at: it would
    listen there, or look there for a cluster that listens on loopback (Ray 2.60,
    ``resolve_ip_for_localhost``). So it is told that there are no other machines: its processes by
    the environment, and this one too if somebody has imported Ray before.

    Args:
        address: that will be connected to; None for a Ray that is started here.

    Raises:
        ClusterError: it is not installed.
    """
    is_here = address is None or _host_of(address) in LOOPBACK_NAMES
    if is_here:
        os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    try:
        import ray  # an extra that few need
    except ModuleNotFoundError:
        raise ClusterError(
            "--engine ray: Ray is not installed; pip install 'colorization-turing-test[cluster]'"
            " brings it"
        ) from None
    if is_here:
        ray._private.ray_constants.ENABLE_RAY_CLUSTER = False
    return ray


@contextmanager
def _connected(address: str | None, n_workers: int | None) -> Iterator[ModuleType]:
    ray = load_ray(address)
    settings: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
    if address is None:
        settings |= {"address": "local", "num_cpus": n_workers, "include_dashboard": False}
        settings |= {"_node_ip_address": LOOPBACK}
    else:
        check_answers(address)
        settings |= {"address": address}
    try:
        ray.init(**settings)
    except Exception as error:  # Ray raises that itself when a node does not start in time
        raise ClusterError(f"--engine ray: {address or 'here'}: {_one_line(error)}") from None
    try:
        if address is None:
            _check_loopback(ray.util.get_node_ip_address())
        yield ray
    finally:
        ray.shutdown()


def _check_loopback(address: str) -> None:
    if address != LOOPBACK:
        raise ClusterError(
            f"--engine ray: Ray listens at {address}, where others reach this machine, and has no"
            " password; start a cluster yourself and give --ray-address"
        )


def check_answers(address: str) -> None:
    """Refuse an address where nobody answers within seconds.

    Raises:
        ClusterError: as said, or it is no address.
    """
    host, port = _host_of(address), address.rpartition(":")[2]
    if not host or not port.isdigit():
        raise ClusterError(
            f"--ray-address {address}: not an address; HOST:PORT of the head node is expected"
        )
    try:
        socket.create_connection((host, int(port)), ANSWER_SECONDS).close()
    except (OSError, OverflowError) as error:
        raise ClusterError(
            f"--ray-address {address}: no cluster answers there ({_one_line(error)}); start one"
            " with ray start --head"
        ) from None


def _host_of(address: str) -> str:
    return address.removeprefix("ray://").rpartition(":")[0].strip("[]")


def _get(ray: ModuleType, reference: Any) -> list[Any]:
    try:
        result: list[Any] = ray.get(reference)
    except ray.exceptions.RayTaskError as error:
        raise error.cause from None  # what any other engine would raise
    except ray.exceptions.RayError as error:
        raise ClusterError(f"--engine ray: the cluster gave up: {_one_line(error)}") from None
    return result


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:300] or type(error).__name__
