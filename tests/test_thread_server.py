"""The server in a thread: it answers, and leaves no file open when a browser goes away."""

import gc
import socket
import struct
import warnings

import flask
import httpx
import pytest

from tests.thread_server import serve_in_thread

SIZE = 2_000


@pytest.fixture
def app(tmp_path):
    app = flask.Flask(__name__)
    path = tmp_path / "icon.bin"
    path.write_bytes(bytes(SIZE))
    app.add_url_rule("/icon", view_func=lambda: flask.send_file(path))
    return app


def test_a_file_is_sent_whole(app):
    with serve_in_thread(app) as url:
        assert len(httpx.get(f"{url}/icon").content) == SIZE


def test_a_browser_that_resets_the_connection_leaves_no_file_open(app):
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always", ResourceWarning)
        with serve_in_thread(app) as url:
            for _ in range(20):
                reset_after_the_first_bytes(url)
        gc.collect()
    assert [str(w.message) for w in seen if "icon.bin" in str(w.message)] == []


def reset_after_the_first_bytes(url):
    """Ask for the file, read its beginning and leave with RST instead of FIN.

    The server, which has sent everything by then, learns of it when it reads once more.
    """
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.sendall(b"GET /icon HTTP/1.1\r\nHost: test\r\n\r\n")
        connection.recv(1)
