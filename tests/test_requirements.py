"""What is imported is required, pinned and installed, and the library can be installed without the rest."""

import ast
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions, version
from itertools import chain
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from benchmarks.support.installed import applying, needed_by, requirements_of

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PAGE = ("api", "recognizer", "views", "corrections")
EVERYTHING = (*PAGE, "train", "benchmarks", "docs", "tests")
KERAS = {"tensorflow-cpu", "tensorflow", "keras", "h5py"}


def names(requirements):
    return {canonicalize_name(requirement.name) for requirement in requirements}


def imported(places):
    """The distributions that the Python files in `places` import, anywhere in them."""
    files = [path for place in places for path in (ROOT / place).rglob("*.py")] + [ROOT / "streamlit_app.py"]
    modules = set()
    for node in (node for file in files for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))):
        if isinstance(node, ast.Import):
            modules |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            modules.add(node.module.split(".")[0])
    others = modules - {*EVERYTHING, "streamlit_app"} - sys.stdlib_module_names
    by_module = packages_distributions()
    return {canonicalize_name(by_module.get(module, [module])[0]) for module in others}  # Ray may not be installed


@pytest.mark.parametrize(
    ("file", "places", "elsewhere"),
    [
        ("requirements.txt", (*PAGE, "train"), {"onnxruntime", "ai-edge-litert", "ray"}),
        ("requirements-lite.txt", PAGE, {*KERAS, "ai-edge-litert", "ray"}),
        ("requirements-ray.txt", PAGE, {*KERAS, "ai-edge-litert"}),
        ("requirements-dev.txt", EVERYTHING, {"ray"}),
    ],
)
def test_everything_that_is_imported_is_required(file, places, elsewhere):
    assert imported(places) - names(requirements_of(ROOT / file)) <= elsewhere


def test_every_requirement_is_pinned_to_a_release_in_the_range_of_the_library_or_its_extras():
    lines = [*PROJECT["dependencies"], *chain(*PROJECT["optional-dependencies"].values())]
    ranges = applying(Requirement(line) for line in lines if not line.startswith(PROJECT["name"]))
    pinned = chain(*(requirements_of(ROOT / f"requirements-{name}.txt") for name in ("dev", "ray")))
    pins = {canonicalize_name(each.name): str(each.specifier) for each in pinned}
    assert set(pins) == names(ranges)
    for each in ranges:
        pin = pins[canonicalize_name(each.name)]
        assert pin.startswith("==") and pin.removeprefix("==") in each.specifier


def test_the_constraints_pin_all_that_the_requirements_pull_in_and_are_what_is_installed():
    constraints = requirements_of(ROOT / "constraints.txt")
    needed = needed_by(requirements_of(ROOT / "requirements-dev.txt"))  # all but Ray
    assert needed <= names(constraints)
    installed = [each for each in constraints if canonicalize_name(each.name) in needed]
    assert [each for each in installed if version(each.name) not in each.specifier] == []


READ = """
import sys
sys.modules.update(dict.fromkeys(sys.argv[2:]))  # which cannot be imported then

import numpy
from recognizer import Recognizer

recognizer = Recognizer.load()
print(recognizer.model.path, recognizer.predict(numpy.load(sys.argv[1])["x_test"][0]).digit)
"""


def test_the_installed_library_reads_a_digit_outside_the_checkout_with_and_without_tensorflow(tmp_path):
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, "--target", tmp_path, ROOT], check=True)
    assert {path.name for path in tmp_path.iterdir() if path.suffix != ".dist-info"} == {"bin", "recognizer"}
    models = tmp_path / "recognizer" / "models"
    assert (models / "digits_neighbours.npz").exists() and (models / "tutorial.onnx").exists()
    for hidden, model in (("none", "digits.keras"), ("tensorflow", "digits.onnx")):
        command = [sys.executable, "-c", READ, ROOT / "tests" / "data" / "mnist_sample.npz", hidden]
        printed = subprocess.run(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True, check=True).stdout
        assert printed.split() == [str(models / model), "7"]
