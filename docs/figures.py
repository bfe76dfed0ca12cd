"""Copy the figures in the models' cards to the tables of README.md and docs/: `python -m docs.figures`.

A cell of a table ends in a comment that says what it holds, as a format string: `99.68 % ... <!-- {digits[test]} -->`.
It names a model's card and what is in it, or a benchmark and one of its figures, or `high` and `low`: the drawings that
are read with a confidence in the highest bin, and all others. `million` and `billion` are what so many pictures take.
"""

import json
import re
from pathlib import Path
from typing import Any

from benchmarks.support.figures import text
from train.report.metrics import BINS, share_with_interval

ROOT = Path(__file__).parents[1]
PAGES = ROOT / "README.md", ROOT / "docs" / "benchmarks.md", ROOT / "docs" / "scale.md"
MACHINE_CORES, MACHINE_DOLLARS_PER_HOUR = 16, 0.8211  # of the machine that docs/scale.md names
REQUESTS_DOLLARS = 0.82  # a million pictures' worth of requests to S3, as docs/scale.md reckons
CELL = re.compile(r"(?<=\| )[^|\n]*? <!-- (.*?) -->")  # the group is its format


class Figure(dict):
    """A figure, formatted as `text` does, with as many decimal places as the format says; or as "points" of 100."""

    def __format__(self, form: str) -> str:
        if form == "points":
            low, high = self["interval_95"]
            return f"{100 * self['value']:.2f} points ({100 * low:.2f} to {100 * high:.2f})"
        return text(self, int(form or 2))


def main() -> None:
    for page in PAGES:
        page.write_text(updated(page.read_text(encoding="utf-8")), encoding="utf-8")


def updated(page: str) -> str:
    """Return a page with the figures of the cards; `KeyError` for a format whose figure they do not have."""
    named = figures()
    return CELL.sub(lambda cell: f"{cell[1].format_map(named)} <!-- {cell[1]} -->", page)


def figures() -> dict[str, Any]:
    """Every figure that the tables may show, by name."""
    names = ("digits", "mnist", "quick", "tutorial")
    cards = {name: json.loads((ROOT / "models" / f"{name}.json").read_text(), object_hook=Figure) for name in names}
    digits = cards["digits"]
    digits["mib"] = digits["bytes"] / 2**20
    benchmarks = {command.rpartition(".")[2]: measured for command, measured in digits["benchmarks"].items()}
    rows, highest_bin = digits["drawings"]["reliability"], (BINS - 1) / BINS
    high = _together([row for row in rows if row["confidence"] > highest_bin])
    low = _together([row for row in rows if row["confidence"] <= highest_bin])
    pairs = {"high": high, "low": low}
    sizes = {name: _reckoned(benchmarks["on_ray"], millions) for name, millions in (("million", 1), ("billion", 1000))}
    return {**cards, **benchmarks, **pairs, **sizes}


def _reckoned(measured: dict, millions: int) -> dict[str, float]:
    """What so many pictures take, at the rate of two workers on two cores."""
    core_hours = 1e6 * millions / (measured["workers 2"]["a second"] / 2) / 3600
    machine_hours = core_hours / MACHINE_CORES
    return {
        "core_hours": core_hours,
        "machine_minutes": 60 * machine_hours,
        "ten_machines_hours": machine_hours / 10,
        "machines_dollars": machine_hours * MACHINE_DOLLARS_PER_HOUR,
        "requests_dollars": millions * REQUESTS_DOLLARS,
    }


def _together(rows: list[dict]) -> Figure:
    """Some bins of confidence as one: the share that is read right, and the mean confidence in per cent."""
    count = sum(row["count"] for row in rows)
    right = round(sum(row["accuracy"] * row["count"] for row in rows))
    confidence = 100 * sum(row["confidence"] * row["count"] for row in rows) / count
    return Figure(right=Figure(share_with_interval(right, count)), confidence=confidence)


if __name__ == "__main__":
    main()
