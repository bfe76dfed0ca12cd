import io
import os
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from benchmarks.support.drawing import drawn
from recognizer import InvalidImageError
from recognizer.images.opening import EXTRAS, MAX_READS, MAX_WORKING_SIDE, PNG, open_picture, read_picture
from recognizer.preprocess import prepare

PIXELS = drawn(7, left=20, top=80)
PICTURE = Image.fromarray(PIXELS)
PREPARED = prepare(PIXELS)


def encoded(image, format="PNG", **options):
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


def chunk(name, content):
    return len(content).to_bytes(4, "big") + name + content + zlib.crc32(name + content).to_bytes(4, "big")


def png_header(width, height):
    """The beginning of a PNG that claims its size: the header, and a data chunk without data."""
    return PNG + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) + b"\0\0\x10\0IDAT"


def png(chunks):
    """A PNG of `PIXELS` with more chunks, bytes, before the picture."""
    whole, header_end = encoded(PICTURE), len(PNG) + 25
    return whole[:header_end] + chunks + whole[header_end:]


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "LA", "P", "1", "CMYK", "I;16", "I", "F"])
def test_every_mode_reads_like_rgb(mode):
    if mode == "I;16":
        image = Image.fromarray(np.asarray(PICTURE.convert("L"), np.uint16) * 16)  # 12 bits, as scanners write
    else:
        image = PICTURE.convert(mode)
    assert image.mode == mode
    tolerance = 0.5 if mode == "1" else 0.06  # dithering roughens the edges
    assert np.abs(prepare(read_picture(image)) - PREPARED).max() < tolerance


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "PPM"])
def test_every_file_format_reads_like_the_array(format, tmp_path):
    path = tmp_path / f"seven.{format.lower()}"
    path.write_bytes(encoded(PICTURE, format))
    for source in (path, str(path), path.read_bytes()):
        assert np.abs(prepare(read_picture(source)) - PREPARED).max() < 0.2


def test_a_palette_with_a_transparent_colour_is_transparent():
    image = PICTURE.convert("P")
    pixels = read_picture(encoded(image, transparency=image.getpixel((0, 0))))
    assert pixels.shape == (300, 300, 4) and pixels[0, 0, 3] == 0


def test_exif_rotation_is_undone():
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: the picture has to be shown a quarter turn clockwise
    lying = PICTURE.transpose(Image.Transpose.ROTATE_90)
    assert np.abs(np.asarray(lying, int) - PIXELS).max() > 100
    np.testing.assert_array_equal(read_picture(encoded(lying, exif=exif)), PIXELS)


