"""How much it takes for another answer: a chart and a sentence for each way in which a drawing can be changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

import altair as alt
import numpy as np
import streamlit as st

from recognizer import Prediction
from recognizer.explain.variations import Variation, changes
from recognizer.formatting import percent
from recognizer.prediction import NO_DIGIT
from views.answer import with_article
from views.figures import accent, ink_picture, png_uri

HEIGHT_PX = 170
STRIP, STRIP_PX = 7, 28  # pictures above a chart, and their side
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
    columns = st.columns(2)
    for number, (variation, predictions) in enumerate(variations):
        with columns[number % 2]:
            st.markdown(f"**{WORDS[variation.name].title}**")
            st.altair_chart(chart(variation, predictions))
            st.caption(sentence(variation, [each.label for each in predictions]))


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
    """The confidence in each digit that is read anywhere, in per cent; grey where none is; and the drawing above it."""
    values, read = variation.values.tolist(), predictions[variation.present].digit
    digits = sorted({each.digit for each in predictions if each.is_digit} | {read})
    x_axis = alt.X("value:Q", title=WORDS[variation.name].axis, scale=alt.Scale(domain=(values[0], values[-1])))
    y_axis = alt.Y("share:Q", title="confidence (%)", scale=alt.Scale(domain=(0, 100)))
    colours = alt.Scale(domain=digits, range=[accent() if digit == read else QUIET[digit] for digit in digits])
    colour = alt.Color("digit:N", scale=colours, legend=None)
    lines = [
        {"value": value, "digit": digit, "share": 100 * float(each.probabilities[digit])}
        for digit in digits
        for value, each in zip(values, predictions, strict=True)
    ]
    ends = [max(lines[i : i + len(values)], key=_share) for i in range(0, len(lines), len(values))]
    pictures = [
        {"value": value, "image": png_uri(ink_picture(each.input)), "title": f"{value:g}: {_answer(each)}"}
        for value, each in zip(values, predictions, strict=True)
    ]
    strip = [pictures[i] for i in np.linspace(0, len(pictures) - 1, STRIP).round().astype(int)]
    present = [{"value": values[variation.present]}]
    near = alt.selection_point(fields=["value"], nearest=True, on="pointermove", clear="pointerout", empty=False)
    return alt.layer(
        alt.Chart(alt.Data(values=_refusals(values, predictions)))
        .mark_rect(color="#8a94a3", opacity=0.25)
        .encode(x=x_axis, x2="end:Q"),
        alt.Chart(alt.Data(values=present)).mark_rule(strokeDash=[4, 3]).encode(x=x_axis),
        alt.Chart(alt.Data(values=lines)).mark_line(strokeWidth=2.5).encode(x=x_axis, y=y_axis, color=colour),
        alt.Chart(alt.Data(values=ends)).mark_text(dy=-8).encode(x=x_axis, y=y_axis, color=colour, text="digit:N"),
        alt.Chart(alt.Data(values=strip))
        .mark_image(width=STRIP_PX, height=STRIP_PX)
        .encode(x=x_axis, y=alt.value(-STRIP_PX / 2 - 6), url="image:N"),
        alt.Chart(alt.Data(values=pictures))
        .mark_rule()
        .encode(x=x_axis, opacity=alt.condition(near, alt.value(0.6), alt.value(0)), tooltip=["image:N", "title:N"])
        .add_params(near),
        height=HEIGHT_PX,
        description=sentence(variation, [each.label for each in predictions]),
    )


def _refusals(values: list[float], predictions: list[Prediction]) -> list[dict[str, float]]:
    """From where to where no digit is read, half a step beyond each such picture."""
    edges = [values[0], *((a + b) / 2 for a, b in pairwise(values)), values[-1]]
    return [
        {"value": edges[first], "end": edges[last + 1]}
        for is_digit, run in groupby(range(len(values)), lambda i: predictions[i].is_digit)
        if not is_digit
        for first, *_, last in [[*run] * 2]
    ]


def _share(point: dict[str, float]) -> float:
    return point["share"]


def _named(label: int) -> str:
    return with_article(label) if label != NO_DIGIT else "not a digit"


def _answer(prediction: Prediction) -> str:
    return f"{prediction.digit}, {percent(prediction.confidence)}" if prediction.is_digit else "not a digit"
