"""Any picture -> uint8 pixels; its size is checked before anything is decoded."""

import io
import os
import stat
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
from PIL import Image, ImageOps

from recognizer.errors import InvalidImageError

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "PPM")  # Pillow's decoders for everyday files
ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".ppm", ".pgm")
ANIMATED = ("GIF", "WEBP", "PNG")  # formats that may be animated
MAX_FILE_BYTES = 64 * 2**20  # a 50-megapixel JPEG is about 25 MiB
MAX_PIXELS = 65_000_000  # phone cameras reach 50 megapixels, as JPEG files, which are decoded no larger than needed
MAX_WHOLE_PIXELS = 13_000_000  # of a file that has to be decoded whole, which takes up to 0.7 s and 8 bytes a pixel
MIN_SIDE_PX = 4  # a smaller picture has no legible digit
MAX_WORKING_SIDE = 1024  # px; pages are looked at as a whole in this size
MAX_DETAILS_SIDE = 4096  # px; and their small digits in this one, 30 px high on a page of 12 megapixels
LEAST_DETAILS_SIDE = 2800  # px; a JPEG with twice as many is decoded at half its size, in half of the time
MAX_READS = 100_000  # of parts of a file; a large PNG takes 30,000, one that consists only of tiny parts millions
PNG = b"\x89PNG\r\n\x1a\n"
EXTRAS = (b"iCCP", b"iTXt", b"tEXt", b"zTXt")  # profile and texts in a PNG; not needed, and Pillow refuses large ones


@dataclass(frozen=True, eq=False)
class Opened:
    """A picture, decoded.

    pixels: uint8 (H, W) grey, (H, W, 3) RGB or (H, W, 4) RGBA, no side over `MAX_WORKING_SIDE`.
    details: the same with more pixels, no side over `MAX_DETAILS_SIDE`, if the picture has them; else `pixels`.
    scale: how many px of the picture, turned upright, one of `pixels` stands for.
    """

    pixels: np.ndarray
    details: np.ndarray
    scale: float


# A path, the content of a file, or pixels: uint8 (H, W), (H, W, 3) or (H, W, 4).
Picture: TypeAlias = str | os.PathLike | bytes | Image.Image | np.ndarray | Opened


def open_picture(picture: Picture) -> Opened:
    """Open a picture; return one that is already opened as it is.

    Raises `InvalidImageError` if it is not a picture, or too large, too small, animated, or of the wrong type.
    """
    if isinstance(picture, Opened):
        return picture
    if isinstance(picture, np.ndarray):
        return _opened(_check_array(picture), max(picture.shape[:2]))
    if isinstance(picture, Image.Image):
        _check_size(*picture.size)
        return _decode(picture.copy(), max(picture.size))
    if isinstance(picture, (bytes, bytearray)):
        return _read_file(bytes(picture))
    if isinstance(picture, (str, os.PathLike)):
        return _read_file(_read_bytes(Path(picture)))
    raise InvalidImageError(
        f"A {type(picture).__name__} is not a picture: give a path, the bytes of a picture file, a PIL image, "
        "or a uint8 array."
    )


def read_picture(picture: Picture) -> np.ndarray:
    """Return `Opened.pixels` of a picture; errors as for `open_picture`."""
    return open_picture(picture).pixels


def _opened(details: np.ndarray, side: int) -> Opened:
    """`side`: the longer side of the whole picture, in px."""
    pixels = details
    if max(details.shape[:2]) > MAX_WORKING_SIDE:
        pixels = np.asarray(_shrink(Image.fromarray(np.ascontiguousarray(details)), MAX_WORKING_SIDE))
    return Opened(pixels, details, side / max(pixels.shape[:2]))


def _check_array(array: np.ndarray) -> np.ndarray:
    if array.dtype != np.uint8:
        raise InvalidImageError(
            f"The array is {array.dtype}, not uint8: scale it to 0-255 and convert it with .astype(numpy.uint8)."
        )
    if array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] not in (3, 4)):
        raise InvalidImageError(f"The array has shape {array.shape}: expected (H, W), (H, W, 3) or (H, W, 4).")
    _check_size(array.shape[1], array.shape[0])
    return array


def _check_size(width: int, height: int) -> None:
    if min(width, height) < MIN_SIDE_PX:
        raise InvalidImageError(
            f"The picture is {width}x{height} pixels: too small to hold a digit (at least {MIN_SIDE_PX}x{MIN_SIDE_PX})."
        )
    if width * height > MAX_PIXELS:
        raise InvalidImageError(
            f"The picture is {width}x{height} pixels: more than {MAX_PIXELS // 1_000_000} megapixels. "
            "Scale it down and try again."
        )


