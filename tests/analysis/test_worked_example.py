"""The code of the pages for readers runs as it stands."""

import re
from pathlib import Path
from typing import Any

import pytest

DOCS = Path(__file__).resolve().parents[2] / "docs"
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def test_every_code_block_of_the_worked_example_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (DOCS / "worked-example.md").read_text(encoding="utf-8")
    names: dict[str, Any] = {"folder": tmp_path}

    for number, code in enumerate(BLOCK.findall(text), start=1):
        exec(compile(code, f"worked-example.md, block {number}", "exec"), names)  # noqa: S102

    assert {path.name for path in tmp_path.iterdir()} >= {
        "report.html",
        "report.json",
        "fool-rates.svg",
        "fool-rates.pdf",
        "results.tex",
        "results.md",
        "mine.png",
    }
    assert "people and photos 0." in capsys.readouterr().out


def test_the_page_on_the_report_names_every_key_of_the_twin(
    finished_document: dict[str, Any],
) -> None:
    text = (DOCS / "report.md").read_text(encoding="utf-8")

    assert {name for name in finished_document if f"`{name}`" not in text} == set()
