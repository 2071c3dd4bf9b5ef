import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from colorizer.png_encoding import decode_png, encode_png
from tests.colorizer.factories import colourful_photo, encode, grey_photo

PHOTO = colourful_photo()


def chunks(data: bytes) -> list[bytes]:
    names, position = [], 8
    while position < len(data):
        (length,) = struct.unpack_from(">I", data, position)
        names.append(data[position + 4 : position + 8])
        position += 12 + length
    return names


@given(height=st.integers(1, 300), width=st.integers(1, 300), seed=st.integers(0, 99))
def test_another_decoder_reads_the_same_pixels(height, width, seed):
    rgb = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)

    np.testing.assert_array_equal(np.array(Image.open(io.BytesIO(encode_png(rgb)))), rgb)
    np.testing.assert_array_equal(decode_png(encode_png(rgb)), rgb)


@pytest.mark.parametrize(("height", "width"), [(770, 28), (771, 28), (772, 28), (51, 428)])
def test_the_last_block_may_be_full(height, width):
    """771 rows of 1 + 3 * 28 bytes are 65535, one full stored block; so are 51 of 1 + 3 * 428."""
    rgb = np.full((height, width, 3), 7, np.uint8)

    np.testing.assert_array_equal(np.array(Image.open(io.BytesIO(encode_png(rgb)))), rgb)
    np.testing.assert_array_equal(decode_png(encode_png(rgb)), rgb)


def test_the_checksums_and_the_stream_are_valid_for_zlib():
    data = encode_png(PHOTO)
    (length,) = struct.unpack_from(">I", data, 33)

    rows = np.frombuffer(zlib.decompress(data[41 : 41 + length]), np.uint8).reshape(64, 241)

    np.testing.assert_array_equal(rows[:, 1:].reshape(PHOTO.shape), PHOTO)


def test_there_is_no_metadata():
    assert chunks(encode_png(PHOTO)) == [b"IHDR", b"IDAT", b"IEND"]


def test_real_and_fake_have_the_same_number_of_bytes():
    flat = np.zeros_like(PHOTO)

    assert len({len(encode_png(rgb)) for rgb in (PHOTO, grey_photo(), flat)}) == 1


def with_comment(data: bytes) -> bytes:
    text = b"tEXt" + b"a\x00be"
    note = struct.pack(">I", 4) + text + struct.pack(">I", zlib.crc32(text))
    return data[:33] + note + data[33:]


@pytest.mark.parametrize(
    "data",
    [encode(PHOTO), encode(PHOTO, compress_level=0), with_comment(encode_png(PHOTO))],
    ids=["compressed", "uncompressed by Pillow", "with a comment"],
)
def test_every_other_encoding_of_the_same_pixels_is_refused(data):
    np.testing.assert_array_equal(np.array(Image.open(io.BytesIO(data))), PHOTO)

    with pytest.raises(ValueError, match="not written by the encoder"):
        decode_png(data)


@pytest.mark.parametrize("data", [b"", b"text", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0" * 20])
def test_what_is_no_png_is_refused(data):
    with pytest.raises(ValueError, match="not a PNG image"):
        decode_png(data)


def test_a_declared_size_without_its_bytes_is_refused_at_once():
    data = bytearray(encode_png(PHOTO))
    data[16:24] = struct.pack(">II", 2**31 - 1, 2**31 - 1)

    with pytest.raises(ValueError, match="not written by the encoder"):
        decode_png(bytes(data))


def test_any_changed_byte_is_refused_or_changes_pixels():
    whole = encode_png(PHOTO[:16, :16])
    for place in range(0, len(whole), 13):
        data = bytearray(whole)
        data[place] ^= 1
        with pytest.raises(ValueError, match="not"):
            decode_png(bytes(data))