def _read_bytes(path: Path) -> bytes:
    def without_waiting(name: str, flags: int) -> int:
        return os.open(name, flags | getattr(os, "O_NONBLOCK", 0))  # or a pipe would wait until somebody writes to it

    try:
        with open(path, "rb", opener=without_waiting) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise InvalidImageError("This is a pipe or a device: save what comes from it to a file, and give that.")
            return file.read(MAX_FILE_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = getattr(error, "strerror", None) or error
        raise InvalidImageError(f"The file cannot be read ({reason}).") from error


def _read_file(data: bytes) -> Opened:
    if len(data) > MAX_FILE_BYTES:
        raise InvalidImageError(f"The file has more than {MAX_FILE_BYTES // 2**20} MiB. Save it smaller and try again.")
    with _damage_reported():
        image = _identify(_without_extras(data))
    if image is None:
        raise InvalidImageError(
            f"The file is not a picture this program can open ({', '.join(FORMATS)}), whatever its name says."
        )
    _check_size(*image.size)
    if image.width * image.height > MAX_WHOLE_PIXELS and (image.format != "JPEG" or "progressive" in image.info):
        raise InvalidImageError(
            f"The picture is {image.width}x{image.height} pixels: only a plain JPEG file may have more than "
            f"{MAX_WHOLE_PIXELS // 1_000_000} megapixels. Scale it down, or save it as one, and try again."
        )
    with _damage_reported():  # a second frame is searched for further on in the file
        is_animated = image.format in ANIMATED and getattr(image, "is_animated", False)
    if is_animated:  # but files with several pages, and photos with a smaller one inside, are not
        raise InvalidImageError("The picture is animated. Save one of its frames as a still picture and try again.")
    longer = max(image.size)
    width, height = (max(1, side * LEAST_DETAILS_SIDE // longer) for side in image.size)
    image.draft(None, (width, height))  # JPEG: decode no larger than needed
    return _decode(image, longer)


@contextmanager
def _damage_reported() -> Iterator[None]:
    """Pillow's parsers fail in many ways on damaged and hostile files: let all of them be an `InvalidImageError`."""
    try:
        yield
    except Exception as error:
        raise InvalidImageError(f"The picture is damaged or cut short: save or send it again ({error}).") from error


def _identify(data: bytes) -> Image.Image | None:
    """Open a file as `Image.open` does, but with our limit instead of Pillow's, which is the whole program's setting.

    None if it is of none of `FORMATS`.
    """
    Image.init()
    for name in FORMATS:
        opens, accepts = Image.OPEN[name]
        if accepts is None or accepts(data[:16]) is True:
            with suppress(SyntaxError, IndexError, TypeError, struct.error):  # not of this format after all
                return opens(_BoundedFile(data), "")
    return None


class _BoundedFile(io.BytesIO):
    """A file that cannot be read in too many parts: each takes Pillow some microseconds, however small."""

    reads = 0

    def read(self, size: int | None = -1, /) -> bytes:
        """Read as `io.BytesIO` does; raise `ValueError` after `MAX_READS`."""
        self.reads += 1
        if self.reads > MAX_READS:
            raise ValueError("it has too many parts")
        return super().read(size)


def _without_extras(data: bytes) -> bytes:
    """A PNG without `EXTRAS`; other files as they are."""
    if not data.startswith(PNG):
        return data
    kept, start = [PNG], len(PNG)
    while start < len(data) and len(kept) <= MAX_READS:
        end = start + 12 + int.from_bytes(data[start : start + 4], "big")  # length, name, content, checksum
        if data[start + 4 : start + 8] not in EXTRAS:
            kept.append(data[start:end])
        start = end
    return b"".join([*kept, data[start:]])


def _decode(image: Image.Image, side: int) -> Opened:
    """Decode `image`, which may be changed; `side`: the longer side of the whole picture, in px."""
    with _damage_reported():
        ImageOps.exif_transpose(image, in_place=True)
        return _opened(_to_pixels(image), side)


def _to_pixels(image: Image.Image) -> np.ndarray:
    """Decoded uint8 pixels; 16- and 32-bit greys are stretched from their own range to 0-255."""
    if image.mode.startswith("I;16"):
        image = image.convert("I")
    if image.mode in ("I", "F"):
        return _stretch(_shrink(image.convert("F")))
    if image.mode == "1":
        image = image.convert("L")
    elif image.mode not in ("L", "RGB", "RGBA") or (image.mode == "RGB" and image.has_transparency_data):
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    return np.asarray(_shrink(image))


def _stretch(image: Image.Image) -> np.ndarray:
    grey = np.asarray(image)
    if not np.isfinite(grey).all():
        raise ValueError("it holds values that are not numbers")
    low, high = float(grey.min()), float(grey.max())
    return ((grey - low) * (255 / ((high - low) or 1))).astype(np.uint8)


def _shrink(image: Image.Image, most: int = MAX_DETAILS_SIDE) -> Image.Image:
    """The picture, or a smaller copy, with no side over `most` px."""
    factor = most / max(image.size)
    if factor >= 1:
        return image
    size = max(1, round(image.width * factor)), max(1, round(image.height * factor))
    return image.resize(size, Image.Resampling.BOX)
