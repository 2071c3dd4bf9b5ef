"""The worked example as a notebook: made from the page, the page's outputs from it.

    python -m tests.pages.notebook

runs the page's code and writes ``docs/worked-example.ipynb``, what it printed below each block of
the page, and the figure into ``docs/images``. Do it after a change of the page's code.
"""

import base64
import re
import tempfile
from pathlib import Path

import nbclient
import nbformat

from tests.conftest import ROOT
from tests.pages.blocks import MARK

PAGE = ROOT / "docs" / "worked-example.md"
NOTEBOOK = PAGE.with_suffix(".ipynb")
FIGURE = ROOT / "docs" / "images" / "worked-example.png"
PRINTED = re.compile(r"\n<!-- printed -->\n```text\n(.*?)```\n", re.DOTALL)
SHOWN = re.compile(r"\n!\[[^\]]*\]\(images/worked-example\.png\)\n")
CODE = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)
TO_SHOW_FIGURES = "%matplotlib inline\n"
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


def notebook_of(text: str) -> nbformat.NotebookNode:
    """Make a notebook without outputs of a page: its prose and its blocks of Python."""
    text = MARK.sub("", SHOWN.sub("", PRINTED.sub("", text)))
    cells, end = [], 0
    for found in CODE.finditer(text):
        cells.append(("markdown", text[end : found.start()]))
        magic = "" if any(kind == "code" for kind, _ in cells) else TO_SHOW_FIGURES
        cells.append(("code", magic + found[1]))
        end = found.end()
    cells.append(("markdown", text[end:]))
    make = {"markdown": nbformat.v4.new_markdown_cell, "code": nbformat.v4.new_code_cell}
    return nbformat.v4.new_notebook(
        metadata={"kernelspec": KERNEL, "language_info": {"name": "python"}},
        cells=[
            make[kind](source.strip(), id=f"cell-{number}")
            for number, (kind, source) in enumerate(cells)
            if source.strip()
        ],
    )


def executed(notebook: nbformat.NotebookNode, folder: Path) -> nbformat.NotebookNode:
    """Run every cell in a folder, from top to bottom.

    Raises:
        CellExecutionError: a cell failed; with its code and traceback.
    """
    done = nbclient.NotebookClient(
        notebook, timeout=300, resources={"metadata": {"path": str(folder)}}
    ).execute()
    for cell in done.cells:
        cell.metadata.pop("execution", None)  # times of day
    done.metadata["language_info"] = {"name": "python"}  # not of which version
    return done


def printed_by(cell: nbformat.NotebookNode) -> str:
    """Give what a cell printed."""
    return "".join(output.text for output in cell.outputs if output.output_type == "stream")


def pictures_of(notebook: nbformat.NotebookNode) -> list[bytes]:
    """Give the pictures that the cells of a notebook show, as PNG files."""
    return [
        base64.b64decode(output.data["image/png"])
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if "image/png" in output.get("data", {})
    ]


def with_outputs(text: str, notebook: nbformat.NotebookNode) -> str:
    """Put what each cell printed below its block of the page."""
    outputs = [printed_by(cell) for cell in notebook.cells if cell.cell_type == "code"]
    blocks = iter(outputs)

    def below(found: re.Match[str]) -> str:
        said = next(blocks)
        return found[0] + (f"\n\n<!-- printed -->\n```text\n{said}```" if said else "")

    return CODE.sub(below, PRINTED.sub("", text))


def main() -> None:
    """Bring notebook, page and figure to what the page's code does now."""
    text = PAGE.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        notebook = executed(notebook_of(text), Path(folder))
    nbformat.write(notebook, NOTEBOOK)
    PAGE.write_text(with_outputs(text, notebook), encoding="utf-8")
    (picture,) = pictures_of(notebook)
    FIGURE.write_bytes(picture)


if __name__ == "__main__":
    main()
