"""The answer as HTML: the digit or number, ten bars, the picture that the model saw.

Everything in these strings comes from numbers that the program made or from sentences that are escaped. HTML, because a
bar that only changes its width neither blinks nor waits for a chart library.
"""

import html
from collections.abc import Sequence

import numpy as np

from recognizer import Prediction, Reading
from recognizer.output.formatting import percent
from views.figures import ink_picture, png_uri

NEAR_TIE = 0.5  # of the winner's probability; a second digit with at least this share of it is named, too
TOO_MUCH = "There is too much ink here to read all of it. Undo a few strokes, or clear the canvas and write less."
SUBSCRIPT = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
TICKS = "".join(f"<span>{tick}</span>" for tick in ("0", "50", "100 %"))
AXIS = f'<div class="bar axis"><span></span><span class="scale">{TICKS}</span></div>'


def reading_html(reading: Reading) -> str:
    """One digit as `prediction_html` shows it, or a number in large type; and whether some ink was left out."""
    if len(reading.digits) == 1:
        answer = prediction_html(reading.digits[0])
    elif reading.text:
        answer = _number_html(reading)
    else:
        answer = hint_html("None of this looks like a digit.")
    return answer + (f'<p class="cut-short">{TOO_MUCH}</p>' if reading.left_out else "")


def _number_html(reading: Reading) -> str:
    unread = '<span class="digit unread">?</span>'
    lines = [
        "".join(f'<span class="digit">{each.digit}</span>' if each.is_digit else unread for each in line)
        for line in reading.lines
    ]
    longest = max(map(len, reading.lines))
    is_read = all(each.is_digit for each in reading.digits)
    note = "" if is_read else '<span class="note">A ? marks ink that does not look like a digit.</span>'
    if taught := [str(each.digit) if each.is_digit else "?" for each in reading.digits if each.taught]:
        note += f'<span class="note">{" and ".join(taught)} as you taught it.</span>'
    style = f"--longest:{longest};--lines:{len(lines)}"
    return f'<div class="answer number" style="{style}"><span>{"<br>".join(lines)}</span>{note}</div>'


def with_article(digit: int) -> str:
    """Such as "a 7" or "an 8"."""
    return f"{'an' if digit == 8 else 'a'} {digit}"


def digit_labels(digits: Sequence[Prediction]) -> list[str]:
    """Names for the digits of a number, of which one is to be picked, no two alike: two sevens are 7₁ and 7₂."""
    names = [str(digit.digit) if digit.is_digit else "?" for digit in digits]
    return [
        name + str(names[:end].count(name)).translate(SUBSCRIPT) if names.count(name) > 1 else name
        for end, name in enumerate(names, 1)
    ]


def prediction_html(prediction: Prediction) -> str:
    """The digit in large type with its confidence; two where they nearly tie; or that this is not a digit."""
    if not prediction.is_digit:
        hint = "Not a digit, as you taught it." if prediction.taught else "This does not look like a digit."
        return (
            f'<div class="answer"><span class="hint">{hint}</span> '
            f'<span class="note">Most similar digit: {prediction.digit}</span></div>'
        )
    digits = likely(prediction)
    shown = ' <span class="or">or</span> '.join(f'<span class="digit">{digit}</span>' for digit in digits)
    shares = " and ".join(percent(prediction.probabilities[digit]) for digit in digits)
    note = '<span class="taught">as you taught it</span>' if prediction.taught else ""
    return f'<div class="answer">{shown} <span class="confidence">{shares}{note}</span></div>'


def likely(prediction: Prediction) -> list[int]:
    """The most probable digit, and the second where it is at least half as probable."""
    second, first = (int(digit) for digit in np.argsort(prediction.probabilities)[-2:])
    tied = prediction.probabilities[second] >= NEAR_TIE * prediction.probabilities[first]
    return [first, second] if tied else [first]


def hint_html(sentence: str) -> str:
    """A sentence in the place of the answer."""
    return f'<div class="answer"><span class="hint">{html.escape(sentence)}</span></div>'


def bars_html(prediction: Prediction | None) -> str:
    """Ten bars on an axis from 0 to 100 %, in the accent colour where the answer names the digit.

    All are empty without a prediction. Where this is not a digit, they are pale and have no numbers, which would add up
    to 100 %.
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
    return (
        f'<figure class="preview"><img src="{png_uri(ink_picture(ink))}" width="28" height="28" '
        'alt="The drawing as the model sees it"><figcaption>What the model sees: 28 by 28 pixels</figcaption></figure>'
    )
