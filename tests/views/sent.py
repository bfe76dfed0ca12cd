"""Drawings as the canvas sends them."""

from pathlib import Path

from benchmarks.support.canvas import sent
from benchmarks.support.drawing import placed

PAGE = Path(__file__).parents[2] / "streamlit_app.py"


def number(text):
    """A number."""
    return sent([s for i, digit in enumerate(text) for s in placed(int(digit), left=40 + 180 * i)])


EMPTY = {"objects": []}
FOUR, SEVEN = sent(placed(4)), sent(placed(7))
BARS = sent([[(50 * n, 50), (50 * n, 250)] for n in (1, 2, 3)])
NUMBER = number("407")
