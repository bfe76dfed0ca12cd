"""Why the model said so: what is shown is what it did."""

import shutil

import cv2
import numpy as np
import pytest

from benchmarks.support.drawing import drawn
from recognizer import ModelError, Recognizer
from recognizer.explain import Explainer
from recognizer.explain.attribution import attribution
from recognizer.explain.erasure import MOST, smallest_erasure
from recognizer.explain.layers import feature_maps
from recognizer.explain.neighbours import MAX_BYTES, NeighbourIndex, index_path
from recognizer.explain.steps import steps
from recognizer.preprocess import find_ink, prepare_ink
from recognizer.runtimes.graph import last_inputs
from recognizer.runtimes.loader import DEFAULT_MODEL
from tests.helpers import always
from train.config import DIGITS
from train.data.mnist import Split
from train.export.neighbours import write_index
from train.network.architecture import classic, digits, ensemble
from train.synthetic.drawings import Drawings


@pytest.fixture(scope="module")
def explainer():
    return Explainer.load()


def ink_of(digit, **options):
    return find_ink(drawn(digit, **options))


def test_the_steps_end_at_what_the_model_sees_and_each_can_be_left_out(explainer):
    found = explainer.steps(ink_of(4, width=20))
    assert [step.name for step, _ in found] == ["drawing", "crop", "fit", "centre"]
    np.testing.assert_array_equal(found[-1][0].picture, prepare_ink(ink_of(4, width=20)))
    for step, said in found[1:]:
        assert step.without.shape == (28, 28) and np.abs(step.without - found[-1][0].picture).max() > 0.5
        np.testing.assert_array_equal(said.input, step.without)
    assert found[0][1] is None


def test_thin_lines_have_one_step_more():
    names = [step.name for step in steps(ink_of(4, width=3))]
    assert names == ["drawing", "crop", "fit", "thicken", "centre"]


@pytest.mark.parametrize("digit", [0, 4, 7])
def test_what_speaks_for_a_digit_adds_up_to_what_the_model_gained_over_blank_paper(explainer, digit):
    picture = prepare_ink(ink_of(digit))

    def log_odds(picture):
        output = np.float64(explainer._model(picture[None])[0])
        return np.log(output[digit] / np.delete(output, digit).sum())

    expected = log_odds(picture) - log_odds(np.zeros_like(picture))
    found = attribution(explainer._network, picture, digit).sum()
    assert abs(expected) > 3 and found == pytest.approx(expected, rel=0.1)


def test_only_ink_speaks_and_asking_the_other_way_round_turns_the_signs(explainer):
    ink = ink_of(4)
    heat = explainer.attribution(ink, 4, instead_of=9)
    assert heat.shape == ink.shape and np.abs(heat).max() > 0
    near = cv2.dilate(ink, np.ones((21, 21)))  # a dot of the 28 by 28 is that large
    assert np.abs(heat[near == 0]).sum() < 0.01 * np.abs(heat).sum()
    np.testing.assert_allclose(explainer.attribution(ink, 9, instead_of=4), -heat, atol=1e-3 * np.abs(heat).max())


@pytest.mark.parametrize("digit", [3, 7, 8, 9])
def test_without_the_erased_ink_another_digit_is_read(explainer, shipped, digit):
    ink = ink_of(digit)
    assert shipped.predict(drawn(digit)).digit == digit
    found = explainer.smallest_erasure(ink)
    assert 0 < found.share < MOST and found.answer != digit
    assert found.erased.shape == ink.shape and found.erased[ink == 0].sum() < found.erased.sum()
    (left,) = shipped.predict_prepared(found.input[None])
    assert left.is_digit and left.digit == found.answer
    assert ((ink * found.erased).sum() / ink.sum()) == pytest.approx(found.share, abs=0.05)


def test_the_rubber_finds_the_one_place_that_matters():
    ink = ink_of(1, width=20)  # a bar from row 60 to row 240; the stand-in looks whether it goes on at the bottom

    def outputs(pictures):
        long = pictures.any(2).sum(1) >= 20
        narrow = pictures.any(1).sum(1) <= 3
        return np.stack(
            [
                always(1 if tall and thin else 7)(picture[None])[0]
                for tall, thin, picture in zip(long, narrow, pictures, strict=True)
            ]
        )

    found = smallest_erasure(ink, outputs, lambda row: int(row.argmax()))
    assert found.answer == 7 and found.share < 0.5


def test_an_answer_that_nothing_changes_is_said_to_be_one():
    assert smallest_erasure(ink_of(5), always(5), lambda row: int(row.argmax())) is None


