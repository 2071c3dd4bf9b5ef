"""Run the blocks of a page in a folder, as somebody who pastes them would."""

import io
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pexpect

from tests.pages.blocks import Block

SHELL = ("bash", "-euo", "pipefail", "-c")
SHELL_WORDS = Path(__file__).with_name("shell_words.sh")
MOST_SECONDS = 900  # on a machine that others work on


def run_page(blocks: list[Block], folder: Path) -> str:
    """Run every block of a page that is to be run, in order; gives what all of them printed.

    Raises:
        AssertionError: one failed, or did not print what the page shows; says which and why.
    """
    printed = ""
    for block in blocks:
        if (name := block.mark("file")) is not None:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text, encoding="utf-8")
        elif block.mark("printed") is not None:
            missing = [line for line in block.text.splitlines() if line not in printed]
            assert not missing, f"{block.place}: nothing printed {missing}, but\n{printed}"
        elif block.is_run:
            printed += run_block(block, folder)
    return printed


def run_block(block: Block, folder: Path) -> str:
    """Run one block of commands or code; gives what it printed.

    Raises:
        AssertionError: another exit code than the page tells.
    """
    wanted = int(block.mark("exits") or 0)
    if block.language == "python":
        code, printed = run([sys.executable, "-c", block.script], folder)
    else:
        typed = block.mark("typed")
        code, printed = (
            run_shell(block.script, folder)
            if typed is None
            else type_into(block.script, folder, typed.split())
        )
    assert code == wanted, f"{block.place}: exit code {code}\n{block.script}\n{printed}"
    return printed


def run_shell(script: str, folder: Path) -> tuple[int, str]:
    """Run commands in a shell that stops at the first that fails."""
    return run([*SHELL, script], folder)


def type_into(script: str, folder: Path, answers: list[str]) -> tuple[int, str]:
    """Run commands at a terminal, and answer each question that ends with a colon."""
    program, *words = SHELL
    terminal = pexpect.spawn(
        program,
        [*words, script],
        cwd=folder,
        env=environment(folder),
        encoding="utf-8",
        timeout=MOST_SECONDS,
        logfile=io.StringIO(),
    )
    for answer in answers:
        terminal.expect(r": *$")
        terminal.sendline(answer)
    terminal.expect(pexpect.EOF)
    terminal.close()
    return terminal.exitstatus, terminal.logfile.getvalue()


def run(words: list[str], folder: Path) -> tuple[int, str]:
    """Run a program away from any terminal; gives its exit code and what it printed.

    A group of its own is ended with it, so that no server stays behind.
    """
    with subprocess.Popen(
        words,
        cwd=folder,
        env=environment(folder),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            printed, _ = process.communicate(timeout=MOST_SECONDS)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
    return process.returncode, printed


def environment(folder: Path) -> dict[str, str]:
    """Give the variables of a reader who has nothing set and is at home in the folder."""
    kept = {name: value for name, value in os.environ.items() if name[:6] != "STUDY_"}
    return kept | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(folder),
        "BASH_ENV": str(SHELL_WORDS),
        "PAGE_PORT": str(_free_port()),
        "PGHOST": "127.0.0.1",
        "PGUSER": "root",
        "MPLBACKEND": "agg",
    }


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
