"""The one image encoder of stimulus sets: PNG without compression and without metadata.

Uncompressed, so that a real photo and its fake have the same number of bytes: smooth colours
compress better, and the length of a download would tell the fake. Written out here rather than by
a library, so that equal pixels are equal bytes on every machine and with every zlib.
"""

import struct
import zlib

import numpy as np
import numpy.typing as npt

UInt8 = npt.NDArray[np.uint8]

IMAGE_FORMAT = "png"
SIGNATURE = b"\x89PNG\r\n\x1a\n"
BIT_DEPTH, TRUECOLOUR = 8, 2
ZLIB_HEADER = b"\x78\x01"  # deflate, fastest
STORED_BLOCK_BYTES = 65535
BLOCK_HEADER_BYTES = 5
SIZE_START = 16  # of width and height: signature, length and name of the first chunk
DATA_START = (
    43  # of the first stored block: first chunk, length and name of the second, zlib header
)


def encode_png(rgb: UInt8) -> bytes:
    """Encode pixels; the length of the result depends on height and width only.

    Args:
        rgb: (H, W, 3), uint8 sRGB.
    """
    height, width, _ = rgb.shape
    header = struct.pack(">IIBBBBB", width, height, BIT_DEPTH, TRUECOLOUR, 0, 0, 0)
    rows = np.zeros((height, 1 + 3 * width), np.uint8)  # each row starts with filter type 0
    rows[:, 1:] = rgb.reshape(height, 3 * width)
    data = _store(rows.tobytes())
    return SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def decode_png(data: bytes) -> UInt8:
    """Decode an image of a stimulus set.

    Returns:
        (H, W, 3), uint8 sRGB.

    Raises:
        ValueError: the bytes are none that ``encode_png`` writes.
    """
    if len(data) < DATA_START or not data.startswith(SIGNATURE):
        raise ValueError("not a PNG image")
    width, height = struct.unpack_from(">II", data, SIZE_START)
    row_bytes = 1 + 3 * width
    stored = data[DATA_START : DATA_START + _stored_length(height * row_bytes)]
    block_bytes = BLOCK_HEADER_BYTES + STORED_BLOCK_BYTES
    content = b"".join(
        stored[start + BLOCK_HEADER_BYTES : start + block_bytes]
        for start in range(0, len(stored), block_bytes)
    )
    if len(content) == height * row_bytes:
        rows = np.frombuffer(content, np.uint8).reshape(height, row_bytes)
        rgb = rows[:, 1:].reshape(height, width, 3).copy()
        if encode_png(rgb) == data:
            return rgb
    raise ValueError("not written by the encoder of stimulus sets, or with metadata")


def _stored_length(n_bytes: int) -> int:
    n_blocks = -(-n_bytes // STORED_BLOCK_BYTES)
    return n_bytes + n_blocks * BLOCK_HEADER_BYTES


def _store(content: bytes) -> bytes:
    """Wrap bytes as a zlib stream of stored blocks (RFC 1950, RFC 1951 section 3.2.4)."""
    stream = bytearray(ZLIB_HEADER)
    for start in range(0, len(content), STORED_BLOCK_BYTES):
        block = content[start : start + STORED_BLOCK_BYTES]
        is_last = start + STORED_BLOCK_BYTES >= len(content)
        stream += struct.pack("<BHH", is_last, len(block), len(block) ^ 0xFFFF) + block
    return bytes(stream + struct.pack(">I", zlib.adler32(content)))


def _chunk(kind: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(content, zlib.crc32(kind))
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)
