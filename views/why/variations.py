"""How much it takes for another answer: a chart and a sentence for each way in which a drawing can be changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from operator import itemgetter

import altair as alt
import numpy as np
import streamlit as st

from recognizer import Prediction
from recognizer.explain.variations import Variation, changes
from recognizer.output.formatting import percent
from recognizer.prediction import NO_DIGIT
from views.answer import with_article
from views.figures import accent, ink_picture, png_uri

HEIGHT_PX = 240
STRIP, STRIP_PX = 7, 28  # pictures above a chart, and their side
FIELDS = ("value", "from", "to", "image", "title")  # of a drawing; vega-tooltip shows the last two as they are
GREY = "#8a94a3"
# Of lines, by digit, beside the accent colour; all can be seen on white and on black.
QUIET = ["#8a94a3", "#d9730d", "#2f9e8f", "#a46bc4", "#b08d2a", "#d1608b", "#6f9440", "#a8714f", "#3f9db5", "#8483b5"]


@dataclass(frozen=True)
class Words:
    """How one variation is told. `{}` stands for a value.

    title; axis: of the values; until: below and above the drawing as it is; throughout: for the first and the last.
    """

    title: str
    axis: str
    until: tuple[str, str]
    throughout: str


WORDS = {
    "pen": Words(
        "Another pen",
        "pen width (px)",
        ("the pen is only {} px wide", "the pen is {} px wide"),
        "with every pen from {} to {} px",
    ),
    "turn": Words(
        "Turned",
        "degrees to the right",
        ("it is turned by {} degrees to the left", "it is turned by {} degrees to the right"),
        "however it is turned between {} and {} degrees",
    ),
    "lean": Words(
        "Leaning",
        "degrees to the right",
        ("it leans by {} degrees to the left", "it leans by {} degrees to the right"),
        "however it leans between {} and {} degrees",
    ),
    "shrink": Words(
        "Smaller", "dots from end to end", ("it is only {} dots large", ""), "even when it is only {} dots large"
    ),
    "noise": Words(
        "With wrong dots", "wrong dots (%)", ("", "{} % of the dots are wrong"), "even when {1} % of the dots are wrong"
    ),
    "erase": Words(
        "Cut off from below",
        "missing ink (%)",
        ("", "{} % of its ink is missing"),
        "even when {1} % of its ink is missing",
    ),
}


def show(variations: list[tuple[Variation, list[Prediction]]]) -> None:
    """Show each variation, two side by side where there is room."""
    for number, (variation, predictions) in enumerate(variations):
        if number % 2 == 0:
            columns = st.columns(2)
        with columns[number % 2]:
            st.markdown(f"**{WORDS[variation.name].title}**")
            told = sentence(variation, [each.label for each in predictions])
            st.altair_chart(chart(variation, predictions), height=HEIGHT_PX, alt=told)
            st.markdown(told)


def sentence(variation: Variation, labels: Sequence[int]) -> str:
    """How long the answer stays the same, by the labels of the predictions.

    Such as "It stays a 7 until it is turned by 38 degrees to the left; then it is a 1."
    """
    words, values = WORDS[variation.name], [f"{value:g}" for value in variation.values.tolist()]
    now = labels[variation.present]
    stays = f"It {'is' if now == NO_DIGIT else 'stays'} {_named(now)}"
    ends = [
        (until.format(values[position].lstrip("-")), _named(labels[position]))
        for until, position in zip(words.until, changes(labels, variation.present), strict=True)
        if position is not None
    ]
    if not ends:
        return f"{stays}, {words.throughout.format(values[0], values[-1])}."
    if len(ends) == 1:
        return "{} until {}; then it is {}.".format(stays, *ends[0])
    return f"{stays} until {' or until '.join(f'{until} (then it is {name})' for until, name in ends)}."


def chart(variation: Variation, predictions: list[Prediction]) -> alt.LayerChart | alt.FacetChart:
    """The confidence in each digit that is read anywhere, in per cent; grey where none is; the drawings above it."""
    values, read = variation.values.tolist(), predictions[variation.present].digit
    digits = sorted({each.digit for each in predictions if each.is_digit} | {read})
    colours = [accent() if digit == read else QUIET[digit] for digit in digits]
    edges = [values[0], *((a + b) / 2 for a, b in pairwise(values)), values[-1]]
    drawings = [
        dict(zip(FIELDS, (value, start, end, png_uri(ink_picture(each.input)), _title(value, each)), strict=True))
        for value, (start, end), each in zip(values, pairwise(edges), predictions, strict=True)
    ]
    lines = [
        [
            {"value": value, "digit": digit, "share": 100 * float(each.probabilities[digit])}
            for value, each in zip(values, predictions, strict=True)
        ]
        for digit in digits
    ]
    scale = alt.Scale(domain=(values[0], values[-1]), nice=False)
    at, start = (alt.X(name, title=WORDS[variation.name].axis, scale=scale) for name in ("value:Q", "from:Q"))
    on_line = {
        "x": at,
        "y": alt.Y("share:Q", title="confidence (%)", scale=alt.Scale(domain=(0, 100))),
        "color": alt.Color("digit:N", scale=alt.Scale(domain=digits, range=colours), legend=None),
    }
    pointed_at = alt.selection_point(fields=["value"], on="pointerover", clear="pointerout", empty=False)
    shaded = alt.condition(pointed_at, alt.value(0.5), alt.value(0))
    layers = [
        _layer([drawing for drawing, each in zip(drawings, predictions, strict=True) if not each.is_digit])
        .mark_rect(color=GREY, opacity=0.25)
        .encode(x=start, x2="to:Q"),
        _layer([drawings[variation.present]]).mark_rule(color=GREY, strokeDash=[4, 3], strokeWidth=2).encode(x=at),
        _layer(list(chain(*lines))).mark_line(strokeWidth=2.5).encode(**on_line),
        _layer([max(line, key=itemgetter("share")) for line in lines])
        .mark_text(dx=9, dy=12, fontSize=15, fontWeight="bold")
        .encode(**on_line, text="digit:N"),
        _layer([drawings[i] for i in np.linspace(0, len(drawings) - 1, STRIP).round().astype(int)])
        .mark_image(width=STRIP_PX, height=STRIP_PX)
        .encode(x=at, y=alt.value(-STRIP_PX / 2 - 6), url="image:N"),
        _layer(drawings)
        .mark_rect(color=GREY)
        .encode(x=start, x2="to:Q", tooltip=["image:N", "title:N"], opacity=shaded)
        .add_params(pointed_at),
    ]
    return alt.layer(*layers, padding={"bottom": 5}).configure_mark(aria=False)  # its sentence is read out


def _layer(rows: list[dict]) -> alt.Chart:
    return alt.Chart(alt.Data(values=rows))


def _named(label: int) -> str:
    return with_article(label) if label != NO_DIGIT else "not a digit"


def _title(value: float, prediction: Prediction) -> str:
    said = f"{prediction.digit} ({percent(prediction.confidence)})" if prediction.is_digit else "not a digit"
    return f"{value:g}: {said}"
