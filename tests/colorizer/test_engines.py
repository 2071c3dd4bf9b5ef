import os
import signal
import subprocess
import sys
import time

import pytest

from colorizer.engines import Processes, ThisProcess, chunks, local_engine
from colorizer.errors import CutOffError

ITEMS = [str(number) for number in range(200)]


def test_chunks_hold_all_in_order():
    assert list(chunks(range(5), 2)) == [[0, 1], [2, 3], [4]]


@pytest.mark.parametrize("n_workers", [1, 2])
def test_results_come_in_the_order_of_the_items(n_workers):
    assert list(local_engine(n_workers).run(int, ITEMS)) == [(item, int(item)) for item in ITEMS]


def test_items_are_taken_as_room_becomes_free():
    taken = []

    def items():
        for item in ITEMS:
            taken.append(item)
            yield item

    results = Processes(1).run(int, items())
    next(results)
    n_taken = len(taken)
    results.close()

    assert n_taken < len(ITEMS)


@pytest.mark.parametrize("engine", [ThisProcess(), Processes(1)])
def test_an_error_of_the_function_ends_all(engine):
    with pytest.raises(ValueError, match="no number"):
        list(engine.run(int, ["1", "no number", "2"]))


def test_a_worker_that_is_killed_is_told_of():
    with pytest.raises(CutOffError, match="run the same again to go on"):
        list(Processes(1).run(os._exit, [3]))


IDLE_WORKERS = """
import os, sys, time
from colorizer.engines import Processes

def pid(_):
    return os.getpid()

if __name__ == "__main__":
    for _, found in Processes(1).run(pid, range(500)):
        print(found, flush=True)
        time.sleep(600)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
def test_workers_end_when_their_parent_is_killed(tmp_path):
    (tmp_path / "idle.py").write_text(IDLE_WORKERS)
    parent = subprocess.Popen([sys.executable, tmp_path / "idle.py"], stdout=subprocess.PIPE)
    worker = int(parent.stdout.readline())

    parent.send_signal(signal.SIGKILL)
    parent.communicate()

    deadline = time.monotonic() + 60
    while is_running(worker) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_running(worker)


def is_running(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:  # noqa: PTH123
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
