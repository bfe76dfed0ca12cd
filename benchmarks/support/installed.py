"""How much disk space a requirements file takes once installed, measured in the environment that this runs in."""

from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from benchmarks.support.process import MB


def requirements_of(path: Path) -> list[Requirement]:
    """Return the lines of a requirements file that apply to this machine, and those of the files that it includes."""
    requirements: list[Requirement] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        line = line.split("#")[0].strip()
        if line.startswith("-r"):
            requirements += requirements_of(path.parent / line[2:].strip())
        elif line and not line.startswith("-c"):
            requirements.append(Requirement(line))
    return [requirement for requirement in requirements if not requirement.marker or requirement.marker.evaluate()]


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
            wanted = map(Requirement, distribution(name).requires or ())
        except PackageNotFoundError as error:
            raise LookupError(f"{name} is not installed: install what requirements-dev.txt lists first.") from error
        for each in wanted:
            if each.marker is None or any(each.marker.evaluate({"extra": extra}) for extra in ("", *extras)):
                todo.append((canonicalize_name(each.name), frozenset(each.extras)))
    return {name for name, _ in seen}


def size_mb(names: Iterable[str]) -> float:
    """Return how much the files of these distributions take, in MB."""
    total = 0
    for name in names:
        paths = {Path(each.locate()).resolve() for each in distribution(name).files or ()}
        total += sum(path.stat().st_size for path in paths if path.is_file())
    return total / MB
