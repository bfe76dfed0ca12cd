"""Arrays from .npz files: only those that are wanted, of the right kind, and never more than fits."""

import io
import sys
import zipfile

import numpy as np
import pytest

from recognizer.npz import read_arrays

LAYOUT = {"pictures": ("uint8", ("n", 4, 4)), "labels": ("uint8", ("n",)), "names": ("str", ("n",)), "of": ("str", ())}
ARRAYS = {
    "pictures": np.arange(48, dtype=np.uint8).reshape(3, 4, 4),
    "labels": np.arange(3, dtype=np.uint8),
    "names": np.array(["a", "b", "a number's 3"]),
    "of": np.array("a model"),
}
MAX_BYTES = 20_000


def saved(save=np.savez, **changes):
    file = io.BytesIO()
    save(file, **{name: array for name, array in {**ARRAYS, **changes}.items() if array is not None})
    return file.getvalue()


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_the_arrays_of_a_good_file_are_read_and_others_ignored(save):
    arrays = read_arrays(saved(save, other=np.array([{}], object)), LAYOUT, MAX_BYTES)
    assert arrays.keys() == LAYOUT.keys()
    for name, array in arrays.items():
        np.testing.assert_array_equal(array, ARRAYS[name])


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"pictures": None}, "lacks the array 'pictures'"),
        ({"pictures": np.ones((3, 5, 4), np.uint8)}, r"pictures is uint8 \(3, 5, 4\), and should be uint8 \(3, 4, 4\)"),
        ({"pictures": np.ones((3, 4, 4), np.float32)}, "pictures is float32"),
        ({"pictures": np.ones((3, 4), np.uint8)}, r"pictures is uint8 \(3, 4\)"),
        ({"labels": np.zeros(2, np.uint8)}, r"labels is uint8 \(2,\), and should be uint8 \(3,\)"),
        ({"names": np.arange(3)}, "names is int64"),
        ({"names": np.full(3, "x" * 201)}, "text of up to 200 characters"),
        ({"names": np.full(3, 0x7FFFFFFF, "<u4").view("<U1")}, "maximum character"),
    ],
)
def test_what_does_not_fit_is_one_sentence(changes, sentence):
    with pytest.raises(ValueError, match=sentence) as caught:
        read_arrays(saved(**changes), LAYOUT, MAX_BYTES)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.99])
def test_a_damaged_file_is_refused(share):
    whole = saved()
    with pytest.raises(ValueError, match=r"."):
        read_arrays(whole[: int(share * len(whole))], LAYOUT, MAX_BYTES)


def test_a_file_that_is_or_unpacks_to_too_much_is_refused():
    with pytest.raises(ValueError, match="it is over"):
        read_arrays(bytes(MAX_BYTES + 1), LAYOUT, MAX_BYTES)
    bomb = saved(np.savez_compressed, other=np.zeros(100 * MAX_BYTES))
    assert len(bomb) < MAX_BYTES
    with pytest.raises(ValueError, match="it unpacks to over"):
        read_arrays(bomb, LAYOUT, MAX_BYTES)


def test_a_header_that_promises_too_much_is_refused_before_memory_is_taken(monkeypatch):
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "|u1", "fortran_order": False, "shape": (10**12, 4, 4)})
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("pictures.npy", header.getvalue() + bytes(100))
    monkeypatch.setattr(np.lib.format, "read_array", None)
    with pytest.raises(ValueError, match="pictures would unpack to over"):
        read_arrays(file.getvalue(), LAYOUT, MAX_BYTES)


def test_code_in_a_file_is_never_run():
    class Code:
        def __reduce__(self):
            return sys.exit, ("the code ran",)

    code = saved(names=np.array([Code()] * 3, object))
    with np.load(io.BytesIO(code), allow_pickle=True) as loaded, pytest.raises(SystemExit):
        loaded["names"]
    with pytest.raises(ValueError, match="names is object"):
        read_arrays(code, LAYOUT, MAX_BYTES)
