"""How figures with their 95 % intervals are written: the same on the terminal, in the README and in docs/."""

from collections.abc import Mapping, Sequence
from typing import Any

from train.report.metrics import share_with_interval


def percent(figure: Mapping[str, Any], places: int = 2) -> str:
    """A share or accuracy from a card -> "99.68 % (99.55 to 99.77)"."""
    value = figure["share"] if "share" in figure else figure["accuracy"]
    low, high = figure["interval_95"]
    return f"{100 * value:.{places}f} % ({100 * low:.{places}f} to {100 * high:.{places}f})"


def plain(figure: Mapping[str, Any]) -> str:
    """A figure that is no share -> "0.0049 (0.0027 to 0.0083)"."""
    low, high = figure["interval_95"]
    return f"{figure['value']:.4f} ({low:.4f} to {high:.4f})"


def print_reliability(rows: Sequence[Mapping[str, float]]) -> None:
    """Print a line for each bin of confidence, as `train.report.metrics.reliability` gives them."""
    print("confidence   right (95 % interval)        of")
    for row in rows:
        count = int(row["count"])
        right = percent(share_with_interval(round(row["accuracy"] * count), count), 1)
        print(f"{100 * row['confidence']:8.1f} %   {right:<26}{count:>6,}")
