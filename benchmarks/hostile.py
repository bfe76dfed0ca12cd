"""How long the longest reading takes of ink made to be as much work as it can: zigzags, dots, dense text, noise.

    python -m benchmarks.hostile [--record]

All of it is within the bounds of what the page accepts, as a drawing or as a photograph.
"""

import io
import time
from collections.abc import Iterator, Sequence

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from benchmarks.support.command import command_line, report
from recognizer import Reading, Recognizer, Stroke

SIDE = 1024  # px, the most that is looked at
WIDE = (640, 300)  # px, the canvas for numbers
REPEATS = 3  # of which the shortest counts: the machine may have been busy with something else

Hostile = tuple[str, np.ndarray | bytes, list[Stroke]]


def main() -> None:
    options = command_line(__doc__).parse_args()
    recognizer = Recognizer.load()
    shortest: dict[str, float] = {}
    for name, picture, strokes in hostile():
        shortest[name], reading = shortest_reading(recognizer, picture, strokes)
        counts = f"{len(reading.digits):4} marks read, {reading.left_out:,} left out"
        print(f"{name:<34}{shortest[name]:8.3f} s   {counts}", flush=True)
    longest = max(shortest, key=lambda name: shortest[name])
    report({"longest": longest, "s": round(shortest[longest], 2)}, options, "hostile")


def shortest_reading(
    recognizer: Recognizer, picture: np.ndarray | bytes, strokes: list[Stroke]
) -> tuple[float, Reading]:
    """The shortest of a few readings, in s, and what is read."""
    seconds = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        reading = recognizer.read(picture, strokes)
        seconds.append(time.perf_counter() - started)
    return min(seconds), reading


