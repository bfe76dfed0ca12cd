"""Whatever a browser sends as a drawing, it is a drawing, no drawing, or one sentence."""

import base64
import copy
import io
from contextlib import suppress

import numpy as np
import pytest
import streamlit as st
from hypothesis import given
from hypothesis import strategies as some
from PIL import Image
from streamlit_drawable_canvas import CanvasResult

from benchmarks.support.canvas import paths
from benchmarks.support.drawing import placed, render
from recognizer import InvalidImageError, Reading, Recognizer
from tests.helpers import always
from views.canvas import component
from views.canvas.sheet import NARROW_PX

SIZE = (component.HEIGHT_PX + component.STRIP_PX, NARROW_PX)
STROKES = [*placed(4), *placed(7)]
OBJECTS = paths(STROKES)["objects"]
RECOGNISER = Recognizer(always(4))


def png(image):
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


INK = np.pad(255 - render(STROKES)[..., :1], ((component.STRIP_PX, 0), (0, 0), (0, 0)))
PICTURE = png(Image.fromarray(np.concatenate([np.zeros((*SIZE, 3), np.uint8), INK], axis=2)))


@pytest.fixture(autouse=True, scope="module")
def page():
    """A page without a server, on which the canvas sends what `sent` holds."""
    sent = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(st, "session_state", {})
        patch.setattr(
            component, "st_canvas", lambda **_: CanvasResult(sent["json"], sent["image"], return_image_data=True)
        )
        yield sent


def read(page, json, image):
    """What the page does with a drawing: it is read, or refused in one sentence."""
    page.update(json=json, image=image)
    st.session_state.clear()
    component.current_sheet().needs_wide_paper()
    with suppress(InvalidImageError):
        drawing = component.canvas(16, wide=False)
        if drawing is not None:
            assert isinstance(RECOGNISER.read(drawing.picture, drawing.strokes), Reading)
    component.current_sheet().undo()
    component.current_sheet().clear()


def url(data):
    return "data:image/png;base64," + base64.b64encode(data).decode()


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
    sent = {"objects": copy.deepcopy(OBJECTS)}
    for place, value in changes:
        with suppress(KeyError, IndexError, TypeError):  # an earlier change has removed that part
            part = sent
            for key in place[:-1]:
                part = part[key]
            part[place[-1]] = value
    read(page, sent, url(PICTURE))


@some.composite
def nested(draw):
    """A stroke whose path is a deep nest of lists or dictionaries."""
    nest, kind = [], draw(some.sampled_from([lambda inner: [inner], lambda inner: {"a": inner}]))
    for _ in range(draw(some.integers(1, 10_000))):
        nest = kind(nest)
    return [{"type": "Path", "strokeWidth": 16, "path": nest}]


@given(JSON | nested())
def test_anything_instead_of_strokes(page, payload):
    read(page, payload, url(PICTURE))
    read(page, {"objects": payload}, url(PICTURE))


@given(some.lists(some.tuples(some.integers(0, len(PICTURE) - 1), some.integers(0, 255)), max_size=8), some.data())
def test_pictures_with_bytes_replaced_and_cut_short(page, changes, data):
    damaged = bytearray(PICTURE)
    for place, value in changes:
        damaged[place] = value
    length = data.draw(some.integers(0, len(PICTURE)) | some.just(len(PICTURE)))
    read(page, {"objects": OBJECTS}, url(bytes(damaged[:length])))


MODES = some.sampled_from(["1", "L", "P", "RGB", "RGBA", "I;16"])
FILES = some.builds(lambda mode, *size: png(Image.new(mode, size)), MODES, some.integers(1, 400), some.integers(1, 400))


@given(some.binary(max_size=200).map(url) | some.text(max_size=200) | JSON | FILES.map(url))
def test_anything_instead_of_the_picture(page, image):
    read(page, {"objects": OBJECTS}, image)
