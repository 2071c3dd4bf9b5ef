"""The blocks of the pages, and the marks by which a page directs how they are run.

A mark is a remark that no reader sees, ``<!-- name: value -->``:

    given: photos set          anywhere: what lies in the folder when the page is begun
    later: the rows of ...     anywhere: what somebody is still to write there
    not run: a screen          above a block: it is not run; why is one of ``NOT_RUN``
    as: OLD => NEW             above a block: NEW is run in the place of OLD; repeatable
    typed: WORDS               above a block: what somebody types, a word per line
    exits: 1                   above a block: its exit code
    file: NAME                 above a block: it is that file of the folder
    part of: study file        above a block of TOML: such a file may say this
    printed                    above a block of text: what was run before prints these lines

``<!-- also run`` up to ``-->`` holds commands that stand in the sentences beside it.
"""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.conftest import ROOT
from tests.documents import FENCE

# Why a block is not run. Each needs what a machine of CI has not, or CI runs it by itself.
NOT_RUN = {
    "the package index": "installs packages; tests/test_release.py installs the wheel",
    "make demo": "CI runs `make demo SERVE=0` by itself",
    "make test": "CI runs it by itself",
    "tests/benchmarks": "minutes; `make long` runs shorter ones by itself",
    "a screen": "opens a browser's window",
    "a system's own files": "root's; test_deploy.py and test_proxy.py try them elsewhere",
    "containers": "no container engine; tests/test_deploy.py checks what can be without one",
    "a GPU": "drivers and an accelerator",
    "a cluster": "several machines; tests/colorizer/test_ray_engine.py starts one of two nodes",
    "an example of style": "no program, but how one looks",
}
SHELL = "sh"
RUN = (SHELL, "python")
READ = ("toml", "json", "xml", "ini", "nginx", "yaml")
MARK = re.compile(r"<!-- (?:(also run)\n(.*?)|([a-z ]+?)(?:: (.*?))?) *-->", re.DOTALL)
ABOVE = ("not run", "as", "typed", "exits", "file", "part of", "printed")
ANYWHERE = ("given", "later")


@dataclass(frozen=True)
class Block:
    """A block of a page.

    Attributes:
        page: relative to the repository.
        line: of the page, from 1: where the block begins.
        language: after the fence; ``sh`` for hidden commands.
        text: without the indentation of a list.
        marks: name and value of each mark above it.
        is_hidden: commands of sentences, which no reader sees.
    """

    page: str
    line: int
    language: str
    text: str
    marks: tuple[tuple[str, str], ...] = field(default=())
    is_hidden: bool = False

    @property
    def place(self) -> str:
        """Where it stands, as messages say it."""
        return f"{self.page}:{self.line}"

    @property
    def is_run(self) -> bool:
        """Whether it holds commands or code that the page runs."""
        return self.language in RUN and self.why_not is None

    @property
    def why_not(self) -> str | None:
        """The reason for which it is not run."""
        return self.mark("not run")

    @property
    def script(self) -> str:
        """What is run: the text, with what stands in the place of something else."""
        text = self.text
        for name, value in self.marks:
            if name == "as":
                old, new = value.split(" => ")
                assert old in text, f"{self.place}: nothing to replace: {old}"
                text = text.replace(old, new)
        return text

    def mark(self, wanted: str) -> str | None:
        """Give the value of the first mark of a name."""
        return next((value for name, value in self.marks if name == wanted), None)


def blocks_of(page: Path) -> list[Block]:
    """Give the blocks of a page in order, the hidden ones among them."""
    text, name = page.read_text(encoding="utf-8"), str(page.relative_to(ROOT))
    found = [
        (fence.start(), Block(name, _line(text, fence.start()), fence[3].strip(), lines, marks))
        for fence in FENCE.finditer(text)
        for lines, marks in [(_outdented(fence[4], fence[1]), _marks_above(text, fence.start()))]
    ]
    fences = [fence.span() for fence in FENCE.finditer(text)]
    for mark in MARK.finditer(text):
        if mark[1] and not _is_within(mark.start(), fences):
            hidden = Block(name, _line(text, mark.start()), SHELL, mark[2], is_hidden=True)
            found.append((mark.start(), hidden))
    return [block for _, block in sorted(found, key=lambda pair: pair[0])]


def givens_of(page: Path) -> tuple[str, ...]:
    """Give the names of what lies in the folder when a page is begun."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    return tuple(word for mark in MARK.finditer(text) if mark[3] == "given"
                 for word in mark[4].split())  # fmt: skip


def stray_marks_of(page: Path) -> Iterator[str]:
    """Give the remarks of a page that are no mark, or stand where they direct nothing."""
    text = page.read_text(encoding="utf-8")
    bare = FENCE.sub(lambda fence: fence[1] + "```\n", text)
    n_above = sum(len(block.marks) for block in blocks_of(page))
    above = 0
    for remark in re.finditer(r"<!--.*?-->", bare, re.DOTALL):
        mark = MARK.fullmatch(remark[0])
        if mark is None or (not mark[1] and mark[3] not in (*ABOVE, *ANYWHERE)):
            yield f"no mark is known as {remark[0]}"
        above += mark is not None and mark[3] in ABOVE
    if above != n_above:
        yield f"{above - n_above} marks do not stand right above a block"


def commands_in(script: str, programs: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Give the words of every command of certain programs in a script, also within others."""
    for line in script.replace("\\\n", " ").splitlines():
        try:
            words = shlex.split(line, comments=True)
        except ValueError:  # a line of something that is written over several
            words = line.split()
        starts = [number for number, word in enumerate(words) if word in programs]
        for start in starts:
            rest = words[start:]
            ends = [rest.index(sign) for sign in (">", "|", "&&", ";") if sign in rest]
            yield tuple(rest[: min(ends, default=len(rest))])


def _marks_above(text: str, start: int) -> tuple[tuple[str, str], ...]:
    """Give the marks in the lines right above a fence."""
    marks: list[tuple[str, str]] = []
    for line in reversed(text[:start].splitlines()):
        mark = MARK.fullmatch(line.strip())
        if mark is None or mark[3] not in ABOVE:
            break
        marks.insert(0, (mark[3], mark[4] or ""))
    return tuple(marks)


def _outdented(text: str, indentation: str) -> str:
    return "".join(line.removeprefix(indentation) for line in text.splitlines(keepends=True))


def _is_within(place: int, spans: list[tuple[int, int]]) -> bool:
    return any(start <= place < end for start, end in spans)


def _line(text: str, place: int) -> int:
    return text[:place].count("\n") + 1
