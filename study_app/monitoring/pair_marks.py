"""Say what is wrong with a stimulus pair. Pure.

Place on the data's path: ``contact_sheet.py`` hands in what was found of the files and measured of
the pixels; the contact sheet marks the pair.
"""

from typing import Literal

from study_app.monitoring.pixels import PairMeasures

FileState = Literal["good", "missing", "changed", "unreadable"]

# As ``colorizer.equal_lightness`` and ``colorizer.greyness`` have them; a test holds them equal.
LIGHTNESS_TOLERANCE = 0.5
MIN_MEAN_CHROMA = 4.0
# What counting in whole numbers may add.
ROUNDING = 0.02

WORDS: dict[FileState, str] = {
    "missing": "the file is missing",
    "changed": "not the file the study was made with",
    "unreadable": "cannot be read as a picture",
}


def pair_marks(real: FileState, fake: FileState, measures: PairMeasures | None) -> tuple[str, ...]:
    """Give one sentence for each thing that is wrong; nothing for a good pair.

    Args:
        real: how the file of the real photo was found.
        fake: how that of the fake was.
        measures: None if a file could not be read.
    """
    marks = [
        f"{name}: {WORDS[state]}"
        for name, state in (("real", real), ("fake", fake))
        if state in WORDS
    ]
    if measures is None:
        return tuple(marks)
    if measures.real_size_px != measures.fake_size_px:
        marks.append(
            f"sizes differ: {_size(measures.real_size_px)} and {_size(measures.fake_size_px)}"
        )
    difference = measures.lightness_difference
    if difference is not None and difference > LIGHTNESS_TOLERANCE + ROUNDING:
        marks.append(f"L* differs by up to {difference:.1f}; allowed are {LIGHTNESS_TOLERANCE}")
    if measures.mean_chroma < MIN_MEAN_CHROMA:
        marks.append(
            f"greyish photo: mean chroma {measures.mean_chroma:.1f}, at least {MIN_MEAN_CHROMA:g}"
        )
    return tuple(marks)


def _size(size_px: tuple[int, int]) -> str:
    return f"{size_px[0]} × {size_px[1]}"
