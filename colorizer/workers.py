"""Which processes train one network together, and what one of them does when another is lost.

Workers of TensorFlow's collective operations wait for each other without end; a watch looks at the
others' ports and ends the process with a sentence when one is gone.
"""

import json
import os
import re
import socket
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, Self

from colorizer.errors import RunError

Way = Literal["none", "devices", "workers"]  # that a training is shared out

ADDRESS = re.compile(r"[A-Za-z0-9._-]+:\d{1,5}")
WAIT_S = 300.0  # for the other workers to start
LOOK_EVERY_S = 1.0
CONNECT_S = 5.0
N_MISSES = 3  # of a worker that answered before


@dataclass(frozen=True)
class Cluster:
    """The workers of one training.

    Attributes:
        addresses: host:port of each.
        index: which of them this process is.
    """

    addresses: tuple[str, ...]
    index: int

    @property
    def is_chief(self) -> bool:
        """Whether this worker writes the run directory."""
        return self.index == 0

    @property
    def others(self) -> tuple[str, ...]:
        """The addresses of the other workers."""
        return tuple(a for number, a in enumerate(self.addresses) if number != self.index)

    def tf_config(self) -> str:
        """Give what TensorFlow reads from TF_CONFIG."""
        task = {"type": "worker", "index": self.index}
        return json.dumps({"cluster": {"worker": list(self.addresses)}, "task": task})


def read_cluster(
    addresses: str | None, index: int | None, environment: Mapping[str, str] = os.environ
) -> Cluster:
    """Read who the workers are, from the options or else from TF_CONFIG.

    Args:
        addresses: ``host:port,host:port``, or None.
        index: of this worker, or None.
        environment: where TF_CONFIG stands.

    Raises:
        RunError: neither says it, or one says what cannot be.
    """
    if addresses is not None:
        if index is None:
            raise RunError("--workers needs --worker-index, the place of this one from 0")
        return _checked(tuple(addresses.split(",")), index, "--workers")
    if index is not None:
        raise RunError("--worker-index needs --workers, the host:port of each")
    try:
        document = json.loads(environment["TF_CONFIG"])
        workers, task = document["cluster"]["worker"], document["task"]
        if task["type"] != "worker" or set(document["cluster"]) != {"worker"}:
            raise RunError("TF_CONFIG: only tasks of the type worker can train; name no others")
        return _checked(tuple(workers), int(task["index"]), "TF_CONFIG")
    except KeyError as error:
        raise RunError(
            f"--distribute workers: {error} is missing in the environment; set TF_CONFIG, or give"
            " --workers HOST:PORT,HOST:PORT and --worker-index"
        ) from None
    except (ValueError, TypeError) as error:
        raise RunError(f"TF_CONFIG: no description of workers: {error}") from None


def _checked(addresses: tuple[str, ...], index: int, where: str) -> Cluster:
    for address in addresses:
        if not ADDRESS.fullmatch(address):
            raise RunError(f"{where}: {address!r} is no host:port")
    if len(set(addresses)) != len(addresses) or len(addresses) < 2:
        raise RunError(f"{where}: {','.join(addresses)}: give two or more different workers")
    if not 0 <= index < len(addresses):
        raise RunError(
            f"{where}: there is no worker {index} among {len(addresses)}; choose 0 to"
            f" {len(addresses) - 1}"
        )
    return Cluster(addresses, index)


class Watch(threading.Thread):
    """Looks at the other workers' ports while this process waits for them.

    Args:
        addresses: of the others.
        on_lost: called once with a sentence; by default it ends this process, which waits in code
            that cannot be interrupted.
        wait_s: for workers that have not started yet.
        look_every_s: pause between two looks.
    """

    def __init__(
        self,
        addresses: tuple[str, ...],
        on_lost: Callable[[str], None] | None = None,
        wait_s: float = WAIT_S,
        look_every_s: float = LOOK_EVERY_S,
    ) -> None:
        super().__init__(daemon=True, name="watch over the other workers")
        self._missed: dict[str, int | None] = dict.fromkeys(addresses)  # None: not started yet
        self._on_lost = on_lost or end_process
        self._wait_s, self._look_every_s = wait_s, look_every_s
        self._stopped = threading.Event()

    def __enter__(self) -> Self:
        """Start to look."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop looking: the training is over."""
        self._stopped.set()
        self.join()

    def run(self) -> None:
        """Look until stopped or until a worker is lost."""
        deadline = time.monotonic() + self._wait_s
        while not self._stopped.wait(self._look_every_s):
            for address in self._missed:
                self._look_at(address)
            problem = self._problem(is_late=time.monotonic() > deadline)
            if problem and not self._stopped.is_set():
                self._on_lost(problem)
                return

    def _look_at(self, address: str) -> None:
        if answers(address):
            self._missed[address] = 0
        elif (missed := self._missed[address]) is not None:
            self._missed[address] = missed + 1

    def _problem(self, is_late: bool) -> str:
        for address, missed in self._missed.items():
            if missed is None and is_late:
                return f"worker {address} has not started within {self._wait_s:.0f} s"
            if missed is not None and missed >= N_MISSES:
                return f"worker {address} is gone; {GO_ON}"
        return ""


GO_ON = "start all workers again with --resume to go on from the last checkpoint"


def answers(address: str) -> bool:
    """Tell whether something listens there."""
    host, _, port = address.rpartition(":")
    try:
        with socket.create_connection((host, int(port)), CONNECT_S):
            return True
    except OSError:
        return False


def end_process(sentence: str) -> None:
    """Say the sentence and end, without waiting for a thread that waits for ever."""
    sys.stderr.write(f"colorizer: {sentence}\n")
    sys.stderr.flush()
    os._exit(RunError.exit_code)
