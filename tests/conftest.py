from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from recognizer import Recognizer
from recognizer.model import DEFAULT_MODEL

# The canvas component can only be imported where Streamlit runs, since it registers itself; AppTest stands in for that.
AppTest.from_string("import streamlit_drawable_canvas").run()

SAMPLE = Path(__file__).parent / "data" / "mnist_sample.npz"


@pytest.fixture(scope="session")
def mnist_sample() -> dict[str, np.ndarray]:
    """300 training and 100 test digits of MNIST, as uint8."""
    with np.load(SAMPLE) as file:
        return {name: file[name] for name in file.files}


@pytest.fixture(scope="session")
def shipped() -> Recognizer:
    """The recogniser with the model that comes with the project."""
    return Recognizer.load(DEFAULT_MODEL)
