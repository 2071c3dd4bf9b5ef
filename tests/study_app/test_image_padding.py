import io
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from study_app.image_padding import (
    CHUNK_OVERHEAD,
    PADDING_TYPE,
    is_png,
    pad_pair,
    pad_png,
    png_size,
)
from tests.study_app.factories import IMAGE_SIZE_PX, make_png


def chunks_of(png):
    """Read the chunks of a PNG file by its specification: length, type, data, CRC."""
    at = 8
    while at < len(png):
        length = int.from_bytes(png[at : at + 4])
        kind, data = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        crc = int.from_bytes(png[at + 8 + length : at + 12 + length])
        yield kind, data, crc
        at += 12 + length


@given(st.integers(0, 16), st.integers(0, 16))
def test_padded_partners_are_equally_long_and_have_the_same_chunks(first, second):
    padded = pad_pair(make_png(200, 0, 0, first), make_png(0, 0, 200, second))

    assert len(padded[0]) == len(padded[1])
    assert [[kind for kind, _, _ in chunks_of(png)] for png in padded] == [
        [b"IHDR", b"IDAT", PADDING_TYPE, b"IEND"]
    ] * 2


def test_every_chunk_keeps_a_right_checksum():
    padded = pad_png(make_png(1, 2, 3), 400)

    assert all(crc == zlib.crc32(kind + data) for kind, data, crc in chunks_of(padded))


@pytest.mark.filterwarnings("error")
def test_a_decoder_sees_the_same_pixels():
    png = make_png(10, 200, 30, 7)

    before = Image.open(io.BytesIO(png)).tobytes()
    after = Image.open(io.BytesIO(pad_png(png, 1000))).tobytes()

    assert before == after


def test_the_filler_does_not_compress_away():
    png = make_png(10, 200, 30)
    padded = pad_png(png, len(png) + 5000)

    assert len(zlib.compress(padded)) > len(png) + 4900


def test_the_chunk_is_one_that_decoders_skip():
    # PNG specification 5.4: lower case means ancillary, private, (upper: reserved), safe to copy.
    assert [chr(letter).islower() for letter in PADDING_TYPE] == [True, True, False, True]


def test_a_file_of_the_wrong_kind_is_refused():
    with pytest.raises(ValueError, match="not a PNG"):
        pad_png(b"\xff\xd8\xff jpeg", 100)


def test_a_length_without_room_for_the_chunk_is_refused():
    png = make_png(1, 2, 3)

    with pytest.raises(ValueError, match="cannot be padded"):
        pad_png(png, len(png) + CHUNK_OVERHEAD - 1)


def test_a_truncated_file_is_no_png():
    assert is_png(make_png(1, 2, 3))
    assert not is_png(make_png(1, 2, 3)[:-1])


def test_the_size_is_read_from_the_header():
    assert png_size(make_png(1, 2, 3)) == (IMAGE_SIZE_PX, IMAGE_SIZE_PX)
