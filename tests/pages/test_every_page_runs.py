"""Every block of commands or code on the pages runs as it stands.

The tutorial is run by tests/test_tutorial.py, which looks at what it leaves, too; a page that is
a notebook as well by test_notebook.py, where all cells share their names.
"""

from contextlib import nullcontext

import pytest

from tests.conftest import ROOT
from tests.documents import PAGES
from tests.pages.blocks import blocks_of, givens_of
from tests.pages.givens import Store
from tests.pages.running import run_page
from tests.pages.servers import server_without_the_study

pytestmark = pytest.mark.slow  # make pages

DATABASE_SERVER = "postgresql"
TUTORIAL = ROOT / "docs" / "tutorial.md"
RUN_ELSEWHERE = {TUTORIAL, *(path.with_suffix(".md") for path in (ROOT / "docs").glob("*.ipynb"))}
WITH_CODE = [
    page for page in PAGES
    if page not in RUN_ELSEWHERE and any(block.is_run for block in blocks_of(page))
]  # fmt: skip


@pytest.fixture(scope="session")
def store(tmp_path_factory):
    return Store(tmp_path_factory.mktemp("given"))


@pytest.mark.parametrize("page", WITH_CODE, ids=lambda page: page.stem)
def test_a_page_runs_from_top_to_bottom(page, store, tmp_path):
    """On failure the message has page and line, the commands and what they printed."""
    givens = [name for name in givens_of(page) if name != DATABASE_SERVER]
    store.put(tuple(givens), tmp_path)

    with server_without_the_study() if DATABASE_SERVER in givens_of(page) else nullcontext():
        run_page(blocks_of(page), tmp_path)
