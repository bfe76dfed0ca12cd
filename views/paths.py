"""A stroke as the canvas sends it, a path of Fabric.js -> a `Stroke`; what is none is refused.

A path is a list of commands as in SVG: `M x y` the start, `Q cx cy x y` a quadratic Bézier curve, `L x y` a straight
line; all in px of the canvas.
"""

from numbers import Real

import numpy as np

from recognizer import Stroke

NUMBERS = {"M": 2, "L": 2, "Q": 4}  # that follow each command
STEPS = 4  # straight pieces for a curve; the canvas makes a curve of every few px
FARTHEST_PX = 10_000  # from the corner; a stroke may leave the canvas
WIDEST_PX = 100
LARGEST = 1e300  # above are whole numbers that no float can hold, and infinity


def stroke(sent: object) -> Stroke:
    """Return what the canvas sent of one stroke; `ValueError` for what no pen draws."""
    if not isinstance(sent, dict) or sent.get("type") != "Path" or not isinstance(sent.get("path"), list):
        raise ValueError("no path")
    width = sent.get("strokeWidth")
    if not _is_number(width) or not 0 < width <= WIDEST_PX:
        raise ValueError("no width")
    points: list[tuple[float, float]] = []
    for command in sent["path"]:
        points += _points(command, points[-1] if points else None)
    if not points:
        raise ValueError("an empty path")
    return Stroke(np.array(points, np.float64), float(width))


def _points(command: object, start: tuple[float, float] | None) -> list[tuple[float, float]]:
    if not isinstance(command, list) or not command or not isinstance(command[0], str):
        raise ValueError("no command")
    name, numbers = command[0], command[1:]
    if len(numbers) != NUMBERS.get(name) or (name == "M") != (start is None):
        raise ValueError("an unknown command, or one in the wrong place")
    if not all(_is_number(number) and abs(number) <= FARTHEST_PX for number in numbers):
        raise ValueError("no place on the canvas")
    if name != "Q":
        return [(numbers[0], numbers[1])]
    (x0, y0), (x1, y1, x2, y2) = start, numbers
    curve = []
    for step in range(1, STEPS + 1):
        t = step / STEPS
        a, b, c = (1 - t) ** 2, 2 * t * (1 - t), t * t
        curve.append((a * x0 + b * x1 + c * x2, a * y0 + b * y1 + c * y2))
    return curve


def _is_number(value: object) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool) and abs(value) < LARGEST
