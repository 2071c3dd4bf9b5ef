"""Which processes train one network together, and what one of them does when another is lost.

Workers of TensorFlow's collective operations wait for each other without end. So they meet before
TensorFlow is asked to connect them (``call_roll``), connecting has a limit (``ended_after``), and
from then on each looks at the others' ports and ends with a sentence when one is gone (``Watch``).
"""

import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal, Self

from colorizer.errors import RunError

Way = Literal["none", "devices", "workers"]  # that a training is shared out

ADDRESS = re.compile(r"[A-Za-z0-9._-]+:\d{1,5}")
WAIT_S = 300.0  # for the other workers to start
LOOK_EVERY_S = 1.0
CONNECT_S = 5.0
N_MISSES = 3  # one after the other: the worker is gone

END = """
import os, signal, sys, time
time.sleep(float(sys.argv[2]))
sys.stderr.write(sys.argv[3] + chr(10))
os.kill(int(sys.argv[1]), signal.SIGKILL)
"""


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


def call_roll(cluster: Cluster, wait_s: float = WAIT_S, look_every_s: float = LOOK_EVERY_S) -> None:
    """Wait until all workers have started; each listens at its address while it looks for others.

    TensorFlow cannot be left to wait for them: it does so without end, and no other thread of
    Python runs and no Ctrl-C is heard until it is done (TensorFlow 2.21). Whoever has seen all the
    others goes on; at its address TensorFlow listens then, for those that still look.

    Raises:
        RunError: one has not started in time, or something else listens at this one's address.
    """
    deadline = time.monotonic() + wait_s
    with _listening(cluster):
        missing = list(cluster.others)
        while missing := [address for address in missing if not answers(address)]:
            if time.monotonic() > deadline:
                raise RunError(f"worker {missing[0]} has not started within {wait_s:.0f} s")
            time.sleep(look_every_s)


@contextmanager
def _listening(cluster: Cluster) -> Iterator[None]:
    mine = cluster.addresses[cluster.index]
    port = int(mine.rpartition(":")[2])
    try:
        # of every interface, as TensorFlow does: this machine may know itself by another name
        server = socket.create_server(("", port), backlog=len(cluster.addresses))
    except (OSError, OverflowError) as error:
        raise RunError(f"worker {mine}: cannot listen there: {error}") from None
    with server:
        yield


@contextmanager
def ended_after(limit_s: float, sentence: str) -> Iterator[None]:
    """End this process with the sentence if what is inside takes longer.

    For code that lets no other thread run; a process of its own therefore does it, with a signal
    that cannot be ignored.
    """
    words = (str(os.getpid()), str(limit_s), f"colorizer: {sentence}")
    with subprocess.Popen([sys.executable, "-c", END, *words]) as guard:  # noqa: S603 our own words
        try:
            yield
        finally:
            guard.kill()


class Watch(threading.Thread):
    """Looks at the other workers' ports while this process waits for their part of a step.

    Args:
        addresses: of the others, which have started.
        on_lost: called once with a sentence; by default it ends this process, which waits in code
            that cannot be interrupted.
        look_every_s: pause between two looks.
    """

    def __init__(
        self,
        addresses: tuple[str, ...],
        on_lost: Callable[[str], None] | None = None,
        look_every_s: float = LOOK_EVERY_S,
    ) -> None:
        super().__init__(daemon=True, name="watch over the other workers")
        self._missed = dict.fromkeys(addresses, 0)
        self._on_lost = on_lost or end_process
        self._look_every_s = look_every_s
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
        while not self._stopped.wait(self._look_every_s):
            for address, missed in self._missed.items():
                self._missed[address] = 0 if answers(address) else missed + 1
            lost = [address for address, missed in self._missed.items() if missed >= N_MISSES]
            if lost and not self._stopped.is_set():
                self._on_lost(f"worker {lost[0]} is gone; {GO_ON}")
                return


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
