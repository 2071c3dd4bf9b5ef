"""Starts trainings as processes of their own, as a person does from a shell."""

import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

from colorizer.shard_writer import ShardWriter
from tests.colorizer.factories import colourful_photo

SIDE_PX = 40
TINY = ("--preset", "tiny", "--seed", 1, "--width", 0.0625, "--learning-rate", 1e-3)


def write_shards(folder: Path, n_photos: int = 6) -> Path:
    """Write shards of a few drawn pictures, one of them to validate with."""
    folder.mkdir()
    with ShardWriter(folder, SIDE_PX) as writer:
        for number in range(n_photos):
            writer.add("training", colourful_photo(number, SIDE_PX, SIDE_PX))
        writer.add("validation", colourful_photo(99, SIDE_PX, SIDE_PX))
        writer.save_index()
    return folder


def start_python(*arguments: Any, **environment: str) -> "subprocess.Popen[str]":
    """Start Python with these arguments; output is kept to be looked at."""
    return subprocess.Popen(
        [sys.executable, *map(str, arguments)],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def start_training(*arguments: Any, **environment: str) -> "subprocess.Popen[str]":
    """Start ``colorizer train``."""
    return start_python("-m", "colorizer", "train", *arguments, **environment)


def end_of(process: "subprocess.Popen[str]", timeout_s: float = 1500) -> tuple[int, str]:
    """Wait for the end and give the exit code and what stood on stderr."""
    try:
        _, stderr = process.communicate(timeout=timeout_s)
    except subprocess.TimeoutExpired:
        process.kill()
        _, stderr = process.communicate()
        raise AssertionError(f"still running after {timeout_s} s; stderr: {stderr}") from None
    return process.returncode, stderr


def free_addresses(n: int) -> list[str]:
    """Give addresses on this machine at which nothing listens."""
    servers = [socket.create_server(("127.0.0.1", 0)) for _ in range(n)]
    addresses = [f"127.0.0.1:{server.getsockname()[1]}" for server in servers]
    for server in servers:
        server.close()
    return addresses