def test_the_nearest_kin_of_a_digit_from_training_is_that_digit(explainer):
    index = NeighbourIndex.load(DEFAULT_MODEL)
    for row in (0, 100, len(index._labels) - 1):
        neighbours = explainer.neighbours(np.float32(index._pictures[row] / 255), count=3)
        assert (
            len(neighbours) == 3
            and neighbours[0].label == index._labels[row]
            and neighbours[0].drawn == index._drawn[row]
        )
        np.testing.assert_array_equal(neighbours[0].picture, index._pictures[row])


@pytest.mark.parametrize("digit", range(10))
def test_the_kin_of_a_drawing_are_mostly_of_its_kind(explainer, digit):
    labels = [neighbours.label for neighbours in explainer.neighbours(prepare_ink(ink_of(digit)))]
    assert labels.count(digit) > 4


def test_the_index_is_small_and_of_the_shipped_model():
    assert index_path(DEFAULT_MODEL).stat().st_size < 4_000_000 < MAX_BYTES


def test_an_index_that_is_missing_damaged_or_of_another_model_is_one_sentence(tmp_path):
    model = tmp_path / "digits.keras"
    shutil.copy(DEFAULT_MODEL, model)
    with pytest.raises(ModelError, match=r"no digits_neighbours.npz beside digits.keras"):
        NeighbourIndex.load(model)
    whole = index_path(DEFAULT_MODEL).read_bytes()
    for damaged in (b"", b"hello", whole[:1000], whole[:-1000], whole + bytes(MAX_BYTES)):
        index_path(model).write_bytes(damaged)
        with pytest.raises(ModelError, match="damaged"):
            NeighbourIndex.load(model)
    index_path(model).write_bytes(whole)
    assert NeighbourIndex.load(model)
    model.write_bytes(model.read_bytes() + b" ")
    with pytest.raises(ModelError, match="another model"):
        NeighbourIndex.load(model)


@pytest.mark.parametrize("field", ["labels", "features", "pictures"])
def test_an_index_whose_arrays_do_not_fit_is_damaged(tmp_path, field):
    model = tmp_path / "digits.keras"
    shutil.copy(DEFAULT_MODEL, model)
    with np.load(index_path(DEFAULT_MODEL)) as file:
        arrays = dict(file)
    arrays[field] = arrays[field][1:]
    np.savez(index_path(model), **arrays)
    with pytest.raises(ModelError, match="damaged"):
        NeighbourIndex.load(model)


def test_every_convolution_shows_its_maps(explainer):
    layers = explainer.layers(prepare_ink(ink_of(3)))
    assert [layer.network for layer in layers] == [1] * 7 + [2] * 7
    assert [layer.maps.shape for layer in layers[:7]] == [
        *[(28, 28, 32)] * 2,
        *[(14, 14, 64)] * 2,
        *[(7, 7, 128)] * 2,
        (7, 7, 192),
    ]
    assert all(layer.maps.min() >= 0 < layer.maps.max() for layer in layers)


def test_the_tutorials_network_can_be_looked_into_too():
    network = classic(width=0.1)
    picture = prepare_ink(ink_of(3))
    assert [layer.maps.shape for layer in feature_maps(network, picture)] == [(26, 26, 3), (24, 24, 6)]
    assert last_inputs(network, picture[None]).shape == (1, 256)


def test_what_the_last_layers_are_given_makes_the_answer():
    members = [digits(width=0.1) for _ in range(2)]
    network, picture = ensemble(members), prepare_ink(ink_of(6))
    given = last_inputs(network, picture[None])[0]
    logits = [
        each @ member.layers[-1].get_weights()[0] + member.layers[-1].get_weights()[1]
        for each, member in zip(np.split(given, 2), members, strict=True)
    ]
    expected = np.exp(np.mean(logits, axis=0))
    np.testing.assert_allclose(network(picture[None, ..., None])[0], expected / expected.sum(), rtol=1e-4)


def test_an_index_is_made_of_the_digits_of_a_training(tmp_path, mnist_sample):
    model = tmp_path / "digits.keras"
    shutil.copy(DEFAULT_MODEL, model)
    written = np.float32(mnist_sample["x_train"][:40] / 255)
    train = Split(written, mnist_sample["y_train"][:40])
    some = Split(written[:4], train.labels[:4])
    write_index(model, train, Drawings(some, some, some), DIGITS)
    index = NeighbourIndex.load(model)
    assert index._drawn.sum() == 8 and len(index._labels) == 48
    assert Recognizer.load(model)
