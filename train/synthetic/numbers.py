"""Numbers by one writer."""

from collections.abc import Iterable

import numpy as np

from train.synthetic.writer import Writer

UNEQUAL = 0.1  # standard deviation of the logarithm of a digit's height
UNEVEN = 8.0  # of where its middle is, in per cent of the height


def write_number(writer: Writer, digits: Iterable[int], gap: tuple[float, float]) -> list[list[np.ndarray]]:
    """Write `digits` side by side -> for each, what is drawn without lifting the pen: lines float (n, 2) in px.

    x right, y down, the middle of the digits at about y = 0 and their height about 100 px; the first begins at x = 0.
    gap: the least and the greatest distance in px between the lines of two digits, from middle to middle of the stroke;
    negative where a digit reaches into the columns of the one before.
    """
    written, x = [], 0.0
    for digit in digits:
        lines = writer.write(writer.glyph(digit))
        points = np.concatenate(lines)
        low, high = points.min(0), points.max(0)
        factor = 100 * np.exp(writer.rng.normal(0, UNEQUAL)) / (high[1] - low[1])
        middle = np.array([low[0], (low[1] + high[1]) / 2])
        written.append([(line - middle) * factor + (x, writer.rng.normal(0, UNEVEN)) for line in lines])
        x += (high[0] - low[0]) * factor + writer.rng.uniform(*gap)
    return written
