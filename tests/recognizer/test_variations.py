"""One drawing in many ways: each is what it says it is, and takes bounded work whatever is drawn."""

import time

import numpy as np
import pytest

from benchmarks.support.drawing import arc, placed
from recognizer import Stroke
from recognizer.explain import Explainer
from recognizer.explain.variations import changes, variations
from recognizer.numbers.strokes import inked
from recognizer.preprocess import ink_box, prepare_ink, stroke_width

TALL = np.zeros((5_000, 3), np.float32)
TALL[::7, 1] = 1
CHANCE = np.random.default_rng(1)
WORST = {
    "one dot": np.ones((1, 1), np.float32),
    "a faint dot on large paper": np.pad(np.full((1, 1), 0.2, np.float32), 700),
    "a tall line with gaps": TALL,
    "a wide line with gaps": TALL.T,
    "noise all over": CHANCE.random((1_500, 2_000), np.float32),
    "few grains": (CHANCE.random((1_000, 1_000)) > 0.999).astype(np.float32),
    "black paper": np.ones((2_000, 1_500), np.float32),
}


def strokes_of(digit, width=16.0, **where):
    return [Stroke(np.array(points), width) for points in placed(digit, **where)]


def ink_of(strokes, size=(640, 640)):
    return inked(strokes, size) / np.float32(255)


def by_name(ink, strokes=()):
    return {each.name: each for each in variations(ink, strokes)}


def outside(box, picture):
    left, top, right, bottom = box
    return picture.sum() - picture[top:bottom, left:right].sum()


def test_each_way_holds_the_drawing_as_it_is_at_its_own_value():
    strokes = strokes_of(7)
    varied = by_name(ink_of(strokes), strokes)
    present = {name: each.values[each.present] for name, each in varied.items()}
    assert present == {"pen": 16, "turn": 0, "lean": 0, "shrink": 20, "noise": 0, "erase": 0}
    for each in varied.values():
        assert each.inputs.shape == (len(each.values), 28, 28) and each.inputs.dtype == np.float32
        np.testing.assert_array_equal(each.inputs[each.present], prepare_ink(ink_of(strokes)))
    # What is beside it is made in another way, and no jump is seen.
    for name in ("pen", "turn", "lean"):
        near = varied[name].inputs[varied[name].present + 1]
        assert np.abs(near - varied[name].inputs[varied[name].present]).mean() < 0.05


def test_each_way_does_what_its_name_says():
    strokes = [Stroke(np.array([(200.0, 100), (200, 300)]), 20.0), Stroke(np.array([(200.0, 300), (300, 300)]), 20.0)]
    varied = by_name(ink_of(strokes), strokes)
    widths = [stroke_width(picture) for picture in varied["pen"].inputs]
    assert widths == pytest.approx(sorted(widths), abs=0.4) and widths[-1] > 1.5 * widths[0]
    line = ink_of(strokes[:1])
    for way in ("turn", "lean"):  # to the right: the upper end of a line is right of its lower end
        rows, columns = np.nonzero(by_name(line)[way].inputs[-1] > 0.5)
        assert columns[rows.argmin()] > columns[rows.argmax()] + 4
    cut = varied["erase"].inputs
    assert (cut[-1] > 0.5).any(0).sum() < 10 < (cut[0] > 0.5).any(0).sum(), "the foot goes first, and the stem stays"
    wrong = [(np.abs(picture - varied["noise"].inputs[0]) > 0).mean() for picture in varied["noise"].inputs]
    assert wrong == sorted(wrong) and wrong[-1] == pytest.approx(varied["noise"].values[-1] / 100, abs=0.03)
    holes = by_name(ink_of(strokes_of(0)))["shrink"].inputs[:, 12:16, 13:15].mean((1, 2))
    assert holes[0] > 0.3 > 0.01 > holes[-1], "the hole of a 0 is lost"


@pytest.mark.parametrize("name", WORST)
def test_whatever_is_drawn_has_pictures_that_a_model_can_read(name):
    for each in variations(WORST[name]):
        assert each.inputs.min() >= 0 and each.inputs.max() <= 1
        assert each.inputs.any((1, 2)).all(), "no picture is blank"


def test_pens_are_varied_only_where_the_strokes_left_this_ink_and_hardly_any_other():
    four, seven = strokes_of(4, 16, left=60), strokes_of(7, 16, left=300)
    page = ink_of([*four, *seven])
    left, top, right, bottom = ink_box(ink_of(seven))
    ink = page[top:bottom, left:right]

    def pens(strokes):
        return "pen" in by_name(ink, [Stroke(each.points - (left, top), each.width) for each in strokes])

    assert pens([*four, *seven]) and not pens(four) and not pens([])
    assert not pens([*four, Stroke(np.concatenate([four[-1].points, seven[0].points]), 16.0)]), "one stroke for both"
    scribble = [Stroke(np.array(arc(320, 140, 80, 80, 0, 360 * 2_000, 20_000)), 20.0)]
    assert "pen" not in by_name(ink_of(scribble), scribble), "it would take long to draw"
    assert "pen" in by_name(ink_of(circle := [Stroke(scribble[0].points[:20], 20.0)]), circle)


def test_all_pictures_are_one_batch_of_the_model_which_explains_what_the_recogniser_answers(light, monkeypatch):
    strokes = strokes_of(4)
    predicted = []
    monkeypatch.setattr(light, "predict_prepared", lambda each: predicted.append(len(each)) or ["?"] * len(each))
    varied = Explainer(light).variations(ink_of(strokes), strokes)
    assert predicted == [sum(len(each.values) for each, _ in varied)] and predicted[0] < 170
    assert all(len(predictions) == len(each.values) for each, predictions in varied)
    monkeypatch.undo()
    started = time.perf_counter()
    varied = Explainer(light).variations(ink_of(strokes), strokes)
    assert time.perf_counter() - started < 3, "a tenth of it on a machine that does nothing else"
    for each, predictions in varied:
        assert predictions[each.present].label == 4
        np.testing.assert_array_equal(predictions[-1].input, each.inputs[-1])


@pytest.mark.parametrize(
    ("labels", "present", "expected"),
    [
        ([7, 7, 7], 1, (None, None)),
        ([1, 7, 7, 10], 1, (0, 3)),
        ([1, 9, 7, 7], 3, (1, None)),
        ([7, 1, 7], 0, (None, 1)),
    ],
)
def test_the_changes_are_the_nearest_ones_on_either_side(labels, present, expected):
    assert changes(labels, present) == expected
