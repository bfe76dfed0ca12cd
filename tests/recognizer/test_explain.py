"""Why the model read a digit as it did: what is shown is what it did."""

import io
import shutil

import cv2
import keras
import numpy as np
import pytest

from benchmarks.support.drawing import drawn
from recognizer import ModelError, Recognizer
from recognizer.explain import Explainer
from recognizer.explain.attribution import attribution
from recognizer.explain.erasure import MAX_SHARE, smallest_erasure
from recognizer.neighbours import NeighbourIndex, index_of, index_path
from recognizer.preprocess import find_ink, prepare_ink
from recognizer.runtimes.graph import feature_maps, with_features
from recognizer.runtimes.loader import DEFAULT_MODEL, load_model
from tests.helpers import always
from train.config import DIGITS
from train.data.mnist import Split
from train.export.neighbours import write_index
from train.network.architecture import classic, digits
from train.synthetic.drawings import Drawings


@pytest.fixture(scope="module")
def explainer(shipped):
    return Explainer(shipped)


@pytest.fixture
def model(tmp_path):
    """A copy of the shipped model in a folder of its own, without its index."""
    return shutil.copy(DEFAULT_MODEL, tmp_path / "digits.keras")


def ink_of(digit, **options):
    return find_ink(drawn(digit, **options))


@pytest.mark.parametrize(("width", "thickening"), [(20, []), (3, ["thicken"])])
def test_the_steps_end_at_what_the_model_sees_and_each_can_be_left_out(explainer, width, thickening):
    ink = ink_of(4, width=width)
    first, *others = explainer.steps(ink)
    names = [step.name for step, _ in (first, *others)]
    assert names == ["drawing", "crop", "fit", *thickening, "centre"] and first[1] is None
    seen = prepare_ink(ink)
    np.testing.assert_array_equal(others[-1][0].picture, seen)
    for step, prediction in others:
        assert step.without.shape == (28, 28) and np.abs(step.without - seen).max() > 0.4
        np.testing.assert_array_equal(prediction.input, step.without)


@pytest.mark.parametrize("digit", [0, 4, 7])
def test_the_dots_that_speak_for_a_digit_add_up_to_its_gain_over_blank_paper(explainer, digit):
    picture = prepare_ink(ink_of(digit))

    def log_odds(picture):
        output = np.float64(explainer.model(picture[None])[0])
        return np.log(output[digit] / np.delete(output, digit).sum())

    gain = log_odds(picture) - log_odds(np.zeros_like(picture))
    assert abs(gain) > 3 and attribution(explainer._network, picture, digit).sum() == pytest.approx(gain, rel=0.1)


def test_only_ink_speaks_and_the_opposite_question_turns_the_signs(explainer):
    ink = ink_of(4)
    heat = explainer.attribution(ink, 4, instead_of=9)
    assert heat.shape == ink.shape and np.abs(heat).max() > 0
    near = cv2.dilate(ink, np.ones((21, 21)))  # one of 28 by 28 dots is that large
    assert np.abs(heat[near == 0]).sum() < 0.01 * np.abs(heat).sum()
    np.testing.assert_allclose(explainer.attribution(ink, 9, instead_of=4), -heat, atol=1e-3 * np.abs(heat).max())


@pytest.mark.parametrize("digit", [3, 7, 8, 9])
def test_without_the_erased_ink_another_digit_is_read(light, digit):
    ink = ink_of(digit)
    assert light.predict(drawn(digit)).digit == digit
    erasure = Explainer(light).smallest_erasure(ink)
    assert 0 < erasure.share < MAX_SHARE and erasure.answer != digit
    assert erasure.erased.shape == ink.shape and erasure.erased[ink == 0].sum() < erasure.erased.sum()
    (left,) = light.predict_prepared(erasure.input[None])
    assert left.is_digit and left.digit == erasure.answer
    assert ((ink * erasure.erased).sum() / ink.sum()) == pytest.approx(erasure.share, abs=0.05)


def test_the_rubber_finds_the_one_place_that_matters():
    ink = ink_of(1, width=20)  # a bar from row 60 to row 240; the stand-in looks whether it is tall and thin

    def outputs(pictures):
        is_one = (pictures.any(2).sum(1) >= 20) & (pictures.any(1).sum(1) <= 3)
        return np.where(is_one[:, None], always(1)(pictures), always(7)(pictures))

    erasure = smallest_erasure(ink, outputs)
    assert erasure.answer == 7 and erasure.share < 0.5


def test_for_an_answer_that_nothing_changes_there_is_no_erasure():
    assert smallest_erasure(ink_of(5), always(5)) is None


