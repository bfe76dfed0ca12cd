"""What the canvas of the page sends of a drawing: its strokes, as Fabric.js writes them."""

from typing import Any

from benchmarks.support.drawing import Strokes

# The hidden strip above the sheet, as in views/, which can only be imported where Streamlit runs;
# tests/benchmarks/test_visitor.py compares them.
STRIP_PX = 32


def sent(strokes: Strokes, width: float = 16) -> dict[str, Any]:
    """What the canvas sends of strokes, in px of the sheet, without what Fabric.js says of every stroke alike."""
    return {
        "objects": [
            {
                "type": "Path",
                "strokeWidth": width,
                "path": [["L" if i else "M", round(x, 4), round(y + STRIP_PX, 4)] for i, (x, y) in enumerate(stroke)],
            }
            for stroke in strokes
        ]
    }
