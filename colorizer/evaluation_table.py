"""The figures of an evaluation as a table to read: conditions first, baselines below."""

from collections.abc import Mapping
from typing import Any

COLUMNS = {
    "auc": ("AuC %", 100, 2),
    "auc_rebalanced": ("rebal. %", 100, 2),
    "cross_entropy": ("CE nats", 1, 3),
    "psnr": ("PSNR dB", 1, 2),
    "ssim": ("SSIM", 1, 3),
    "ciede2000": ("ΔE00", 1, 2),
    "colorfulness": ("colourful", 1, 1),
    "chroma": ("chroma", 1, 1),
    "chroma_ratio": ("ratio", 1, 2),
}
NAME_WIDTH, WIDTH = 14, 10


def table_of(figures: Mapping[str, Any]) -> str:
    """Give the lines of the table.

    Args:
        figures: of ``evaluate``.
    """
    rows = {**figures["conditions"], **{f"({n})": f for n, f in figures["baselines"].items()}}
    width = max(NAME_WIDTH, *(len(name) for name in rows))
    head = " " * width + "".join(f"{title:>{WIDTH}}" for title, _, _ in COLUMNS.values())
    return "\n".join([head, *(f"{name:<{width}}{_cells(row)}" for name, row in rows.items())])


def _cells(row: Mapping[str, Any]) -> str:
    cells = []
    for name, (_, factor, n_digits) in COLUMNS.items():
        value = row[name]
        cells.append("–" if value is None else f"{factor * value:.{n_digits}f}")
    return "".join(f"{cell:>{WIDTH}}" for cell in cells)
