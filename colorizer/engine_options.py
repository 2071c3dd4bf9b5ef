"""The options of commands that can work on a cluster: ``--engine`` and ``--ray-address``."""

from collections.abc import Callable
from typing import Any

import click

from colorizer.engines import Engine, local_engine
from colorizer.errors import ColorizerError

LOCAL, RAY = "local", "ray"

ENGINE = click.option(
    "--engine",
    type=click.Choice([LOCAL, RAY]),
    default=LOCAL,
    show_default=True,
    help="Who does the work: processes of this machine, or Ray. The result is the same.",
)
RAY_ADDRESS = click.option(
    "--ray-address",
    metavar="HOST:PORT",
    help="Head node of a Ray cluster  [default: Ray is started here, for this command]",
)


def check_engine(engine: str, ray_address: str | None) -> None:
    """Refuse an address that is not used or does not answer, and Ray where it is not installed.

    Raises:
        ColorizerError: as said.
    """
    if ray_address is not None and engine != RAY:
        raise ColorizerError("--ray-address goes with --engine ray only")
    if engine == RAY:
        from colorizer import ray_engine  # an extra that few need

        ray_engine.load_ray(ray_address)
        if ray_address is not None:
            ray_engine.check_answers(ray_address)


def build_engine(
    engine: str,
    ray_address: str | None,
    n_workers: int,
    travelling: Callable[[Any], Any],
) -> Engine:
    """Give the engine that was asked for.

    Args:
        engine: ``local`` or ``ray``.
        ray_address: of the cluster's head node; None starts Ray here.
        n_workers: processes, or CPUs of a Ray started here.
        travelling: makes an item fit to travel to another machine.
    """
    if engine == LOCAL:
        return local_engine(n_workers)
    from colorizer.ray_engine import RayEngine  # an extra that few need

    return RayEngine(ray_address, n_workers, travelling)