def test_a_large_picture_is_scaled_down_and_stays_as_it_was():
    large = PICTURE.resize((4000, 3000))
    for source in (np.asarray(large), encoded(large, "JPEG"), large, Image.open(io.BytesIO(encoded(large, "JPEG")))):
        assert read_picture(source).shape[:2] == (MAX_WORKING_SIDE * 3 // 4, MAX_WORKING_SIDE)
        assert isinstance(source, np.ndarray | bytes) or source.size == (4000, 3000)


def test_grey_of_a_narrow_range_is_stretched():
    grey = 0.45 + 0.05 * np.asarray(PICTURE.convert("L"), np.float32) / 255
    assert np.abs(prepare(read_picture(Image.fromarray(grey))) - PREPARED).max() < 0.06


def test_a_large_jpeg_is_decoded_no_larger_than_needed():
    opened = open_picture(encoded(Image.new("L", (8_000, 2_000)), "JPEG"))
    assert opened.details.shape == (1_000, 4_000) and opened.scale == 8_000 / max(opened.pixels.shape)


@pytest.mark.parametrize("size", [(1, 1), (300, 2)])
def test_a_picture_too_small_for_a_digit_is_refused(size):
    for picture in (Image.new("RGB", size), np.zeros(size, np.uint8), encoded(Image.new("RGB", size))):
        with pytest.raises(InvalidImageError, match="too small"):
            read_picture(picture)


@pytest.mark.parametrize("size", [(20_000, 20_000), (8_100, 8_100), (4_000_000, 30)])
def test_a_picture_too_large_is_refused_before_it_is_decoded(size):
    with pytest.raises(InvalidImageError, match="more than 65 megapixels"):
        read_picture(png_header(*size))  # has no pixels: decoding would fail with another sentence
    with pytest.raises(InvalidImageError, match="more than 65 megapixels"):
        read_picture(np.broadcast_to(np.uint8(0), size))


@pytest.mark.parametrize(("name", "options"), [("PNG", {}), ("JPEG", {"progressive": True})])
def test_a_file_that_has_to_be_decoded_whole_may_have_fewer_pixels(name, options, monkeypatch):
    large = encoded(Image.new("L", (3_700, 3_700)), name, **options)
    monkeypatch.setattr(Image.Image, "load", lambda *_: pytest.fail("decoded"))
    with pytest.raises(InvalidImageError, match="only a plain JPEG"):
        read_picture(large)


def test_a_picture_within_our_limit_is_read_without_a_warning_whatever_pillows_limit_is(monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10)
    np.testing.assert_array_equal(read_picture(encoded(PICTURE)), PIXELS)  # warnings are errors here


@pytest.mark.parametrize("kept", [20, 60, 200, 500])
def test_a_truncated_file_is_refused(kept):
    whole = encoded(PICTURE)
    assert read_picture(whole) is not None and len(whole) > 500
    with pytest.raises(InvalidImageError, match=r"damaged|not a picture"):
        read_picture(whole[:kept])


def test_a_missing_file_a_folder_and_text_are_refused(tmp_path):
    (tmp_path / "notes.png").write_text("not a picture at all")
    for path, sentence in (
        (tmp_path / "notes.png", "not a picture this program can open"),
        (tmp_path / "none.png", "cannot be read"),
        (tmp_path, "cannot be read"),
        ("a\0b.png", "cannot be read"),
    ):
        with pytest.raises(InvalidImageError, match=sentence):
            read_picture(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no named pipes among its files")
def test_a_pipe_and_a_device_are_refused_without_waiting_for_their_content(tmp_path):
    os.mkfifo(tmp_path / "pipe.png")
    for path in (tmp_path / "pipe.png", "/dev/zero"):
        with pytest.raises(InvalidImageError, match="pipe or a device"):
            read_picture(path)


@pytest.mark.parametrize("name", EXTRAS)
def test_a_large_profile_or_text_in_a_png_is_ignored(name):
    large = png(chunk(name, b"x\0\0" + np.random.default_rng(1).bytes(4_000_000)))
    np.testing.assert_array_equal(read_picture(large), PIXELS)


PARTS = {
    "chunks": png(chunk(b"prVt", b"") * (MAX_READS + 1)),
    "spaces": b"P5\n" + b" " * (2 * MAX_READS) + b"8 8 255\n" + b"\0" * 64,
    "comments": b"\xff\xd8" + b"\xff\xfe\0\x02" * (2 * MAX_READS),
}


@pytest.mark.parametrize("name", PARTS)
def test_a_file_that_is_nothing_but_parts_is_refused_before_all_are_read(name):
    with pytest.raises(InvalidImageError, match="too many parts"):
        read_picture(PARTS[name])


@pytest.mark.parametrize(
    ("picture", "sentence"),
    [
        (np.zeros((28, 28), np.float32), "float32, not uint8"),
        (np.full((28, 28), np.nan), "float64, not uint8"),
        (np.zeros((28, 28), np.int64), "int64, not uint8"),
        (np.zeros(28, np.uint8), r"shape \(28,\)"),
        (np.zeros((28, 28, 2), np.uint8), r"shape \(28, 28, 2\)"),
        (np.zeros((1, 28, 28, 3), np.uint8), "shape"),
        (np.zeros((0, 0), np.uint8), "too small"),
        (Image.fromarray(np.full((28, 28), np.nan, np.float32)), "not numbers"),
        ([[0, 255]], "A list is not a picture"),
    ],
)
def test_something_else_is_refused(picture, sentence):
    with pytest.raises(InvalidImageError, match=sentence):
        read_picture(picture)
