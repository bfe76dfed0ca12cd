"""Copy the figures in the models' cards to the tables of README.md and docs/benchmarks.md: `python -m docs.figures`."""

import json
import re
from pathlib import Path

from benchmarks.support.figures import percent, plain
from train.report.metrics import BINS, share_with_interval

ROOT = Path(__file__).parents[1]
PAGES = ROOT / "README.md", ROOT / "docs" / "benchmarks.md"
ROW = re.compile(r"^\| (?!what \|)(.*?) \|.*\|$", re.MULTILINE)  # of a table; the group is its first cell


def main() -> None:
    for page in PAGES:
        page.write_text(updated(page.read_text(encoding="utf-8")), encoding="utf-8")


def updated(text: str) -> str:
    """Return a page with the figures of the cards in its tables; `KeyError` for a row whose figure they do not have."""
    rows = figures()
    return ROW.sub(lambda row: f"| {' | '.join([row[1], *rows[row[1]]])} |", text)


def figures() -> dict[str, list[str]]:
    """Every figure that the tables may show: the first cell of its row -> the other cells."""
    cards = {name: json.loads((ROOT / "models" / f"{name}.json").read_text()) for name in ("digits", "mnist", "quick")}
    digits = cards["digits"]
    pen, speed, page, load, sheets, numbers, batch, hostile, foot = (
        digits["benchmarks"][f"python -m benchmarks.{name}"]
        for name in ("pen", "speed", "page", "load", "sheets", "numbers", "batch", "hostile", "footprint")
    )
    folder = f"a folder of {batch['count']:,} drawings, read on the command line with"
    count, visitors = numbers["count"], load["visitors"]
    by_command: dict[str, dict[str, str | list[str]]] = {
        "train": {
            "MNIST's 10,000 test digits, read right": percent(digits["test"]),
            "drawings read with a confidence above 93 %, read right": _reliability(digits, True),
            "drawings read with a lower confidence, read right": _reliability(digits, False),
            "model file": f"{digits['bytes'] / 2**20:.1f} MiB",
            "training": f"{digits['training_minutes']:.0f} minutes",
        },
        "train --preset quick": {"the same, by the quick preset": percent(cards["quick"]["test"])},
        "train --architecture classic": {"the same, by the network of the tutorials": percent(cards["mnist"]["test"])},
        "benchmarks.pen PEN_BENCH.py": {
            "2,000 pen digits in the middle of the canvas, read right": percent(pen["centred"]),
            "2,000 pen digits of any size and colour, anywhere on the canvas, read right": percent(pen["anywhere"]),
            "those in the middle by writers who slash zeros and flag ones": percent(pen["centred uqb"]),
            "those anywhere by writers who slash zeros and flag ones": percent(pen["anywhere uqb"]),
            "the best minus the worst of seven pen widths, from 2 to 40 px": _points(pen["spread"]),
            "letters refused": percent(pen["letters refused"]),
            "digits refused": percent(pen["digits refused"]),
            "500 numbers of 2 to 6 pen digits, read without an error": percent(pen["numbers"]),
            "expected calibration error on pen digits, bins of equal width": plain(pen["ece"]),
            "expected calibration error on pen digits, bins of equal mass": plain(pen["ece equal mass"]),
            "log loss of the true digit on pen digits, in nats": plain(pen["log loss"]),
        },
        f"benchmarks.numbers --seed {numbers['seed']} --count {count}": {
            f"{count} synthetic numbers, digits apart": percent(numbers["apart"], 1),
            f"{count} synthetic numbers, digits close": percent(numbers["close"], 1),
            f"{count} synthetic numbers, digits touching": percent(numbers["touching"], 1),
            f"{count} synthetic numbers, by a careless pen": percent(numbers["penned"], 1),
            f"{count} synthetic numbers, digits overlapping, from pixels": percent(numbers["overlapping"], 1),
            f"{count} synthetic numbers, digits overlapping, with their strokes": (
                percent(numbers["overlapping by strokes"], 1)
            ),
        },
        "benchmarks.sheets": {
            f"digits on {sheets['sheets']} synthetic photographs: shadow, ruling, slant, noise": (
                percent(sheets["digits"])
            ),
            f"digits read on {sheets['blank sheets']} such photographs of blank sheets": (
                str(sheets["false digits on them"])
            ),
        },
        "benchmarks.speed": {
            "from a 300x300 drawing to its answer": f"{speed['predict_p50_ms']:.1f} ms",
            "the same compared with Keras' `model.predict` alone": (
                f"{speed['times_faster_than_model_predict']:.0f} times faster"
            ),
        },
        "benchmarks.page": {
            "from pen-up to the answer on screen": f"{page['ours_p50_ms']} ms",
            "the same on a page with nothing but a canvas": f"{page['floor_p50_ms']} ms",
            "the same on a page as most demos have it": f"{page['usual_p50_ms']} ms",
            "from a click on Why to its last picture": (
                f"{page['why_p50_ms']} ms (95th percentile: {page['why_p95_ms']} ms)"
            ),
        },
        "benchmarks.hostile": {"the longest reading of ink made to be as much work as possible": f"{hostile['s']} s"},
        "benchmarks.batch": {
            f"{folder} Keras": _a_second(batch["digits.keras"]),
            f"{folder} ONNX": _a_second(batch["digits.onnx"]),
        },
        "benchmarks.load": {
            "1 visitor at a person's pace": _answered(load["alone"]),
            f"{visitors} visitors at a person's pace": _answered(load["together"]),
            f"{visitors} visitors who all lift their pens at the same moment": _answered(load["at once"]),
        },
        "benchmarks.footprint": {
            "packages and model on disk": _by_runtime(foot, "installed_mb", "MB"),
            "from the start of a process to its first prediction": _by_runtime(foot, "first_s", "s"),
            f"memory of the page's server after {foot['predictions']:,} strokes": _by_runtime(foot, "memory_mb", "MB"),
            f"growth of that memory over {foot['until'] - foot['predictions']:,} more strokes": (
                _by_runtime(foot, "growth_mb", "MB")
            ),
            "one prediction": _by_runtime(foot, "predict_p50_ms", "ms"),
            "predictions in one call": _by_runtime(foot, "predict_many_per_second", "a second"),
        },
    }
    return {
        name: [*([cells] if isinstance(cells, str) else cells), f"`python -m {command}`"]
        for command, rows in by_command.items()
        for name, cells in rows.items()
    }


