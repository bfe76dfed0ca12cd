"""What the canvas sends of one stroke: it is parsed, or refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from views.canvas.fabric import parse_stroke

GOOD = {"type": "Path", "strokeWidth": 16, "path": [["M", 1, 2], ["Q", 1, 2, 5, 6], ["L", 9, 10]]}


def test_a_path_becomes_the_points_that_the_pen_passed():
    stroke = parse_stroke(GOOD)
    assert stroke.width == 16
    np.testing.assert_allclose(stroke.points[[0, -2, -1]], [(1, 2), (5, 6), (9, 10)])
    np.testing.assert_allclose(stroke.points[2], (2, 3))  # a quarter of the curve


@pytest.mark.parametrize(
    "change",
    [
        {"type": "Rect"},
        {"path": None},
        {"path": []},
        {"path": [["L", 1, 2]]},
        {"path": [["M", 1]]},
        {"path": [["M", 1, 2], ["M", 1, 2]]},
        {"path": [["M", 1, float("nan")]]},
        {"path": [["M", 1, 1e9]]},
        {"path": [["M", "1", "2"]]},
        {"path": [["A", 1, 2]]},
        {"path": ["M"]},
        {"strokeWidth": None},
        {"strokeWidth": -1},
        {"strokeWidth": float("inf")},
        {"fill": {}},
    ],
    ids=str,
)
def test_what_no_pen_draws_is_refused(change):
    with pytest.raises(ValueError, match=r"^(no|not|an|nested) "):
        parse_stroke({**GOOD, **change})


JSON = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(max_size=3) | some.sampled_from("MQL"),
    lambda inner: some.lists(inner, max_size=5),
    max_leaves=12,
)
PATHS = {"type": some.just("Path"), "path": some.lists(JSON, max_size=4), "strokeWidth": JSON}


@given(JSON | some.fixed_dictionaries(PATHS))
def test_whatever_is_sent_is_a_stroke_or_refused(sent):
    try:
        stroke = parse_stroke(sent)
    except ValueError:
        return
    assert stroke.points.ndim == 2 and np.isfinite(stroke.points).all() and 0 < stroke.width < 1000
