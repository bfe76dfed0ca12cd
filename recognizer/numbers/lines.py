"""Marks -> the lines of writing they are on, from top to bottom, each from left to right."""

from collections.abc import Sequence

from recognizer.numbers.marks import Mark

SAME_LINE = 0.4  # of the lower one's height, that two neighbours on one line have at least side by side


def into_lines(marks: Sequence[Mark]) -> list[list[Mark]]:
    """Put each mark on a line; a line is followed from left to right, so it may rise or fall."""
    lines: list[list[Mark]] = []
    for mark in sorted(marks, key=lambda mark: mark.box[0] + mark.box[2]):
        best = max(lines, key=lambda line: _side_by_side(line[-1], mark), default=None)
        if best is not None and _side_by_side(best[-1], mark) >= SAME_LINE:
            best.append(mark)
        else:
            lines.append([mark])
    return sorted(lines, key=lambda line: sum(mark.box[1] + mark.box[3] for mark in line) / len(line))


def _side_by_side(a: Mark, b: Mark) -> float:
    """How much of the lower one's height is beside the other."""
    (_, top_a, _, bottom_a), (_, top_b, _, bottom_b) = a.box, b.box
    return (min(bottom_a, bottom_b) - max(top_a, top_b)) / min(bottom_a - top_a, bottom_b - top_b)
