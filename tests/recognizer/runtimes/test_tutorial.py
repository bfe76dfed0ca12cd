"""The network of the usual tutorials, shown the whole paper."""

import shutil
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

from benchmarks.support.drawing import drawn
from recognizer import ModelError
from recognizer.numbers.finder import FINDER
from recognizer.runtimes.tutorial import MAX_BYTES, TUTORIAL, TutorialNetwork


@pytest.fixture(scope="module")
def network():
    return TutorialNetwork()


def ink(digit, **where):
    return 255 - drawn(digit, **where)[..., 0]


def test_it_reads_mnists_own_pictures_as_they_are(network, mnist_sample):
    answers = []
    for picture in mnist_sample["x_test"]:
        probabilities, seen = network.predict(picture)
        answers.append(probabilities.argmax())
        np.testing.assert_array_equal(seen, np.float32(picture / 255))
        assert probabilities.shape == (10,) and probabilities.sum() == pytest.approx(1, abs=1e-5)
    assert (np.array(answers) == mnist_sample["y_test"]).mean() > 0.97


def test_it_is_shown_all_of_the_paper_as_the_usual_page_shrinks_it_neither_cropped_nor_centred(network):
    for paper in (ink(4, height=60, left=10, top=10), ink(4, height=60, left=240, top=230)):
        _, seen = network.predict(paper)
        np.testing.assert_array_equal(seen, np.asarray(Image.fromarray(paper).resize((28, 28)), np.float32) / 255)
    rows, columns = np.nonzero(seen)
    assert seen.dtype == np.float32 and min(rows.min(), columns.min()) >= 20, "it stays small, in its corner"


def test_threads_get_their_own_answers(network):
    papers = [ink(digit) for digit in range(10)]
    alone = [network.predict(paper)[0] for paper in papers]
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(lambda paper: network.predict(paper)[0], papers * 20))
    np.testing.assert_allclose(together, alone * 20, atol=1e-6)


def test_a_file_that_is_missing_damaged_too_large_or_another_network_is_an_error_that_says_how_to_get_one(tmp_path):
    content = TUTORIAL.read_bytes()
    (tmp_path / "half.onnx").write_bytes(content[: len(content) // 2])
    long_remark = b"\x32\x80\x80\x80\x02" + b" " * 2**22  # a doc_string, which readers pass over
    assert len(long_remark) > MAX_BYTES
    (tmp_path / "large.onnx").write_bytes(content + long_remark)
    (tmp_path / "sums.onnx").write_bytes(content.replace(b"Softmax", b"Sigmoid"))  # no longer adds up to 1
    shutil.copy(FINDER, tmp_path / "other.onnx")
    for name in ("half", "large", "sums", "other", "none"):
        with pytest.raises(ModelError, match=rf"{name}\.onnx.*python -m train\.tutorial"):
            TutorialNetwork(tmp_path / f"{name}.onnx")
