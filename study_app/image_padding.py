"""Make the two images of a pair equally long, so that their length says nothing. Pure.

A PNG may hold chunks that no decoder needs. Both images get exactly one private one, before the
end chunk: of different size, so that the files are equally long; of random bytes, so that they
stay so when a proxy compresses them.
"""

import os
import struct
import zlib

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
# Ancillary (c), private (t), reserved bit clear (T), safe to copy (p): PNG specification, 5.4.
PADDING_TYPE = b"ctTp"
CHUNK_OVERHEAD = 12  # length, type, CRC
SHORTEST_PNG = 45  # signature, header chunk and end chunk
END_CHUNK = struct.pack(">I", 0) + b"IEND" + struct.pack(">I", zlib.crc32(b"IEND"))


def pad_pair(first: bytes, second: bytes) -> tuple[bytes, bytes]:
    """Pad two PNG files to the same length.

    Raises:
        ValueError: one of them is no PNG file.
    """
    length = max(len(first), len(second)) + CHUNK_OVERHEAD
    return pad_png(first, length), pad_png(second, length)


def pad_png(png: bytes, length: int) -> bytes:
    """Lengthen a PNG file by one private chunk that decoders skip.

    Args:
        png: a whole PNG file.
        length: wanted length in bytes, at least ``CHUNK_OVERHEAD`` more than the file has.

    Raises:
        ValueError: no PNG file, or it is too long for that.
    """
    if not is_png(png):
        raise ValueError("not a PNG file: signature or end chunk missing")
    n_filler = length - len(png) - CHUNK_OVERHEAD
    if n_filler < 0:
        raise ValueError(f"a PNG file of {len(png)} bytes cannot be padded to {length}")
    body = PADDING_TYPE + os.urandom(n_filler)
    chunk = struct.pack(">I", n_filler) + body + struct.pack(">I", zlib.crc32(body))
    return png[: -len(END_CHUNK)] + chunk + END_CHUNK


def is_png(data: bytes) -> bool:
    """Say whether bytes begin, with the header that tells the size, and end like a PNG file."""
    begins = data.startswith(PNG_SIGNATURE) and data[12:16] == b"IHDR"
    return begins and len(data) >= SHORTEST_PNG and data.endswith(END_CHUNK)


def png_size(data: bytes) -> tuple[int, int]:
    """Read width and height in pixels from the header of a PNG file."""
    width, height = struct.unpack(">II", data[16:24])
    return width, height
