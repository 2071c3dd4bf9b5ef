"""Where work on many items is done: in this process, in several, or on a cluster.

Every engine gives the results in the order of the items, whoever was done first, and holds only a
few at a time; so a result does not depend on the engine. ``ray_engine.py`` has the cluster.
"""

import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from multiprocessing import get_context, parent_process
from typing import Protocol, TypeVar

from colorizer.errors import CutOffError

Item = TypeVar("Item")
Result = TypeVar("Result")
Begun = TypeVar("Begun")

CHUNK = 16  # items that travel together
CHUNKS_PER_WORKER = 3  # waiting or at work


class Engine(Protocol):
    """Applies a function to many items."""

    def run(
        self, function: Callable[[Item], Result], items: Iterable[Item]
    ) -> Iterator[tuple[Item, Result]]:
        """Give each item with its result, in the order of the items.

        Args:
            function: of a module, so that another process finds it; its error ends all.
            items: taken one after the other, as room becomes free.
        """
        ...


class ThisProcess:
    """Works on one item after the other."""

    def run(
        self, function: Callable[[Item], Result], items: Iterable[Item]
    ) -> Iterator[tuple[Item, Result]]:
        """Give each item with its result."""
        for item in items:
            yield item, function(item)


class Processes:
    """Works in several processes of this machine.

    Args:
        n_workers: processes.
    """

    def __init__(self, n_workers: int):
        self.n_workers = n_workers

    def run(
        self, function: Callable[[Item], Result], items: Iterable[Item]
    ) -> Iterator[tuple[Item, Result]]:
        """Give each item with its result, in the order of the items."""
        # spawn: a forked copy of a process that has loaded TensorFlow can hang
        pool = ProcessPoolExecutor(
            self.n_workers, mp_context=get_context("spawn"), initializer=_end_with_parent
        )
        begun = ((chunk, pool.submit(apply, function, chunk)) for chunk in chunks(items, CHUNK))
        try:
            for chunk, future in held_back(begun, CHUNKS_PER_WORKER * self.n_workers):
                yield from zip(chunk, future.result(), strict=True)
        except BrokenProcessPool:
            raise CutOffError(
                "a worker process was ended from outside, perhaps for want of memory; run the same"
                " again to go on, with fewer --workers"
            ) from None
        finally:
            pool.shutdown(cancel_futures=True)


def local_engine(n_workers: int) -> Engine:
    """Give the engine for so many processes of this machine."""
    return ThisProcess() if n_workers <= 1 else Processes(n_workers)


def chunks(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Cut items into lists of ``size``; the last may be shorter."""
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk


def held_back(begun: Iterable[Begun], n_waiting: int) -> Iterator[Begun]:
    """Begin one work after the other, and give each, in order, once so many more are begun."""
    waiting: deque[Begun] = deque()
    for work in begun:
        waiting.append(work)
        if len(waiting) > n_waiting:
            yield waiting.popleft()
    while waiting:
        yield waiting.popleft()


def apply(function: Callable[[Item], Result], chunk: list[Item]) -> list[Result]:
    """Work on the items of a chunk."""
    return [function(item) for item in chunk]


def _end_with_parent() -> None:
    """Let a worker end when the process that started it was killed; it would wait for ever."""
    parent = parent_process()
    assert parent is not None

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
