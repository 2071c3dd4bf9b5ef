"""A real nginx before the server, configured by the example that the documentation shows."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.study_app.served import Served, free_port, wait_for

EXAMPLE = ROOT / "deploy" / "nginx" / "study.conf"
UPSTREAM = ROOT / "deploy" / "nginx" / "upstream.conf"
AROUND = """
daemon off;
{user}
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
events {{ worker_connections 256; }}
http {{
    default_type application/octet-stream;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    access_log {folder}/access.log;
    include {folder}/upstream.conf;
    include {folder}/study.conf;
}}
"""


@dataclass(frozen=True)
class Proxy:
    """Where nginx listens, and what its certificate is signed by."""

    url: str
    plain_url: str
    certificate: Path
    folder: Path


def nginx_program() -> str:
    """Give the program; skip, or fail where services are required."""
    path = os.environ["PATH"] + os.pathsep + "/usr/sbin"
    found = shutil.which("nginx", path=path)
    if found is None:
        reason = "no nginx on this machine"
        if os.environ.get("CTT_REQUIRE_SERVICES") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@contextmanager
def nginx_before(server: Served, instance: Path, folder: Path) -> Iterator[Proxy]:
    """Run nginx before a server until the end of the block."""
    program = nginx_program()
    secure, plain = free_port(), free_port()
    proxy = Proxy(
        f"https://127.0.0.1:{secure}",
        f"http://127.0.0.1:{plain}",
        _make_certificate(folder),
        folder,
    )
    _write(folder, "study.conf", EXAMPLE, {
        "listen 443 ssl;": f"listen 127.0.0.1:{secure} ssl;",
        "listen 80;": f"listen 127.0.0.1:{plain};",
        "/etc/ssl/study/fullchain.pem": str(proxy.certificate),
        "/etc/ssl/study/privkey.pem": str(folder / "privkey.pem"),
        "/srv/study/instance/images/": f"{instance}/images/",
        "/var/log/nginx/study-error.log": str(folder / "study-error.log"),
    })  # fmt: skip
    _write(folder, "upstream.conf", UPSTREAM, {"127.0.0.1:5000": f"127.0.0.1:{server.port}"})
    # Test folders are their owner's alone.
    user = "user root;" if os.geteuid() == 0 else ""
    main = folder / "nginx.conf"
    main.write_text(AROUND.format(folder=folder, user=user), encoding="utf-8")
    process = subprocess.Popen([program, "-c", str(main), "-p", str(folder)])
    try:
        wait_for(proxy.plain_url, process)
        yield proxy
    finally:
        process.terminate()
        process.wait(30)


def _write(folder: Path, name: str, source: Path, changes: dict[str, str]) -> None:
    """Copy a configuration with other places; each place has to be in it."""
    text = source.read_text(encoding="utf-8")
    for place, here in changes.items():
        assert place in text, f"{source} has no {place}"
        text = text.replace(place, here)
    assert not re.search(r"(listen|server) (?!127\.0\.0\.1|_)[\d.:]+", text)
    (folder / name).write_text(text, encoding="utf-8")


def _make_certificate(folder: Path) -> Path:
    """Make a certificate of this machine's own for it."""
    certificate = folder / "fullchain.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
         "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
         "-keyout", str(folder / "privkey.pem"), "-out", str(certificate)],
        check=True, capture_output=True,
    )  # fmt: skip
    return certificate
