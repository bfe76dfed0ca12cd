"""What a program sends, bounded before it is parsed: a picture or a drawing, and perhaps a hand.

A body is a picture file, a drawing as JSON, or a form (RFC 7578) with either of them and the file of a hand.
"""

import asyncio
import json
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from python_multipart import FormParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import Field, File, parse_options_header
from starlette.requests import ClientDisconnect, Request

from api.errors import RefusedError
from api.limits import Place
from recognizer import Hand, InvalidImageError
from recognizer.hand import MAX_BYTES as MAX_HAND_BYTES
from views.canvas.drawing import Drawing
from views.canvas.fabric import MAX_DRAWING_BYTES, MAX_STROKES, WIDEST_PX, as_sent, parse_strokes
from views.canvas.sheet import PAPER_PX

MAX_PICTURE_BYTES = 30 * 2**20  # as on the page
MAX_FORM_BYTES = MAX_PICTURE_BYTES + MAX_HAND_BYTES + 2**16  # with what lies between the parts
MOST_DIGITS = 12  # of a size that is worth parsing
PIECE_BYTES = 2**16  # of a form that are parsed at a time
RECEIVE_S = 60  # in which a body has to come: enough for 30 MB at 4 Mbit/s
MAX_TAUGHT = 50  # drawings of a hand, which take the model 0.1 s when it has not seen them before
KEPT_HANDS = 16  # so that a program which reads many pictures with one hand does not have it looked at each time
PEN_PX = 20  # wide, where no width is given; as on the page
KINDS = (
    "Send a picture file as image/png, image/jpeg or the like, strokes as application/json, or multipart/form-data "
    "with either."
)
A_DRAWING = (
    f'A drawing is {{"strokes": [[[x, y], ...], ...], "width": px}}: 1 to {MAX_STROKES} strokes of at least one point, '
    f"on a sheet of {PAPER_PX} by {PAPER_PX} px, and the pen's width, up to {WIDEST_PX}, or {PEN_PX} if it is left out."
)
A_FORM = 'A form has one part "picture" or "strokes", and perhaps one "hand".'
DAMAGED = "The form is damaged or cut short: send it again."


@dataclass(frozen=True, eq=False)
class Sent:
    """What a program sent: the content of a picture file, or a drawing; and a hand, if there was one."""

    picture: bytes | Drawing
    hand: Hand | None = None


async def receive(request: Request, place: Place) -> bytes:
    """Return the body of a request; `RefusedError` if it is of another type, too large, or does not come."""
    most = _most_bytes(request.headers.get("content-type", ""))
    too_large = RefusedError(413, f"The body has more than {most / 2**20:.3g} MiB.", {"Connection": "close"})
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and (len(declared) > MOST_DIGITS or int(declared) > most):
        raise too_large
    chunks = []
    try:
        async with asyncio.timeout(RECEIVE_S):
            async for chunk in request.stream():
                place.hold(len(chunk))
                if place.held > most:
                    raise too_large
                chunks.append(chunk)
    except TimeoutError as error:
        sentence = f"The body has not come within {RECEIVE_S} s. Try again."
        raise RefusedError(408, sentence, {"Connection": "close"}) from error
    except ClientDisconnect as error:  # nobody hears this
        raise RefusedError(400, "The connection was closed before all of the body had come.") from error
    return b"".join(chunks)


def _most_bytes(content_type: str) -> int:
    """How large a body of this type may be; `RefusedError` for other types."""
    kind = parse_options_header(content_type)[0]
    if kind == b"application/json":
        return MAX_DRAWING_BYTES
    if kind == b"multipart/form-data":
        return MAX_FORM_BYTES
    if kind.startswith(b"image/"):
        return MAX_PICTURE_BYTES
    raise RefusedError(415, KINDS)


def parse(content_type: str, body: bytes) -> Sent:
    """Parse a body that `receive` returned; `RefusedError` if it cannot be used, `HandError` if the hand cannot."""
    kind, options = parse_options_header(content_type)
    if kind == b"application/json":
        return Sent(_drawing(body))
    if kind != b"multipart/form-data":
        return Sent(body)
    parts = _parts(body, options.get(b"boundary", b""))
    hand = parts.pop("hand", None)
    if len(parts) != 1:
        raise RefusedError(422, A_FORM)
    ((name, content),) = parts.items()
    return Sent(_drawing(content) if name == "strokes" else content, None if hand is None else _hand(hand))


def _parts(body: bytes, boundary: bytes) -> dict[str, bytes]:
    """The parts of a form, by name."""
    parts: dict[str, bytes] = {}

    def take(name: bytes | None, content: bytes) -> None:
        text = (name or b"").decode("latin-1")
        if text not in ("picture", "strokes", "hand") or text in parts:
            raise RefusedError(422, A_FORM)
        parts[text] = content

    def take_file(file: File) -> None:
        file.file_object.seek(0)
        take(file.field_name, file.file_object.read())

    def take_field(field: Field) -> None:
        take(field.field_name, field.value or b"")

    try:
        form = FormParser(
            "multipart/form-data",
            take_field,
            take_file,
            boundary=boundary,
            config={"MAX_MEMORY_FILE_SIZE": MAX_FORM_BYTES},  # nothing is written to a disk
        )
        for start in range(0, len(body), PIECE_BYTES):
            form.write(body[start : start + PIECE_BYTES])
        form.finalize()
    except FormParserError as error:
        raise RefusedError(422, DAMAGED) from error
    return parts


def _drawing(content: bytes) -> Drawing:
    """Parse a drawing, which is JSON."""
    try:
        sent = json.loads(content)
        if not isinstance(sent, dict) or not {"strokes"} <= sent.keys() <= {"strokes", "width"}:
            raise ValueError("no drawing")
        objects = [as_sent(points, sent.get("width", PEN_PX)) for points in sent["strokes"]]
        strokes = parse_strokes({"objects": objects}).lines
        points = np.concatenate([stroke.points for stroke in strokes])  # ValueError if there are none
        if points.min() < 0 or points.max() > PAPER_PX:
            raise ValueError("not on the sheet")
    except (ValueError, TypeError, RecursionError, InvalidImageError) as error:
        raise RefusedError(422, A_DRAWING) from error
    return Drawing(strokes)


@lru_cache(KEPT_HANDS)
def _hand(content: bytes) -> Hand:
    hand = Hand.load(content)
    if len(hand) > MAX_TAUGHT:
        raise RefusedError(422, f"This hand holds {len(hand)} drawings; {MAX_TAUGHT} at most can be sent.")
    return hand
