"""Ink -> the parts of it that the finder looks at, one after the other, each in the size in which it sees best.

A page is looked at as a whole, or in parts that are far from each other where it is too large for that. What is found
is taken off it, and what is left, which is smaller, is looked at again, larger. There is never more work than the area
of the page says.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from recognizer.images.ink import Sheet
from recognizer.numbers.finder import HOME, INK, MARGIN, Network, look, looked_at_px
from recognizer.numbers.marks import SURE, Grouping

BEST = 2**0.5 * HOME  # px; how high the tallest ink is made: others on a page are mostly lower
SMALLEST = -0.5  # octaves from `HOME`; smaller marks are looked at again
LARGEST = 4.0  # times the size in all detail; nothing is enlarged more
LOWEST = 12  # px of the picture, in all its detail; lower ink is no mark by itself, but dirt
LEGIBLE = HOME * 2**SMALLEST  # px; where there is no room for ink of this height, a part of the page is left out
LOOK_PX = 1000  # of room, that every look takes
MARK_PX = 2000  # of room, for each mark that there may be: the digit model needs as long for it
FAR = 0.4  # of the height of the tallest ink, and up to twice as much: parts are farther from each other


@dataclass(frozen=True, eq=False)
class Part:
    """Some ink of a page.

    ink: float32 (h, w), 0-1; left, top: where it is on the page, in px; factor: in what size it was seen, 0 before.
    """

    ink: np.ndarray
    left: int
    top: int
    factor: float

    def heights(self) -> np.ndarray:
        """The height of each connected piece of ink, in px: int (n,)."""
        stats = cv2.connectedComponentsWithStats((self.ink > INK).astype(np.uint8), connectivity=8)[2]
        return np.asarray(stats[1:, cv2.CC_STAT_HEIGHT])

    def tallest(self) -> int:
        """The height of the tallest piece, in px; 0 where there is none."""
        return int(self.heights().max(initial=0))

    def count(self, lowest: float) -> int:
        """How many pieces are not lower than `lowest` px."""
        return int(np.count_nonzero(self.heights() >= lowest))

    def cut(self, rows: int) -> tuple["Part", "Part"]:
        """Cut ink in two, between lines if there are some: at most `rows` rows, and what is below."""
        row = rows - int(self.ink[rows // 2 : rows + 1].sum(1)[::-1].argmin())
        return replace(self, ink=self.ink[:row]), replace(self, ink=self.ink[row:], top=self.top + row)

    def parts(self, most: int, lowest: float) -> tuple[list["Part"], int]:
        """Take apart what is far from other ink: `most` parts, highest first, and how many others there are.

        What is not as high as `lowest` px is in none of them.
        """
        far = max(2, round(FAR * self.tallest()))
        blocks = _blocks(self.ink > INK, far)
        labels, stats = cv2.connectedComponentsWithStats(blocks.astype(np.uint8), connectivity=8)[1:3]
        heights = far * stats[1:, cv2.CC_STAT_HEIGHT]
        order = 1 + np.argsort(-heights, kind="stable")[: np.count_nonzero(heights >= lowest)]
        labels = labels.repeat(far, 0).repeat(far, 1)
        parts = []
        for number in order[:most].tolist():
            left, top, width, height = (far * stats[number, : cv2.CC_STAT_AREA]).tolist()
            box = slice(top, min(top + height, len(self.ink))), slice(left, min(left + width, self.ink.shape[1]))
            ink = np.where(labels[box] == number, self.ink[box], 0)
            parts.append(Part(ink, self.left + left, self.top + top, self.factor))
        return parts, max(0, len(order) - most)


def group(network: Network, sheet: Sheet, room: int) -> tuple[list[tuple[Grouping, np.ndarray]], int, int]:
    """Look at a sheet, the finder at no more than about `room` px in all.

    Returns groupings that together have the ink, and of each the peaks that are its marks, bool (n,); how many marks
    and parts there was no room for; and how many px the finder looked at.
    """
    found: list[tuple[Grouping, np.ndarray]] = []
    left, top, width, height = cv2.boundingRect((sheet.ink > INK).astype(np.uint8))
    waiting = [Part(sheet.ink[top : top + height, left : left + width], left, top, 0.0)]
    lowest, largest = LOWEST / sheet.detail, LARGEST * sheet.detail
    left_out, looked_at, most = 0, 0, room // MARK_PX
    while waiting:
        part = waiting.pop(0)
        tallest = part.tallest()
        if tallest < lowest:
            continue
        factor = min(max(2 * part.factor, BEST / tallest), largest)
        if (size := looked_at_px(part.ink.shape, factor)) > room:
            parts, others = part.parts(room // LOOK_PX, lowest)
            if len(parts) > 1:
                waiting, left_out = parts + waiting, left_out + others
                continue
            factor *= (room / size) ** 0.5
            if factor * tallest < LEGIBLE:
                factor = LEGIBLE / tallest
                rows = int((room / (factor * part.ink.shape[1] + 3 * MARGIN) - 3 * MARGIN) / factor)
                if rows < tallest:
                    left_out += part.count(lowest)
                    continue
                part, below = part.cut(min(rows, len(part.ink) - 1))
                left_out += below.count(lowest)
            size = looked_at_px(part.ink.shape, factor)
        room, looked_at = max(0, room - size), looked_at + size
        grouping = Grouping(part.ink, (part.left, part.top), look(network, _detailed(part, sheet, factor)))
        peaks = grouping.strengths >= SURE
        if 2 * factor <= largest and size <= room:  # else it is the last look
            peaks, ink = grouping.large(peaks, SMALLEST)
            if (ink > INK).any():
                rest = Part(_lower(ink, HOME / factor), part.left, part.top, factor)
                parts, others = rest.parts(room // LOOK_PX, lowest)
                waiting, left_out = waiting + parts, left_out + others
        surplus = np.flatnonzero(peaks)[max(0, most) :]
        peaks[surplus] = False
        left_out, most = left_out + len(surplus), most - int(np.count_nonzero(peaks))
        found.append((grouping, peaks))
    return found, left_out, looked_at


def _lower(ink: np.ndarray, height: float) -> np.ndarray:
    """The connected ink that is lower than `height` px: what is higher was not overlooked, but is no mark."""
    labels, stats = cv2.connectedComponentsWithStats((ink > 0).astype(np.uint8), connectivity=8)[1:3]
    return ink * (stats[:, cv2.CC_STAT_HEIGHT] < height)[labels]


def _detailed(part: Part, sheet: Sheet, factor: float) -> np.ndarray:
    """The ink of a part in `factor` times its size, with all the detail that the sheet has: float32 (h, w)."""
    zoom = min(factor, sheet.detail)
    ink = part.ink if zoom <= 1 else sheet.closer(part.ink > 0, zoom, part.left, part.top)
    size = tuple(max(1, round(factor * side)) for side in part.ink.shape[::-1])
    return cv2.resize(ink, size, interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR)


def _blocks(mask: np.ndarray, side: int) -> np.ndarray:
    """Whether there is anything in each block of `side` px: bool (H, W) -> bool (H / side, W / side), rounded up."""
    height, width = mask.shape
    padded = np.pad(mask, ((0, -height % side), (0, -width % side)))
    return np.asarray(padded.reshape(-(-height // side), side, -(-width // side), side).any((1, 3)))
