"""What one figure of the report consists of: picture, caption, text alternative.

Place on the data's path: the ``illustrations`` modules make them from the document, ``page.py``
embeds them, ``report.py`` gives them as files.
"""

from dataclasses import dataclass

from analysis.drawing import Draw


@dataclass(frozen=True)
class Illustration:
    """One figure.

    Attributes:
        name: of its files, and unique in the report.
        title: what it shows, the bold beginning of its caption.
        caption: the rest, in whole sentences that can stand in a paper.
        alt: what a reader who cannot see it needs; the numbers are in the table beside it.
        draw: gives the figure for a width in inches.
    """

    name: str
    title: str
    caption: str
    alt: str
    draw: Draw
