import numpy as np
import pytest
from PIL import Image

from benchmarks.support.drawing import STROKES, drawn, render
from recognizer import BlankImageError, InvalidImageError, Recognizer
from recognizer.images.ink import Sheet
from recognizer.preprocess import crop, prepare, prepare_ink
from tests.helpers import always

BLANK = np.full((300, 300, 3), 255, np.uint8)


def test_the_shipped_model_reads_mnist(shipped, mnist_sample):
    pictures, labels = mnist_sample["x_test"], mnist_sample["y_test"]
    answers = np.array([p.digit for p in shipped.predict_many(list(pictures))])
    assert (answers == labels).mean() >= 0.99
    constant = np.array([p.digit for p in Recognizer(always(3)).predict_many(list(pictures))])
    assert (constant == labels).mean() == 0.1


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"left": 5, "top": 5},
        {"left": 180, "top": 110},
        {"height": 60},
        {"height": 270, "left": 40, "top": 10},
        {"ink": (255, 255, 255), "paper": (0, 0, 0)},
        {"ink": (20, 60, 160), "paper": (250, 240, 200)},
        {"width": 2},
        {"width": 36},
        {"angle": -12},
        {"angle": 12},
    ],
    ids=str,
)
def test_place_size_colours_pen_and_slant_do_not_change_the_answer(light, options):
    predictions = light.predict_many([drawn(digit, **options) for digit in STROKES])
    assert [p.digit for p in predictions] == list(STROKES)
    assert all(p.is_digit for p in predictions)


def test_a_prediction_holds_what_its_docstring_says(light):
    prediction = light.predict(drawn(4))
    assert prediction.digit == 4 and type(prediction.digit) is int and type(prediction.confidence) is float
    assert prediction.probabilities.shape == (10,) and prediction.probabilities.dtype == np.float32
    assert prediction.probabilities.sum() == pytest.approx(1, abs=1e-5)
    assert prediction.confidence == prediction.probabilities.max() == prediction.probabilities[4]
    np.testing.assert_array_equal(prediction.input, prepare(drawn(4)))
    with pytest.raises(AttributeError):
        prediction.digit = 9


def test_many_at_once_are_read_as_one_by_one(light):
    pictures = [drawn(digit, left=20 * digit) for digit in STROKES] * 7  # more than fit in one call of the model
    for one, many in zip([light.predict(p) for p in pictures], light.predict_many(pictures), strict=True):
        np.testing.assert_allclose(one.probabilities, many.probabilities, atol=1e-5)


def test_many_go_through_the_model_in_bounded_batches(monkeypatch, mnist_sample):
    monkeypatch.setattr("recognizer.recognizer.MAX_BATCH", 40)
    batches = []
    recognizer = Recognizer(lambda digits: batches.append(len(digits)) or always(1)(digits))
    assert len(recognizer.predict_many(list(mnist_sample["x_test"]))) == 100
    assert sorted(batches) == [20, 40, 40] and recognizer.predict_many([]) == []


def test_a_model_with_little_confidence_calls_nothing_a_digit():
    assert Recognizer(always(7, 0.9)).predict(drawn(7)).is_digit
    unlikely = Recognizer(always(7, 0.3)).predict(drawn(7))
    assert unlikely.digit == 7 and not unlikely.is_digit


def test_an_eleventh_output_decides_what_is_a_digit_and_does_not_change_the_probabilities():
    accepted, refused = (Recognizer(always(7, 0.4, none)).predict(drawn(7)) for none in (0.4, 0.6))
    assert accepted.is_digit and not refused.is_digit
    assert accepted.confidence == pytest.approx(0.4) == refused.confidence
    assert refused.probabilities.shape == (10,) and refused.probabilities.sum() == pytest.approx(1)
    certain = Recognizer(always(7, 1.0, 1.0)).predict(drawn(7))
    assert not certain.is_digit and np.isfinite(certain.probabilities).all()


RING = STROKES[0][0]