@pytest.mark.parametrize("format", ["shipped", "light"])
def test_a_training_digit_is_most_similar_to_itself_in_every_format(format, request):
    explainer = Explainer(request.getfixturevalue(format))
    arrays = index_of(explainer.model).arrays
    labels, pictures, drawn = (arrays[name] for name in ("labels", "pictures", "drawn"))
    for row in (0, 100, len(labels) - 1):
        nearest = explainer.neighbours(np.float32(pictures[row] / 255), count=3)
        assert len(nearest) == 3 and (nearest[0].label, nearest[0].drawn) == (labels[row], drawn[row])
        np.testing.assert_array_equal(nearest[0].picture, pictures[row])


def test_the_neighbours_of_a_drawing_are_mostly_the_same_digit(explainer):
    for digit in range(10):
        labels = [neighbour.label for neighbour in explainer.neighbours(prepare_ink(ink_of(digit)))]
        assert len(labels) == 8 and labels.count(digit) > 4


def test_an_index_that_is_missing_damaged_or_of_another_model_is_one_sentence(model, tmp_path):
    opened = load_model(model)
    with pytest.raises(ModelError, match=r"no digits_neighbours.npz beside digits.keras"):
        NeighbourIndex.load(opened)
    whole, unfitting = index_path(DEFAULT_MODEL).read_bytes(), io.BytesIO()
    arrays = NeighbourIndex.load(load_model(DEFAULT_MODEL)).arrays
    np.savez(unfitting, **{**arrays, "labels": arrays["labels"][1:]})
    for damaged in (b"", b"hello", whole[:1000], whole[:-1000], unfitting.getvalue()):
        index_path(model).write_bytes(damaged)
        with pytest.raises(ModelError, match="is damaged"):
            NeighbourIndex.load(opened)
    index_path(model).write_bytes(whole)
    assert NeighbourIndex.load(opened)
    others = digits(), classic(width=0.1)  # with as many features, and with more
    for number, network in enumerate(others):
        other = tmp_path / str(number) / "digits.keras"
        other.parent.mkdir()
        network.save(other)
        index_path(other).write_bytes(whole)
        with pytest.raises(ModelError, match="another model"):
            NeighbourIndex.load(load_model(other))
    with pytest.raises(ModelError, match="has no file"):
        NeighbourIndex.load(Recognizer(always(3)).model)


def test_every_convolution_shows_its_maps(explainer):
    layers = explainer.layers(prepare_ink(ink_of(3)))
    shapes = [(28, 28, 16)] * 2 + [(14, 14, 48)] * 2 + [(7, 7, 96)] * 2 + [(7, 7, 192)]
    assert [maps.shape for maps in layers] == shapes
    assert all(maps.min() >= 0 < maps.max() for maps in layers)


def test_a_network_whose_convolutions_include_their_activation_can_be_looked_into_too():
    network, picture = classic(width=0.1), prepare_ink(ink_of(3))[None]
    assert [maps.shape for maps in feature_maps(network, picture)] == [(1, 26, 26, 3), (1, 24, 24, 6)]
    assert with_features(network)(picture[..., None])[1].shape == (1, 256)


def test_the_features_determine_the_answer():
    network, picture = digits(width=0.1), prepare_ink(ink_of(6))[None]
    probabilities, features = with_features(network)(picture[..., None])
    weights, biases = network.layers[-1].get_weights()
    expected = np.exp(features.numpy()[0] @ weights + biases)
    np.testing.assert_allclose(probabilities[0], expected / expected.sum(), rtol=1e-4)


def test_of_several_networks_in_one_the_last_gives_the_features():
    """As in a file that somebody else has made."""
    inputs = keras.Input((28, 28, 1))
    ends = [keras.layers.Dense(10)(keras.layers.Dense(n)(keras.layers.Flatten()(inputs))) for n in (5, 7)]
    network = keras.Model(inputs, keras.layers.Softmax()(keras.layers.Average()(ends)))
    assert [each.shape for each in with_features(network)(np.zeros((2, 28, 28, 1)))] == [(2, 10), (2, 7)]


def test_an_index_is_made_of_the_digits_of_a_training(model, mnist_sample):
    train = Split(np.float32(mnist_sample["x_train"][:40] / 255), mnist_sample["y_train"][:40])
    few = Split(train.digits[:4], train.labels[:4])
    write_index(model, train, Drawings(few, few), DIGITS)
    index = NeighbourIndex.load(load_model(model))
    assert index.arrays["drawn"].sum() == 4 and len(index.arrays["labels"]) == 44
    assert Recognizer.load(model)
