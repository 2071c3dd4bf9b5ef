import io
import struct
import warnings
import zlib
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image, ImageCms

from colorizer.errors import PhotoError
from colorizer.lab import rgb_to_lab
from colorizer.photo_decoding import decode_photo, has_transparency
from tests.colorizer.factories import colourful_photo, encode, grey_photo
from tests.colorizer.shared_data import shared_folder

PHOTO = colourful_photo()
UPRIGHT = np.array([[[250, 0, 0], [0, 250, 0]], [[0, 0, 250], [250, 250, 0]]], np.uint8)


def blocks(size: int = 16) -> np.ndarray:
    """Give four blocks of colour, all different, so that every turn shows; 2 : 3."""
    return np.repeat(np.repeat(UPRIGHT, size, axis=0), size * 3 // 2, axis=1)


def png_chunk(kind: bytes, content: bytes) -> bytes:
    checksum = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + checksum


def png_bytes(width: int, height: int, bits: int, colour_type: int, rows: bytes) -> bytes:
    """Write a PNG by hand, for what Pillow cannot write."""
    header = struct.pack(">IIBBBBB", width, height, bits, colour_type, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(*chunk) for chunk in chunks)


@pytest.mark.parametrize("file_format", ["PNG", "BMP", "TIFF", "PPM"])
def test_lossless_formats_give_the_pixels_that_were_written(file_format):
    np.testing.assert_array_equal(decode_photo(encode(PHOTO, file_format)), PHOTO)


def test_lossless_webp_gives_the_pixels_that_were_written():
    np.testing.assert_array_equal(decode_photo(encode(PHOTO, "WEBP", lossless=True)), PHOTO)


def test_the_result_is_writable_8_bit_rgb():
    rgb = decode_photo(encode(PHOTO, "JPEG", quality=95))

    rgb[0, 0] = 0
    assert (rgb.shape, rgb.dtype) == (PHOTO.shape, np.uint8)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied(orientation):
    """Stores the picture as a camera held that way would, by Pillow's own inverse turn."""
    stored_by = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # inverse Transpose of each
    image = Image.fromarray(blocks())
    if orientation in stored_by:
        image = image.transpose(Image.Transpose(stored_by[orientation]))
    exif = Image.Exif()
    exif[0x0112] = orientation

    data = encode(image, "PNG", exif=exif)

    np.testing.assert_array_equal(decode_photo(data), blocks())


@pytest.mark.parametrize("orientation", [0, 9, 400])
def test_an_orientation_that_does_not_exist_changes_nothing(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation

    np.testing.assert_array_equal(decode_photo(encode(blocks(), "PNG", exif=exif)), blocks())


def test_a_broken_exif_block_does_not_lose_the_photograph():
    data = encode(PHOTO, "JPEG", quality=95, exif=b"Exif\x00\x00II*\x00\xff\xff\xff\xff")

    assert np.abs(decode_photo(data).astype(int) - PHOTO).mean() < 8


def test_grey_becomes_three_equal_channels():
    luma = grey_photo()[..., 0]

    np.testing.assert_array_equal(decode_photo(encode(luma, "PNG")), grey_photo())


def test_one_bit_pictures_become_black_and_white():
    image = Image.fromarray(grey_photo()[..., 0]).convert("1")

    assert set(np.unique(decode_photo(encode(image, "PNG")))) == {0, 255}


def test_16_bit_grey_is_scaled_over_the_whole_range_and_rounded():
    levels = np.linspace(0, 65535, 32 * 32).reshape(32, 32).astype(np.uint16)

    rgb = decode_photo(encode(Image.fromarray(levels), "PNG"))

    np.testing.assert_array_equal(rgb[..., 0], np.rint(levels / 65535 * 255))


def test_16_bit_rgb_is_scaled_to_within_one_level():
    """Pillow takes the upper byte: level v / 256 rounded down, never above v / 257."""
    levels = np.random.default_rng(1).integers(0, 65536, (32, 32, 3), dtype=np.uint16)
    rows = b"".join(b"\x00" + row.astype(">u2").tobytes() for row in levels)

    rgb = decode_photo(png_bytes(32, 32, 16, 2, rows))

    exact = levels / 65535 * 255
    assert np.abs(rgb - exact).max() < 1
    assert np.abs((rgb - exact).mean()) < 0.6


def test_the_ends_of_16_bit_rgb_are_black_and_white():
    levels = np.zeros((32, 32, 3), ">u2")
    levels[16:] = 65535
    rows = b"".join(b"\x00" + row.tobytes() for row in levels)

    rgb = decode_photo(png_bytes(32, 32, 16, 2, rows))

    assert (rgb[:16] == 0).all()
    assert (rgb[16:] == 255).all()


def test_pixels_without_a_known_range_are_refused():
    image = Image.fromarray(np.ones((32, 32), np.float32))

    with pytest.raises(PhotoError, match="pixels of 32 bit"):
        decode_photo(encode(image, "TIFF"))


def test_transparency_is_put_on_white():
    alpha = np.tile(np.arange(0, 160, 2, dtype=np.uint8), (64, 1))
    picture = np.dstack([PHOTO, alpha])

    rgb = decode_photo(encode(picture, "PNG"))

    share = alpha[..., np.newaxis] / 255
    np.testing.assert_allclose(rgb, PHOTO * share + 255 * (1 - share), atol=1)


def test_a_picture_is_transparent_if_one_pixel_is():
    opaque = Image.fromarray(colourful_photo(0)).convert("RGBA")
    holed = opaque.copy()
    holed.putpixel((5, 5), (0, 0, 0, 254))

    assert not has_transparency(encode(opaque))
    assert not has_transparency(encode(opaque.convert("RGB"), "JPEG"))
    assert has_transparency(encode(holed))


def test_grey_with_transparency_is_put_on_white():
    picture = np.dstack([grey_photo()[..., 0], np.zeros((64, 80), np.uint8)])

    assert (decode_photo(encode(picture, "PNG")) == 255).all()


def test_a_palette_gives_its_colours_and_its_transparent_entries_white():
    image = Image.fromarray(blocks()).quantize(4)
    transparent = image.getpixel((0, 0))

    plain = decode_photo(encode(image, "PNG"))
    clear = decode_photo(encode(image, "PNG", transparency=transparent))

    np.testing.assert_array_equal(plain, blocks())
    assert (clear[:16, :24] == 255).all()
    np.testing.assert_array_equal(clear[16:], blocks()[16:])


def test_a_transparent_colour_of_an_rgb_png_becomes_white():
    data = encode(blocks(), "PNG", transparency=(250, 0, 0))

    assert (decode_photo(data)[:16, :24] == 255).all()


def test_of_an_animation_the_first_picture_is_taken():
    frames = [Image.fromarray(blocks()), Image.fromarray(255 - blocks())]
    data = encode(frames[0], "GIF", save_all=True, append_images=frames[1:])

    np.testing.assert_array_equal(decode_photo(data), blocks())


def cmyk_ink() -> np.ndarray:
    """Give (32, 48, 4) uint8 ink: red, green, blue and grey blocks."""
    ink = np.zeros((32, 48, 4), np.uint8)
    ink[:16, :24], ink[:16, 24:] = (0, 255, 255, 0), (255, 0, 255, 0)
    ink[16:, :24], ink[16:, 24:] = (255, 255, 0, 0), (0, 0, 0, 128)
    return ink


def expected_of_ink(ink: np.ndarray) -> np.ndarray:
    share = ink.astype(float) / 255
    return 255 * (1 - share[..., :3]) * (1 - share[..., 3:])


def cmyk_jpeg(adobe: bool) -> bytes:
    """Write a CMYK JPEG; Pillow always writes Adobe's marker and stores the ink inverted."""
    ink = cmyk_ink()
    data = encode(Image.fromarray(ink if adobe else 255 - ink, "CMYK"), "JPEG", quality=100)
    start = data.index(b"\xff\xee")
    length = int.from_bytes(data[start + 2 : start + 4])
    return data if adobe else data[:start] + data[start + 2 + length :]


@pytest.mark.parametrize("adobe", [True, False], ids=["adobe-inverted", "plain"])
def test_cmyk_jpegs_show_their_colours_whichever_way_the_ink_is_stored(adobe):
    rgb = decode_photo(cmyk_jpeg(adobe))

    np.testing.assert_allclose(rgb, expected_of_ink(cmyk_ink()), atol=6)


def test_a_cmyk_tiff_is_not_inverted():
    rgb = decode_photo(encode(Image.fromarray(cmyk_ink(), "CMYK"), "TIFF"))

    np.testing.assert_allclose(rgb, expected_of_ink(cmyk_ink()), atol=1)


def test_a_lab_tiff_shows_its_colours():
    srgb, lab = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
    image = ImageCms.profileToProfile(Image.fromarray(PHOTO), srgb, lab, outputMode="LAB")

    rgb = decode_photo(encode(image, "TIFF"))

    assert np.abs(rgb.astype(int) - PHOTO).mean() < 2


def matrix_profile(colorants: np.ndarray, gamma: float) -> bytes:
    """Write an RGB profile by hand (ICC.1:2001): D50-adapted colorants in columns, a gamma."""

    def fixed(values: np.ndarray) -> bytes:
        return b"".join(struct.pack(">i", round(float(value) * 65536)) for value in values)

    curve = b"curv" + bytes(4) + struct.pack(">IHH", 1, round(gamma * 256), 0)
    tags = {
        b"desc": b"desc" + bytes(4) + struct.pack(">I", 5) + b"wide\x00" + bytes(78 + 1),
        b"wtpt": b"XYZ " + bytes(4) + fixed(np.array([0.9642, 1.0, 0.8249])),
        **{
            name: b"XYZ " + bytes(4) + fixed(column)
            for name, column in zip((b"rXYZ", b"gXYZ", b"bXYZ"), colorants.T, strict=True)
        },
        **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve),
    }
    table, body = struct.pack(">I", len(tags)), b""
    start = 128 + 4 + 12 * len(tags)
    for name, content in tags.items():
        table += name + struct.pack(">II", start + len(body), len(content))
        body += content + bytes(-len(content) % 4)
    head = struct.pack(
        ">I4sI4s4s4s", start + len(body), b"none", 0x02100000, b"mntr", b"RGB ", b"XYZ "
    )
    head += bytes(12) + b"acsp" + bytes(28) + fixed(np.array([0.9642, 1.0, 0.8249])) + bytes(48)
    return head + table + body


# Display P3 and sRGB primaries under D50, columns red, green, blue (CSS Color 4, sample code,
# Bradford adaptation).
P3_D50 = np.array(
    [
        [0.515102, 0.291965, 0.157153],
        [0.241182, 0.692236, 0.066582],
        [-0.001050, 0.041885, 0.784073],
    ]
)
SRGB_D50 = np.array(
    [
        [0.436075, 0.385065, 0.143080],
        [0.222504, 0.716879, 0.060617],
        [0.013932, 0.097105, 0.714173],
    ]
)


def encoded_srgb(linear: np.ndarray) -> np.ndarray:
    linear = np.clip(linear, 0, 1)
    return 255 * np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)


