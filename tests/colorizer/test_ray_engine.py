"""The engine on a real Ray cluster of two nodes, on loopback."""

import sys

import pytest

from colorizer.engine_options import build_engine, check_engine
from colorizer.engines import ThisProcess
from colorizer.errors import PhotoError
from colorizer.photo_sources import with_bytes
from colorizer.preparing import prepare
from colorizer.ray_engine import ClusterError, RayEngine, check_answers, load_ray
from tests.colorizer.factories import write_photos
from tests.colorizer.tar_factories import write_tar
from tests.colorizer.training_runs import start_python

pytest.importorskip("ray", reason="the extra [cluster] is not installed")
pytestmark = [
    pytest.mark.slow,  # starts two nodes of Ray
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # Ray leaves pipes open
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_two_nodes_make_the_same_shards(tmp_path, cluster):
    photos = write_photos(tmp_path / "photos", 40, 32, 32)
    (photos / "text.jpg").write_text("no picture")
    prepare([photos], tmp_path / "here", 24)

    engine = build_engine("ray", cluster, 1, with_bytes)
    prepare([photos], tmp_path / "cluster", 24, engine=engine)

    assert contents(tmp_path / "cluster") == contents(tmp_path / "here")


def test_the_work_is_divided_and_comes_in_order(cluster):
    items = [str(number) for number in range(100)]

    assert list(RayEngine(cluster).run(int, items)) == list(ThisProcess().run(int, items))


def test_an_error_of_the_function_is_what_any_engine_raises(tmp_path, cluster):
    whole = write_tar(tmp_path / "a.tar", {"a.jpg": b"1" * 5000}).read_bytes()
    (tmp_path / "a.tar").write_bytes(whole[:2000])

    with pytest.raises(PhotoError, match=r"a\.tar.*the tar file ends after 1488 of 5000 bytes"):
        prepare(
            [tmp_path / "a.tar"],
            tmp_path / "shards",
            24,
            engine=RayEngine(cluster, travelling=with_bytes),
        )

    assert not (tmp_path / "shards").exists()


LISTENING = """
import psutil
from colorizer.ray_engine import RayEngine

def listening_addresses(_):
    node = psutil.Process().parent()
    return {
        connection.laddr.ip
        for process in (node, *node.children(recursive=True))
        for connection in process.net_connections("tcp")
        if connection.status == psutil.CONN_LISTEN
    }

[(_, found)] = RayEngine(n_workers=1).run(listening_addresses, [None])
print(*found)
"""


def test_a_ray_started_here_listens_on_loopback_only():
    """In a process of its own: one that had a Ray of its own lost an object on the cluster."""
    process = start_python("-c", LISTENING)

    stdout, stderr = process.communicate(timeout=120)
    assert process.returncode == 0, stderr
    found = set(stdout.split())
    assert found
    assert found <= {"127.0.0.1", "::ffff:127.0.0.1", "::1"}


def test_a_ray_that_others_could_reach_is_refused(monkeypatch):
    ray = load_ray()
    monkeypatch.setattr(ray, "init", lambda **_: None)
    monkeypatch.setattr(ray.util, "get_node_ip_address", lambda: "192.0.2.1")

    with pytest.raises(ClusterError, match=r"Ray listens at 192\.0\.2\.1"):
        list(RayEngine().run(str, [1]))


def test_a_ray_that_does_not_start_is_one_sentence(monkeypatch):
    def init(**_):
        raise Exception("The current node timed out\nduring startup.")

    monkeypatch.setattr(load_ray(), "init", init)

    with pytest.raises(ClusterError, match="here: The current node timed out during startup"):
        list(RayEngine().run(str, [1]))


def test_no_cluster_at_an_address_is_one_sentence():
    with pytest.raises(ClusterError, match=r"127\.0\.0\.1:9: no cluster answers there"):
        check_engine("ray", "127.0.0.1:9")


@pytest.mark.parametrize("address", ["here", ":6379", "127.0.0.1:", "127.0.0.1:port"])
def test_what_is_no_address_is_refused(address):
    with pytest.raises(ClusterError, match="HOST:PORT of the head node is expected"):
        check_answers(address)


def test_without_ray_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)

    with pytest.raises(ClusterError, match=r"pip install 'colorization-turing-test\[cluster\]'"):
        load_ray()
