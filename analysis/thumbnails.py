"""Small copies of stimulus images for the report's gallery; the same input gives the same bytes.

Place on the data's path: ``gallery.py`` hands in images proven by ``stimulus_images.py``. The only
module of the analysis that needs Pillow, and only when a gallery is wanted.
"""

import base64
import io

from analysis.errors import StimulusSetError

THUMBNAIL_PX = 112
# Colours are what is looked at: full chroma resolution, little quantisation.
QUALITY = 88
FULL_CHROMA = 0
# A 16-megapixel image is far beyond any stimulus; more would be a trap.
MOST_PIXELS = 2**24


def thumbnail(content: bytes, *, name: str, size_px: int = THUMBNAIL_PX) -> bytes:
    """Give a square JPEG of an image, without metadata.

    Args:
        content: the image file's bytes.
        name: of the file, for messages.
        size_px: width and height; the image is scaled to fit and never enlarged.

    Raises:
        StimulusSetError: Pillow is missing, or this is no image that it can read.
    """
    try:
        # Lazy: only the gallery needs Pillow.
        from PIL import Image
    except ImportError:
        raise StimulusSetError(
            "the gallery needs Pillow: pip install 'colorization-turing-test[analysis]'"
        ) from None
    try:
        with Image.open(io.BytesIO(content)) as image:
            if image.width * image.height > MOST_PIXELS:
                raise StimulusSetError(f"{name}: has over {MOST_PIXELS:,} pixels")
            small = image.convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise StimulusSetError(f"{name}: is no image that can be read") from None
    small.thumbnail((size_px, size_px), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    small.save(buffer, "JPEG", quality=QUALITY, subsampling=FULL_CHROMA, optimize=True)
    return buffer.getvalue()


def data_uri(jpeg: bytes) -> str:
    """Give a JPEG as an address that holds the image itself."""
    return "data:image/jpeg;base64," + base64.b64encode(jpeg).decode("ascii")
