"""The pages for readers tell of all that the analysis gives."""

from pathlib import Path
from typing import Any

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_the_page_on_the_report_names_every_key_of_the_twin(
    finished_document: dict[str, Any],
) -> None:
    text = (DOCS / "report.md").read_text(encoding="utf-8")

    assert {name for name in finished_document if f"`{name}`" not in text} == set()
