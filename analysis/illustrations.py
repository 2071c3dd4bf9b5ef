"""All figures of a report, in the order of its page.

Place on the data's path: ``page.py`` embeds them, ``report.py`` gives them as files and names them
in the twin. Every figure follows from the document alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import markupsafe

from analysis.drawing import NARROW_IN, WIDE_IN, house_style, inline_svg, pdf_file, svg_file
from analysis.flow_illustration import flow_illustration
from analysis.illustration import Illustration
from analysis.people_illustrations import people_illustrations
from analysis.photo_illustrations import photo_illustrations
from analysis.rate_illustrations import (
    exclusion_illustrations,
    exposure_illustrations,
    rate_illustrations,
)
from analysis.wording import Entry


@dataclass(frozen=True)
class EmbeddedFigure:
    """A figure drawn twice for the page, which shows the one that fits.

    Attributes:
        wide: SVG element for a desk.
        narrow: SVG element for a phone.
    """

    wide: markupsafe.Markup
    narrow: markupsafe.Markup


def illustrate(document: Entry) -> list[Illustration]:
    """Give every figure there is something to show for; numbered in this order from 1."""
    return list(_all(document))


def figure_entries(figures: Sequence[Illustration], said: str = "") -> list[dict[str, Any]]:
    """Give numbers, captions and text alternatives, as the document's ``figures``.

    Args:
        figures: of ``illustrate``.
        said: at the end of each caption; of ``wording.whose``.
    """
    return [
        {
            "name": figure.name,
            "number": number,
            "title": figure.title,
            "caption": figure.caption + said,
            "alt": figure.alt,
        }
        for number, figure in enumerate(figures, start=1)
    ]


def embed_figures(figures: Sequence[Illustration]) -> dict[str, EmbeddedFigure]:
    """Draw every figure in both widths, as SVG elements whose ids are theirs alone."""
    with house_style():
        return {
            figure.name: EmbeddedFigure(
                _element(figure, WIDE_IN, "wide"), _element(figure, NARROW_IN, "narrow")
            )
            for figure in figures
        }


def figure_files(figures: Sequence[Illustration]) -> dict[str, bytes]:
    """Draw every figure as SVG and as PDF, by file name."""
    files = {}
    with house_style():
        for figure in figures:
            drawn = figure.draw(WIDE_IN)
            files[f"{figure.name}.svg"] = svg_file(drawn, figure.title)
            files[f"{figure.name}.pdf"] = pdf_file(drawn)
    return files


def _element(figure: Illustration, width_in: float, kind: str) -> markupsafe.Markup:
    # Safe: matplotlib escapes text, and nothing else of the user's enters a figure.
    svg = inline_svg(figure.draw(width_in), prefix=f"{figure.name}-{kind}-")
    return markupsafe.Markup(svg)  # noqa: S704


def _all(document: Entry) -> Iterator[Illustration]:
    yield from rate_illustrations(document)
    yield from photo_illustrations(document)
    yield from people_illustrations(document)
    yield flow_illustration(document)
    yield from exclusion_illustrations(document)
    yield from exposure_illustrations(document)
