"""Known strokes -> marks: strokes whose ink points to middles that are near each other.

The strokes are put in the order of the middles to which their ink points. A mark is a run of them: those runs are taken
whose digits are most probable by the digit model, and whose middles are as near, and as far from those of their
neighbours, as the finder's mostly are (dynamic programming). Two digits that were written in one go are parted before.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, permutations

import numpy as np

from recognizer.numbers.marks import Grouping, Mark, mark_of
from recognizer.numbers.strokes import Stroke, draw

STEP_PX = 2.0  # between the points of a stroke that are looked at
NEAR = 0.25  # heights between two middles, at which they are of one mark as often as of two
SPREAD = 0.15  # heights; the scale of the logistic curve that says how often they are at other distances
FAR = 0.6  # heights; middles that are farther from each other are never of one mark
MOST = 5  # strokes of a mark
MAX_RUNS = 32  # that the model judges, shorter ones first
MANY = 10_000  # more than the peaks of a grouping
PARTED = 0.3  # of a stroke, at least, points to each of two middles where it is two digits


@dataclass(frozen=True, eq=False)
class _Unit:
    """A stroke, or a part of one; middle: float (2,), px, where its ink points to; height: of that mark, in px."""

    stroke: Stroke
    middle: np.ndarray
    height: float

    def far(self, other: "_Unit") -> float:
        """How far the middles are from each other, in heights."""
        return float(np.hypot(*(self.middle - other.middle)) / max(1e-6, (self.height + other.height) / 2))


class Runs:
    """The marks that strokes may be: all of them are `candidates`."""

    def __init__(self, ink: np.ndarray, strokes: Sequence[Stroke], found: Sequence[tuple[Grouping, np.ndarray]]):
        """Make marks of the strokes that left ink, float32 (H, W), by what groupings and their peaks say of it."""
        groups = _near_each_other(list(_units(strokes, found)))
        self._groups = [sorted(group, key=lambda unit: unit.middle[0]) for group in groups]
        masks = [[draw(unit.stroke, ink.shape) for unit in group] for group in self._groups]
        runs = [(number, *run) for number, group in enumerate(self._groups) for run in _runs(group)]
        self._marks: dict[tuple[int, int, int], Mark] = {}
        for number, start, end in sorted(runs, key=lambda run: run[2] - run[1])[:MAX_RUNS]:
            if mark := mark_of(ink * np.maximum.reduce(masks[number][start:end]), 0, 0):
                self._marks[number, start, end] = mark
        self.candidates = list(self._marks.values())

    def choose(self, scores: Sequence[float]) -> list[Mark]:
        """Return those candidates that together are best; scores: the logarithm of how good a mark each of them is."""
        of = dict(zip(self.candidates, scores, strict=True))
        marks: list[Mark] = []
        for number, group in enumerate(self._groups):
            far = np.array([a.far(b) for a, b in pairwise(group)])
            one, two = (-np.logaddexp(0, sign * (far - NEAR) / SPREAD) for sign in (1, -1))  # log probabilities
            best: list[tuple[float, list[Mark]]] = [(0.0, [])]
            for end in range(1, len(group) + 1):
                ways = []
                for start in range(end):
                    mark = self._marks.get((number, start, end))
                    if mark or end - start == 1:  # a stroke that left hardly any ink is no mark
                        total = best[start][0] + (two[start - 1] if start else 0) + one[start : end - 1].sum()
                        ways.append((total + (of[mark] if mark else 0), best[start][1] + ([mark] if mark else [])))
                best.append(max(ways, key=lambda way: way[0]))
            marks += best[-1][1]
        return marks


def _runs(group: list[_Unit]) -> Iterator[tuple[int, int]]:
    """Which strokes may be one mark: those from the first of two numbers up to the other."""
    for start in range(len(group)):
        for end in range(start + 1, min(len(group), start + MOST) + 1):
            if all(a.far(b) < FAR for a, b in pairwise(group[start:end])):
                yield start, end


def _units(strokes: Sequence[Stroke], found: Sequence[tuple[Grouping, np.ndarray]]) -> Iterator[_Unit]:
    """The strokes, and the two parts of one whose ink points first to one mark and then to another."""
    traces = [_points(stroke.points) for stroke in strokes]
    points = np.concatenate(traces)
    middles, heights, owners = points.copy(), np.zeros(len(points)), np.full(len(points), -1)
    for number, (grouping, peaks) in enumerate(found):
        middle, height, owner = grouping.pointed(points, peaks)
        here = owner >= 0
        middles[here], heights[here], owners[here] = middle[here], height[here], number * MANY + owner[here]
    first = 0
    for stroke, trace in zip(strokes, traces, strict=True):
        ends = [0, *_cut(owners[first : first + len(trace)]), len(trace)]
        for start, end in pairwise(first + np.array(ends)):
            known = start + np.flatnonzero(owners[start:end] >= 0)
            wide, high = np.ptp(points[start:end], axis=0).tolist()
            middle = np.asarray(np.median(middles[known], 0) if len(known) else points[start:end].mean(0))
            tall = float(np.median(heights[known])) if len(known) else stroke.width + max(high, 0.6 * wide)
            yield _Unit(Stroke(points[start:end], stroke.width), middle, tall)
        first += len(trace)


def _cut(owners: np.ndarray) -> list[int]:
    """Where a stroke goes from one mark to another, if it does: `owners` are the marks of its points, or -1."""
    known = owners[owners >= 0]
    marks, counts = np.unique(known, return_counts=True)
    if len(marks) < 2:
        return []
    best = 0, 0
    for a, b in permutations(marks[np.argsort(-counts)][:2].tolist()):
        before, after = np.cumsum(owners == a), np.cumsum((owners == b)[::-1])[::-1]
        cut = int(np.argmax(before[:-1] + after[1:])) + 1
        best = max(best, (int(min(before[cut - 1], after[cut])), cut))
    return [best[1]] if best[0] >= PARTED * len(known) else []


def _points(points: np.ndarray) -> np.ndarray:
    """Points every `STEP_PX` px on a polyline."""
    along = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    at = np.linspace(0, along[-1], 2 + int(min(along[-1] / STEP_PX, 5000)))
    return np.stack([np.interp(at, along, points[:, axis]) for axis in (0, 1)], 1)


def _near_each_other(units: Sequence[_Unit]) -> list[list[_Unit]]:
    """Groups of units between which there may be one mark."""
    groups: list[list[_Unit]] = []
    for unit in units:
        near = [group for group in groups if any(unit.far(other) < FAR for other in group)]
        groups = [group for group in groups if group not in near] + [
            [unit, *(other for group in near for other in group)]
        ]
    return groups
