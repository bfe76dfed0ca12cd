"""Whose ink is whose: the outline of each digit's own ink, in tints that take turns, over a drawing or a photograph.

Everything here comes from numbers that the program made.
"""

import base64
from collections.abc import Iterator

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from recognizer import Detection, Reading
from recognizer.output.formatting import percent
from views.canvas.sheet import PAPER_PX
from views.figures import accent_rgb

SECOND = 180, 83, 9  # colour-blind people, too, can tell this brown from the accent colour
UNREAD = 107, 116, 128  # ink that is not a digit
DARK = 0.3  # of the ink; fainter is the soft edge
FINER = 2  # times the size, in which ink is outlined
SMOOTH = 0.8  # px of that; how far an outline may leave its ink, so that it has fewer corners
MOST_OUTLINES = 40  # of one digit; noise has thousands
LABEL_PX = 84, 40  # width and height of a label, on the sheet of a phone, which scales it down

Box = tuple[int, int, int, int]  # left, top, right, bottom, in px


def tints(reading: Reading) -> list[tuple[int, int, int]]:
    """A colour for each detection: two that take turns, also from line to line, and grey for what is not a digit."""
    turns = accent_rgb(), SECOND
    lines = enumerate(reading.lines)
    return [turns[(row + i) % 2] if each.is_digit else UNREAD for row, line in lines for i, each in enumerate(line)]


def outlines(detection: Detection) -> list[np.ndarray]:
    """The outlines of a digit's ink and of the holes in it: float (n, 2) each, x and y in px of the picture."""
    left, top, right, bottom = detection.box
    large = cv2.resize(np.pad(detection.ink, 1), None, fx=FINER, fy=FINER, interpolation=cv2.INTER_LINEAR)
    contours = cv2.findContours((large > DARK).astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)[0]
    largest = sorted(contours, key=len, reverse=True)[:MOST_OUTLINES]
    scale = np.array((right - left, bottom - top)) / detection.ink.shape[::-1]
    points = (cv2.approxPolyDP(each, SMOOTH, True)[:, 0] for each in largest)
    return [((each + 0.5) / FINER - 1) * scale + (left, top) for each in points]


def outlines_html(reading: Reading | None) -> str:
    """The outlines of several digits, each with its confidence, to lie over the sheet.

    No label covers another: a digit without room for one above, below or inside its box has none.
    """
    if not reading or len(reading.digits) < 2:
        return '<div class="marks"></div>'
    colours = [f"rgb{tint}" for tint in tints(reading)]
    shapes = "".join(
        f'<path fill="{colour}" stroke="{colour}" d="{_path(each)}"/>'
        for colour, each in zip(colours, reading.digits, strict=True)
    )
    drawing = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {PAPER_PX} {PAPER_PX}" fill-rule="evenodd" '
        f'stroke-width="1.5" stroke-linejoin="round">{shapes}</svg>'
    )
    picture = f'<img alt="" src="data:image/svg+xml;base64,{base64.b64encode(drawing.encode()).decode()}">'
    return f'<div class="marks" aria-hidden="true">{picture}{"".join(_labels(reading, colours))}</div>'


def _path(detection: Detection) -> str:
    """The outlines of a digit as the path of an SVG picture."""
    return "".join(f"M{' '.join(f'{x:.1f},{y:.1f}' for x, y in each.tolist())}Z" for each in outlines(detection))


def _labels(reading: Reading, colours: list[str]) -> Iterator[str]:
    """A box over each digit, which nobody sees, with a label."""
    taken: list[Box] = []  # by the labels so far
    for digit, colour in zip(reading.digits, colours, strict=True):
        others = [each.box for each in reading.digits if each is not digit]
        places = list(_label_places(digit.box))
        free = [each for each in places if not any(_overlap(each[1], other) for other in taken)]
        clear = [each for each in free if not any(_overlap(each[1], other) for other in others)]
        classes, label = ["mark"], ""
        for position, place in (clear or free)[:1]:
            taken.append(place)
            classes += position
            text = percent(digit.confidence) if digit.is_digit else "?"
            label = f'<span style="background:{colour}">{text}</span>'
        left, top, right, bottom = 100 * np.array(digit.box) / PAPER_PX
        style = f"left:{left:.2f}%;top:{top:.2f}%;width:{right - left:.2f}%;height:{bottom - top:.2f}%"
        yield f'<div class="{" ".join(classes)}" style="{style}">{label}</div>'


def draw_outlines(picture: Image.Image, reading: Reading, factor: float) -> None:
    """Draw the outlines on a picture, RGB, and label the digits; it has `factor` px for one of the picture read."""
    pen = ImageDraw.Draw(picture, "RGBA")
    for digit, tint in zip(reading.digits, tints(reading), strict=True):
        for outline in outlines(digit):
            corners = [tuple(corner) for corner in (factor * outline).tolist()]
            pen.line([*corners, corners[0]], fill=tint, width=2)
        if digit.is_digit:
            left, top, _, bottom = (round(edge * factor) for edge in digit.box)
            font = ImageFont.load_default(max(12, min(28, (bottom - top) // 2)))
            label = str(digit.digit)
            box = pen.textbbox((left, top - 4), label, font=font, anchor="lb")
            if box[1] < 0:  # there is no room above it
                box = pen.textbbox((left, bottom + 6), label, font=font, anchor="lt")
            pen.rectangle((box[0] - 2, box[1] - 2, box[2] + 2, box[3] + 1), fill=tint)
            pen.text(box[:2], label, fill="white", font=font, anchor="lt")


def _label_places(box: Box) -> Iterator[tuple[list[str], Box]]:
    """Where a box's label has room on the sheet: the CSS classes that put it there, and its own box."""
    left, top, right, bottom = box
    width, height = LABEL_PX
    side, x = (["right"], right - width) if left + width > PAPER_PX else ([], left)
    places = (
        ([*side], x, top - height),
        (["under", *side], x, bottom),
        (["beside"], right, top),
        (["inside", *side], x, top),
    )
    for position, at, y in places:
        if y >= 0 and max(y + height, at + width) <= PAPER_PX:
            yield position, (at, y, at + width, y + height)


def _overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
