import numpy as np
import pytest

from colorizer.jpeg_damage import find_jpeg_damage
from colorizer.photo_files import find_photos
from tests.colorizer.factories import colourful_photo, encode
from tests.colorizer.shared_data import shared_folder

PHOTO = colourful_photo(height=120, width=136)
END_OF_IMAGE = b"\xff\xd9"


def jpeg(**options: object) -> bytes:
    return encode(PHOTO, "JPEG", **options)


@pytest.mark.parametrize("quality", [5, 50, 75, 95, 100])
@pytest.mark.parametrize("subsampling", [0, 1, 2])
@pytest.mark.parametrize("optimize", [False, True])
def test_sound_files_are_sound(quality, subsampling, optimize):
    data = jpeg(quality=quality, subsampling=subsampling, optimize=optimize)

    assert find_jpeg_damage(data) is None


@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_file_of_one_colour_is_sound(level):
    flat = np.full((128, 128, 3), level, np.uint8)

    assert find_jpeg_damage(encode(flat, "JPEG")) is None


def test_grey_restarted_and_progressive_files_are_sound():
    assert find_jpeg_damage(encode(PHOTO[..., 0], "JPEG")) is None
    assert find_jpeg_damage(jpeg(restart_marker_blocks=3)) is None
    assert find_jpeg_damage(jpeg(progressive=True)) is None


def test_what_follows_the_end_does_not_matter():
    assert find_jpeg_damage(jpeg() + bytes(range(256)) * 16) is None


def test_bytes_too_many_are_found():
    data = jpeg()
    end = data.rindex(END_OF_IMAGE)

    damage = find_jpeg_damage(data[:end] + b"\x35" * 40 + data[end:])

    assert damage == "picture data is left over after the last pixel"


def test_bytes_too_few_are_found():
    data = jpeg()
    end = data.rindex(END_OF_IMAGE)

    damage = find_jpeg_damage(data[: end - 200] + data[end:])

    assert damage == "the picture data ends before the last pixel"


def test_a_stray_marker_is_found():
    data = bytearray(jpeg(quality=95))
    middle = len(data) // 2
    data[middle : middle + 2] = b"\xff\xc5"

    assert find_jpeg_damage(bytes(data)) == "a stray marker 0xC5 in the picture data"


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xd8", b"\xff\xd8\xff\xda", b"\xff\xd8\xff\xc0\x00\x02"]
)
def test_scraps_are_left_to_the_decoder(data):
    assert find_jpeg_damage(data) is None


def test_most_scattered_bit_flips_are_found():
    """40 damaged bytes, as in the file that gave rise to this: the decoder loses its place."""
    rng = np.random.default_rng(2)
    whole = np.frombuffer(encode(colourful_photo(1, 299, 299), "JPEG", quality=90), np.uint8)
    start = bytes(whole).index(b"\xff\xda") + 14
    n_found = 0

    for _ in range(60):
        data = whole.copy()
        data[rng.integers(start, len(data) - 2, 40)] ^= rng.integers(1, 255, 40, dtype=np.uint8)
        n_found += find_jpeg_damage(data.tobytes()) is not None

    assert n_found >= 54


def test_no_photograph_of_the_evaluation_folder_is_called_damaged():
    photos = list(find_photos([shared_folder("eval")]))

    assert [photo.name for photo in photos if find_jpeg_damage(photo.read())] == []
