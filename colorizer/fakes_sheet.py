"""A contact sheet: each row a photograph, what a network is shown of it, and its fakes."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

UInt8 = npt.NDArray[np.uint8]

SIDE_PX, GAP_PX, HEADER_PX = 160, 4, 20
MOST_ROWS = 24
BACKGROUND = (255, 255, 255)
INK = (0, 0, 0)


class FakesSheet:
    """Gathers rows of pictures and writes them as one.

    Args:
        most_rows: rows after these are left out.
    """

    def __init__(self, most_rows: int = MOST_ROWS) -> None:
        self._most_rows = most_rows
        self._rows: list[dict[str, Image.Image]] = []

    def add(self, pictures: dict[str, UInt8]) -> None:
        """Add a row.

        Args:
            pictures: by the title of their column, (H, W, 3), uint8 sRGB; shown in a square.
        """
        if len(self._rows) < self._most_rows:
            self._rows.append({title: _thumbnail(rgb) for title, rgb in pictures.items()})

    def save(self, path: Path) -> None:
        """Write all rows as one picture, in the format that the suffix says."""
        sheet = self._draw()
        temporary = path.with_name(f"part-{path.name}")
        try:
            sheet.save(temporary)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)

    def _draw(self) -> Image.Image:
        titles = list(dict.fromkeys(title for row in self._rows for title in row))
        step = SIDE_PX + GAP_PX
        size = (step * len(titles) + GAP_PX, HEADER_PX + step * len(self._rows) + GAP_PX)
        sheet = Image.new("RGB", size, BACKGROUND)
        draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(12)
        for column, title in enumerate(titles):
            left = GAP_PX + column * step
            draw.text((left, 3), _fitted(title, font), fill=INK, font=font)
            for number, row in enumerate(self._rows):
                if title in row:
                    sheet.paste(row[title], (left, HEADER_PX + GAP_PX + number * step))
        return sheet


def _thumbnail(rgb: UInt8) -> Image.Image:
    return Image.fromarray(rgb).resize((SIDE_PX, SIDE_PX), Image.Resampling.LANCZOS)


def _fitted(title: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> str:
    """Shorten a title that is wider than its column."""
    if font.getlength(title) <= SIDE_PX:
        return title
    while title and font.getlength(title + "…") > SIDE_PX:
        title = title[:-1]
    return title + "…"
