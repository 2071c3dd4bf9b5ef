"""Finds damage inside a JPEG's picture data, where decoders go on and show coloured rubbish.

Flipped bits in the entropy-coded data rarely stop a decoder: it loses its place, then ends with
bytes left over or runs out of them, and only warns. Pillow hides those warnings, so the end of the
data is tested here by decoding it twice at an eighth of the size: a sound stream needs its last
bytes, and needs no more than them. Baseline JPEGs in one scan (what cameras write) are tested;
progressive ones are not.
"""

import io
import re

from PIL import Image

# A marker other than a stuffed zero or a restart: it ends the entropy-coded data.
END_OF_SCAN = re.compile(rb"\xff+[^\x00\xff\xd0-\xd7]", re.DOTALL)
START_OF_IMAGE = b"\xff\xd8"
END_OF_IMAGE = 0xD9
START_OF_SCAN = 0xDA
BASELINE_FRAMES = (0xC0, 0xC1)
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
    scan_start = _find_only_scan(data)
    if scan_start is None:
        return None
    end = END_OF_SCAN.search(data, scan_start)
    if end is None:
        return None  # the end is missing: whether pixels are missing too, the decoder tells
    if end.group()[-1] != END_OF_IMAGE:
        return f"a stray marker 0x{end.group()[-1]:02X} in the picture data"
    if _decodes(data[: max(end.start() - SPARE_BYTES, scan_start)]):
        return "picture data is left over after the last pixel"
    if not _decodes(data[: end.start()] + bytes(SPARE_BYTES)):
        return "the picture data ends before the last pixel"
    return None


def _find_only_scan(data: bytes) -> int | None:
    """Give where the entropy-coded data starts; None unless baseline and all in one scan."""
    position, n_components = len(START_OF_IMAGE), 0
    while position + 4 <= len(data) and data[position] == 0xFF:
        marker, length = data[position + 1], int.from_bytes(data[position + 2 : position + 4])
        body = data[position + 4 : position + 2 + length]
        if marker == 0xFF:  # fill byte
            position += 1
            continue
        if marker in FRAMES and (marker not in BASELINE_FRAMES or len(body) < 6):
            return None
        if marker in BASELINE_FRAMES:
            n_components = body[5]
        if marker == START_OF_SCAN:
            in_one_scan = bool(body) and body[0] == n_components
            return position + 2 + length if in_one_scan else None
        position += 2 + length
    return None


def _decodes(data: bytes) -> bool:
    """Tell whether a JPEG without its end marker holds all pixels."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            image.draft(None, REDUCED_SIZE)
            image.load()
    except OSError:
        return False
    return True
