"""What is installed is what is pinned, and what is imported is pinned: nothing comes in that nobody chose."""

import ast
import re
import sys
from importlib.metadata import packages_distributions, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent
OURS = {"recognizer", "train", "views", "corrections", "streamlit_app", "benchmarks", "tests", "docs"}
PAGE = ("streamlit_app.py", "recognizer", "views", "corrections")


def pinned(name):
    """The requirements in a file and those that it takes in, that hold for this Python."""
    found = {}
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("-r "):
            found |= pinned(line[3:].strip())
        elif line and not line.startswith("#"):
            requirement = Requirement(line)
            if requirement.marker is None or requirement.marker.evaluate():
                found[normal(requirement.name)] = requirement
    return found


def normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def imported(*places):
    """The packages that the Python files in `places` import, anywhere in them, beside Python's own and ours."""
    names = set()
    for place in places:
        for path in [ROOT / place] if place.endswith(".py") else (ROOT / place).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Import):
                    names |= {alias.name.split(".")[0] for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and node.level == 0:
                    names.add(node.module.split(".")[0])
    return names - OURS - set(sys.stdlib_module_names)


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-lite.txt", "requirements-dev.txt"])
def test_every_requirement_is_pinned_to_one_release_which_is_installed(name):
    requirements = pinned(name)
    assert len(requirements) > 5
    for requirement in requirements.values():
        (pin,) = requirement.specifier
        assert pin.operator == "==" and version(requirement.name) == pin.version


@pytest.mark.parametrize(
    ("name", "places", "elsewhere"),
    [
        ("requirements.txt", (*PAGE, "train"), {"onnxruntime", "ai-edge-litert"}),
        ("requirements-lite.txt", PAGE, {"tensorflow", "keras", "h5py", "ai-edge-litert"}),
        ("requirements-dev.txt", (*PAGE, "train", "benchmarks", "docs", "tests"), set()),
    ],
)
def test_everything_that_is_imported_is_pinned(name, places, elsewhere):
    by_module = packages_distributions()
    needed = {normal(by_module[module][0]).replace("tensorflow-cpu", "tensorflow") for module in imported(*places)}
    assert needed - {normal(each).replace("tensorflow-cpu", "tensorflow") for each in pinned(name)} <= elsewhere
    assert len(needed) > 5
