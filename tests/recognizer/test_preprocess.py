import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from hypothesis.extra import numpy as arrays
from PIL import Image, ImageDraw

from benchmarks.support.drawing import drawn, placed, render
from recognizer import BlankImageError
from recognizer.images.opening import read_picture
from recognizer.preprocess import CENTRE_PX, crop, find_ink, fit, ink_box, prepare, stroke_width

DIGITS = range(10)


def difference(a, b):
    """Mean absolute difference where either has ink."""
    return np.abs(a - b).sum() / np.maximum(a, b).sum()


@pytest.mark.parametrize("digit", DIGITS)
def test_position_does_not_change_the_result(digit):
    a, b = drawn(digit, left=20, top=10), drawn(digit, left=150, top=100)
    assert (a != b).any()
    np.testing.assert_array_equal(prepare(a), prepare(b))


@pytest.mark.parametrize("digit", DIGITS)
def test_size_hardly_changes_the_result(digit):
    a, b = drawn(digit, height=90, width=8), drawn(digit, height=180, width=16)
    assert (a != b).any()
    a, b = prepare(a), prepare(b)
    shifts = [(down, right) for down in (-1, 0, 1) for right in (-1, 0, 1)]  # centring rounds to whole pixels
    assert min(difference(np.roll(a, shift, (0, 1)), b) for shift in shifts) < 0.1


@pytest.mark.parametrize("digit", DIGITS)
@pytest.mark.parametrize(
    ("ink", "paper"), [((255, 255, 255), (0, 0, 0)), ((20, 60, 160), (250, 248, 240)), ((240, 240, 240), (30, 60, 40))]
)
def test_colours_of_ink_and_paper_do_not_change_the_result(digit, ink, paper):
    a, b = drawn(digit), drawn(digit, ink=ink, paper=paper)
    assert (a != b).any()
    np.testing.assert_allclose(prepare(a), prepare(b), atol=0.02)


@pytest.mark.parametrize("colour", [(0, 0, 0), (255, 255, 255), (47, 116, 224)])
def test_ink_on_transparency_reads_like_ink_on_paper(colour):
    share = 255 - drawn(3)[..., :1]
    rgba = np.concatenate([np.broadcast_to(np.uint8(colour), (300, 300, 3)), share], axis=2)
    np.testing.assert_allclose(prepare(rgba), prepare(drawn(3)), atol=0.02)


def test_the_kind_of_array_does_not_change_the_result():
    rgb = drawn(3, width=5)
    expected = prepare(rgb)
    read_only = np.broadcast_to(rgb[..., :1], rgb.shape)
    turned, spaced = np.rot90(np.rot90(rgb).copy(), 3), np.repeat(rgb, 2, axis=1)[:, ::2]
    opaque = np.concatenate([rgb, np.full_like(rgb[..., :1], 255)], axis=2)
    for pixels in (rgb[..., 0], read_only, turned, spaced, opaque, np.asfortranarray(opaque)):
        np.testing.assert_allclose(prepare(pixels), expected, atol=1e-6)


def test_ink_is_what_differs_from_the_paper_over_all_channels_as_far_as_it_is_opaque():
    rgba = np.full((9, 9, 4), 255, np.uint8)
    rgba[4, 2:6] = [(0, 0, 0, 255), (255, 255, 0, 255), (0, 0, 0, 51), (0, 0, 0, 0)]
    ink = find_ink(rgba)
    np.testing.assert_allclose(ink[4, 2:6], [1, 1 / np.sqrt(3), 0.2, 0], atol=1e-6)
    assert ink.sum() == ink[4, 2:6].sum()


def test_a_sheet_with_transparent_corners_keeps_its_own_paper():
    rgba = np.concatenate([drawn(3), np.full((300, 300, 1), 255, np.uint8)], axis=2)
    expected = prepare(rgba)
    rgba[:20, :20] = 0
    np.testing.assert_allclose(prepare(rgba), expected, atol=0.02)


@pytest.mark.parametrize("digit", DIGITS)
def test_thin_pens_come_out_as_dark_as_thick_ones(digit):
    thin, thick = (prepare(drawn(digit, width=width)) for width in (2, 16))
    assert thin.max() > 0.8  # a stroke may lie half on each of two columns
    assert difference(thin, thick) < 0.4
    untouched = crop(find_ink(drawn(digit, width=2)))[::9, ::9]
    assert untouched.sum() < 0.5 * thin.sum()  # what plain shrinking would have left


