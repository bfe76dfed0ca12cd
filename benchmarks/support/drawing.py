"""Digits as strokes, drawn with nothing but Pillow."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

SUPERSAMPLE = 4
Point = tuple[float, float]
Strokes = Sequence[Sequence[Point]]
Colour = tuple[int, int, int]


def arc(
    x: float, y: float, radius_x: float, radius_y: float, start: float, end: float, points: int = 24
) -> list[Point]:
    """Points on an ellipse around (x, y); angles in degrees, 0 to the right, growing clockwise on the screen."""
    angles = [math.radians(start + (end - start) * i / (points - 1)) for i in range(points)]
    return [(x + radius_x * math.cos(a), y + radius_y * math.sin(a)) for a in angles]


# One polyline a stroke, in a box 100 wide and 160 high.
STROKES: dict[int, list[list[Point]]] = {
    0: [arc(50, 80, 45, 78, -90, 270)],
    1: [[(50, 2), (50, 158)]],
    2: [[*arc(50, 45, 42, 43, -170, 35), (5, 156), (96, 156)]],
    3: [[*arc(45, 41, 42, 39, -150, 90), *arc(45, 118, 46, 40, -90, 150)]],
    4: [[(70, 2), (4, 105), (98, 105)], [(70, 2), (70, 158)]],
    5: [[(88, 4), (20, 4), (14, 70), *arc(46, 108, 46, 50, -130, 140)]],
    6: [[(78, 4), *arc(80, 105, 74, 100, -130, -175, 8), *arc(50, 110, 44, 46, 180, 540)]],
    7: [[(4, 4), (96, 4), (38, 158)]],
    8: [[*arc(50, 40, 34, 38, 90, -270), *arc(50, 118, 42, 40, -90, 270)]],
    9: [[*arc(48, 46, 42, 44, 0, -360), (88, 60), (78, 158)]],
}


def placed(
    digit: int, height: float = 180.0, left: float = 90.0, top: float = 60.0, angle: float = 0.0
) -> list[list[Point]]:
    """The strokes of `digit` in px, turned by `angle` degrees around their middle."""
    k = height / 160
    turn = math.radians(angle)
    cos, sin = math.cos(turn), math.sin(turn)

    def place(x: float, y: float) -> Point:
        x, y = x - 50, y - 80
        return left + k * (50 + cos * x - sin * y), top + k * (80 + sin * x + cos * y)

    return [[place(x, y) for x, y in stroke] for stroke in STROKES[digit]]


def looped_seven(bar: float = 78.0, scale: float = 1.0, x: float = 150.0, y: float = 150.0) -> list[list[Point]]:
    """The one stroke, in px, of a seven whose bar is joined to its foot by a loop; all others would call it a two.

    `bar`: where the bar ends, down from the middle; scale: 1 for 180 px of height; (x, y): the middle.
    """
    points = [
        (-60, -60),
        (-20, -88),
        (40, -80),
        (50, -40),
        (0, 30),
        (-40, 78),
        (-62, 88),
        (-76, 78),
        (-70, 62),
        (-46, 58),
        (-10, 68),
    ]
    return [[(x + scale * across, y + scale * down) for across, down in (*points, (60.0, bar))]]


def render(
    strokes: Strokes,
    width: float = 16.0,
    size: tuple[int, int] = (300, 300),
    ink: Colour = (0, 0, 0),
    paper: Colour = (255, 255, 255),
) -> np.ndarray:
    """Draw strokes (px) with a round pen `width` px wide on a sheet of `size` (width, height) -> uint8 (H, W, 3)."""
    k = SUPERSAMPLE
    image = Image.new("L", (size[0] * k, size[1] * k), 0)
    pen = ImageDraw.Draw(image)
    for stroke in strokes:
        points = [(x * k, y * k) for x, y in stroke]
        pen.line(points, fill=255, width=max(1, round(width * k)), joint="curve")
        radius = width * k / 2
        for x, y in points:
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    share = np.asarray(image.resize(size, Image.Resampling.BOX))[..., None] / 255
    return np.rint(share * np.array(ink) + (1 - share) * np.array(paper)).astype(np.uint8)


def drawn(digit: int, **options: Any) -> np.ndarray:
    """A picture of `digit`, uint8 (H, W, 3); options as for `placed` and `render`."""
    where = {key: options.pop(key) for key in ("height", "left", "top", "angle") if key in options}
    return render(placed(digit, **where), **options)
