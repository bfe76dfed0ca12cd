"""The outlines over a drawing, and their labels."""

import base64
import re

import numpy as np
import pytest
from PIL import Image

from benchmarks.support.drawing import placed, render
from recognizer import Detection, Reading
from views.outlines import SECOND, UNREAD, draw_outlines, outlines, outlines_html, tints

DOT = np.ones((20, 10), np.float32)


def detection(box, ink=DOT, is_digit=True):
    return Detection(4, 0.9, np.full(10, 0.1), is_digit, np.zeros((28, 28)), np.zeros(3), False, box, ink)


def label_classes(boxes):
    html = outlines_html(Reading((tuple(detection(box) for box in boxes),)))
    return [classes.removeprefix("mark").strip() for classes in re.findall(r'class="(mark(?: [^"]*)?)"', html)], html


def test_the_labels_stay_on_the_paper():
    boxes = (200, 100, 240, 180), (580, 100, 620, 180), (30, 5, 70, 85), (400, 5, 440, 635)
    assert label_classes(boxes)[0] == ["", "right", "under", "beside"]
    assert label_classes([(590, 5, 635, 635), (100, 100, 140, 180)])[0] == ["inside right", ""]


def test_in_a_column_the_labels_are_beside_the_digits():
    assert label_classes((100, 5 + 90 * row, 150, 85 + 90 * row) for row in range(7))[0] == ["beside"] * 7


def test_no_label_covers_another():
    assert label_classes((20 + 56 * i, 60, 50 + 56 * i, 130) for i in range(4))[0] == ["", "under", "", "under"]
    classes, html = label_classes((20 + 9 * i, 60, 26 + 9 * i, 80) for i in range(12))
    assert len(classes) == 12 and 2 <= html.count("<span") <= 6


def test_neighbours_have_different_tints_and_what_is_no_digit_is_grey():
    digits = [detection((0, 0, 10, 20), is_digit=i != 2) for i in range(4)]
    first, second, third, last = tints(Reading((tuple(digits),)))
    assert first != second == last == SECOND and third == UNREAD


def test_an_outline_follows_the_ink_and_its_holes_wherever_it_is_and_however_large():
    ring = np.pad(np.ones((20, 20), np.float32), 5)
    ring[12:18, 12:18] = 0
    outer, inner = outlines(detection((100, 200, 160, 260), ring))
    assert outer.min(0) == pytest.approx((110, 210), abs=2) and outer.max(0) == pytest.approx((150, 250), abs=2)
    assert inner.min(0) == pytest.approx((124, 224), abs=4) and inner.max(0) == pytest.approx((136, 236), abs=4)


def test_noise_is_outlined_with_few_outlines():
    noise = np.float32(np.random.default_rng(1).random((300, 300)) < 0.3)
    html = outlines_html(Reading(((detection((0, 0, 300, 300), noise), detection((0, 0, 10, 20))),)))
    assert len(html) < 50_000


def test_each_of_two_digits_that_touch_has_its_own_outline(light):
    picture = render([*placed(5, left=60), *placed(6, left=166)], 12, (640, 300))
    reading = light.read(picture)
    svg = base64.b64decode(outlines_html(reading).split("base64,")[1].split('"')[0]).decode()
    assert reading.text == "56" and svg.count("<path") == 2 and len(set(re.findall('fill="(rgb[^"]*)"', svg))) == 2
    shown = Image.fromarray(picture).convert("RGB")
    draw_outlines(shown, reading, 1.0)
    assert set(tints(reading)) <= {colour for _, colour in shown.getcolors(1_000_000)}


def test_a_single_digit_is_not_outlined():
    assert "img" not in outlines_html(Reading(((detection((0, 0, 10, 20)),),)))
