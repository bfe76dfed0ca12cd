"""What the tutorials' network says beside the answer, run by Streamlit's AppTest."""

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from benchmarks.support.drawing import drawn
from recognizer import ModelError
from views.draw import tutorial

PAGE = """
import streamlit as st
from views.draw import tutorial
ink = st.session_state.get("ink")
tutorial.show(None if ink is None else lambda: ink, st.session_state.get("reading"))
"""
SMALL = drawn(7, height=60, left=230, top=10)
pytestmark = pytest.mark.usefixtures("fresh_cache")


class Compared:
    """A page with nothing but the comparison, of a drawing and how `light` reads it."""

    def __init__(self, light):
        self.light = light
        self.app = AppTest.from_string(PAGE, default_timeout=60)

    def draw(self, picture):
        self.app.session_state["ink"] = 255 - picture[..., 0]
        self.app.session_state["reading"] = self.light.read(picture)
        return self.run()

    def run(self, on=None):
        self.app.run()
        if on is not None:
            self.app.toggle(key="compare").set_value(on).run()
        assert not self.app.exception
        html = " ".join(each.proto.body for each in self.app.get("html"))
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).strip(), html, [c.value for c in self.app.caption]


@pytest.fixture
def compared(light):
    return Compared(light)


def test_it_costs_nothing_until_it_is_asked_for(compared, monkeypatch):
    monkeypatch.setattr(tutorial, "TutorialNetwork", lambda: pytest.fail("loaded"))
    assert compared.draw(SMALL) == ("", "", [])


def test_the_same_drawing_gets_its_digit_its_picture_and_the_reason(compared):
    compared.run(on=True)
    text, html, _ = compared.draw(SMALL)
    said = re.match(r"(\d) (> 99|\d+) % (.*)", text)
    assert said and said[1] != "7" and said[3] == tutorial.OTHER
    source = re.search(r'base64,([^"]+)"', html)[1]
    picture = np.asarray(Image.open(io.BytesIO(base64.b64decode(source))))
    np.testing.assert_allclose(picture, 255 - np.int16(Image.fromarray(255 - SMALL[..., 0]).resize((28, 28))), atol=1)
    text, _, _ = compared.draw(drawn(7, height=210, left=84, top=45))
    assert text.startswith("7 ") and text.endswith(tutorial.SAME)
    text, _, _ = compared.draw(np.minimum(drawn(1, height=100, left=20), drawn(7, height=100, left=180)))
    assert re.match(r"\d ", text) and text.endswith(tutorial.NUMBER)
    assert compared.run(on=False) == ("", "", [])


def test_what_the_page_refuses_or_has_not_read_yet_is_compared_too(compared, light):
    letter = drawn(1, left=60)
    letter = np.minimum(letter, letter[:, ::-1])
    letter[140:156, 110:190] = 0  # an H
    compared.run(on=True)
    assert not light.predict(letter).is_digit
    text, _, _ = compared.draw(letter)
    assert re.match(r"\d ", text) and text.endswith(tutorial.REFUSED)
    compared.app.session_state["reading"] = None
    assert compared.run()[0].endswith(tutorial.OTHER)


def test_an_empty_paper_is_not_a_digit(compared):
    assert compared.run(on=True) == ("", "", [tutorial.NOTHING])
    compared.app.session_state["ink"] = np.zeros((420, 420), np.uint8)
    assert compared.run() == ("", "", [tutorial.NOTHING])


def test_a_missing_network_is_one_sentence_until_it_is_there(compared, monkeypatch):
    def missing():
        raise ModelError("tutorial.onnx is missing")

    with monkeypatch.context() as patch:
        patch.setattr(tutorial, "TutorialNetwork", missing)
        compared.run(on=True)
        assert compared.draw(SMALL) == ("", "", [tutorial.BROKEN])
    assert compared.draw(SMALL)[0].endswith(tutorial.OTHER)
