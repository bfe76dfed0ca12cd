"""A writer: habits that one person has in everything they write, and the handwriting that follows from them.

A glyph (`train.synthetic.glyphs`) is what is meant. What it looks like follows from how a hand moves: where it starts
and which way it turns, in what order it draws the parts, where the pen stays down and where it is lifted, how far it
overshoots, and how fast it goes (fast movements overlap, which cuts corners: Plamondon 1995, "A kinematic theory of
rapid human movements"). So forms that nobody wrote down come about as they do on paper: a 7 whose bar is joined to its
foot, a 9 begun in its middle, a 0 that spirals inwards.

All randomness comes from the writer's `rng`.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from train.synthetic.glyphs import DIGITS, Stroke, parse
from train.synthetic.pen import between, inked, rounded, through

Trace = tuple[np.ndarray, np.ndarray]  # what is drawn without lifting the pen: points float (n, 2), sharp bool (n,)
NEAR = 60.0  # per cent of the height; a pen that is moved this far is kept down in the share `joins` of all cases
EXTREME = 2.5  # deviations; what is farther out is hardly handwriting, and one in a million would fill the memory
EDGE = 1.5  # half heights from the middle; a polynomial knows no bounds


@dataclass(frozen=True)
class Habits:
    """What habits the writers of a population have.

    Numbers are standard deviations, and lengths are in per cent of the glyph's height, unless noted. What comes before
    `unsteady` is drawn once for each writer; slant, proportions, rotation and pen also vary a little between drawings.
    """

    wild: float = 0.22  # of the logarithm of how strong all of a writer's habits are: most are tidy, few are wild
    shape: float = 3.0  # standard deviation of how far the glyph is warped at its edges, as one smooth whole
    points: float = 1.0  # of each point of a glyph by itself
    free: float = 4.0  # of points that may lie almost anywhere; of the angle of bars and slashes, in degrees
    places: float = 3.5  # of where bars and slashes lie
    waist: float = 0.07  # of the logarithm of the power that moves middles up or down
    lengths: float = 0.07  # of the logarithm of how long each part is, and its end against its beginning
    bowls: float = 0.14  # of the logarithm of how large a ring is
    hooks: float = 0.15  # share of ends with a hook or ligature
    hook: float = 5.0  # its mean length
    bends: float = 9.0  # degrees that ends are bent by
    loops: float = 0.05  # share of sharp turns that become loops
    loop: float = 12.0  # their mean length
    joins: float = 0.25  # share of the ways to the next stroke that are drawn, if they are `NEAR`
    lifts: float = 0.04  # share of sharp turns at which the pen is lifted
    order: float = 0.15  # share of glyphs that are drawn in another order and direction
    rings: float = 0.05  # of how much of a ring is left open or drawn twice, and of how far it spirals
    starts: float = 0.15  # share of rings that start anywhere, and of those that turn the other way
    slant: float = 0.22  # of the shear: width gained over height
    proportions: float = 0.18  # of the logarithm of width over height
    rotation: float = 6.0  # degrees
    speed: float = 4.0  # by how much curves are smoothed
    thinnest: float = 2.5  # px, of the pen on a digit 100 px high; its logarithm is distributed uniformly
    thickest: float = 28.0
    unsteady: float = 0.5  # of this drawing's warp and points against the writer's own
    tremor: float = 0.5  # of the line


class Writer:
    """One person's handwriting."""

    def __init__(self, rng: np.random.Generator, habits: Habits = Habits()):
        """Draw a writer out of a population with these habits."""
        self.rng, self.habits = rng, habits
        self._wild = np.exp(habits.wild * _normal(rng))
        deviations = (habits.slant, habits.proportions, habits.rotation)
        self._slant, self._wide, self._turn = rng.normal(0, deviations)
        self._radius = self._wild * abs(rng.normal(0, habits.speed))
        self.pen = float(np.exp(rng.uniform(*np.log((habits.thinnest, habits.thickest)))))
        self._glyphs: dict[int, str] = {}
        self._forms: dict[str, list[Trace]] = {}

    def glyph(self, digit: int) -> str:
        """Return the glyph that this writer means by a digit, always the same."""
        return self._glyphs.setdefault(digit, str(self.rng.choice(DIGITS[digit])))

    def draw(self, glyph: str) -> np.ndarray:
        """Return a picture of `glyph`: uint8 (H, W), 0 paper to 255 ink, about 100 px high."""
        return inked(self.write(glyph), self.pen * np.exp(self.rng.normal(0, 0.1)))

    def write(self, glyph: str) -> list[np.ndarray]:
        """Return the lines that are drawn without lifting the pen, each float (n, 2), x right, y down."""
        if glyph not in self._forms:
            self._forms[glyph] = self._form(glyph)
        rng, habits = self.rng, self.habits
        leaning = self._leaning()
        warp = rng.normal(0, habits.unsteady * habits.shape, (5, 2))
        lines = []
        for points, sharp in self._forms[glyph]:
            points = _warped(points, warp) + rng.normal(0, habits.unsteady * habits.points, points.shape)
            line = rounded(through(points, sharp), self._radius)
            lines.append((line + self._tremor(len(line))) @ leaning.T)
        return lines

    def _leaning(self) -> np.ndarray:
        """Slant, proportions and rotation of one drawing: (2, 2)."""
        slant = self._slant + self.rng.normal(0, self.habits.slant / 3)
        wide = np.exp(self._wide + self.rng.normal(0, self.habits.proportions / 2))
        return _matrix(self._turn + self.rng.normal(0, self.habits.rotation / 2)) @ [[wide, -slant], [0, 1]]

    def _tremor(self, length: int) -> np.ndarray:
        """A wobble (length, 2) that changes slowly along a line."""
        knots = self.rng.normal(0, self.habits.tremor, (length // 6 + 3, 2))
        return between(knots, np.arange(len(knots)), np.linspace(0, len(knots) - 1, length))

    def _form(self, glyph: str) -> list[Trace]:
        """Return the traces with which this writer always forms a glyph."""
        warp, waist = self._some(self.habits.shape, (5, 2)), np.exp(self._some(self.habits.waist))
        strokes = [self._own(stroke, warp, waist) for stroke in parse(glyph)]
        if self._often(self.habits.order):
            self.rng.shuffle(strokes)
            ways = [-1 if self._often(0.5) else 1 for _ in strokes]
            strokes = [
                s._replace(points=s.points[::way], sharp=s.sharp[::way]) for s, way in zip(strokes, ways, strict=True)
            ]
        traces: list[Trace] = []
        for number, stroke in enumerate(strokes):
            first, *more = self._turned(stroke)
            if number and not (stroke.apart or strokes[number - 1].apart):
                way = self._way(traces[-1][0], first[0][0], strokes[number - 1].ring)
                if way is not None:
                    first = _put_together(traces.pop(), way, first, self._often(0.4))
            traces += [first, *more]
        return [self._hooked(trace) for trace in traces]

    def _own(self, stroke: Stroke, warp: np.ndarray, waist: float) -> Stroke:
        """Give a stroke this writer's form; a ring becomes the way around it."""
        points, sharp, loose = stroke.points, stroke.sharp, stroke.loose
        if stroke.ring:
            points = self._around(points)
            sharp = loose = np.zeros(len(points), bool)
        points = _warped(points, warp, waist)
        points = points + self._some(np.where(loose, self.habits.free, self.habits.points)[:, None], points.shape)
        if stroke.free:
            middle, size = points.mean(0), np.exp(self._some(0.3))
            points = middle + (points - middle) @ _matrix(self._some(self.habits.free)) * size
            points += self._some(self.habits.places, 2)
        elif not stroke.ring:
            points = self._stretched(points, sharp)
            for _ in range(2):  # first the end, then, backwards, the start
                points = _bent(points, self._some(self.habits.bends))[::-1]
        return stroke._replace(points=points, sharp=sharp, loose=loose)

    def _stretched(self, points: np.ndarray, sharp: np.ndarray) -> np.ndarray:
        """Make each part of a stroke longer or shorter, and its beginning longer or shorter than its end."""
        part = np.cumsum(sharp[:-1])
        overall, change = self._some(self.habits.lengths, (2, part[-1] + 1))
        along = np.linspace(-1, 1, len(part))
        factors = np.exp(overall[part] + change[part] * along)
        stretched = _walked(np.diff(points, axis=0) * factors[:, None])
        return stretched + points.mean(0) - stretched.mean(0)

    def _around(self, ring: np.ndarray) -> np.ndarray:
        """The way around a ring: how large, from where, which way, how far, and whether it spirals."""
        n, habits = len(ring), self.habits
        ring = ring[0] + (ring - ring[0]) * np.exp(self._some(habits.bowls))
        start = self.rng.uniform(0, n) if self._often(habits.starts) else self.rng.normal(0, 0.05) * n
        at = start + np.linspace(0, n * (1.02 + self._some(habits.rings)), n + 1)
        if self._often(habits.starts):
            at = at[::-1]
        points = between(np.concatenate([ring, ring[:1]]), np.arange(n + 1), at % n)
        inwards = 1 + np.linspace(0, self._some(1.5 * habits.rings), n + 1)[:, None]
        return ring.mean(0) + (points - ring.mean(0)) * inwards

    def _turned(self, stroke: Stroke) -> list[Trace]:
        """Make loops of some of a stroke's sharp turns, and lift the pen at others."""
        corners = [0, *(np.flatnonzero(stroke.sharp[1:-1]) + 1).tolist(), len(stroke.points) - 1]
        pieces = [(stroke.points[a : b + 1], np.zeros(b + 1 - a, bool)) for a, b in pairwise(corners)]
        traces = pieces[:1]
        for points, sharp in pieces[1:]:
            if self._often(self.habits.lifts):
                traces.append((points + self.rng.normal(0, self.habits.free / 2, 2), sharp))
            elif self._often(self.habits.loops):
                loop = _loop(traces[-1][0][-2], points[0], points[1], self.rng.exponential(self.habits.loop))
                traces[-1] = _put_together(traces[-1], loop, (points, sharp), False)
            else:
                before, turns = traces[-1]
                traces[-1] = np.concatenate([before, points[1:]]), np.concatenate([turns[:-1], [True], sharp[1:]])
        return traces

    def _way(self, points: np.ndarray, goal: np.ndarray, ring: bool) -> np.ndarray | None:
        """The points (n, 2) on the way from the end of a trace to the next stroke, or None if the pen is lifted.

        Around a ring the pen goes on to where it is next to its goal; else it goes straight, in a bow, or back on its
        own trace.
        """
        distances = np.hypot(*(points - goal).T)
        nearest = int(distances.argmin())
        if not self._often(self.habits.joins ** (distances[nearest if ring else -1] / NEAR)):
            return None
        if ring:
            return points[1 : nearest + 1]
        if self._often(0.3):
            return points[nearest:-1][::-1]
        middle, along = (points[-1] + goal) / 2, goal - points[-1]
        return (middle + along[::-1] * (1, -1) * self.rng.normal(0, 0.2))[None] if self._often(0.5) else points[:0]

    def _hooked(self, trace: Trace) -> Trace:
        """Give a trace hooks at its ends, if this writer makes them."""
        for _ in range(2):  # first at its end, then, backwards, at its start
            points, sharp = trace
            if self._often(self.habits.hooks):
                turn, length = _matrix(self.rng.normal(0, 80)), self.rng.exponential(self.habits.hook)
                ahead = points[-1] - points[-2]
                point = points[-1] + ahead @ turn * length / max(np.hypot(*ahead), 1)
                points, sharp = np.vstack([points, point]), np.append(sharp, False)
            trace = points[::-1], sharp[::-1]
        return trace

    def _some(self, deviation: float | np.ndarray, size: int | tuple[int, ...] | None = None) -> Any:
        """Return normal random numbers with this deviation, times how wild the writer is; none is an extreme."""
        return self._wild * deviation * _normal(self.rng, size)

    def _often(self, share: float) -> bool:
        return self.rng.random() < share


def _normal(rng: np.random.Generator, size: int | tuple[int, ...] | None = None) -> Any:
    """Return standard normal random numbers, none of them beyond `EXTREME`."""
    return np.clip(rng.normal(0, 1, size), -EXTREME, EXTREME)


def _walked(steps: np.ndarray) -> np.ndarray:
    """The points (n + 1, 2) that n steps, (n, 2), lead to from (0, 0)."""
    return np.vstack([(0, 0), np.cumsum(steps, 0)])


def _matrix(degrees: float) -> np.ndarray:
    """Turn points by an angle: (2, 2)."""
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array([[cos, -sin], [sin, cos]])


def _warped(points: np.ndarray, warp: np.ndarray, waist: float = 1.0) -> np.ndarray:
    """Move points (n, 2) up or down by a power of their height, and by a polynomial with coefficients `warp` (5, 2)."""
    height = np.clip(points[:, 1] / 100, 0, 1)
    points = points + np.outer(100 * (height**waist - height), (0, 1))
    x, y = np.clip((points.T - [[30], [50]]) / 50, -EDGE, EDGE)
    return points + np.stack([x * y, x * x, y * y, x * y * y, y * y * y], 1) @ warp


def _bent(points: np.ndarray, degrees: float) -> np.ndarray:
    """Bend the second half of a line (n, 2), more and more towards its end."""
    steps = np.diff(points, axis=0) @ (1, 1j)
    steps = steps * np.exp(1j * np.radians(degrees) * np.linspace(-1, 1, len(steps)).clip(0))
    return points[0] + _walked(np.stack([steps.real, steps.imag], 1))


def _loop(before: np.ndarray, corner: np.ndarray, after: np.ndarray, length: float) -> np.ndarray:
    """Return the points (5, 2) of a loop that crosses itself at a corner."""
    into, out = (step / max(np.hypot(*step), 1) for step in (corner - before, after - corner))
    outwards = (into - out) / max(np.hypot(*(into - out)), 0.1)
    side = outwards[::-1] * (1, -1)
    side *= np.sign(side @ into) or 1
    steps = np.stack([0 * side, 0.6 * outwards + 0.4 * side, outwards, 0.6 * outwards - 0.4 * side, 0 * side])
    return corner + length * steps


def _put_together(first: Trace, way: np.ndarray, second: Trace, sharp: bool) -> Trace:
    """One trace of two and the way between them; `sharp` says how it turns where they meet."""
    turns = np.concatenate([first[1], np.zeros(len(way), bool), second[1]])
    turns[[len(first[1]) - 1, -len(second[1])]] = sharp
    return np.concatenate([first[0], way, second[0]]), turns
