"""The answer as HTML."""

import base64
import io
import re
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from benchmarks.support.drawing import drawn
from recognizer import Prediction, Reading, Recognizer
from recognizer.formatting import percent
from tests.helpers import always
from views import answer


def prediction(digit, confidence):
    probabilities = always(digit, confidence)(np.zeros((1, 28, 28)))[0]
    return Prediction(digit, confidence, probabilities, True, np.eye(28, dtype=np.float32))


def test_ten_bars_stand_on_one_axis_and_the_winner_is_marked():
    html = answer.bars_html(prediction(4, 0.73))
    assert html.count('class="bar"') + html.count('class="bar winner"') == 10
    assert re.findall(r'winner"><span class="name">(\d)', html) == ["4"]
    assert re.findall(r"width:([\d.]+)%", html) == ["3.0"] * 4 + ["73.0"] + ["3.0"] * 5
    assert "winner" not in answer.bars_html(None)


def test_the_labels_of_boxes_stay_on_the_paper():
    def at(left, top, height=80):
        return replace(prediction(4, 0.9), box=(left, top, left + 40, top + height))

    reading = Reading(((at(100, 100), at(270, 100), at(30, 5), at(200, 5, 290)),))
    html = answer.boxes_html(reading, (300, 300))
    assert re.findall(r'class="(box[^"]*)"', html) == ["boxes", "box", "box right", "box under", "box inside"]


def test_no_label_of_a_box_covers_another():
    ones = tuple(replace(prediction(1, 0.9), box=(20 + 36 * i, 60, 30 + 36 * i, 130)) for i in range(4))
    html = answer.boxes_html(Reading((ones,)), (300, 300))
    assert re.findall(r'class="(box[^"]*)"', html) == ["boxes", "box", "box under", "box", "box under"]
    crowd = tuple(replace(prediction(1, 0.9), box=(20 + 9 * i, 60, 26 + 9 * i, 80)) for i in range(12))
    html = answer.boxes_html(Reading((crowd,)), (300, 300))
    assert html.count('class="box') == 13 and 2 <= html.count("<span>") <= 6


def test_equal_digits_are_told_apart_where_one_is_picked():
    digits = [prediction(digit, 0.9) for digit in (7, 2, 7)]
    assert answer.digit_labels(digits) == ["7₁", "2", "7₂"]


def test_what_was_not_looked_at_is_said():
    reading = Reading(((prediction(7, 0.9),),))
    assert answer.TOO_MUCH not in answer.reading_html(reading)
    assert answer.TOO_MUCH in answer.reading_html(replace(reading, left_out=3))


@pytest.mark.parametrize("model", [always(4, 0.4), always(4, 0.97, none=0.9)], ids=["unsure", "sure of none"])
def test_what_is_no_digit_has_no_winner_and_no_confident_number(model):
    refused = Recognizer(model).predict(drawn(4))
    bars, shown = answer.bars_html(refused), answer.prediction_html(refused)
    assert "winner" not in bars and re.findall(r'value">([^<]*)<', bars) == [""] * 10
    assert "does not look like a digit" in shown and "Nearest: 4" in shown and "%" not in shown


def test_a_near_tie_names_both():
    tied = np.full(10, 0.01, np.float32)
    tied[[4, 9]] = 0.52, 0.40
    prediction = Recognizer(lambda digits: np.tile(tied, (len(digits), 1))).predict(drawn(4))
    assert (
        re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.prediction_html(prediction))).strip()
        == "4 or 9 52 % and 40 %"
    )
    assert re.findall(r'winner"><span class="name">(\d)', answer.bars_html(prediction)) == ["4", "9"]
    assert " or " not in answer.prediction_html(Recognizer(always(4, 0.7)).predict(drawn(4)))


@pytest.mark.parametrize(
    ("share", "shown"), [(1.0, "> 99 %"), (0.995, "> 99 %"), (0.9949, "99 %"), (0.98, "98 %"), (0.004, "0 %")]
)
def test_nothing_is_ever_certain(share, shown):
    assert percent(share) == shown


def test_the_preview_shows_the_models_input_dark_on_light():
    source = re.search(r'base64,([^"]+)"', answer.preview_html(prediction(1, 0.9)))[1]
    shown = np.asarray(Image.open(io.BytesIO(base64.b64decode(source))))
    np.testing.assert_array_equal(shown, np.uint8(255 * (1 - np.eye(28))))


def test_sentences_are_escaped():
    assert "<script>" not in answer.hint_html("<script>alert(1)</script>")
