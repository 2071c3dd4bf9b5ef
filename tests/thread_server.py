"""The web study in a thread of the test, for browsers and programs that talk HTTP to it."""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import flask
from werkzeug.serving import make_server

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


@contextmanager
def serve_in_thread(app: flask.Flask) -> Iterator[str]:
    """Serve an app on a free port until the end of the block; give its address."""
    server = make_server("127.0.0.1", 0, _answers_at_once(app), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _answers_at_once(app: "WSGIApplication") -> "WSGIApplication":
    """Read every answer to its end before it is sent.

    When a browser resets the connection in the middle of a file, Werkzeug's server for
    development does not close the file, and Python warns of it in whatever test comes then.
    """

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        parts = app(environ, start_response)
        try:
            return [b"".join(parts)]
        finally:
            close = getattr(parts, "close", None)
            if close is not None:
                close()

    return answer
