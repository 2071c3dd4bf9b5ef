"""Marks are read as they are meant, and a page cannot get by with one that directs nothing."""

import pytest

from tests.conftest import ROOT
from tests.documents import PAGES
from tests.pages import blocks
from tests.pages.blocks import Block, blocks_of, commands_in, givens_of, stray_marks_of

PAGE = """# A page

<!-- given: photos set -->

1. First:

   <!-- as: --steps 1000 => --steps 2 -->
   <!-- exits: 1 -->
   ```sh
   colorizer train shards --steps 1000
   ```

<!-- also run
analysis --help
-->

<!-- not run: a screen -->
```sh
chromium
```
"""


@pytest.fixture
def page(tmp_path, monkeypatch):
    monkeypatch.setattr(blocks, "ROOT", tmp_path)
    path = tmp_path / "page.md"
    path.write_text(PAGE, encoding="utf-8")
    return path


def test_marks_above_a_block_are_its_own(page):
    first, hidden, last = blocks_of(page)

    assert first.script == "colorizer train shards --steps 2\n"
    assert first.mark("exits") == "1"
    assert (first.place, first.is_run) == ("page.md:9", True)
    assert (hidden.script, hidden.is_hidden, hidden.is_run) == ("analysis --help\n", True, True)
    assert (last.why_not, last.is_run) == ("a screen", False)
    assert givens_of(page) == ("photos", "set")
    assert list(stray_marks_of(page)) == []


@pytest.mark.parametrize(
    ("added", "said"),
    [
        ("<!-- not run: a screen -->\n\n```sh\nls\n```\n", "right above a block"),
        ("<!-- notrun: a screen -->\n```sh\nls\n```\n", "no mark is known"),
        ("<!-- a remark -->\n", "no mark is known"),
    ],
)
def test_a_mark_that_directs_nothing_is_told(page, added, said):
    page.write_text(PAGE + added, encoding="utf-8")

    (line,) = stray_marks_of(page)

    assert said in line


def test_a_replacement_of_nothing_is_told():
    block = Block("page.md", 1, "sh", "ls\n", (("as", "cat => dog"),))

    with pytest.raises(AssertionError, match="nothing to replace: cat"):
        _ = block.script


def test_commands_are_found_within_others():
    script = 'if true; then analysis check a.csv; fi\ncolorizer \\\n  train "a b" > log # remark\n'

    assert list(commands_in(script, ("analysis", "colorizer"))) == [
        ("analysis", "check", "a.csv;", "fi"),
        ("colorizer", "train", "a b"),
    ]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_mark_of_a_page_directs_something(page):
    assert list(stray_marks_of(page)) == []
