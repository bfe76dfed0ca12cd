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


def png(pixels):
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


INK = np.pad(255 - render(STROKES)[..., :1], ((component.STRIP_PX, 0), (0, 0), (0, 0)))
PICTURE = png(np.concatenate([np.zeros((*SIZE, 3), np.uint8), INK], axis=2))


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
    """The way to every part of a nest of lists and dictionaries."""
    yield at
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        yield from places(part, (*at, key))


PLACES = [place for place in places({"objects": OBJECTS}) if place]


@given(some.lists(some.tuples(some.sampled_from(PLACES), JSON), min_size=1, max_size=4))
def test_strokes_with_parts_exchanged(page, changes):
    sent = {"objects": copy.deepcopy(OBJECTS)}
    for place, value in changes:
        part = sent
        try:
            for key in place[:-1]:
                part = part[key]
            part[place[-1]] = value
        except (KeyError, IndexError, TypeError):  # an earlier change took that part away
            continue
    read(page, sent, url(PICTURE))


@given(JSON)
def test_any_json_in_the_place_of_strokes(page, payload):
    read(page, payload, url(PICTURE))
    read(page, {"objects": payload}, url(PICTURE))


@given(some.integers(1, 10_000), some.sampled_from(["list", "dict"]))
def test_strokes_nested_however_deep(page, depth, kind):
    nest = []
    for _ in range(depth):
        nest = [nest] if kind == "list" else {"a": nest}
    read(page, {"objects": [{"type": "Path", "strokeWidth": 16, "path": nest}]}, url(PICTURE))


@given(some.lists(some.tuples(some.integers(0, len(PICTURE) - 1), some.integers(0, 255)), max_size=8), some.data())
def test_pictures_with_bytes_exchanged_and_cut_short(page, changes, data):
    damaged = bytearray(PICTURE)
    for place, value in changes:
        damaged[place] = value
    length = data.draw(some.integers(0, len(PICTURE)) | some.just(len(PICTURE)))
    read(page, {"objects": OBJECTS}, url(bytes(damaged[:length])))


@given(some.binary(max_size=200) | some.text(max_size=200) | JSON)
def test_anything_in_the_place_of_the_picture(page, image):
    read(page, {"objects": OBJECTS}, url(image) if isinstance(image, bytes) else image)


@given(some.integers(1, 400), some.integers(1, 400), some.sampled_from(["1", "L", "P", "RGB", "RGBA", "I;16"]))
def test_pictures_of_any_size_and_kind(page, width, height, mode):
    file = io.BytesIO()
    Image.new(mode, (width, height)).save(file, "PNG")
    read(page, {"objects": OBJECTS}, url(file.getvalue()))
