import io
import zipfile

import numpy as np
import pytest

from recognizer.prediction import NO_DIGIT
from train.data.corrections import ONE_IN, is_held_out, read_corrections, sides
from train.errors import TrainError


def arrays(count=40, seed=0):
    rng = np.random.default_rng(seed)
    return {
        "pictures": rng.integers(0, 256, (count, 28, 28), np.uint8),
        "labels": (np.arange(count) % 11).astype(np.uint8),
        "drawings": np.array([f"drawing-{seed}-{number // 2}" for number in range(count)]),
    }


@pytest.fixture
def file(tmp_path):
    """Write arrays as a file of corrections, some of them changed, and return its path."""

    def write(**changes):
        path = tmp_path / "corrections.npz"
        np.savez(path, **{name: array for name, array in {**arrays(), **changes}.items() if array is not None})
        return path

    return write


def test_a_good_file_is_read(file):
    given, path = arrays(), file()
    read = read_corrections(path)
    assert len(read) == 40 and read.pictures.digits.dtype == np.float32 and len(read.sha256) == 64
    np.testing.assert_array_equal(np.rint(255 * read.pictures.digits), given["pictures"])
    np.testing.assert_array_equal(read.pictures.labels, given["labels"])
    np.testing.assert_array_equal(read.drawings, given["drawings"])
    compressed = path.with_name("compressed.npz")
    np.savez_compressed(compressed, **given)
    assert (read_corrections(compressed).pictures.digits == read.pictures.digits).all()


NAMES = arrays()["drawings"]
BAD = {
    "no pictures": ({"pictures": None}, "lacks the array 'pictures'"),
    "no names": ({"drawings": None}, "lacks the array 'drawings'"),
    "pictures of another size": ({"pictures": np.ones((40, 32, 32), np.uint8)}, r"pictures is uint8 \(40, 32, 32\)"),
    "pictures from 0 to 1": ({"pictures": np.ones((40, 28, 28), np.float32)}, "pictures is float32"),
    "fewer labels": ({"labels": np.zeros(39, np.uint8)}, "40 pictures, 39 labels and 40 drawings"),
    "fewer names": ({"drawings": NAMES[:3]}, "40 labels and 3 drawings"),
    "a label beyond none of these": ({"labels": np.full(40, 11, np.uint8)}, "picture 1 is labelled 11"),
    "labels that are text": ({"labels": NAMES}, "labels is <U"),
    "a blank picture": ({"pictures": np.where(np.arange(40)[:, None, None] == 6, 0, 9 + arrays()["pictures"] % 2)}, ""),
    "names that are numbers": ({"drawings": np.arange(40)}, "drawings is int64"),
    "names that are objects": ({"drawings": NAMES.astype(object)}, "drawings is object"),
    "a name that is missing": ({"drawings": np.where(np.arange(40) == 3, "", NAMES)}, "lacks the name of its drawing"),
    "names that are too long": ({"drawings": np.full(40, "x" * 201)}, "up to 200 characters"),
    "names that are no text": ({"drawings": np.full(40, 0x7FFFFFFF, "<u4").view("<U1")}, "maximum character"),
}
BAD["a blank picture"] = (
    {"pictures": np.uint8(BAD["a blank picture"][0]["pictures"])},
    "picture 7 is blank",
)


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_correction_is_one_sentence(file, name):
    changes, sentence = BAD[name]
    with pytest.raises(TrainError, match=rf"^corrections.npz holds no corrections: .*{sentence}") as caught:
        read_corrections(file(**changes))
    assert "\n" not in str(caught.value) and "corrections export" in str(caught.value)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.99])
def test_a_file_cut_short_is_one_sentence(file, share):
    path = file()
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(TrainError, match=r"^corrections.npz holds no corrections"):
        read_corrections(path)


def test_a_missing_file_and_a_folder_are_one_sentence(tmp_path):
    with pytest.raises(TrainError, match=r"There is no file .*none\.npz"):
        read_corrections(tmp_path / "none.npz")
    with pytest.raises(TrainError, match="No file can be read at"):
        read_corrections(tmp_path)


def test_code_in_the_file_is_never_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    class Touch:
        def __reduce__(self):
            return (open, ("the code ran", "w"))

    path = tmp_path / "corrections.npz"
    np.savez(path, **{**arrays(2), "drawings": np.array([Touch(), Touch()], object)})
    with np.load(path, allow_pickle=True) as loaded:
        assert loaded["drawings"].shape == (2,)
    witness = tmp_path / "the code ran"
    assert witness.exists()
    witness.unlink()
    with pytest.raises(TrainError, match="drawings is object"):
        read_corrections(path)
    assert not witness.exists()


def _with_header(path, shape):
    """A file whose pictures' header promises `shape`, whatever follows."""
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "|u1", "fortran_order": False, "shape": shape})
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, header.getvalue() + bytes(100) if name == "pictures.npy" else content)


def test_a_header_that_promises_too_much_is_refused_before_memory_is_taken(file, monkeypatch):
    path = file()
    _with_header(path, (10**12, 28, 28))
    monkeypatch.setattr(np.lib.format, "read_array", None)
    with pytest.raises(TrainError, match="pictures would unpack to over 64 MiB"):
        read_corrections(path)


def test_a_file_that_unpacks_to_too_much_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(corrections_file, "MAX_BYTES", 50_000)
    path = tmp_path / "corrections.npz"
    np.savez_compressed(path, **{**arrays(80), "pictures": np.ones((80, 28, 28), np.uint8)})
    assert path.stat().st_size < 50_000
    with pytest.raises(TrainError, match="it unpacks to over"):
        read_corrections(path)
    np.savez(path, **arrays(80))
    with pytest.raises(TrainError, match="far too large"):
        read_corrections(path)


def test_a_drawing_is_on_the_same_side_in_every_round(file):
    first = read_corrections(file())
    later = arrays(80, seed=1)
    more = {name: np.concatenate([later[name], array]) for name, array in arrays().items()}
    second = read_corrections(file(**more))
    held = [{picture.tobytes() for picture in sides(each)[1].digits} for each in (first, second)]
    assert held[0] and held[0] < held[1]
    learned, held_out = sides(second)
    assert len(learned) + len(held_out) == 120
    assert not held[1] & {picture.tobytes() for picture in learned.digits}
    # Both digits of a drawing go the same way.
    names = {
        d for d, picture in zip(second.drawings, second.pictures.digits, strict=True) if picture.tobytes() in held[1]
    }
    assert len(held_out) == 2 * len(names) and all(is_held_out(name) for name in names)


def test_about_one_in_five_is_held_out():
    share = np.mean([is_held_out(f"drawing {number}") for number in range(5000)])
    assert share == pytest.approx(1 / ONE_IN, abs=0.02)


def test_a_picture_that_is_held_out_is_not_learned_from_under_another_name(file):
    names = [f"name {number}" for number in range(40)]
    held = next(name for name in names if is_held_out(name))
    other = next(name for name in names if not is_held_out(name))
    same = np.repeat(arrays(1)["pictures"], 2, axis=0)
    read = read_corrections(
        file(pictures=same, labels=np.array([3, NO_DIGIT], np.uint8), drawings=np.array([held, other]))
    )
    learned, held_out = sides(read)
    assert len(learned) == 0 and held_out.labels.tolist() == [3]
