import json
import socket
import threading

import pytest

from colorizer import workers
from colorizer.errors import RunError
from colorizer.workers import Cluster, Watch, answers, read_cluster

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


def watch(address, wait_s=60.0):
    lost = threading.Event()
    sentences = []

    def on_lost(sentence):
        sentences.append(sentence)
        lost.set()

    return Watch((address,), on_lost, wait_s, look_every_s=0.02), lost, sentences


def test_a_worker_that_goes_away_is_named(listener):
    address = address_of(listener)
    watching, lost, sentences = watch(address)

    with watching:
        assert not lost.wait(0.2)
        listener.close()
        assert lost.wait(10)

    assert sentences == [f"worker {address} is gone; {workers.GO_ON}"]


def test_a_worker_that_never_starts_is_named(listener):
    address = address_of(listener)
    listener.close()
    watching, lost, sentences = watch(address, wait_s=0.1)

    with watching:
        assert lost.wait(10)

    assert sentences == [f"worker {address} has not started within 0 s"]


def test_a_watch_that_is_over_says_nothing(listener):
    watching, lost, _ = watch(address_of(listener))
    with watching:
        assert answers(address_of(listener))

    listener.close()

    assert not lost.wait(0.2)
