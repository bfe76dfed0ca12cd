"""The pictures beside a model: its learning curves, its confusion matrix, and the test digits it misreads."""

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, NullLocator
from PIL import Image

from recognizer.formatting import percent
from train.data.mnist import Split
from train.report.metrics import TestResult, confusion_matrix, share_with_interval

ACCENT, GREY, DRAWN = "#2f74e0", "#6b7280", "#c2410c"
MISREAD_COLUMNS = 10
MISREAD_MOST = 100  # a bad model misreads thousands; the least sure of itself say little, so the surest are shown


def plot_curves(history: list[dict], path: Path) -> None:
    """Loss and error rate, epoch by epoch, a line for each member of an ensemble."""
    figure, (left, right) = _figure(1, 2, figsize=(9, 3.6))
    members = [[row for row in history if row["member"] == number] for number in sorted({r["member"] for r in history})]
    for rows in members:
        left.plot(np.arange(1, len(rows) + 1), [row["loss"] for row in rows], color=GREY)
    left.set(title="Loss on the training digits", xlabel="epoch", yscale="log")
    for key, label, colour in (
        ("accuracy", "training, augmented", GREY),
        ("validation_accuracy", "validation, averaged weights", ACCENT),
        ("drawn_accuracy", "drawings, averaged weights", DRAWN),
    ):
        for number, rows in enumerate(members):
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
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(axis="y", alpha=0.3)
    _save(figure, path)


def plot_confusion(result: TestResult, path: Path) -> None:
    """What was read for what; the diagonal is left pale, so that the mistakes stand out."""
    matrix = confusion_matrix(result)
    mistakes = matrix - np.diag(np.diag(matrix))
    figure, axes = _figure(1, 1, figsize=(6, 6))
    axes.imshow(mistakes, cmap="Blues", vmin=0, vmax=max(1, mistakes.max()) * 1.4)
    for (row, column), count in np.ndenumerate(matrix):
        if count:
            weight, colour = ("normal", GREY) if row == column else ("bold", "black")
            axes.text(column, row, count, ha="center", va="center", color=colour, weight=weight)
    axes.set(xticks=range(10), yticks=range(10), xlabel="read as", ylabel="really")
    axes.set_title(f"{mistakes.sum()} of {matrix.sum():,} test digits misread")
    _save(figure, path)


def plot_misread(result: TestResult, path: Path) -> None:
    """A contact sheet of the misread test digits, the surest mistakes first."""
    wrong = np.flatnonzero(result.answers != result.labels)
    wrong = wrong[np.argsort(-result.confidences[wrong])][:MISREAD_MOST]
    titles = [f"{result.labels[i]} read as {result.answers[i]}\n{percent(result.confidences[i])}" for i in wrong]
    titled_sheet(result.inputs[wrong], titles, path)


def titled_sheet(pictures: np.ndarray, titles: list[str], path: Path, columns: int = MISREAD_COLUMNS) -> int:
    """The first pictures, float32 (n, 28, 28), 0-1, in rows, each under its title; return how many have room."""
    shown = min(len(pictures), MISREAD_MOST)
    rows = max(1, -(-shown // columns))
    figure, grid = _figure(rows, columns, figsize=(10, 14.2 / columns * rows), squeeze=False)
    for axes in grid.flat:
        axes.axis("off")
    for axes, picture, title in zip(grid.flat, pictures[:shown], titles, strict=False):
        axes.imshow(picture, cmap="gray_r", vmin=0, vmax=1)
        axes.set_title(title, fontsize=9)
    _save(figure, path)
    return shown


def plot_reliability(rows: list[dict[str, float]], path: Path) -> None:
    """How often the model is right when it is so sure: on the diagonal, it is as right as it says."""
    figure, axes = _figure(1, 1, figsize=(5.2, 4.6))
    confidence, accuracy, count = (np.array([row[key] for row in rows]) for key in ("confidence", "accuracy", "count"))
    axes.plot([0, 1], [0, 1], color=GREY, linestyle="--", label="as right as it says")
    intervals = [share_with_interval(round(y * n), n)["interval_95"] for y, n in zip(accuracy, count, strict=True)]
    reach = np.abs(np.array(intervals).T - accuracy)  # of the 95 % interval below and above
    axes.errorbar(
        confidence, accuracy, reach, fmt="o", markersize=4, color=ACCENT, label="the model, with 95 % intervals"
    )
    for x, y, n in zip(confidence, accuracy, count, strict=True):
        axes.annotate(f"{n:,}", (x, y), textcoords="offset points", xytext=(-5, 3), ha="right", fontsize=8, color=GREY)
    axes.set(xlabel="how sure it says it is", ylabel="how often it is right", xlim=(0, 1.04), ylim=(0, 1.04))
    axes.set_title(f"{count.sum():,} drawings, by confidence")
    axes.legend(frameon=False, loc="lower right")
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(alpha=0.3)
    _save(figure, path)


def contact_sheet(split: Split, path: Path, columns: int = 30, rows: int = 20) -> None:
    """The first prepared pictures of `split`, ordered by what they are, ink dark on light."""
    first = slice(columns * rows)
    pictures = split.digits[first][np.argsort(split.labels[first], kind="stable")]
    pictures = np.pad(pictures, ((0, columns * rows - len(pictures)), (1, 1), (1, 1)), constant_values=0.2)
    sheet = pictures.reshape(rows, columns, 30, 30).swapaxes(1, 2).reshape(rows * 30, columns * 30)
    Image.fromarray(np.uint8(255 * (1 - sheet))).save(path, optimize=True)


def _figure(rows: int, columns: int, **options):
    """A figure and its axes, without pyplot and so without a screen or global state."""
    figure = Figure(figsize=options.pop("figsize"), layout="constrained")
    return figure, figure.subplots(rows, columns, **options)


def _save(figure, path: Path) -> None:
    figure.savefig(path, dpi=110, metadata={"Software": None})
