from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from recognizer import Recognizer
from recognizer.runtimes.loader import DEFAULT_MODEL
from tests.helpers import sample

BROWSER = Path(__file__).parent / "browser"

# The canvas component registers itself when it is imported, which needs a running Streamlit; AppTest stands in for it.
AppTest.from_string("import streamlit_drawable_canvas").run()


def pytest_collection_modifyitems(items):
    """Let each file run in one process, for its tests share fixtures; those in a browser share a server, too."""
    for item in items:
        group = "browser" if item.path.is_relative_to(BROWSER) else str(item.path)
        item.add_marker(pytest.mark.xdist_group(group))


@pytest.fixture(scope="session")
def mnist_sample() -> dict[str, np.ndarray]:
    """300 training and 100 test digits of MNIST, as uint8."""
    return sample()


@pytest.fixture(scope="session")
def shipped() -> Recognizer:
    """The recogniser with the shipped Keras model."""
    return Recognizer.load(DEFAULT_MODEL)


@pytest.fixture(scope="session")
def light() -> Recognizer:
    """The recogniser with the same model in ONNX, which loads faster; for tests of anything but Keras."""
    return Recognizer.load(DEFAULT_MODEL.with_suffix(".onnx"))
