import base64
import io

import numpy as np
import pytest
from PIL import Image

from analysis.errors import StimulusSetError
from analysis.thumbnails import THUMBNAIL_PX, data_uri, thumbnail


def an_image(width: int = 256, height: int = 256, mode: str = "RGB") -> bytes:
    buffer = io.BytesIO()
    Image.new(mode, (width, height), "#c04020").save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "P"])
def test_a_thumbnail_is_a_small_jpeg_of_the_same_colour(mode: str) -> None:
    small = Image.open(io.BytesIO(thumbnail(an_image(mode=mode), name="a.png")))

    assert small.format == "JPEG"
    assert small.size == (THUMBNAIL_PX, THUMBNAIL_PX)
    expected = np.asarray(Image.open(io.BytesIO(an_image(mode=mode))).convert("RGB"))[0, 0]
    assert np.abs(np.asarray(small, dtype=int) - expected).max() <= 4


def test_proportions_are_kept_and_small_images_stay_small() -> None:
    sizes = [
        Image.open(io.BytesIO(thumbnail(an_image(*size), name="a.png"))).size
        for size in ((256, 128), (32, 32))
    ]

    assert sizes == [(THUMBNAIL_PX, THUMBNAIL_PX // 2), (32, 32)]


def test_the_same_image_gives_the_same_bytes_without_metadata() -> None:
    first, second = (thumbnail(an_image(), name="a.png") for _ in range(2))

    assert first == second
    assert not Image.open(io.BytesIO(first)).getexif()


@pytest.mark.parametrize("content", [b"", b"no image", an_image()[:100]])
def test_what_is_no_image_is_named(content: bytes) -> None:
    with pytest.raises(StimulusSetError, match=r"^a\.png: is no image that can be read$"):
        thumbnail(content, name="a.png")


def test_an_image_of_too_many_pixels_is_refused() -> None:
    with pytest.raises(StimulusSetError, match="over 16,777,216 pixels"):
        thumbnail(an_image(8192, 4096, "1"), name="a.png")


def test_an_address_holds_the_image() -> None:
    address = data_uri(b"\xff\xd8\xff")

    assert base64.b64decode(address.removeprefix("data:image/jpeg;base64,")) == b"\xff\xd8\xff"
