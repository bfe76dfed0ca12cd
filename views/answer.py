"""The answer as HTML: the digit or number, boxes around its digits, ten bars, the picture that the model saw.

Everything in these strings comes from numbers that the program made or from sentences that are escaped. HTML, because a
bar that only changes its width neither blinks nor waits for a chart library.
"""

import base64
import html
import io
from collections.abc import Iterator, Sequence

import numpy as np
from PIL import Image

from recognizer import Prediction, Reading
from recognizer.formatting import percent

NEAR_TIE = 0.5  # of the winner's probability; a second with so much is named beside it
LABEL_PX = 54, 26  # width and height of a box' label, on the canvas
LABEL_PX_WIDE = 84, 40  # on the wide one, as large as they are where a phone scales that down
TOO_MUCH = "There was too much ink to look at all of it. Clear some of it to have the rest read."
SUBSCRIPT = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
TICKS = "".join(f"<span>{tick}</span>" for tick in ("0", "50", "100 %"))
AXIS = f'<div class="bar axis"><span></span><span class="scale">{TICKS}</span></div>'


def reading_html(reading: Reading) -> str:
    """One digit as `prediction_html` shows it, or a number in large type, and what was not looked at."""
    cut_short = f'<p class="cut-short">{TOO_MUCH}</p>' if reading.left_out else ""
    return _answer_html(reading) + cut_short


def _answer_html(reading: Reading) -> str:
    if len(reading.digits) == 1:
        return prediction_html(reading.digits[0])
    if not reading.text:
        return hint_html("None of this looks like a digit.")
    lines = ["".join(map(_large, line)) for line in reading.lines]
    longest = max(len(line) for line in reading.lines)
    unread = any(not prediction.is_digit for prediction in reading.digits)
    note = '<span class="nearest">? does not look like a digit.</span>' if unread else ""
    style = f"--longest:{longest}"
    return f'<div class="answer number" style="{style}"><span>{"<br>".join(lines)}</span>{note}</div>'


def _large(prediction: Prediction) -> str:
    if prediction.is_digit:
        return f'<span class="digit">{prediction.digit}</span>'
    return '<span class="digit unread">?</span>'


def digit_labels(digits: Sequence[Prediction]) -> list[str]:
    """What each digit of a number is called where one is picked, no two alike: of two sevens, one is 7₁ and one 7₂."""
    names = [str(digit.digit) if digit.is_digit else "?" for digit in digits]
    return [
        name + (str(names[: i + 1].count(name)).translate(SUBSCRIPT) if names.count(name) > 1 else "")
        for i, name in enumerate(names)
    ]


def boxes_html(reading: Reading | None, size: tuple[int, int]) -> str:
    """A box over each digit of several, with its confidence, to lie over the picture of `size` (width, height) px.

    No label covers another: where there is no room above the box, below or in it, there is none.
    """
    digits = reading.digits if reading and len(reading.digits) > 1 else ()
    boxes, labelled = [], []
    for prediction in digits:
        left, top, right, bottom = prediction.box
        place = {
            "left": left / size[0],
            "top": top / size[1],
            "width": (right - left) / size[0],
            "height": (bottom - top) / size[1],
        }
        style = ";".join(f"{name}:{100 * share:.2f}%" for name, share in place.items())
        text = percent(prediction.confidence) if prediction.is_digit else "?"
        kinds, label = ["box"] if prediction.is_digit else ["box", "unread"], ""
        for where, box in _places_of_label(prediction.box, size):
            if not any(_overlap(box, other) for other in labelled):
                labelled.append(box)
                kinds += where
                label = f"<span>{text}</span>"
                break
        boxes.append(f'<div class="{" ".join(kinds)}" style="{style}">{label}</div>')
    return f'<div class="boxes" aria-hidden="true">{"".join(boxes)}</div>'


Box = tuple[int, int, int, int]  # left, top, right, bottom


def _places_of_label(box: Box, size: tuple[int, int]) -> Iterator[tuple[list[str], Box]]:
    """Where the label of a box has room on the picture: the classes that put it there, and its place, in px."""
    left, top, right, bottom = box
    width, height = LABEL_PX if size[0] <= size[1] else LABEL_PX_WIDE
    at_the_right = left + width > size[0]
    if at_the_right:
        left = right - width
    for where, above in (([], top - height), (["under"], bottom), (["inside"], top)):
        if above >= 0 and above + height <= size[1]:
            yield where + ["right"] * at_the_right, (left, above, left + width, above + height)


def _overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def prediction_html(prediction: Prediction) -> str:
    """The digit in large type with its confidence, two where they are nearly tied, or that this is none."""
    if not prediction.is_digit:
        return (
            '<div class="answer"><span class="hint">This does not look like a digit.</span> '
            f'<span class="nearest">Nearest: {prediction.digit}</span></div>'
        )
    digits = likely(prediction)
    shown = ' <span class="or">or</span> '.join(f'<span class="digit">{digit}</span>' for digit in digits)
    shares = " and ".join(percent(prediction.probabilities[digit]) for digit in digits)
    return f'<div class="answer">{shown} <span class="confidence">{shares}</span></div>'


def likely(prediction: Prediction) -> list[int]:
    """The most probable digit, and the second where it is at least half as probable."""
    second, first = (int(digit) for digit in np.argsort(prediction.probabilities)[-2:])
    tied = prediction.probabilities[second] >= NEAR_TIE * prediction.probabilities[first]
    return [first, second] if tied else [first]


def hint_html(sentence: str) -> str:
    """A sentence in the place of the answer."""
    return f'<div class="answer"><span class="hint">{html.escape(sentence)}</span></div>'


def bars_html(prediction: Prediction | None) -> str:
    """Ten bars on an axis from 0 to 100 %, those that are named in the accent colour.

    All are empty without a prediction. What is no digit has pale bars without a number: they would add up to 100 %.
    """
    probabilities = np.zeros(10) if prediction is None else prediction.probabilities
    refused = prediction is not None and not prediction.is_digit
    winners = [] if prediction is None or refused else likely(prediction)
    rows = []
    for digit, probability in enumerate(probabilities):
        kind = "bar winner" if digit in winners else "bar"
        label = percent(probability) if probability >= 0.005 and not refused else ""
        rows.append(
            f'<div class="{kind}"><span class="name">{digit}</span>'
            f'<span class="track"><span class="fill" style="width:{100 * probability:.1f}%"></span></span>'
            f'<span class="value">{label}</span></div>'
        )
    rows.append(AXIS)
    spoken = ", ".join(f"{digit}: {percent(probabilities[digit])}" for digit in winners) or "No digit"
    kind = "bars refused" if refused else "bars"
    return f'<div class="{kind}" role="img" aria-label="Confidence for each digit. {spoken}">{"".join(rows)}</div>'


def preview_html(prediction: Prediction | None) -> str:
    """The 28x28 picture that the model saw, ink dark on light, enlarged without smoothing."""
    ink = np.zeros((28, 28)) if prediction is None else prediction.input
    file = io.BytesIO()
    Image.fromarray(np.uint8(np.rint(255 * (1 - ink)))).save(file, "PNG")
    source = base64.b64encode(file.getvalue()).decode()
    return (
        f'<figure class="preview"><img src="data:image/png;base64,{source}" width="28" height="28" '
        'alt="The drawing as the model sees it"><figcaption>What the model sees: 28 by 28 dots</figcaption></figure>'
    )
