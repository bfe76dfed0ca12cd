"""How figures are written: the same on the terminal, in the README and in docs/."""

from collections.abc import Mapping
from typing import Any


def text(figure: Any, places: int = 2) -> str:
    """A figure of a card as text.

    A share or accuracy: "99.68 % (99.55 to 99.77)", with its 95 % interval. Another figure with an interval:
    "0.0049 (0.0027 to 0.0083)". Several figures: "p50_ms 24, p95_ms 28"; those of a list on a line each.
    """
    if isinstance(figure, list):
        return "".join(f"\n    {text(each)}" for each in figure)
    if not isinstance(figure, Mapping):
        return f"{figure:.4g}" if isinstance(figure, float) else str(figure)
    if "interval_95" not in figure:
        return ", ".join(f"{name} {text(part)}" for name, part in figure.items())
    low, high = figure["interval_95"]
    if "value" in figure:
        return f"{figure['value']:.4f} ({low:.4f} to {high:.4f})"
    share = figure["share"] if "share" in figure else figure["accuracy"]
    return f"{100 * share:.{places}f} % ({100 * low:.{places}f} to {100 * high:.{places}f})"