@pytest.mark.parametrize("with_alpha", [False, True])
def test_an_embedded_profile_is_converted_to_srgb(with_alpha):
    """Against the matrices of CSS Color 4: gamma-2.2 Display P3 to sRGB."""
    picture = np.clip(PHOTO // 2 + 60, 60, 190).astype(np.uint8)
    linear = (picture / 255.0) ** 2.2 @ (np.linalg.inv(SRGB_D50) @ P3_D50).T
    shown = np.dstack([picture, np.full(picture.shape[:2], 255, np.uint8)])

    data = encode(shown if with_alpha else picture, "PNG", icc_profile=matrix_profile(P3_D50, 2.2))

    assert np.abs(encoded_srgb(linear) - picture).max() > 8
    np.testing.assert_allclose(decode_photo(data), encoded_srgb(linear), atol=2)


def test_an_srgb_profile_changes_nothing():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()

    np.testing.assert_array_equal(decode_photo(encode(PHOTO, "PNG", icc_profile=profile)), PHOTO)


@pytest.mark.parametrize("profile", [b"no profile", b"\x00" * 400], ids=["text", "zeros"])
def test_a_broken_profile_is_passed_over(profile):
    np.testing.assert_array_equal(decode_photo(encode(PHOTO, "PNG", icc_profile=profile)), PHOTO)


def test_a_profile_for_another_kind_of_picture_is_passed_over():
    data = encode(grey_photo()[..., 0], "PNG", icc_profile=matrix_profile(P3_D50, 2.2))

    np.testing.assert_array_equal(decode_photo(data), grey_photo())


def test_an_empty_file_is_refused():
    with pytest.raises(PhotoError, match=r"^the file is empty$"):
        decode_photo(b"")


@pytest.mark.parametrize("data", [b"plain text", b"%PDF-1.4", b"\x00" * 100, b"\xff\xd8"])
def test_what_is_no_picture_is_refused(data):
    with pytest.raises(PhotoError, match="not a picture in a known format"):
        decode_photo(data)


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP"])
@pytest.mark.parametrize("share", [0.3, 0.5, 0.9])
def test_a_cut_file_is_refused(file_format, share):
    data = encode(PHOTO, file_format)

    with pytest.raises(PhotoError):
        decode_photo(data[: int(len(data) * share)])


def test_the_pixel_limit_is_checked_before_anything_is_decoded():
    """The file holds no pixels at all: had decoding begun, the reason would be another."""
    bomb = png_bytes(60_000, 60_000, 8, 2, b"")

    with pytest.raises(PhotoError, match=r"^too many pixels: 60000 x 60000, at most 100,000,000"):
        decode_photo(bomb)


def test_the_pixel_limit_can_be_raised_above_pillows_own():
    """200 megapixels, above Pillow's limit of 179; the reason is the missing data, not the size."""
    with pytest.raises(PhotoError, match="damaged"):
        decode_photo(png_bytes(20_000, 10_000, 1, 0, b""), pixel_limit=300_000_000)


def test_pillows_own_limit_is_left_as_it_was():
    before = Image.MAX_IMAGE_PIXELS

    with pytest.raises(PhotoError):
        decode_photo(b"text")

    assert before == Image.MAX_IMAGE_PIXELS


def test_a_picture_of_exactly_the_limit_is_decoded():
    decode_photo(encode(PHOTO), pixel_limit=64 * 80)

    with pytest.raises(PhotoError, match="too many pixels: 80 x 64"):
        decode_photo(encode(PHOTO), pixel_limit=64 * 80 - 1)


@pytest.mark.parametrize(("height", "width"), [(1, 1), (1, 2000), (15, 16)])
def test_a_short_side_under_the_minimum_is_refused(height, width):
    picture = np.zeros((height, width, 3), np.uint8)

    with pytest.raises(PhotoError, match=rf"too small: {width} x {height} pixels.* needs 16"):
        decode_photo(encode(picture))


def test_no_warning_of_pillow_reaches_the_user():
    """A bomb between Pillow's two limits, and palette transparency given as bytes."""
    image = Image.fromarray(blocks()).quantize(4)

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        decode_photo(encode(image, "PNG", transparency=bytes([0, 128, 255, 255])))
        with pytest.raises(PhotoError):
            decode_photo(png_bytes(12_000, 10_000, 8, 2, b""))

    assert not caught


def test_threads_decode_alike():
    pictures = [colourful_photo(seed) for seed in range(24)]

    with ThreadPoolExecutor(8) as pool:
        decoded = list(pool.map(decode_photo, map(encode, pictures)))

    for picture, result in zip(pictures, decoded, strict=True):
        np.testing.assert_array_equal(result, picture)


def outcome_of(data: bytes) -> str:
    try:
        rgb = decode_photo(data, pixel_limit=1_000_000)
    except PhotoError as error:
        return "reason" if len(str(error).splitlines()) == 1 else "reason of many lines"
    return "picture" if rgb.dtype == np.uint8 and rgb.shape[2:] == (3,) else "no picture"


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP", "PPM"])
def test_damaged_bytes_end_in_a_picture_or_a_reason(file_format):
    rng = np.random.default_rng(5)
    whole = np.frombuffer(encode(PHOTO, file_format), np.uint8)
    outcomes = {"picture": 0, "reason": 0}

    for _ in range(150):
        data = whole.copy()
        places = rng.integers(0, len(data) if rng.random() < 0.5 else min(200, len(data)), 6)
        data[places] = rng.integers(0, 256, 6)
        outcomes[outcome_of(data.tobytes())] += 1

    assert outcomes["reason"] > 0


BAD_FILES = {
    "01_truncated.jpg": "truncated",
    "02_zero_byte.jpg": "the file is empty",
    "03_text_renamed.jpg": "not a picture in a known format",
    "04_cmyk.jpg": (299, 299),
    "05_16bit_grey.png": (299, 299),
    "06_16bit_rgb.png": (299, 299),
    "07_palette_alpha.png": (299, 299),
    "08_rgba_gradient_alpha.png": (299, 299),
    "09_exif_rotated6.jpg": (200, 299),  # stored 299 high, 200 wide
    "10_1x1.png": "too small: 1 x 1",
    "11_20000x1.jpg": "too small: 20000 x 1",
    "12_animated.gif": (150, 150),
    "13_bomb_30000x30000.png": "too many pixels: 30000 x 30000",
    "14_bomb_declared_only.png": "too many pixels: 60000 x 60000",
    "15_ünïcode naïve 写真 (1) файл.jpg": (299, 299),
    "16_photo.JPG.png": (299, 299),
    "17_quote' & semi;colon $HOME.jpg": (299, 299),
    "18_tail_garbage.jpg": (299, 299),
    "19_bitflips.jpg": "damaged JPEG: picture data is left over",
    "20_cmyk_adobe_inverted_progressive.jpg": (299, 299),
}


@pytest.mark.parametrize(("name", "outcome"), BAD_FILES.items(), ids=[n[:2] for n in BAD_FILES])
def test_every_bad_file_ends_in_a_right_picture_or_a_named_reason(name, outcome):
    data = (shared_folder("bad") / name).read_bytes()

    if isinstance(outcome, str):
        with pytest.raises(PhotoError, match=outcome):
            decode_photo(data)
    else:
        assert decode_photo(data).shape == (*outcome, 3)


def test_no_bad_file_is_forgotten():
    files = {path.name for path in shared_folder("bad").iterdir() if path.suffix != ".csv"}

    assert files == set(BAD_FILES)


@pytest.mark.parametrize(
    ("name", "twin"),
    [
        ("04_cmyk.jpg", "16_photo.JPG.png"),
        ("06_16bit_rgb.png", "17_quote' & semi;colon $HOME.jpg"),
    ],
)
def test_two_encodings_of_one_photograph_look_alike(name, twin):
    """The folder holds the same photograph in plain RGB; CMYK took another way to the same red."""
    first, second = (decode_photo((shared_folder("bad") / n).read_bytes()) for n in (name, twin))

    difference = np.linalg.norm(rgb_to_lab(first) - rgb_to_lab(second), axis=-1)
    assert difference.mean() < 3


def test_16_bit_grey_has_the_lightness_of_its_colour_twin():
    folder = shared_folder("bad")
    grey, colour = (
        decode_photo((folder / name).read_bytes())
        for name in ("05_16bit_grey.png", "06_16bit_rgb.png")
    )

    luma = np.asarray(Image.open(io.BytesIO(encode(colour))).convert("L"), float)
    assert np.abs(grey[..., 0] - luma).mean() < 2
