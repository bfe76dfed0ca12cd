"""Whatever is uploaded, it is a bounded picture or one sentence."""

import io
from contextlib import suppress

import numpy as np
from hypothesis import given
from hypothesis import strategies as some
from PIL import Image

from benchmarks.support.drawing import drawn
from recognizer import InvalidImageError, Reading, Recognizer
from recognizer.images.opening import FORMATS, MAX_WORKING_SIDE, read_picture
from tests.helpers import always

RECOGNISER = Recognizer(always(4))


def saved(name):
    file = io.BytesIO()
    Image.fromarray(drawn(4, size=(60, 60), height=40, left=15, top=10, width=4)).save(file, name)
    return file.getvalue()


FILES = {name: saved(name) for name in FORMATS}


def read(data):
    with suppress(InvalidImageError):
        pixels = read_picture(data)
        assert pixels.dtype == np.uint8 and max(pixels.shape[:2]) <= MAX_WORKING_SIDE
        assert isinstance(RECOGNISER.read(pixels), Reading)


@given(some.sampled_from(FORMATS), some.data())
def test_files_with_bytes_replaced_and_cut_short(name, data):
    damaged = bytearray(FILES[name])
    place = some.one_of(some.integers(0, len(damaged) - 1), some.integers(0, 80))  # often in the header
    for where, value in data.draw(some.lists(some.tuples(place, some.integers(0, 255)), max_size=8)):
        damaged[min(where, len(damaged) - 1)] = value
    read(bytes(damaged[: data.draw(some.just(len(damaged)) | some.integers(0, len(damaged)))]))


@given(some.sampled_from([b"", *(data[:16] for data in FILES.values())]), some.binary(max_size=300))
def test_anything_after_a_valid_beginning(beginning, data):
    read(beginning + data)
