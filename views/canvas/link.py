"""A drawing as a few hundred characters for the address of the page, and back.

What is written: for each stroke the pen's width, the number of points, and the points in px, each but the first as the
way from the one before; 16-bit integers, deflated (zlib), in the letters of addresses (RFC 4648, base64url).
"""

import base64
import zlib
from collections.abc import Sequence

import cv2
import numpy as np

from recognizer import InvalidImageError, Stroke
from views.canvas.fabric import MAX_STROKES, as_sent

LONGEST = 6000  # characters; addresses of 8,000 get through everywhere
MOST_NUMBERS = 20_000
STRAIGHT_PX = 0.6  # points that are nearer to a straight line than this are left out
TOO_LONG = "This drawing is too large for a link. Undo a few strokes, or save it as a picture."
BROKEN = "The link to a drawing is damaged or cut short. Ask for it again, or draw here."


def to_link(strokes: Sequence[Stroke]) -> str:
    """Write strokes, in px of the sheet; `InvalidImageError` with a sentence if they are too many."""
    numbers = []
    for stroke in strokes:
        points = cv2.approxPolyDP(stroke.points.astype(np.float32)[:, None], STRAIGHT_PX, False)[:, 0]
        points = np.vstack([points, stroke.points[-1:]])  # which it leaves out of a stroke that ends where it began
        steps = np.diff(np.rint(points).astype(int), axis=0, prepend=0)
        numbers += [round(stroke.width), len(steps), *steps.ravel().tolist()]
    packed = zlib.compress(np.array(numbers, "<i2").tobytes(), 9) if len(numbers) <= MOST_NUMBERS else b""
    text = base64.urlsafe_b64encode(packed).rstrip(b"=").decode()
    if not packed or len(text) > LONGEST:
        raise InvalidImageError(TOO_LONG)
    return text


def from_link(text: str) -> list[dict]:
    """Read what `to_link` wrote -> strokes as the canvas sends them, which are yet to be checked like those.

    Raises `InvalidImageError` with a sentence for anything else.
    """
    try:
        if len(text) > LONGEST:
            raise ValueError("too long")
        unpack = zlib.decompressobj()
        packed = base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True)
        content = unpack.decompress(packed, 2 * MOST_NUMBERS)
        if not unpack.eof:
            raise ValueError("cut short, or too long")
        numbers = np.frombuffer(content, "<i2").astype(int)
        return _objects(numbers)
    except (ValueError, zlib.error, IndexError) as error:
        raise InvalidImageError(BROKEN) from error


def _objects(numbers: np.ndarray) -> list[dict]:
    objects: list[dict] = []
    while len(numbers) or not objects:
        width, count = numbers[:2].tolist()
        steps, numbers = numbers[2 : 2 + 2 * count], numbers[2 + 2 * count :]
        if count < 1 or len(steps) < 2 * count or len(objects) == MAX_STROKES:
            raise ValueError("not strokes, or too many")
        objects.append(as_sent(np.cumsum(steps.reshape(-1, 2), axis=0).tolist(), width))
    return objects
