"""What one person puts right changes that person's answers, and nothing else."""

import io
import threading
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.support.drawing import drawn, looped_seven, render
from recognizer import Hand, HandError, Recognizer
from recognizer.hand import ALIKE, ALIKE_UNGUARDED, MAX_BYTES, MAX_DRAWINGS
from recognizer.prediction import NO_DIGIT
from recognizer.runtimes.loader import DEFAULT_MODEL
from tests.helpers import always

LOOPED = [render(looped_seven(bar, scale, x)) for bar, scale, x in ((78, 1, 150), (70, 0.8, 120), (86, 1.1, 150))]
LETTER = render([[(80, 60), (80, 240)], [(220, 60), (220, 240)], [(80, 150), (220, 150)]])


def taught(recognizer, picture, label):
    hand = Hand()
    hand.learn(recognizer.predict(picture), label)
    return hand


def saved(**changes):
    file, arrays = io.BytesIO(), {"pictures": np.full((3, 28, 28), 9, np.uint8), "labels": np.arange(3, dtype=np.uint8)}
    np.savez_compressed(file, **{**arrays, **changes})
    return file.getvalue()


def test_a_seven_that_is_read_as_a_two_is_read_as_a_seven_once_one_was_put_right(light):
    assert [p.digit for p in light.predict_many(LOOPED)] == [2, 2, 2]
    hand = taught(light, LOOPED[0], 7)
    answers = light.predict_many([*LOOPED, drawn(2), drawn(7)], hand=hand)
    assert [(p.digit, p.taught) for p in answers] == [(7, True)] * 3 + [(2, False), (7, False)]
    assert all(p.confidence > 0.5 for p in answers)
    assert [p.digit for p in light.predict_many(LOOPED, hand=Hand())] == [2, 2, 2]


@pytest.mark.parametrize("name", ["light", "shipped", "10 outputs"])
def test_what_was_put_right_is_read_so_however_sure_the_model_is(name, request):
    recognizer = Recognizer(always(2)) if name == "10 outputs" else request.getfixturevalue(name)
    for picture, digit in ((LOOPED[0], 7), (drawn(1), 8), (drawn(1), None), (LETTER, 4)):
        prediction = recognizer.predict(picture, hand=taught(recognizer, picture, digit))
        assert prediction.is_digit == (digit is not None) and prediction.taught
        assert digit in (None, prediction.digit) and prediction.probabilities.sum() == pytest.approx(1, abs=1e-5)


def test_whole_numbers_are_read_with_a_hand_too(light):
    picture = np.hstack([drawn(4, left=60)[:, :220], render(looped_seven(x=110), size=(250, 300))])
    before = light.read(picture)
    assert before.text == "42"
    reading = light.read(picture, hand=taught(light, LOOPED[0], 7))
    assert reading.text == "47" and [each.taught for each in reading.digits] == [False, True]
    (only,) = light.read_many([picture], hand=taught(light, LOOPED[0], 7))
    assert only.text == "47"


def test_ordinary_digits_are_read_as_before_whatever_was_taught(light, mnist_sample):
    pictures = list(mnist_sample["x_test"])
    plain = [p.digit for p in light.predict_many(pictures)]
    for number in range(0, 100, 20):
        hand = taught(light, pictures[number], (plain[number] + 1) % 10)
        others = [p.digit for p in light.predict_many(pictures, hand=hand)]
        assert sum(a != b for a, b in zip(plain, others, strict=True)) <= 2, "that one, and perhaps its twin"


def test_the_later_of_two_labels_of_the_same_picture_holds(light):
    prediction = light.predict(LOOPED[0])
    hand = taught(light, LOOPED[0], 3)
    hand.learn(light.predict(LOOPED[1]), 7)
    hand.learn(prediction, 5)
    assert [each.label for each in hand] == [7, 5] and hand.find(prediction) == 1
    assert light.predict(LOOPED[0], hand=hand).digit == 5


def test_what_is_forgotten_counts_no_more(light):
    hand = taught(light, LOOPED[0], 7)
    assert light.predict(LOOPED[1], hand=hand).digit == 7
    hand.forget(-1)
    assert not len(hand) and light.predict(LOOPED[1], hand=hand).digit == 2
    assert hand.find(light.predict(LOOPED[0])) is None
    with pytest.raises(IndexError):
        hand.forget(0)


def test_the_drawings_that_decided_are_found_the_most_similar_first(light):
    hand = taught(light, LOOPED[2], 7)
    hand.learn(light.predict(drawn(3)), 7)
    hand.learn(light.predict(LOOPED[0]), 7)
    prediction = light.predict(LOOPED[0], hand=hand)
    first, _, last = hand
    assert list(map(id, hand.decisive(light.model, prediction))) == [id(last), id(first)]
    assert Hand().decisive(light.model, prediction) == []


