"""Does work on many items in threads of this process, where it leaves Python for native code.

Gives results in the order of the items and holds only a few at a time, as the engines of
``engines.py`` do; what the function closes over need not travel to another process.
"""

import os
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import ThreadPoolExecutor

from colorizer.engines import Item, Result, held_back

MAX_THREADS = 8  # each holds a photograph
WAITING_PER_THREAD = 3


def default_n_threads() -> int:
    """Give a thread to each core, up to ``MAX_THREADS``."""
    return min(os.cpu_count() or 1, MAX_THREADS)


class Threads:
    """Works in several threads.

    Args:
        n_threads: at least 1.
    """

    def __init__(self, n_threads: int):
        self.n_threads = n_threads

    def run(
        self, function: Callable[[Item], Result], items: Iterable[Item]
    ) -> Generator[tuple[Item, Result], None, None]:
        """Give each item with its result, in the order of the items.

        When it is closed, or an error ends it, what has not begun is dropped and what has is waited
        for: nothing goes on afterwards.

        Args:
            function: its error ends all.
            items: taken one after the other in the calling thread, as room becomes free.
        """
        pool = ThreadPoolExecutor(self.n_threads)
        begun = ((item, pool.submit(function, item)) for item in items)
        try:
            for item, future in held_back(begun, WAITING_PER_THREAD * self.n_threads):
                yield item, future.result()
        finally:
            pool.shutdown(cancel_futures=True)
