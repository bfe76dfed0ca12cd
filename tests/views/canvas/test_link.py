"""A drawing in an address: what comes back, what is too large, and what strangers may put there."""

import base64
import struct
import zlib

import numpy as np
import pytest

from benchmarks.support.canvas import sent
from benchmarks.support.drawing import placed
from recognizer import InvalidImageError
from views.canvas.fabric import parse_strokes
from views.canvas.link import from_link, to_link
from views.draw.examples import EXAMPLES

STROKES = parse_strokes(sent([s for digit in range(10) for s in placed(digit)], 13)).lines


def opened(text):
    return parse_strokes({"objects": from_link(text)}).lines


def test_a_drawing_comes_back_to_the_pixel_with_its_pen():
    lines = opened(to_link(STROKES))
    assert len(lines) == len(STROKES) and {line.width for line in lines} == {13}
    for line, stroke in zip(lines, STROKES, strict=True):
        np.testing.assert_allclose(line.points[[0, -1]], stroke.points[[0, -1]], atol=0.51)
        apart = np.linalg.norm(stroke.points[:, None] - dense(line.points), axis=2).min(1)
        assert apart.max() < 2


def dense(points):
    at = np.linspace(0, len(points) - 1, 2000)
    return np.stack([np.interp(at, range(len(points)), points[:, axis]) for axis in (0, 1)], 1)


def test_ten_digits_are_an_address_that_can_be_sent_and_a_dot_is_one_too():
    assert len(to_link(STROKES)) < 1000
    assert len(opened(to_link(parse_strokes(sent([[(5, 5), (5, 5)]])).lines))) == 1


def test_a_drawing_that_is_too_large_for_a_link_is_said_to_be():
    rng = np.random.default_rng(1)
    scribble = parse_strokes(sent([rng.uniform(0, 600, (150, 2)).round(1).tolist() for _ in range(40)], 1)).lines
    with pytest.raises(InvalidImageError, match="too large for a link"):
        to_link(scribble)


def packed(*numbers):
    return base64.urlsafe_b64encode(zlib.compress(struct.pack(f"<{len(numbers)}h", *numbers))).decode()


BOMB = base64.urlsafe_b64encode(zlib.compress(bytes(3_000_000), 9)).decode()
GOOD = packed(9, 2, 0, 0, 5, 5)
BAD = ["", "=", "hello", "ä" * 9, "A" * 7000, GOOD[:-6], BOMB[:6000], BOMB, packed(), packed(9)]
BAD += [packed(9, 3, 0, 0, 5, 5), packed(9, 0), packed(9, -1), packed(-9, 1, 0, 0), packed(*[9, 1, 0, 0] * 501)]
BAD += [packed(9, 3, *[32767, 32767] * 3)]


@pytest.mark.parametrize("text", BAD, ids=lambda text: text[:20])
def test_what_no_page_wrote_is_one_sentence(text):
    assert opened(GOOD)
    with pytest.raises(InvalidImageError, match=r"damaged|cannot be read"):
        opened(text)


def test_a_link_draws_what_it_holds_and_is_taken_from_the_address(page):
    text = to_link(parse_strokes(sent(placed(4))).lines)
    page.open_at(drawing=text)
    assert len(page.asked["objects"]) == 2 and "drawing" not in page.app.query_params
    assert page.winners == ["4"]


def test_a_damaged_link_is_a_sentence_until_something_is_drawn(page):
    page.open_at(drawing=BOMB)
    assert "The link to a drawing is damaged" in page.text
    page.draw(sent(placed(7)))
    assert page.winners == ["7"] and "damaged" not in page.text


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_each_drawing_to_try_is_drawn_by_a_tap_and_read(page, number):
    page.open().click(f"example_{number}")
    assert page.asked["objects"] == from_link(list(EXAMPLES.values())[number])
    assert page.winners, "there is an answer"
