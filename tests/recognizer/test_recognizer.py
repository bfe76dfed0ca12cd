import numpy as np
import pytest
from PIL import Image

from benchmarks.support.drawing import STROKES, drawn, render
from recognizer import BlankImageError, InvalidImageError, Recognizer
from recognizer.preprocess import prepare
from tests.helpers import always

BLANK = np.full((300, 300, 3), 255, np.uint8)


def test_the_shipped_model_reads_mnist(shipped, mnist_sample):
    pictures, labels = mnist_sample["x_test"], mnist_sample["y_test"]
    answers = np.array([p.digit for p in shipped.predict_many(list(pictures))])
    assert (answers == labels).mean() >= 0.99
    constant = np.array([p.digit for p in Recognizer(always(3)).predict_many(list(pictures))])
    assert (constant == labels).mean() == 0.1


@pytest.mark.parametrize("width", [2, 16, 36])
def test_the_shipped_model_reads_the_strokes_of_the_tests(shipped, width):
    predictions = shipped.predict_many([drawn(digit, width=width) for digit in STROKES])
    assert [p.digit for p in predictions] == list(STROKES)
    assert all(p.is_digit for p in predictions)


@pytest.mark.parametrize(
    "how",
    [
        {"left": 5, "top": 5},
        {"left": 180, "top": 110},
        {"height": 60},
        {"height": 270, "left": 40, "top": 10},
        {"ink": (255, 255, 255), "paper": (0, 0, 0)},
        {"ink": (20, 60, 160), "paper": (250, 240, 200)},
        {"width": 4},
        {"width": 30},
    ],
    ids=str,
)
def test_place_size_colours_and_pen_do_not_change_the_answer(shipped, how):
    predictions = shipped.predict_many([drawn(digit, **how) for digit in STROKES])
    assert [p.digit for p in predictions] == list(STROKES)
    assert all(p.is_digit for p in predictions)


@pytest.mark.parametrize("angle", [-12, 12])
def test_a_small_rotation_does_not_change_the_answer(shipped, angle):
    predictions = shipped.predict_many([drawn(digit, angle=angle) for digit in STROKES])
    assert [p.digit for p in predictions] == list(STROKES)


def test_a_prediction_holds_what_its_docstring_says(shipped):
    prediction = shipped.predict(drawn(4))
    assert prediction.digit == 4 and type(prediction.digit) is int and type(prediction.confidence) is float
    assert prediction.probabilities.shape == (10,) and prediction.probabilities.dtype == np.float32
    assert prediction.probabilities.sum() == pytest.approx(1, abs=1e-5)
    assert prediction.confidence == prediction.probabilities.max() == prediction.probabilities[4]
    np.testing.assert_array_equal(prediction.input, prepare(drawn(4)))
    with pytest.raises(AttributeError):
        prediction.digit = 9


def test_many_at_once_are_read_as_one_by_one(shipped):
    pictures = [drawn(digit, left=20 * digit) for digit in STROKES]
    for one, many in zip([shipped.predict(p) for p in pictures], shipped.predict_many(pictures), strict=True):
        np.testing.assert_allclose(one.probabilities, many.probabilities, atol=1e-5)


def test_many_go_through_the_model_in_bounded_batches(monkeypatch, mnist_sample):
    batches = []

    def count(digits):
        batches.append(len(digits))
        return always(1)(digits)

    monkeypatch.setattr("recognizer.recognizer.MAX_BATCH", 40)
    assert len(Recognizer(count).predict_many(list(mnist_sample["x_test"]))) == 100
    assert batches == [40, 40, 20]
    assert Recognizer(count).predict_many([]) == []


def test_an_unsure_model_calls_nothing_a_digit():
    assert Recognizer(always(7, 0.9)).predict(drawn(7)).is_digit
    unsure = Recognizer(always(7, 0.3)).predict(drawn(7))
    assert unsure.digit == 7 and not unsure.is_digit


def test_an_eleventh_output_decides_what_is_a_digit_and_leaves_the_probabilities_alone():
    accepted, refused = (Recognizer(always(7, 0.4, none)).predict(drawn(7)) for none in (0.4, 0.6))
    assert accepted.is_digit and not refused.is_digit
    assert accepted.confidence == pytest.approx(0.4) == refused.confidence
    assert refused.probabilities.shape == (10,) and refused.probabilities.sum() == pytest.approx(1)
    certain = Recognizer(always(7, 1.0, 1.0)).predict(drawn(7))
    assert not certain.is_digit and np.isfinite(certain.probabilities).all()