@pytest.mark.parametrize("width", [3, 8, 20])
def test_stroke_width_is_that_of_the_pen(width):
    ink = find_ink(render([[(40, 40), (40, 260)]], width=width))
    assert stroke_width(ink) == pytest.approx(width, rel=0.15)


def test_the_digit_fills_the_box_and_its_centre_of_mass_is_in_the_middle():
    prepared = prepare(drawn(7, height=120, left=10, top=170))
    left, top, right, bottom = ink_box(prepared)
    assert max(right - left, bottom - top) in (19, 20)
    rows, columns = prepared.sum(1), prepared.sum(0)
    assert rows @ np.arange(28) / prepared.sum() == pytest.approx(CENTRE_PX, abs=0.51)
    assert columns @ np.arange(28) / prepared.sum() == pytest.approx(CENTRE_PX, abs=0.51)


def test_fitting_keeps_the_shape():
    ink = np.ones((200, 50), np.float32)
    assert fit(ink).shape == (20, 5)


def test_mnist_comes_back_as_it_was(mnist_sample):
    pictures = mnist_sample["x_test"]
    prepared = np.stack([prepare(picture) for picture in pictures])
    same = np.abs(prepared - pictures / 255).max((1, 2)) < 0.11  # ink fainter than a tenth is cut off at the edge
    assert same.mean() >= 0.95
    upside_down = np.abs(prepared[:, ::-1] - pictures / 255).max((1, 2)) < 0.11
    assert upside_down.mean() < 0.1


@pytest.mark.parametrize(("low", "high"), [(0, 1), (90, 91), (255, 256), (240, 256)])
def test_an_even_sheet_and_faint_noise_are_blank(low, high):
    with pytest.raises(BlankImageError, match="Nothing is drawn"):
        prepare(np.random.default_rng(0).integers(low, high, (300, 300), np.uint8))


@pytest.mark.parametrize("colour", [(255, 255, 255), (255, 255, 255, 255), (7, 7, 7, 0), (0, 0, 0, 90)])
def test_a_canvas_without_a_stroke_is_blank(colour):
    with pytest.raises(BlankImageError, match="Nothing is drawn"):
        prepare(np.full((30, 20, len(colour)), colour, np.uint8))


def test_paper_noise_does_not_reach_the_model():
    noise = np.random.default_rng(0).normal(0, 5, (300, 300, 3))
    noisy = np.uint8(np.clip(drawn(5, paper=(230, 230, 230)) + noise, 0, 255))
    assert difference(prepare(noisy), prepare(drawn(5))) < 0.25


def hairlines(width, height, points):
    """A few dots, or lines of 1 px between them."""
    ink = Image.new("L", (width, height), 255)
    corners = [(x * width, y * height) for x, y in points]
    ImageDraw.Draw(ink).line(corners, fill=0, width=1) if len(corners) > 2 else ImageDraw.Draw(ink).point(corners, 0)
    return np.asarray(ink)


SIDES = [some.integers(4, 60)] * 2
SHAPES = some.tuples(*SIDES) | some.tuples(*SIDES, some.sampled_from([3, 4]))
POINTS = some.lists(some.tuples(*[some.floats(0, 0.999)] * 2), min_size=1, max_size=6)
LONG = some.integers(4, 1024)


@settings(max_examples=160, deadline=None)
@given(arrays.arrays(np.uint8, SHAPES) | some.builds(hairlines, LONG, LONG, POINTS))
def test_any_picture_gives_a_finite_input_or_is_blank(pixels):
    try:
        prepared = prepare(read_picture(pixels))
    except BlankImageError:
        return
    assert prepared.shape == (28, 28) and prepared.dtype == np.float32
    assert np.isfinite(prepared).all() and prepared.min() >= 0 and 0 < prepared.max() <= 1


@pytest.mark.parametrize("size", [300, 1000])
def test_a_hairline_digit_is_as_dark_as_any(size):
    prepared = prepare(render(placed(0, height=0.8 * size, left=0.1 * size, top=0.1 * size), 1, (size, size)))
    assert prepared.max() > 0.7
