"""How well a finder tells the marks apart on pages that it has not seen: a figure for its card, and two pictures."""

from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from matplotlib.figure import Figure
from PIL import Image

from recognizer.numbers.finder import INK, Network, look
from recognizer.numbers.marks import SURE, Grouping, Mark
from train.synthetic.pages import Page

COLUMNS, ROWS = 4, 10  # of the sheet of misread pages
TINTS = np.array([(228, 26, 28), (55, 126, 184), (77, 175, 74), (152, 78, 163), (255, 127, 0)])  # ColorBrewer's Set1


class Overlap(NamedTuple):
    """How far found marks cover the true ones: those that match, the sum of their overlaps, and those that do not."""

    matched: int
    overlap: float
    unmatched: int

    @property
    def quality(self) -> float:
        """The panoptic quality, 0-1 (Kirillov et al. 2019, arXiv 1801.00868); 1 where there is nothing to find."""
        marks = self.matched + self.unmatched / 2
        return self.overlap / marks if marks else 1.0


def found_marks(network: Network, page: Page) -> list[Mark]:
    """The marks that the finder is sure of on a page, at the size that the page has."""
    ink = page.ink.astype(np.float32) / 255
    grouping = Grouping(ink, (0, 0), look(network, ink))
    sure = grouping.strengths >= SURE
    return list(grouping.marks(grouping.owners(sure), np.flatnonzero(sure).tolist()).values())


def overlap(page: Page, marks: list[Mark]) -> Overlap:
    """Compare the marks found on a page with its own; two match where more than half of what either has is common."""
    own = [page.owner == number for number in range(1, len(page.labels) + 1)]
    own = [mask for mask in own if mask.any()]
    found = [_mask(mark, page.ink.shape) for mark in marks]
    overlaps = [[(a & b).sum() / (a | b).sum() for b in found] for a in own]
    best = [max(row, default=0.0) for row in overlaps]
    matched = [float(share) for share in best if share > 0.5]
    return Overlap(len(matched), sum(matched), len(own) + len(found) - 2 * len(matched))


def total(parts: list[Overlap]) -> Overlap:
    """Add up what was measured on several pages."""
    return Overlap(*map(sum, zip(*parts, strict=True)))


def plot_curves(history: list[dict[str, float]]) -> Figure:
    """The loss on pages of training and on others, for each epoch."""
    figure = Figure(figsize=(5.2, 3.6), layout="constrained")
    axes = figure.subplots()
    for name, label in (("loss", "training"), ("val_loss", "validation")):
        axes.plot(np.arange(1, len(history) + 1), [row[name] for row in history], label=label)
    axes.set(title="Loss", xlabel="epoch", yscale="log")
    axes.legend(frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def misread_sheet(pages: list[Page], marks: list[list[Mark]], qualities: list[float]) -> Image.Image:
    """The pages whose marks are found worst: the ink of each mark found in a colour of its own, the rest in grey."""
    worst = np.argsort(qualities, kind="stable")[: COLUMNS * ROWS]
    tiles = [_tinted(pages[i], marks[i]) for i in worst]
    tiles += [np.full_like(tiles[0], 255)] * (-len(tiles) % COLUMNS)
    rows = [np.hstack(tiles[i : i + COLUMNS]) for i in range(0, len(tiles), COLUMNS)]
    return Image.fromarray(np.vstack(rows))


def write_pictures(history: list[dict[str, float]], sheet: Image.Image, folder: Path) -> None:
    """Write both pictures to `folder`."""
    plot_curves(history).savefig(folder / "finder_curves.png", dpi=110, metadata={"Software": None})
    sheet.save(folder / "finder_misread.png", optimize=True)


def _mask(mark: Mark, shape: tuple[int, ...]) -> np.ndarray:
    left, top, right, bottom = mark.box
    mask = np.zeros(shape, bool)
    mask[top:bottom, left:right] = mark.ink > INK
    return mask


def _tinted(page: Page, marks: list[Mark]) -> np.ndarray:
    """A page with its marks in colours, and a frame around it: uint8 (H, W, 3)."""
    colours = np.full((*page.ink.shape, 3), 128.0)
    for number, mark in enumerate(marks):
        colours[_mask(mark, page.ink.shape)] = TINTS[number % len(TINTS)]
    picture = 255 - (255 - colours) * page.ink[..., None] / 255
    return cv2.copyMakeBorder(picture.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=(208, 208, 208))