def hostile() -> Iterator[Hostile]:
    """Every kind: its name, the picture as a file or uint8 (H, W), and its strokes where they are known."""
    rng = np.random.default_rng(2026)
    for name, ink in drawn_ink(rng):
        yield name, 255 - ink, []
        light = np.linspace(1, 0.5, ink.shape[1])[None] * np.where(ink > 0, 60, 230)
        yield f"{name}, photographed", np.clip(light + rng.normal(0, 3, ink.shape), 0, 255).astype(np.uint8), []
    yield from scribbles(rng)
    for name, ink in (("a page of small print", _text(28, rng, 3600)), ("a page of small dots", _dots(12, 40, 3600))):
        for kind in ("PNG", "JPEG"):
            yield f"{name}, {kind}", _file(255 - ink, kind), []
    files = (
        ("PNG", 3_599, False),
        ("JPEG", 3_599, True),
        ("JPEG", 5_599, False),
        ("JPEG", 8_059, False),
        ("WEBP", 3_599, False),
    )
    for kind, side, progressive in files:
        noise = rng.integers(0, 256, (side // 4 + 1, side // 4 + 1, 3), np.uint8)
        picture = cv2.resize(noise, (side, side), interpolation=cv2.INTER_CUBIC)
        yield f"{side**2 // 10**6} megapixels of noise, {kind}", _file(picture, kind, progressive=progressive), []


def drawn_ink(rng: np.random.Generator) -> Iterator[tuple[str, np.ndarray]]:
    """Pictures of ink: uint8 (H, W), 255 where there is some."""
    for height, period in ((12, 6), (30, 8), (60, 12), (150, 16), (400, 16), (700, 24)):
        x = np.arange(0, SIDE, period / 2)
        y = np.where(np.arange(len(x)) % 2, 20, 20 + height)
        yield f"zigzag {height} px high", _lines([np.stack([x, y], 1)], (SIDE, height + 40), 2)
    for size, step in ((2, 6), (3, 8), (8, 14), (16, 24), (24, 40)):
        yield f"dots of {size} px", _dots(size, step)
    yield "specks", _bits(rng.random((SIDE, SIDE)) < 0.02)
    yield "specks, larger", cv2.dilate(_bits(rng.random((SIDE, SIDE)) < 0.002), np.ones((6, 6), np.uint8))
    yield "noise", _bits(rng.integers(0, 2, (SIDE, SIDE)) > 0)
    for size in (12, 20, 40):
        yield f"dense text, {size} px", _text(size, rng)
    for gap in (4, 12, 30):
        bars = np.zeros((SIDE, SIDE), np.uint8)
        bars[20:-20, 20:-20:gap] = bars[20:-20, 21:-20:gap] = 255
        yield f"upright bars every {gap} px", bars
        yield f"level bars every {gap} px", np.ascontiguousarray(bars.T)
        yield f"grid every {gap} px", bars | bars.T
        comb = bars.copy()
        comb[500:503, 20:-20] = 255
        yield f"comb every {gap} px", comb
    frames = np.zeros((SIDE, SIDE), np.uint8)
    corners = frames.copy()
    for i in range(5, SIDE // 2, 4):
        cv2.rectangle(frames, (i, i), (SIDE - i, SIDE - i), 255, 1)
    for i in range(5, SIDE - 5, 3):
        corners[i, i:-5] = corners[i:-5, i] = 255
    yield "frames in frames", frames
    yield "corners in corners", corners
    yield "one long scribble", _lines([rng.uniform(20, SIDE - 20, (300, 2))], (SIDE, SIDE), 2)
    for count in (40, 300):
        short = [np.clip(rng.normal(0, 40, (6, 2)) + rng.uniform(60, SIDE - 60, 2), 2, SIDE - 2) for _ in range(count)]
        yield f"{count} small scribbles", _lines(short, (SIDE, SIDE), 3)
    x = np.arange(0, SIDE, 4.0)
    yield "one long wave", _lines([np.stack([x, 40 + 18 * np.sin(x / 5)], 1)], (SIDE, 80), 3)
    waves = [np.stack([x, y + 9 * np.sin(x / 3)], 1) for y in range(20, SIDE, 28)]
    yield "a page of waves", _lines(waves, (SIDE, SIDE), 2)


def _bits(ink: np.ndarray) -> np.ndarray:
    """Bool -> uint8, 255 where True."""
    return ink.astype(np.uint8) * 255


def _lines(polylines: Sequence[np.ndarray], size: tuple[int, int], width: int) -> np.ndarray:
    ink = np.zeros(size[::-1], np.uint8)
    points = [polyline.astype(np.int32).reshape(-1, 1, 2) for polyline in polylines]
    cv2.polylines(ink, points, False, 255, width, cv2.LINE_AA)
    return ink


def _dots(size: int, step: int, side: int = SIDE) -> np.ndarray:
    places = np.arange(side)
    rows = (places % step < size) & (places >= step) & (places < side - step)
    return _bits(rows[:, None] & rows)


def _text(size: int, rng: np.random.Generator, side: int = SIDE) -> np.ndarray:
    image = Image.new("L", (side, side), 0)
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(size)
    for top in range(4, side - size, round(1.2 * size)):
        pen.text((4, top), "".join(rng.choice(list("0123456789abcdefgh"), 2 * side // size)), 255, font)
    return np.asarray(image)


def _file(picture: np.ndarray, kind: str, progressive: bool = False) -> bytes:
    file = io.BytesIO()
    Image.fromarray(picture).save(file, kind, progressive=progressive)
    return file.getvalue()


def scribbles(rng: np.random.Generator) -> Iterator[Hostile]:
    """Drawings on the canvas, with their strokes."""
    drawings = {
        f"scribble of {count} strokes": rng.uniform((10, 10), (WIDE[0] - 10, WIDE[1] - 10), (count, 6, 2))
        for count in (10, 18, 24, 26, 60, 400)
    }
    for count in (12, 24):
        places = np.linspace(20, 280, count)
        drawings[f"{count} upright strokes"] = np.array([[(2.2 * x, 40), (2.2 * x, 260)] for x in places])
        drawings[f"{count} crossed strokes"] = np.array([[(20, y), (620, 300 - y)] for y in places])
        drawings[f"{count} strokes on one spot"] = np.array([[(150 + x / 20, 40), (150 - x / 20, 260)] for x in places])
    for name, strokes in drawings.items():
        yield name, 255 - _lines(list(strokes), WIDE, 8), [Stroke(points, 8.0) for points in strokes]


if __name__ == "__main__":
    main()
