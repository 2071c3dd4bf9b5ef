"""Figures as bytes: inline SVG for the page, SVG and PDF files beside it.

Place on the data's path: ``page.py`` and ``report.py`` hand in figures of the ``figures`` modules.
The same figure gives the same bytes in every process, folder and time zone, and whatever the
user's own matplotlib settings are.
"""

import io
import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import matplotlib
from matplotlib.figure import Figure

# Two drawings of each figure; the page shows the one that fits. Files hold the wide one.
WIDE_IN = 7.2
NARROW_IN = 3.5
HASH_SALT = "colorization-turing-test"
NO_SVG_METADATA = {"Date": None, "Creator": None, "Format": None, "Type": None}
NO_PDF_METADATA = {"CreationDate": None, "Creator": None, "Producer": None}
# Embed whole outlines that a printer's software can search and edit, not bitmaps of letters.
TRUETYPE = 42
BLACK = "#000000"

Draw = Callable[[float], Figure]


@contextmanager
def house_style() -> Iterator[None]:
    """Draw with the same settings for everybody, whose own return afterwards."""
    with matplotlib.rc_context(), warnings.catch_warnings():
        matplotlib.rcdefaults()
        matplotlib.rcParams["svg.hashsalt"] = HASH_SALT
        matplotlib.rcParams["svg.fonttype"] = "none"
        matplotlib.rcParams["pdf.fonttype"] = TRUETYPE
        matplotlib.rcParams["text.parse_math"] = False
        matplotlib.rcParams["axes.formatter.useoffset"] = False
        # The reader's browser has the font; matplotlib only measures the text.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        yield


def inline_svg(figure: Figure, prefix: str) -> str:
    """Give a figure as an SVG element in the colour of the text around it, without metadata.

    Args:
        figure: drawn in black only; shades by opacity, so that they fit light and dark.
        prefix: put before every id, which must be unique in a page.
    """
    svg = _svg(figure)
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r'\b(id="|href="#|url\(#)', rf"\g<1>{prefix}", svg)
    svg = svg.replace(BLACK, "currentColor")
    return svg.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1)


def svg_file(figure: Figure, title: str) -> bytes:
    """Give a figure as an SVG file with its title, black on nothing."""
    name = title.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    svg = re.sub(r"(<svg [^>]*>)", rf"\1<title>{_literal(name)}</title>", _svg(figure), count=1)
    return f"{svg}\n".encode()


def pdf_file(figure: Figure) -> bytes:
    """Give a figure as a PDF file with embedded fonts and without dates."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="pdf", metadata=NO_PDF_METADATA)
    return buffer.getvalue()


def _svg(figure: Figure) -> str:
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata=NO_SVG_METADATA)
    svg = buffer.getvalue().strip()
    return re.sub(r"\s*<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)


def _literal(text: str) -> str:
    """Keep backslashes out of the mouth of ``re.sub``."""
    return text.replace("\\", r"\\")
