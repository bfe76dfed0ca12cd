"""The pictures beside a model: learning curves, confusion matrix, misread test digits, reliability, drawings."""

from pathlib import Path
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, NullLocator
from PIL import Image

from recognizer.formatting import percent
from train.data.mnist import Split
from train.report.metrics import Results, share_with_interval
from train.synthetic.drawings import Drawings

MAIN, GREY, DRAWN = "C0", "0.45", "C3"  # Matplotlib's colours
COLUMNS, ROW_HEIGHT = 10, 1.42  # of the sheet of misread digits; in inches, each an inch wide
MAX_MISREAD = 100  # shown; a bad model misreads thousands


def write_pictures(card: dict, test: Results, report: Drawings, folder: Path) -> None:
    """Write all pictures of the model with this card to `folder`, as NAME_PICTURE.png."""
    name = card["config"]["name"]
    figures = {
        "curves": plot_curves(card["history"]),
        "confusion": plot_confusion(test),
        "misread": plot_misread(test),
        "reliability": plot_reliability(card["drawings"]["reliability"]),
    }
    for picture, figure in figures.items():
        figure.savefig(folder / f"{name}_{picture}.png", dpi=110, metadata={"Software": None})
    for kind, split in (("digits", report.digits), ("negatives", report.negatives)):
        contact_sheet(split).save(folder / f"{name}_drawn_{kind}.png", optimize=True)


def plot_curves(history: list[dict]) -> Figure:
    """Loss and error rate for each epoch, with a line for each teacher and the student."""
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    left, right = figure.subplots(1, 2)
    names = dict.fromkeys(row["network"] for row in history)
    networks = [[row for row in history if row["network"] == name] for name in names]
    for rows in networks:
        left.plot(np.arange(1, len(rows) + 1), [row["loss"] for row in rows], color=GREY)
    left.set(title="Loss on the training digits", xlabel="epoch", yscale="log")
    for key, label, colour in (
        ("accuracy", "training, augmented", GREY),
        ("validation_accuracy", "validation, averaged weights", MAIN),
        ("drawn_accuracy", "drawings, averaged weights", DRAWN),
    ):
        for number, rows in enumerate(networks):
            misread = [100 * max(1 - row[key], 1e-5) for row in rows]
            right.plot(np.arange(1, len(rows) + 1), misread, color=colour, label=label if number == 0 else None)
    right.set(title="Misread (%)", xlabel="epoch", yscale="log")
    right.set_yticks([0.2, 0.5, 1, 2, 5, 10, 20, 50], minor=False)
    right.yaxis.set_major_formatter("{x:g}")
    right.yaxis.set_minor_locator(NullLocator())
    left.yaxis.set_minor_formatter("")
    right.legend(frameon=False)
    for axes in (left, right):
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        _style(axes, "y")
    return figure


def plot_confusion(test: Results) -> Figure:
    """Confusion matrix, row the true digit; the diagonal is left pale, so that the mistakes stand out."""
    matrix = np.bincount(10 * test.labels.astype(int) + test.answers, minlength=100).reshape(10, 10)
    mistakes = matrix - np.diag(np.diag(matrix))
    figure = Figure(figsize=(6, 6), layout="constrained")
    axes = figure.subplots()
    axes.imshow(mistakes, cmap="Blues", vmin=0, vmax=max(1, mistakes.max()) * 1.4)
    for (row, column), count in np.ndenumerate(matrix):
        if count:
            weight, colour = ("normal", GREY) if row == column else ("bold", "black")
            axes.text(column, row, str(count), ha="center", va="center", color=colour, weight=weight)
    axes.set(xticks=range(10), yticks=range(10), xlabel="read as", ylabel="really")
    axes.set_title(f"{mistakes.sum()} of {matrix.sum():,} test digits misread")
    return figure


def plot_misread(test: Results) -> Figure:
    """The misread test digits, those of the highest confidence first."""
    wrong = np.flatnonzero(~test.right)
    wrong = wrong[np.argsort(-test.confidences[wrong])][:MAX_MISREAD]
    rows = max(1, -(-len(wrong) // COLUMNS))
    figure = Figure(figsize=(COLUMNS, ROW_HEIGHT * rows), layout="constrained")
    axes = figure.subplots()
    for place, i in enumerate(wrong.tolist()):
        prediction, left, top = test.predictions[i], place % COLUMNS, ROW_HEIGHT * (place // COLUMNS)
        square = (left + 0.05, left + 0.95, top + 1.35, top + 0.45)
        axes.imshow(prediction.input, cmap="gray_r", vmin=0, vmax=1, extent=square)
        title = f"{test.labels[i]} read as {prediction.digit}\n{percent(prediction.confidence)}"
        axes.text(left + 0.5, top + 0.42, title, ha="center", va="bottom", fontsize=9)
    axes.set(xlim=(0, COLUMNS), ylim=(ROW_HEIGHT * rows, 0))
    axes.axis("off")
    return figure


def plot_reliability(rows: list[dict[str, float]]) -> Figure:
    """Accuracy at each confidence; a calibrated model lies on the diagonal."""
    figure = Figure(figsize=(5.2, 4.6), layout="constrained")
    axes = figure.subplots()
    confidence, accuracy, count = (np.array([row[key] for row in rows]) for key in ("confidence", "accuracy", "count"))
    axes.plot([0, 1], [0, 1], color=GREY, linestyle="--", label="calibrated")
    intervals = [share_with_interval(round(y * n), n)["interval_95"] for y, n in zip(accuracy, count, strict=True)]
    reach = np.abs(np.array(intervals).T - accuracy)  # of the 95 % interval below and above
    label = "this model, with 95 % intervals"
    axes.errorbar(confidence, accuracy, reach, fmt="o", markersize=4, color=MAIN, label=label)
    for x, y, n in zip(confidence, accuracy, count, strict=True):
        axes.annotate(f"{n:,}", (x, y), textcoords="offset points", xytext=(-5, 3), ha="right", fontsize=8, color=GREY)
    axes.set(xlabel="confidence", ylabel="accuracy", xlim=(0, 1.04), ylim=(0, 1.04))
    axes.set_title(f"{count.sum():,} drawings, by confidence")
    axes.legend(frameon=False, loc="lower right")
    _style(axes, "both")
    return figure


def contact_sheet(split: Split) -> Image.Image:
    """The first 600 prepared pictures of `split`, 30 in a row, which are one writer's: dark ink on light paper."""
    pictures = np.pad(split.digits[:600], ((0, max(0, 600 - len(split))), (1, 1), (1, 1)), constant_values=0.2)
    sheet = pictures.reshape(20, 30, 30, 30).swapaxes(1, 2).reshape(20 * 30, 30 * 30)
    return Image.fromarray(np.uint8(255 * (1 - sheet)))


def _style(axes: Axes, grid: Literal["both", "y"]) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis=grid, alpha=0.3)
