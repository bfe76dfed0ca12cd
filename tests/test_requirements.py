"""What is installed is what is pinned, and what is imported is pinned: nothing comes in that nobody chose."""

import ast
import sys
from importlib.metadata import packages_distributions, version
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

from benchmarks.support.installed import requirements_of

ROOT = Path(__file__).parent.parent
OURS = {"recognizer", "train", "views", "corrections", "streamlit_app", "benchmarks", "tests", "docs"}
PAGE = ("streamlit_app.py", "recognizer", "views", "corrections")


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
    if "tomllib" in sys.stdlib_module_names:
        names.discard("toml")  # takes its place in Python 3.10
    return names - OURS - set(sys.stdlib_module_names) - {"tomllib"}


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-lite.txt", "requirements-dev.txt"])
def test_every_requirement_is_pinned_to_one_release_which_is_installed(name):
    requirements = requirements_of(ROOT / name)
    assert len(requirements) > 5
    for requirement in requirements:
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
    needed = {_name(by_module[module][0]) for module in imported(*places)}
    assert needed - {_name(each.name) for each in requirements_of(ROOT / name)} <= elsewhere
    assert len(needed) > 5


def _name(distribution):
    return canonicalize_name(distribution).replace("tensorflow-cpu", "tensorflow")
