"""Whatever a file holds, it is a hand, or refused in one sentence."""

import io

import numpy as np
from hypothesis import given
from hypothesis import strategies as some
from hypothesis.extra import numpy as arrays

from recognizer import Hand, HandError
from recognizer.hand import MAX_DRAWINGS

DTYPES = some.sampled_from(["uint8", "int16", "float32", "bool", "U3"])
SHAPES = some.sampled_from([(0,), (1,), (2,), (501,), (0, 28, 28), (1, 28, 28), (2, 28, 28), (2, 28), ()])
ARRAYS = some.tuples(DTYPES, SHAPES).flatmap(lambda kind: arrays.arrays(*kind))
GOOD = some.integers(0, 3).flatmap(
    lambda n: some.tuples(
        arrays.arrays(np.uint8, (n, 28, 28), elements=some.integers(0, 255)),
        arrays.arrays(np.uint8, n, elements=some.integers(0, 12)),
    )
)


def loaded(content):
    sentence = ""
    try:
        hand = Hand.load(content)
    except HandError as error:
        sentence, hand = str(error), Hand()
    assert "\n" not in sentence and sentence[-1:] in ("", ".")
    assert len(hand) <= MAX_DRAWINGS
    for each in hand:
        assert each.picture.shape == (28, 28) and each.picture.any() and each.label in (None, *range(10))


@given(some.one_of(some.tuples(ARRAYS, ARRAYS), GOOD))
def test_arrays_of_any_kind(pair):
    file = io.BytesIO()
    np.savez(file, pictures=pair[0], labels=pair[1])
    loaded(file.getvalue())


@given(some.binary(max_size=300), some.integers(0, 2000), some.booleans())
def test_bytes_and_damaged_files(junk, at, replaced):
    file = io.BytesIO()
    np.savez_compressed(file, pictures=np.full((2, 28, 28), 7, np.uint8), labels=np.arange(2, dtype=np.uint8))
    whole = file.getvalue()
    loaded(junk)
    loaded(whole[:at] + junk + whole[at + (len(junk) if replaced else 0) :])
