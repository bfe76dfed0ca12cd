import numpy as np
import pytest

from recognizer.prediction import NO_DIGIT
from train.data.corrections import ONE_IN, is_held_out, read_corrections, sides
from train.errors import TrainError


def arrays(count=40, seed=0):
    return {
        "pictures": np.random.default_rng(seed).integers(0, 256, (count, 28, 28), np.uint8),
        "labels": (np.arange(count) % 11).astype(np.uint8),
        "drawings": np.array([f"drawing-{seed}-{number // 2}" for number in range(count)]),
    }


@pytest.fixture
def file(tmp_path):
    """Write arrays as a file of corrections, some of them changed, and return its path."""

    def write(**changes):
        path = tmp_path / "corrections.npz"
        np.savez(path, **{**arrays(), **changes})
        return path

    return write


def test_a_good_file_is_read(file):
    corrections = read_corrections(file())
    assert len(corrections) == 40 and len(corrections.sha256) == 64
    assert corrections.pictures.digits.dtype == np.float32
    np.testing.assert_array_equal(np.rint(255 * corrections.pictures.digits), arrays()["pictures"])
    np.testing.assert_array_equal(corrections.pictures.labels, arrays()["labels"])
    np.testing.assert_array_equal(corrections.drawings, arrays()["drawings"])


ROWS = np.arange(40)
BLANK_7TH = np.where(ROWS[:, None, None] == 6, 0, 9 + arrays()["pictures"] % 2).astype(np.uint8)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"pictures": np.ones((40, 32, 32), np.uint8)}, r"pictures is uint8 \(40, 32, 32\)"),
        ({"labels": np.zeros(39, np.uint8)}, r"labels is uint8 \(39,\), and should be uint8 \(40,\)"),
        ({"drawings": ROWS}, "drawings is int64"),
        ({"labels": np.full(40, 11, np.uint8)}, "picture 1 has the label 11"),
        ({"pictures": BLANK_7TH}, "picture 7 is blank"),
        ({"drawings": np.where(ROWS == 3, "", arrays()["drawings"])}, "a picture lacks the name of its drawing"),
    ],
)
def test_a_file_of_anything_else_is_one_sentence(file, changes, sentence):
    with pytest.raises(TrainError, match=rf"^corrections.npz is no file of corrections: {sentence}") as caught:
        read_corrections(file(**changes))
    assert "\n" not in str(caught.value) and "corrections export" in str(caught.value)


def test_a_file_that_is_cut_short_missing_or_a_folder_is_one_sentence(file, tmp_path):
    cut = file()
    cut.write_bytes(cut.read_bytes()[:-100])
    for path, sentence in (
        (cut, "is no file of corrections"),
        (tmp_path / "none.npz", r"There is no file .*none\.npz"),
        (tmp_path, "No file can be read at"),
    ):
        with pytest.raises(TrainError, match=sentence):
            read_corrections(path)


def test_a_drawing_is_on_the_same_side_in_every_round(file):
    first = read_corrections(file())
    later = arrays(80, seed=1)
    second = read_corrections(file(**{name: np.concatenate([later[name], array]) for name, array in arrays().items()}))
    held = [{picture.tobytes() for picture in sides(each)[1].digits} for each in (first, second)]
    assert held[0] and held[0] < held[1]
    learned, held_out = sides(second)
    assert len(learned) + len(held_out) == 120
    assert not held[1] & {picture.tobytes() for picture in learned.digits}
    # Both digits of a drawing are on one side.
    pairs = zip(second.drawings, second.pictures.digits, strict=True)
    names = {drawing for drawing, picture in pairs if picture.tobytes() in held[1]}
    assert len(held_out) == 2 * len(names) and all(is_held_out(name) for name in names)


def test_about_one_in_five_is_held_out():
    share = np.mean([is_held_out(f"drawing {number}") for number in range(5000)])
    assert share == pytest.approx(1 / ONE_IN, abs=0.02)


def test_a_picture_that_is_held_out_is_not_learned_from_under_another_name(file):
    names = [f"name {number}" for number in range(40)]
    held = next(name for name in names if is_held_out(name))
    other = next(name for name in names if not is_held_out(name))
    same, labels = np.repeat(arrays(1)["pictures"], 2, axis=0), np.array([3, NO_DIGIT], np.uint8)
    learned, held_out = sides(read_corrections(file(pictures=same, labels=labels, drawings=np.array([held, other]))))
    assert len(learned) == 0 and held_out.labels.tolist() == [3]
