"""What tests of the documentation share: its pages and the commands on them."""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.conftest import ROOT

PROGRAMS = ("colorizer", "study-app", "analysis")
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
FENCE = re.compile(r"^( *)(```+)([^\n`]*)\n(.*?)^\1\2 *$", re.DOTALL | re.MULTILINE)
INLINE = re.compile(r"`([^`\n]+)`")
# Said of what is not there, in one bullet each.
NOT_THERE = re.compile(r"^[-*] Not there yet: .*$", re.MULTILINE)


class Command(NamedTuple):
    """A command as a page has it.

    Attributes:
        page: relative to the repository.
        line: of the page, from 1.
        words: program first, split as a shell would.
        is_whole: whether it stands in a block, with all that it needs, or within a sentence.
    """

    page: str
    line: int
    words: tuple[str, ...]
    is_whole: bool


def commands_of(page: Path) -> Iterator[Command]:
    """Give every command line of our three programs on a page."""
    text = NOT_THERE.sub("", page.read_text(encoding="utf-8"))
    name = str(page.relative_to(ROOT))
    for found in FENCE.finditer(text):
        if found[3].strip() in ("", "sh"):
            first = text[: found.start(4)].count("\n") + 1
            for number, line in _joined(found[4], first):
                words = _words(line)
                if words and words[0] in PROGRAMS:
                    yield Command(name, number, words, is_whole=True)
    prose = FENCE.sub(lambda found: "\n" * found[0].count("\n"), text)
    for found in INLINE.finditer(prose):
        words = _words(found[1])
        if words and words[0] in PROGRAMS and len(words) > 1:
            yield Command(name, prose[: found.start()].count("\n") + 1, words, is_whole=False)


def build_site(folder: Path) -> Path:
    """Build the documentation site strictly, and give its folder."""
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder


def _joined(block: str, first: int) -> Iterator[tuple[int, str]]:
    """Give the lines of a block with their numbers, those that go on joined to one."""
    held, start = "", first
    for number, line in enumerate(block.splitlines(), start=first):
        if not held:
            start = number
        held += line.rstrip("\\") if line.endswith("\\") else line
        if not line.endswith("\\"):
            yield start, held
            held = ""


def _words(line: str) -> tuple[str, ...]:
    """Split a line, without prompt, remarks, redirections and what is piped on."""
    line = line.strip().removeprefix("$ ")
    try:
        words = shlex.split(line, comments=True)
    except ValueError:  # an apostrophe in a sentence
        return ()
    ends = [words.index(sign) for sign in (">", "|", "&&", ";") if sign in words]
    return tuple(words[: min(ends, default=len(words))])
