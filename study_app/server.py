"""Start the production server: gunicorn on the configured instance, here or beside."""

import contextlib
import ipaddress
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import flask
import gunicorn.config
import httpx

from study_app.config import Settings, environment_of
from study_app.errors import ConfigError, SimulationError
from study_app.metrics_folder import METRICS_FOLDER_VARIABLE, fresh_metrics_folder

# Enough that some are left for answers while many people enrol at once, one after the other.
THREADS_PER_WORKER = 10
# Else glibc keeps memory for each thread apart, a tenth more in all.
ARENAS = ("MALLOC_ARENA_MAX", "1")
MOST_DEFAULT_WORKERS = 4
START_TIMEOUT_S = 60.0
# The socket takes connections before the server is up, so that a try can wait for nothing.
ONE_TRY_S = 2.0
STOP_TIMEOUT_S = 10.0
APP = "study_app:create_app()"
GUNICORN_CONFIG = Path(__file__).with_name("gunicorn_config.py")


def default_workers() -> int:
    """Give one worker per core, four at most: SQLite lets one of them write at a time."""
    return max(1, min(MOST_DEFAULT_WORKERS, os.cpu_count() or 1))


def check_address(host: str, port: int) -> None:
    """Check that a server can listen there.

    Raises:
        ConfigError: another program does, it is not allowed, or this machine has no such address.
    """
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind(address)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ConfigError(
            f"cannot serve at {host}:{port}: {reason}; choose another with --port or --host"
        ) from None


def run_gunicorn(app_settings: Settings, host: str, port: int, workers: int) -> None:
    """Serve the study until stopped; replaces this process by gunicorn.

    Raises:
        ConfigError: Flask is told to debug, which shows its inside to whoever makes an error.
    """
    if flask.helpers.get_debug_flag():
        raise ConfigError("FLASK_DEBUG is on: unset it to serve a study, or use serve --dev")
    os.environ.setdefault(*ARENAS)
    # The rest is read by each worker when it starts, so that a reload finds what has changed.
    os.environ.update(
        STUDY_INSTANCE_PATH=str(app_settings.instance_path),
        STUDY_LOG_FORMAT=app_settings.log_format,
    )
    if app_settings.metrics_token:
        # This process goes on as gunicorn under the same number.
        folder = fresh_metrics_folder(app_settings.instance_path, os.getpid())
        os.environ[METRICS_FOLDER_VARIABLE] = str(folder)
    arguments = [*_gunicorn(workers), "--bind", f"{host}:{port}", APP]
    os.execv(sys.executable, arguments)  # noqa: S606 - our own interpreter, no shell


def run_development_server(app: flask.Flask, host: str, port: int) -> None:
    """Serve the study with Flask's own server, which reloads and explains errors.

    Raises:
        ConfigError: others than this machine could reach its debugger, which runs any program.
    """
    if not _is_this_machine(host):
        raise ConfigError(f"serve --dev is for this machine alone: --host {host} lets others in")
    app.run(host=host, port=port, debug=True)


@contextlib.contextmanager
def background_server(app_settings: Settings, workers: int) -> Iterator[str]:
    """Serve the study beside this process on a free port; gives its address.

    There is no proxy before it and nobody counts what it does.

    Raises:
        SimulationError: the server did not start.
    """
    with socket.socket() as listening:
        # Bound here and handed over, so that nobody else can take the port in between.
        listening.bind(("127.0.0.1", 0))
        listening.listen(1024)
        listening.set_inheritable(True)
        alone = replace(app_settings, sendfile="off", metrics_token="")
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        process = subprocess.Popen(  # noqa: S603 - our own interpreter, no shell
            [
                *_gunicorn(workers),
                *("--log-level", "warning"),
                *("--bind", f"fd://{listening.fileno()}"),
                APP,
            ],
            env={**os.environ, **environment_of(alone)},
            pass_fds=[listening.fileno()],
        )
        try:
            _wait_until_up(url, process)
            yield url
        finally:
            _stop(process)


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _gunicorn(workers: int) -> list[str]:
    return [
        *(sys.executable, "-m", "gunicorn"),
        *("--config", f"file:{GUNICORN_CONFIG}"),
        *("--workers", str(workers)),
        *("--threads", str(THREADS_PER_WORKER)),
        *_without_control_socket(),
    ]


def _without_control_socket() -> list[str]:
    """Keep newer gunicorns from opening a socket of their own in the user's home."""
    known = gunicorn.config.make_settings()
    return ["--no-control-socket"] if "control_socket_disable" in known else []


def _wait_until_up(url: str, process: "subprocess.Popen[Any]") -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise SimulationError(
                f"the study's server ended at once with code {process.returncode}"
            )
        try:
            httpx.get(url, timeout=ONE_TRY_S)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise SimulationError(f"the study's server did not answer within {START_TIMEOUT_S:.0f} s")


def _stop(process: "subprocess.Popen[Any]") -> None:
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