def _reliability(card: dict, is_high: bool) -> str:
    """How many answers are right in the highest bin of confidence, or in all others."""
    rows = [r for r in card["drawings"]["reliability"] if (r["confidence"] > (BINS - 1) / BINS) == is_high]
    count = sum(row["count"] for row in rows)
    right = round(sum(row["accuracy"] * row["count"] for row in rows))
    confidence = sum(row["confidence"] * row["count"] for row in rows) / count
    return f"{percent(share_with_interval(right, count), 1)} of {count:,}, mean confidence {100 * confidence:.1f} %"


def _points(figure: dict) -> str:
    low, high = figure["interval_95"]
    return f"{100 * figure['value']:.2f} points ({100 * low:.2f} to {100 * high:.2f})"


def _answered(part: dict) -> str:
    errors = f"{part['errors'] or 'no'} error in {part['strokes']} strokes"
    return f"p50 {part['p50_ms']} ms, p95 {part['p95_ms']} ms, {errors}"


def _a_second(part: dict) -> str:
    return f"{part['a second']} a second, {part['times one by one']} times as fast as one by one"


def _by_runtime(footprint: dict, key: str, unit: str) -> list[str]:
    return [f"{footprint[runtime][key]:,} {unit}" for runtime in ("Keras", "ONNX", "LiteRT")]


if __name__ == "__main__":
    main()
