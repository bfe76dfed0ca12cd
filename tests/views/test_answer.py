"""The answer as HTML."""

import base64
import io
import re
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from benchmarks.support.drawing import drawn
from recognizer import Detection, Reading, Recognizer
from recognizer.output.formatting import percent
from tests.helpers import always
from views import answer


def detection(digit, confidence, box=(0, 0, 28, 28)):
    probabilities = always(digit, confidence)(np.zeros((1, 28, 28)))[0]
    picture = np.eye(28, dtype=np.float32)
    return Detection(digit, confidence, probabilities, True, picture, np.zeros(3), False, box, picture)


def test_ten_bars_stand_on_one_axis_and_the_winner_is_marked():
    html = answer.bars_html(detection(4, 0.73))
    assert html.count('class="bar"') + html.count('class="bar winner"') == 10
    assert re.findall(r'winner"><span class="name">(\d)', html) == ["4"]
    assert re.findall(r"width:([\d.]+)%", html) == ["3.0"] * 4 + ["73.0"] + ["3.0"] * 5
    assert "winner" not in answer.bars_html(None)


def test_the_answer_says_when_some_ink_was_left_out():
    reading = Reading(((detection(7, 0.9),),))
    assert answer.TOO_MUCH not in answer.reading_html(reading)
    assert answer.TOO_MUCH in answer.reading_html(replace(reading, left_out=3))


@pytest.mark.parametrize("model", [always(4, 0.4), always(4, 0.97, none=0.9)], ids=["in doubt", "not a digit"])
def test_what_is_not_a_digit_has_no_winner_and_no_confidence(model):
    refused = Recognizer(model).predict(drawn(4))
    bars, html = answer.bars_html(refused), answer.prediction_html(refused)
    assert "winner" not in bars and re.findall(r'value">([^<]*)<', bars) == [""] * 10
    assert "does not look like a digit" in html and "Most similar digit: 4" in html and "%" not in html


def test_what_a_hand_decided_is_said_to_be_as_it_was_taught():
    taught = replace(detection(7, 0.9), taught=True)
    assert "as you taught it" in answer.prediction_html(taught)
    assert "Not a digit, as you taught it." in answer.prediction_html(replace(taught, is_digit=False))
    number = answer.reading_html(Reading(((detection(4, 0.9), taught, replace(taught, is_digit=False)),)))
    assert "7 and ? as you taught it." in number
    assert "taught" not in answer.reading_html(Reading(((detection(4, 0.9), detection(7, 0.9)),)))


def test_a_near_tie_names_both_digits():
    tied = np.full(10, 0.01, np.float32)
    tied[[4, 9]] = 0.52, 0.40
    html = answer.prediction_html(replace(detection(4, 0.52), probabilities=tied))
    assert re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).strip() == "4 or 9 52 % and 40 %"
    bars = answer.bars_html(replace(detection(4, 0.52), probabilities=tied))
    assert re.findall(r'winner"><span class="name">(\d)', bars) == ["4", "9"]
    assert " or " not in answer.prediction_html(detection(4, 0.7))


@pytest.mark.parametrize(
    ("share", "text"), [(1.0, "> 99 %"), (0.995, "> 99 %"), (0.9949, "99 %"), (0.98, "98 %"), (0.004, "0 %")]
)
def test_nothing_is_ever_certain(share, text):
    assert percent(share) == text


def test_the_preview_shows_the_models_input_dark_on_light():
    source = re.search(r'base64,([^"]+)"', answer.preview_html(detection(1, 0.9)))[1]
    picture = np.asarray(Image.open(io.BytesIO(base64.b64decode(source))))
    np.testing.assert_array_equal(picture, np.uint8(255 * (1 - np.eye(28))))


def test_sentences_are_escaped():
    assert "<script>" not in answer.hint_html("<script>alert(1)</script>")