def test_what_is_no_digit_is_refused_and_digits_in_the_styles_of_the_world_are_not(shipped):
    ring = STROKES[0][0]
    letter_t, plus = [[(5, 5), (95, 5)], [(50, 5), (50, 155)]], [[(5, 80), (95, 80)], [(50, 30), (50, 130)]]
    zigzag = [[(5, 20), (25, 140), (40, 20), (55, 140), (70, 20), (95, 140)]]
    digits = {
        "slashed zero": (0, [ring, [(92, 10), (8, 150)]]),
        "zero slashed far beyond the ring": (0, [ring, [(125, -30), (-25, 190)]]),
        "one with a long upstroke": (1, [[(10, 90), (60, 5), (60, 155)]]),
        "one with flag and foot": (1, [[(30, 40), (60, 5), (60, 155)], [(25, 155), (95, 155)]]),
        "crossed seven": (7, [STROKES[7][0], [(25, 85), (90, 80)]]),
    }

    def read(strokes):
        return shipped.predict(render([[(90 + x, 60 + y) for x, y in stroke] for stroke in strokes], 12))

    for name, strokes in (("T", letter_t), ("+", plus), ("zigzag", zigzag)):
        assert not read(strokes).is_digit, name
    for name, (digit, strokes) in digits.items():
        prediction = read(strokes)
        assert prediction.digit == digit and prediction.is_digit, name


def test_a_blank_picture_is_an_error_to_predict_and_nothing_to_read():
    recognizer = Recognizer(always(1))
    with pytest.raises(BlankImageError):
        recognizer.predict(BLANK)
    reading = recognizer.read(BLANK)
    assert reading.text == "" and reading.digits == ()


def test_predict_finds_the_ink_of_a_photograph_as_read_does(shipped):
    light = np.linspace(1, 0.45, 500)[:, None]
    for digit in STROKES:
        photograph = np.uint8(drawn(digit, height=160, left=60, top=40, size=(500, 400)) * light)
        assert shipped.predict(photograph).digit == digit and shipped.read(photograph).text == str(digit)


def test_small_digits_on_a_large_page_are_read_in_the_detail_they_have(shipped, mnist_sample):
    page, text = np.full((3000, 4000), 255, np.uint8), ""
    for place in range(40):
        digit = crop(255 - mnist_sample["x_test"][place] < 250, 255 - mnist_sample["x_test"][place])
        small = np.asarray(Image.fromarray(digit).resize((round(30 * digit.shape[1] / len(digit)), 30)))
        top, left = 300 + place // 10 * 600, 300 + place % 10 * 60
        page[top : top + 30, left : left + small.shape[1]] = small
        text += str(mnist_sample["y_test"][place]) + ("\n" if place % 10 == 9 else "")
    reading = shipped.read(page)
    assert reading.text == text.strip()
    left, top, _, bottom = reading.digits[11].box
    assert (left, top) == pytest.approx((360, 900), abs=8) and bottom - top == pytest.approx(30, abs=8)


def crop(where, picture):
    rows, columns = np.flatnonzero(where.any(1)), np.flatnonzero(where.any(0))
    return picture[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def test_one_bad_picture_among_many_is_named():
    recognizer = Recognizer(always(1))
    with pytest.raises(BlankImageError, match="Picture 2: Nothing is drawn"):
        recognizer.predict_many([drawn(1), BLANK])
    with pytest.raises(InvalidImageError, match="Picture 1: A int is not a picture"):
        recognizer.predict_many([3, BLANK])


def test_reading_one_digit_gives_its_text_and_its_box():
    reading = Recognizer(always(1)).read(Image.fromarray(drawn(1, left=100, top=50, width=10, height=160)))
    assert reading.text == "1"
    (prediction,) = reading.digits
    left, top, right, bottom = prediction.box
    assert (right - left, bottom - top) == pytest.approx((10, 166), abs=2)
    assert (left, top) == pytest.approx((145, 47), abs=2)


def test_the_box_is_in_px_of_the_picture_however_large(tmp_path):
    picture = Image.fromarray(drawn(1, left=100, top=50, width=10, height=160)).resize((3000, 3000))
    picture.save(tmp_path / "large.jpeg")
    for source in (np.asarray(picture), picture, tmp_path / "large.jpeg"):
        left, top, right, bottom = Recognizer(always(1)).read(source).digits[0].box
        assert (left, top, right, bottom) == pytest.approx((1450, 470, 1550, 2130), abs=30)


def test_what_is_no_digit_is_read_as_nothing_but_kept():
    reading = Recognizer(always(1, 0.2)).read(drawn(1))
    assert reading.text == "" and reading.digits[0].digit == 1
