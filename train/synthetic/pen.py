"""A glyph as strokes -> ink on paper, each time as if by another hand with another pen.

Random are: the place of each point, the place and the length of each stroke, the slant, rotation and proportions of the
whole, the tremor of the hand, and the width of the pen. All randomness comes from `rng`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
from PIL import Image, ImageDraw

STEPS = 6  # straight pieces between two points of a glyph
MARGIN = 2  # px of paper around the ink

# points float (n, 2); sharp turns bool (n,); whether it is placed freely
GlyphStroke = tuple[np.ndarray, np.ndarray, bool]


@dataclass(frozen=True)
class Hand:
    """How unsteady a hand is; standard deviations in per cent of the glyph's height, unless noted."""

    points: float = 3.5  # of each point of a stroke
    free: float = 7.0  # of each point of a stroke that people place freely
    strokes: float = 2.0  # of a whole stroke against the others
    ends: float = 0.12  # maximum change of a stroke's length at each end, as a share of its last piece
    tremor: float = 0.6
    rotation: float = 6.0  # degrees
    slant: float = 0.18  # shear: width gained over height
    proportions: float = 0.22  # of the logarithm of width over height
    thinnest: float = 2.0  # px, of the pen
    thickest: float = 28.0  # px; as a 40 px pen on a digit 140 px high


def draw(glyph: str, rng: np.random.Generator, hand: Hand) -> np.ndarray:
    """Return a picture of `glyph`: uint8 (H, W), 0 paper to 255 ink, about 100 px high."""
    strokes = written(parse(glyph), rng, hand)
    return inked(strokes, rng.uniform(hand.thinnest, hand.thickest))


@cache
def parse(glyph: str) -> tuple[GlyphStroke, ...]:
    """Split a glyph's string into strokes."""
    strokes = []
    for text in glyph.split("/"):
        words = text.split()
        free = words[0] == "~"
        words = words[free:]
        points = np.array([[float(number) for number in word.rstrip("!").split(",")] for word in words])
        strokes.append((points, np.array([word.endswith("!") for word in words]), free))
    return tuple(strokes)


def written(strokes: Iterable[GlyphStroke], rng: np.random.Generator, hand: Hand) -> list[np.ndarray]:
    """Write parsed strokes as one hand would this time -> polylines float (n, 2), x right, y down."""
    slant, turn = rng.normal(0, hand.slant), np.radians(rng.normal(0, hand.rotation))
    wide = np.exp(rng.normal(0, hand.proportions))
    matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    matrix = matrix @ np.array([[wide, -slant], [0, 1]])
    lines = []
    for points, sharp, free in strokes:
        moved = points + rng.normal(0, hand.free if free else hand.points, points.shape)
        moved += rng.normal(0, hand.strokes, 2)
        line = _through(_with_ends(moved, rng, hand), sharp)
        line += _tremor(len(line), rng, hand)
        lines.append(line @ matrix.T)
    return lines


def inked(strokes: list[np.ndarray], width: float) -> np.ndarray:
    """Draw polylines with a round pen `width` px wide -> uint8 (H, W), cut to the ink and a margin."""
    points = np.concatenate(strokes)
    edge = width / 2 + MARGIN
    low = points.min(0) - edge
    size = np.ceil(points.max(0) + edge - low).astype(int)
    image = Image.new("L", (int(size[0]), int(size[1])), 0)
    pen = ImageDraw.Draw(image)
    for stroke in strokes:
        line(pen, [(float(x), float(y)) for x, y in stroke - low], width)
    return np.asarray(image)


def line(pen: ImageDraw.ImageDraw, points: list[tuple[float, float]], width: float, grey: int = 255) -> None:
    """Draw a line through `points` with a round pen `width` px wide."""
    radius = width / 2
    pen.line(points, fill=grey, width=max(1, round(width)))
    for x, y in points:
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=grey)


def _with_ends(points: np.ndarray, rng: np.random.Generator, hand: Hand) -> np.ndarray:
    """Lift the pen a little early or late at both ends."""
    early, late = rng.uniform(-hand.ends, hand.ends, 2)
    points[0] += early * (points[1] - points[0])
    points[-1] += late * (points[-2] - points[-1])
    return points


def _through(points: np.ndarray, sharp: np.ndarray) -> np.ndarray:
    """A smooth curve through the points (Catmull & Rom 1974), broken where it is sharp."""
    breaks = [0, *(i for i in range(1, len(points) - 1) if sharp[i]), len(points) - 1]
    pieces = [_smooth(points[a : b + 1]) for a, b in pairwise(breaks)]
    return np.concatenate(pieces)


def _smooth(points: np.ndarray) -> np.ndarray:
    if len(points) == 2:
        return points[0] + np.linspace(0, 1, STEPS + 1)[:, None] * (points[1] - points[0])
    closed = np.hypot(*(points[0] - points[-1])) < 12
    before = points[-2] if closed else 2 * points[0] - points[1]
    after = points[1] if closed else 2 * points[-1] - points[-2]
    p = np.concatenate([before[None], points, after[None]])
    p0, p1, p2, p3 = (p[i : i + len(points) - 1, None] for i in range(4))
    t = np.linspace(0, 1, STEPS, endpoint=False)[:, None]
    cubic = 2 * p1 + (p2 - p0) * t + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2 + (3 * p1 - p0 - 3 * p2 + p3) * t**3
    return np.concatenate([cubic.reshape(-1, 2) / 2, points[-1:]])


def _tremor(length: int, rng: np.random.Generator, hand: Hand) -> np.ndarray:
    """A wobble (length, 2) that changes slowly along a stroke."""
    knots = rng.normal(0, hand.tremor, (max(2, length // STEPS + 2), 2))
    at = np.linspace(0, len(knots) - 1, length)
    return np.stack([np.interp(at, np.arange(len(knots)), knots[:, i]) for i in range(2)], 1)