@pytest.mark.parametrize(
    ("digit", "strokes"),
    [
        pytest.param(None, [[(5, 5), (95, 5)], [(50, 5), (50, 155)]], id="T"),
        pytest.param(None, [[(5, 80), (95, 80)], [(50, 30), (50, 130)]], id="+"),
        pytest.param(None, [[(5, 20), (25, 140), (40, 20), (55, 140), (70, 20), (95, 140)]], id="zigzag"),
        pytest.param(0, [RING, [(92, 10), (8, 150)]], id="slashed zero"),
        pytest.param(0, [RING, [(125, -30), (-25, 190)]], id="zero slashed far beyond the ring"),
        pytest.param(1, [[(10, 90), (60, 5), (60, 155)]], id="one with a long upstroke"),
        pytest.param(1, [[(30, 40), (60, 5), (60, 155)], [(25, 155), (95, 155)]], id="one with flag and foot"),
        pytest.param(7, [STROKES[7][0], [(25, 85), (90, 80)]], id="crossed seven"),
    ],
)
def test_other_marks_are_refused_and_digits_in_the_styles_of_the_world_are_read(light, digit, strokes):
    prediction = light.predict(render([[(90 + x, 60 + y) for x, y in stroke] for stroke in strokes], 12))
    assert (prediction.digit if prediction.is_digit else None) == digit


def test_a_blank_picture_is_an_error_to_predict_and_nothing_to_read():
    recognizer = Recognizer(always(1))
    with pytest.raises(BlankImageError):
        recognizer.predict(BLANK)
    reading = recognizer.read(BLANK)
    assert reading.text == "" and reading.digits == ()


def test_predict_finds_the_ink_of_a_photograph_as_read_does(light):
    lamp = np.linspace(1, 0.45, 500)[:, None]
    for digit in STROKES:
        photograph = np.uint8(drawn(digit, height=160, left=60, top=40, size=(500, 400)) * lamp)
        assert light.predict(photograph).digit == digit and light.read(photograph).text == str(digit)


def test_small_digits_on_a_large_page_are_read_in_the_detail_they_have(light, mnist_sample):
    page, text = np.full((3000, 4000), 255, np.uint8), ""
    for place, (picture, label) in enumerate(zip(mnist_sample["x_test"][:40], mnist_sample["y_test"], strict=False)):
        digit = 255 - crop(picture)
        small = np.asarray(Image.fromarray(digit).resize((round(30 * digit.shape[1] / len(digit)), 30)))
        top, left = 300 + place // 10 * 600, 300 + place % 10 * 60
        page[top : top + 30, left : left + small.shape[1]] = small
        text += str(label) + ("\n" if place % 10 == 9 else "")
    reading = light.read(page)
    assert reading.text == text.strip()
    left, top, _, bottom = reading.digits[11].box
    assert (left, top) == pytest.approx((360, 900), abs=8) and bottom - top == pytest.approx(30, abs=8)


def test_ink_that_is_too_faint_in_the_detail_is_taken_as_it_is_on_the_page():
    page = np.full((2048, 2048), 255, np.uint8)
    page[400:440, 400:440], page[480:500, 480:500] = 0, 240
    sheet = Sheet(page)
    sheet.ink[240:250, 240:250] = 0.5  # as on a photograph with darker paper around it
    where = np.zeros((60, 60), bool)
    where[40:50, 40:50] = True
    assert prepare_ink(sheet.closer(where, 2, 200, 200)).max() > 0.4


def test_a_bad_picture_among_many_is_named():
    recognizer = Recognizer(always(1))
    with pytest.raises(BlankImageError, match="Picture 2: Nothing is drawn"):
        recognizer.predict_many([drawn(1), BLANK])
    with pytest.raises(InvalidImageError, match="Picture 1: A int is not a picture"):
        recognizer.predict_many([3, BLANK])
    with pytest.raises(BlankImageError, match="Picture 70: Nothing is drawn"):
        recognizer.predict_many([*[drawn(1)] * 69, BLANK, *[drawn(1)] * 70, BLANK])


def test_the_box_is_in_px_of_the_picture_however_large(tmp_path):
    picture = Image.fromarray(drawn(1, left=100, top=50, width=10, height=160))
    large = picture.resize((3000, 3000))
    large.save(tmp_path / "large.jpeg")
    for source, scale in ((picture, 1), (np.asarray(large), 10), (large, 10), (tmp_path / "large.jpeg", 10)):
        reading = Recognizer(always(1)).read(source)
        assert reading.text == "1"
        box = np.array(reading.digits[0].box) / scale
        assert box.tolist() == pytest.approx([145, 47, 155, 213], abs=3)


def test_a_mark_that_is_not_a_digit_is_not_in_the_text_but_kept():
    reading = Recognizer(always(1, 0.2)).read(drawn(1))
    assert reading.text == "" and reading.digits[0].digit == 1