def test_only_the_last_500_drawings_are_kept_and_one_class_may_have_them_all(light):
    hand, prediction = taught(light, LOOPED[0], 1), light.predict(LOOPED[0])
    rng = np.random.default_rng(0)
    for _ in range(MAX_DRAWINGS):
        hand.learn(replace(prediction, input=rng.random((28, 28), np.float32)), 7)
    assert len(hand) == MAX_DRAWINGS and {each.label for each in hand} == {7}
    assert light.predict(drawn(4), hand=hand).digit == 4


def test_another_hand_is_merged_in_as_the_older_one(light):
    hand, other = taught(light, LOOPED[0], 7), taught(light, LOOPED[0], 2)
    other.learn(light.predict(LOOPED[1]), 7)
    hand.merge(other)
    assert [each.label for each in hand] == [7, 7]
    _, (picture, _) = hand
    np.testing.assert_array_equal(picture, np.rint(255 * light.predict(LOOPED[0]).input))


@pytest.mark.parametrize("digit", [10, -1, "7", 7.0, True])
def test_a_label_that_is_no_digit_is_one_sentence(light, digit):
    with pytest.raises(HandError, match=r"is no digit: teach an integer from 0 to 9, or None"):
        taught(light, LOOPED[0], digit)


def test_a_hand_is_saved_and_loaded_and_works_with_another_model(light, tmp_path):
    hand = taught(light, LOOPED[0], 7)
    hand.learn(light.predict(LETTER), None)
    hand.save(tmp_path / "mine.npz")
    for source in (tmp_path / "mine.npz", str(tmp_path / "mine.npz"), (tmp_path / "mine.npz").read_bytes()):
        loaded = Hand.load(source)
        assert [each.label for each in loaded] == [7, None]
        for ours, theirs in zip(hand, loaded, strict=True):
            np.testing.assert_array_equal(ours.picture, theirs.picture)
        assert light.predict(LOOPED[1], hand=loaded).digit == 7
    other = Recognizer(always(2))
    assert [other.predict(picture, hand=loaded).digit for picture in (LOOPED[0], drawn(1))] == [7, 2]
    Hand().save(tmp_path / "empty.npz")
    assert len(Hand.load(tmp_path / "empty.npz")) == 0


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "not the file of a hand, or it is damaged"),
        (b"hello", "not the file of a hand"),
        (saved()[:300], "not the file of a hand"),
        (b"0" * (MAX_BYTES + 1), "over 1 MiB"),
        (saved(pictures=np.ones((3, 28, 27), np.uint8)), "should be uint8"),
        (saved(pictures=np.full((3, 28, 28), np.nan)), "pictures is float64"),
        (saved(labels=np.zeros(2, np.uint8)), "labels is uint8"),
        (saved(labels=np.array([1, 2, NO_DIGIT + 1], np.uint8)), "calls a drawing a 11"),
        (saved(pictures=np.zeros((3, 28, 28), np.uint8)), "an empty drawing"),
        (saved(pictures=np.ones((501, 28, 28), np.uint8), labels=np.zeros(501, np.uint8)), "holds 501 drawings"),
        (saved(pictures=np.ones((10_000, 28, 28), np.uint8), labels=np.zeros(10_000, np.uint8)), "over 1 MiB"),
        (saved(labels=np.array([1, "x", None], object)), "labels is object"),
    ],
)
def test_what_is_no_hand_is_one_sentence(content, sentence):
    with pytest.raises(HandError, match=sentence) as caught:
        Hand.load(content)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["none.npz", ""])
def test_a_file_that_cannot_be_read_is_one_sentence(tmp_path, name):
    with pytest.raises(HandError, match="cannot be read"):
        Hand.load(tmp_path / name)


def test_several_threads_may_teach_and_read_with_one_hand(light):
    hand, prediction = Hand(), light.predict(LOOPED[0])
    failed = []

    def teach(seed):
        rng = np.random.default_rng(seed)
        try:
            for _ in range(5):
                hand.learn(replace(prediction, input=rng.random((28, 28), np.float32)), seed)
                assert light.predict(drawn(4), hand=hand).digit == 4
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=teach, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed and len(hand) == 20


def test_without_an_index_of_ordinary_digits_only_what_is_very_similar_counts(light, tmp_path):
    copy = tmp_path / "digits.onnx"
    copy.write_bytes(DEFAULT_MODEL.with_suffix(".onnx").read_bytes())
    alone = Recognizer.load(copy)
    hand = taught(alone, LOOPED[0], 7)
    assert alone.predict(LOOPED[0], hand=hand).digit == 7 and alone.predict(drawn(2), hand=hand).digit == 2
    assert hand._memory.alike == ALIKE_UNGUARDED
    light.predict(LOOPED[0], hand=hand)
    assert ALIKE <= hand._memory.alike != ALIKE_UNGUARDED
