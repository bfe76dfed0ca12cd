"""Whatever a browser sends as a drawing, it is a drawing, no drawing, or one sentence."""

import base64
import copy
import zlib
from contextlib import suppress

import numpy as np
import pytest
import streamlit as st
from hypothesis import given
from hypothesis import strategies as some
from streamlit_drawable_canvas import CanvasResult

from benchmarks.support.canvas import sent
from benchmarks.support.drawing import placed
from recognizer import Hand, InvalidImageError, Reading, Recognizer
from tests.helpers import always
from views.canvas import component
from views.canvas.link import from_link

STROKES = [*placed(4), *placed(7)]
OBJECTS = sent(STROKES)["objects"]
RECOGNISER = Recognizer(always(4))


@pytest.fixture(autouse=True, scope="module")
def page():
    """A page without a server, on which the canvas sends what `held` holds."""
    held = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(st, "session_state", {})
        patch.setattr(component, "st_canvas", lambda **_: CanvasResult(held["json"], None, return_image_data=False))
        yield held


def read(page, json):
    """What the page does with a drawing: it is read, or refused in one sentence."""
    page["json"] = json
    st.session_state.clear()
    component.current_sheet().seen()
    with suppress(InvalidImageError):
        drawing = component.canvas(16)
        if drawing is not None:
            assert isinstance(drawing.read(RECOGNISER, Hand()), Reading)
    component.current_sheet().undo()
    component.current_sheet().clear()


NUMBERS = some.one_of(some.integers(), some.floats(), some.sampled_from([10**400, -(10**4000), 1e308, 0, -0.0]))
JSON = some.recursive(
    some.one_of(some.none(), some.booleans(), NUMBERS, some.text(max_size=8)),
    lambda inner: some.lists(inner, max_size=4) | some.dictionaries(some.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def places(value, at=()):
    """The keys that lead to each part of nested lists and dictionaries."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        yield (*at, key)
        yield from places(part, (*at, key))


@given(some.lists(some.tuples(some.sampled_from(list(places({"objects": OBJECTS}))), JSON), min_size=1, max_size=4))
def test_strokes_with_parts_replaced(page, changes):
    changed = {"objects": copy.deepcopy(OBJECTS)}
    for place, value in changes:
        with suppress(KeyError, IndexError, TypeError):  # an earlier change has removed that part
            part = changed
            for key in place[:-1]:
                part = part[key]
            part[place[-1]] = value
    read(page, changed)


@some.composite
def nested(draw):
    """A stroke whose path is a deep nest of lists or dictionaries."""
    nest, kind = [], draw(some.sampled_from([lambda inner: [inner], lambda inner: {"a": inner}]))
    for _ in range(draw(some.integers(1, 10_000))):
        nest = kind(nest)
    return [{"type": "Path", "strokeWidth": 16, "path": nest}]


@given(JSON | nested())
def test_anything_instead_of_strokes(page, payload):
    read(page, payload)
    read(page, {"objects": payload})


PACKED = some.binary(max_size=400).map(zlib.compress) | some.lists(some.integers(-(2**15), 2**15 - 1), max_size=60).map(
    lambda numbers: zlib.compress(np.array(numbers, "<i2").tobytes())
)


@given(some.text(max_size=80) | PACKED.map(lambda packed: base64.urlsafe_b64encode(packed).rstrip(b"=").decode()))
def test_anything_as_a_link_to_a_drawing(page, text):
    with suppress(InvalidImageError):
        read(page, {"objects": from_link(text)})
