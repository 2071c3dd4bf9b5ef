"""The worked example runs as a notebook, and says what it said when the page was written."""

import json

import nbclient
import nbformat
import pytest

from tests.pages.notebook import (
    FIGURE,
    NOTEBOOK,
    PAGE,
    executed,
    notebook_of,
    pictures_of,
    printed_by,
    with_outputs,
)

MEND = "python -m tests.pages.notebook brings page and notebook to what the code does now"
TEXT = """# A page

Prose.

```python
print("first")
```

<!-- printed -->
```text
first
```

More.

```python
first = 1
```
"""


def code_of(notebook):
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def prose_of(notebook):
    return [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]


def test_code_and_prose_become_cells_without_the_outputs_of_the_page():
    notebook = notebook_of(TEXT)

    assert code_of(notebook) == ['%matplotlib inline\nprint("first")', "first = 1"]
    assert prose_of(notebook) == ["# A page\n\nProse.", "More."]


def test_outputs_are_put_below_their_blocks():
    notebook = notebook_of(TEXT)
    said, silent = (cell for cell in notebook.cells if cell.cell_type == "code")
    said.outputs = [nbformat.v4.new_output("stream", text="second\n")]
    silent.outputs = []

    text = with_outputs(TEXT, notebook)

    assert text == TEXT.replace("```text\nfirst", "```text\nsecond")


def test_the_notebook_is_made_of_the_page():
    made, stored = (
        notebook_of(PAGE.read_text(encoding="utf-8")),
        nbformat.read(NOTEBOOK, as_version=4),
    )

    assert (code_of(stored), prose_of(stored)) == (code_of(made), prose_of(made)), MEND
    nbformat.validate(json.loads(NOTEBOOK.read_text(encoding="utf-8")))


def test_the_figure_of_the_page_is_that_of_the_notebook():
    assert pictures_of(nbformat.read(NOTEBOOK, as_version=4)) == [FIGURE.read_bytes()], MEND


@pytest.mark.slow
def test_a_cell_that_fails_is_told(tmp_path):
    with pytest.raises(nbclient.exceptions.CellExecutionError, match="no such name"):
        executed(notebook_of("```python\nraise NameError('no such name')\n```\n"), tmp_path)


@pytest.mark.slow
def test_every_cell_runs_and_prints_what_the_page_shows(tmp_path):
    text = PAGE.read_text(encoding="utf-8")

    ran = executed(notebook_of(text), tmp_path)

    stored = nbformat.read(NOTEBOOK, as_version=4)
    assert with_outputs(text, ran) == text, MEND
    assert [printed_by(cell) for cell in ran.cells if cell.cell_type == "code"] == [
        printed_by(cell) for cell in stored.cells if cell.cell_type == "code"
    ]
    assert len(pictures_of(ran)) == 1
    assert {path.name for path in (tmp_path / "worked-example").iterdir()} >= {
        "report.html",
        "report.json",
        "fool-rates.svg",
        "fool-rates.pdf",
        "results.tex",
        "results.md",
        "mine.png",
    }
