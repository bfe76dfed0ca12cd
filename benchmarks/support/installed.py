"""How much disk space a requirements file takes once installed, measured in the environment that this runs in."""

from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

MB = 1_000_000


def requirements_of(path: Path) -> list[Requirement]:
    """Return the lines of a requirements file that apply to this machine, and those of the files that it includes."""
    requirements: list[Requirement] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        line = line.split("#")[0].strip()
        if line.startswith("-r"):
            requirements += requirements_of(path.parent / line[2:].strip())
        elif line and not line.startswith("-c"):
            requirements.append(Requirement(line))
    return applying(requirements)


def applying(requirements: Iterable[Requirement], extras: Iterable[str] = ()) -> list[Requirement]:
    """Return those of `requirements` that apply to this machine and Python, or to one of `extras` on it."""
    environments = [{"extra": extra} for extra in ("", *extras)]
    return [each for each in requirements if not each.marker or any(map(each.marker.evaluate, environments))]


def needed_by(requirements: Iterable[Requirement]) -> set[str]:
    """Return the names of `requirements` and of everything that they depend on, directly or not.

    Raises `LookupError` for a distribution that is not installed.
    """
    todo = [(canonicalize_name(each.name), frozenset(each.extras)) for each in requirements]
    seen = set()
    while todo:
        name, extras = todo.pop()
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        try:
            lines = distribution(name).requires or ()
        except PackageNotFoundError as error:
            raise LookupError(f"{name} is not installed. Install requirements-dev.txt first.") from error
        todo += [
            (canonicalize_name(each.name), frozenset(each.extras)) for each in applying(map(Requirement, lines), extras)
        ]
    return {name for name, _ in seen}


def size_mb(names: Iterable[str]) -> float:
    """Return how much the files of these distributions take, in MB."""
    paths = {Path(each.locate()).resolve() for name in names for each in distribution(name).files or ()}
    return sum(path.stat().st_size for path in paths if path.is_file()) / MB
