"""Parse the strokes that the canvas sends, as Fabric.js writes them, and refuse what no pen draws.

A stroke is a `Path` object, whose path is a list of commands as in SVG: `M x y` the start, `Q cx cy x y` a quadratic
Bézier curve, `L x y` a straight line; all in px of the component's canvas.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import takewhile
from typing import TypeGuard

import numpy as np

from recognizer import InvalidImageError, Stroke
from recognizer.numbers.strokes import covered

# The component's toolbar lies, unseen, over the top of its canvas and takes the touches there. So the canvas is this
# much higher than the sheet: style.css pushes the strip with the toolbar out of sight.
STRIP_PX = 32
UNUSABLE = "This drawing cannot be read. Clear the canvas and draw again."
MAX_STROKES = 500
MAX_DRAWING_BYTES = 2**20  # of the strokes as JSON
MAX_COVERED_PX = 2e8  # by all strokes: 500 times the sheet; drawing that takes 0.2 s
COMMANDS = {"M": 2, "L": 2, "Q": 4}  # the numbers that follow each
STEPS = np.arange(1, 5) / 4  # ends of the straight pieces that stand for a curve; one has a length of a few px
BEZIER = np.stack([(1 - STEPS) ** 2, 2 * STEPS * (1 - STEPS), STEPS**2], axis=1)  # (steps, control points)
FARTHEST_PX = 10_000  # from the corner; a stroke may leave the canvas
WIDEST_PX = 100

Point = tuple[float, float]


@dataclass(frozen=True)
class Strokes:
    """Strokes on the canvas.

    objects: as they are sent, so that the canvas can be asked to draw them again; only what tells strokes apart.
    lines: the same, parsed, in px of the sheet.
    """

    objects: tuple[dict, ...] = ()
    lines: tuple[Stroke, ...] = field(default=(), compare=False)

    def __len__(self) -> int:
        """How many strokes there are."""
        return len(self.objects)

    def __getitem__(self, part: slice) -> "Strokes":
        """Some of the strokes."""
        return Strokes(self.objects[part], self.lines[part])

    def __add__(self, others: "Strokes") -> "Strokes":
        """These strokes, then the others."""
        return Strokes(self.objects + others.objects, self.lines + others.lines)

    def starts_with(self, others: "Strokes") -> bool:
        """Whether the first of these strokes are the others."""
        return self.objects[: len(others)] == others.objects

    @cached_property
    def text(self) -> str:
        """The objects as JSON."""
        return json.dumps(self.objects)


def as_sent(points: Sequence[Sequence[float]], width: float) -> dict:
    """A stroke as the canvas sends it, from its points, x and y in px of the sheet, and the pen's width."""
    path = [["L" if i else "M", x, y + STRIP_PX] for i, (x, y) in enumerate(points)]
    path += [["L", *path[0][1:]]] if len(path) == 1 else []  # a dot
    return {"type": "Path", "strokeWidth": width, "path": path}


def parse_strokes(payload: object, known: Strokes = Strokes()) -> Strokes:
    """Parse what the canvas sent, which may be anything; but not again the `known` strokes that it begins with.

    Raises `InvalidImageError` if it is not a usable list of strokes.
    """
    sent = payload.get("objects") if isinstance(payload, dict) else None
    try:
        if not isinstance(sent, list) or len(sent) > MAX_STROKES:
            raise ValueError("not a list of strokes, or too many")
        objects = tuple(map(_parse_object, sent))
        same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(objects, known.objects, strict=False)))
        if same == len(objects) == len(known):
            return known
        strokes = Strokes(objects, known.lines[:same] + tuple(map(_parse_stroke, objects[same:])))
        if len(strokes.text) > MAX_DRAWING_BYTES:
            raise ValueError("too long")
        if sum(map(covered, strokes.lines)) > MAX_COVERED_PX:
            raise ValueError("too much ink")
    except ValueError as error:
        raise InvalidImageError(UNUSABLE) from error
    return strokes


def _parse_object(sent: object) -> dict:
    """Take what tells a `Path` object from others; `ValueError` if it is none."""
    if not isinstance(sent, dict) or sent.get("type") != "Path" or not isinstance(sent.get("path"), list):
        raise ValueError("not a path")
    width = sent.get("strokeWidth")
    if not _is_number(width, WIDEST_PX) or width <= 0:
        raise ValueError("no usable width")
    return {"type": "Path", "strokeWidth": width, "path": sent["path"]}


def _parse_stroke(path: dict) -> Stroke:
    """Parse the commands of a path, into px of the sheet; `ValueError` for what no pen draws."""
    points: list[Point] = []
    for command in path["path"]:
        points += _parse_command(command, points[-1] if points else None)
    if not points:
        raise ValueError("an empty path")
    return Stroke(np.array(points, np.float64) - (0, STRIP_PX), float(path["strokeWidth"]))


def _parse_command(command: object, start: Point | None) -> list[Point]:
    """The points that a command adds; `start` is where the pen is, None before the path begins."""
    if not isinstance(command, list) or not command or not isinstance(command[0], str):
        raise ValueError("not a command")
    name, numbers = command[0], command[1:]
    if len(numbers) != COMMANDS.get(name) or (name == "M") != (start is None):
        raise ValueError("an unknown command, or one in the wrong place")
    if not all(_is_number(number, FARTHEST_PX) for number in numbers):
        raise ValueError("not a place on the canvas")
    if name != "Q" or start is None:
        return [(numbers[0], numbers[1])]
    return [(x, y) for x, y in BEZIER @ [start, numbers[:2], numbers[2:]]]


def _is_number(value: object, most: float) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= most  # False for NaN
