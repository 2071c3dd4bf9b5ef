"""Draw a plate as a PNG file; what is on it is decided in ``plates.py``.

Drawn twice as large as it is shown, each dot in one colour without blended edges: few colours
compress well, and the browser smooths the edges when it makes the plate smaller.
"""

import io

from PIL import Image, ImageDraw

from study_app.confusion_lines import Rgb
from study_app.image_padding import pad_png
from study_app.plates import PLATE_PX, Plate, place_dots

SCALE = 2
GROUND: Rgb = (0x77, 0x77, 0x77)
# Every plate is sent with this many bytes, so that its length says nothing about it.
PLATE_BYTES = 40_000


def draw_plate(plate: Plate) -> bytes:
    """Give the PNG file of a plate, 2 · ``PLATE_PX`` wide and high, without metadata."""
    dots = place_dots(plate)
    palette = [GROUND, *sorted({dot.colour for dot in dots})]
    index_of = {colour: index for index, colour in enumerate(palette)}
    image = Image.new("P", (PLATE_PX * SCALE, PLATE_PX * SCALE), 0)
    image.putpalette([part for colour in palette for part in colour])
    draw = ImageDraw.Draw(image)
    for dot in dots:
        x, y, radius = (SCALE * value for value in (dot.x_px, dot.y_px, dot.radius_px))
        box = (x - radius, y - radius, x + radius, y + radius)
        draw.ellipse(box, fill=index_of[dot.colour])
    written = io.BytesIO()
    image.save(written, "PNG")
    return written.getvalue()


def padded_plate(plate: Plate) -> bytes:
    """Give the PNG file of a plate, as long as every other."""
    return pad_png(draw_plate(plate), PLATE_BYTES)
