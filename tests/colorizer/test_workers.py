import json
import signal
import socket
import subprocess
import sys
import threading

import pytest

from colorizer import workers
from colorizer.errors import RunError
from colorizer.workers import Cluster, Watch, answers, call_roll, ended_after, read_cluster
from tests.colorizer.training_runs import free_addresses

TWO = "a.example:2222,b.example:2222"


def tf_config(**task):
    cluster = {"worker": ["a:1", "b:2"]}
    return {"TF_CONFIG": json.dumps({"cluster": cluster, "task": {"type": "worker", **task}})}


def test_the_options_say_who_the_workers_are():
    cluster = read_cluster(TWO, 1, {})

    assert cluster == Cluster(("a.example:2222", "b.example:2222"), 1)
    assert not cluster.is_chief
    assert cluster.others == ("a.example:2222",)


def test_without_options_the_environment_says_it():
    assert read_cluster(None, None, tf_config(index=0)) == Cluster(("a:1", "b:2"), 0)


@pytest.mark.parametrize(
    ("addresses", "index", "environment", "problem"),
    [
        (TWO, None, {}, "--workers needs --worker-index"),
        (None, 1, {}, "--worker-index needs --workers"),
        (TWO, 2, {}, "no worker 2 among 2; choose 0 to 1"),
        ("a:1", 0, {}, "two or more"),
        ("a:1,a:1", 0, {}, "two or more different"),
        ("a:1,b", 0, {}, "'b' is no host:port"),
        (None, None, {}, "'TF_CONFIG' is missing"),
        (None, None, {"TF_CONFIG": "{"}, "TF_CONFIG: no description"),
        (None, None, {"TF_CONFIG": '{"cluster": {}}'}, "'worker' is missing"),
        (None, None, tf_config(index=5), "TF_CONFIG: there is no worker 5"),
        (None, None, tf_config(index=0, type="evaluator"), "only tasks of the type worker"),
    ],
)
def test_workers_that_cannot_be_are_refused(addresses, index, environment, problem):
    with pytest.raises(RunError, match=problem):
        read_cluster(addresses, index, environment)


@pytest.fixture
def listener():
    """A worker that has started: something listens at its port."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def address_of(server):
    return f"127.0.0.1:{server.getsockname()[1]}"


def watch(address):
    lost = threading.Event()
    sentences = []

    def on_lost(sentence):
        sentences.append(sentence)
        lost.set()

    return Watch((address,), on_lost, look_every_s=0.02), lost, sentences


def test_a_worker_that_goes_away_is_named(listener):
    address = address_of(listener)
    watching, lost, sentences = watch(address)

    with watching:
        assert not lost.wait(0.2)
        listener.close()
        assert lost.wait(10)

    assert sentences == [f"worker {address} is gone; {workers.GO_ON}"]


def test_a_watch_that_is_over_says_nothing(listener):
    watching, lost, _ = watch(address_of(listener))
    with watching:
        assert answers(address_of(listener))

    listener.close()

    assert not lost.wait(0.2)


def test_workers_that_have_all_started_find_each_other():
    addresses = tuple(free_addresses(3))
    first, second = (
        threading.Thread(target=call_roll, args=(Cluster(addresses, index), 30, 0.02))
        for index in (0, 1)
    )
    first.start()
    second.start()
    first.join(1)  # they see each other
    assert first.is_alive()
    assert second.is_alive()

    with socket.create_server(("127.0.0.1", int(addresses[2].rpartition(":")[2]))):
        first.join(10)
        # here TensorFlow would listen at the address of the first
        second.join(10)

    assert not first.is_alive()
    assert not second.is_alive()
    assert not answers(addresses[0])  # the port is free for TensorFlow


def test_a_worker_that_never_starts_is_named():
    mine, missing = free_addresses(2)

    with pytest.raises(RunError, match=f"worker {missing} has not started within 0 s"):
        call_roll(Cluster((mine, missing), 0), wait_s=0.1, look_every_s=0.02)


def test_an_address_that_is_taken_is_named(listener):
    mine = address_of(listener)

    with pytest.raises(RunError, match=f"worker {mine}: cannot listen there: .*in use"):
        call_roll(Cluster((mine, "127.0.0.1:1"), 0))


STUCK = """
import time
from colorizer.workers import ended_after
with ended_after(60, "not this"):
    pass
with ended_after(0.1, "stuck in here"):
    time.sleep(60)
"""


def test_a_process_that_is_stuck_is_ended_with_a_sentence():
    ended = subprocess.run(
        [sys.executable, "-c", STUCK], capture_output=True, text=True, timeout=30, check=False
    )

    assert (ended.returncode, ended.stderr) == (-signal.SIGKILL, "colorizer: stuck in here\n")


def test_what_is_done_in_time_is_not_ended():
    with ended_after(0.5, "never said"):
        pass

    assert not threading.Event().wait(0.7)  # still here
