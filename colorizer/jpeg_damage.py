"""Finds damage inside a JPEG's picture data, where decoders go on and show coloured rubbish.

Flipped bits in the entropy-coded data rarely stop a decoder: it loses its place, then ends with
bytes left over or runs out of them, and only warns. Pillow hides those warnings, so the end of the
data is tested here by decoding it twice at an eighth of the size: a sound stream needs its last
bytes, and needs no more than them. Baseline JPEGs in one scan (what cameras write) are tested;
progressive ones are not.
"""

import io
import re

from PIL.JpegImagePlugin import JpegImageFile

# A marker other than a stuffed zero or a restart: it ends the entropy-coded data.
END_OF_SCAN = re.compile(rb"\xff+[^\x00\xff\xd0-\xd7]", re.DOTALL)
START_OF_IMAGE = b"\xff\xd8"
END_OF_IMAGE = 0xD9
START_OF_SCAN = 0xDA
BASELINE_FRAMES = (0xC0, 0xC1)
FRAME_BYTES = 6  # precision, height, width, number of components
METADATA = frozenset({*range(0xE0, 0xF0), 0xFE})
FILL = 0xFF
FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}

# The decoder looks ahead by eight bytes; less than that cannot be told from a sound end.
SPARE_BYTES = 8
REDUCED_SIZE = (1, 1)  # Pillow chooses the smallest scale, an eighth


def find_jpeg_damage(data: bytes) -> str | None:
    """Find out whether the picture data of a JPEG ends where the picture does.

    Args:
        data: bytes of a file that starts with a JPEG; what follows its end is not looked at.

    Returns:
        The reason why it is damaged, or None: sound, or of a kind that is not tested.
    """
    found = _find_only_scan(data)
    end = END_OF_SCAN.search(data, found[1]) if found else None
    if found is None or end is None:
        return None  # where the end is missing, the decoder tells whether pixels are missing too
    tables, start = found
    if end.group()[-1] != END_OF_IMAGE:
        return f"a stray marker 0x{end.group()[-1]:02X} in the picture data"
    if _decodes(tables + data[start : max(start, end.start() - SPARE_BYTES)]):
        return "picture data is left over after the last pixel"
    if not _decodes(tables + data[start : end.start()] + bytes(SPARE_BYTES)):
        return "the picture data ends before the last pixel"
    return None


def _find_only_scan(data: bytes) -> tuple[bytes, int] | None:
    """Give the tables and where the picture data starts; None unless baseline and in one scan.

    The tables are the file's head without its metadata, of which nothing is needed here.
    """
    tables, position, n_components = START_OF_IMAGE, len(START_OF_IMAGE), 0
    while data[position : position + 1] == b"\xff" and position + 4 <= len(data):
        marker = data[position + 1]
        if marker == FILL:
            position += 1
            continue
        end = position + 2 + int.from_bytes(data[position + 2 : position + 4])
        body = data[position + 4 : end]
        if marker in FRAMES and (marker not in BASELINE_FRAMES or len(body) < FRAME_BYTES):
            return None
        if marker in BASELINE_FRAMES:
            n_components = body[FRAME_BYTES - 1]
        if marker not in METADATA:
            tables += data[position:end]
        if marker == START_OF_SCAN:
            return (tables, end) if body[:1] == bytes([n_components]) else None
        position = end
    return None


def _decodes(data: bytes) -> bool:
    """Tell whether a JPEG without its end marker holds all pixels."""
    try:
        # Not by Image.open: the pixel limit was checked when the photograph itself was opened.
        with JpegImageFile(io.BytesIO(data)) as image:
            image.draft(None, REDUCED_SIZE)
            image.load()
    except OSError:
        return False
    return True
