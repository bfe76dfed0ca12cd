"""How much room a requirements file takes once it is installed, counted in the environment that this runs in."""

from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from benchmarks.support.process import MB


def requirements_of(path: Path) -> list[Requirement]:
    """The lines of a requirements file that count on this machine, those of a file that it includes with -r, too."""
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        line = line.split("#")[0].strip()
        if line.startswith("-r"):
            found += requirements_of(path.parent / line[2:].strip())
        elif line:
            found.append(Requirement(line))
    return [requirement for requirement in found if requirement.marker is None or requirement.marker.evaluate()]


def needed_by(requirements: Iterable[Requirement]) -> set[str]:
    """The names of all distributions that `requirements` need, themselves and one through the other.

    Raises `LookupError` for one that is not installed.
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
    """What the files of these distributions take, in MB."""
    total = 0
    for name in names:
        paths = {each.locate().resolve() for each in distribution(name).files or ()}
        total += sum(path.stat().st_size for path in paths if path.is_file())
    return total / MB
