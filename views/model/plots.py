"""The Model tab's plots, drawn by the browser in the page's own colours from what a card says.

What is to be black on light and white on dark is `currentColor`, the colour of the page's text.
"""

from dataclasses import asdict
from typing import Any

import altair as alt

from views.figures import ORANGE, accent
from views.model.card import Bin, Epoch

TEXT = "currentColor"
GREY = "#8a94a3"  # as the page's other bars have
SERIES = {  # fields of `Epoch`: a name and a colour
    "training": ("training digits, bent and thickened", GREY),
    "validation": ("MNIST's digits by other writers", ""),
    "drawn": ("drawn digits by other hands", "#{:02x}{:02x}{:02x}".format(*ORANGE.astype(int).tolist())),
}
LEAST = 0.001  # per cent that a logarithmic axis can show


def confusion_chart(confusion: list[list[int]], chosen: tuple[int, int] | None) -> alt.LayerChart:
    """The confusion matrix; a click on a mistake selects "cell", and that of (true digit, answer) `chosen` is framed.

    Only mistakes are shaded: a thousand right answers beside three wrong ones would leave nothing else to see.
    """
    cells: list[dict[str, Any]] = [
        {
            "true": true,
            "answer": answer,
            "count": count,
            "chosen": (true, answer) == chosen,
            "name": f"{true} read as {answer}: {count:,}",
        }
        for true, row in enumerate(confusion)
        for answer, count in enumerate(row)
    ]
    most = max([1, *(cell["count"] for cell in cells if cell["true"] != cell["answer"])])
    scale = alt.Scale(paddingInner=0.06)
    base = alt.Chart(alt.Data(values=cells)).encode(
        alt.X("answer:O", title="read as", scale=scale, axis=alt.Axis(orient="top", labelAngle=0, titlePadding=6)),
        alt.Y("true:O", title="true digit", scale=scale, axis=alt.Axis(labelFlush=False, titlePadding=6)),
    )
    wrong, some = alt.datum.true != alt.datum.answer, alt.datum.count > 0
    empty = base.transform_filter(wrong).transform_filter(alt.datum.count == 0)
    mistakes = base.transform_filter(wrong).transform_filter(some)
    shade = alt.FillOpacity("count:Q", scale=alt.Scale(domain=[0, most], range=[0.1, 0.6]), legend=None)
    frame = alt.condition(alt.datum.chosen, alt.value(2.5), alt.value(0))
    cell = alt.selection_point("cell", fields=["true", "answer"], toggle=False)
    return alt.LayerChart(
        layer=(
            empty.mark_rect(fill=GREY, fillOpacity=0.08, tooltip=None, aria=False),
            mistakes.mark_rect(fill=accent(), stroke=TEXT, cursor="pointer")
            .encode(shade, strokeWidth=frame, strokeOpacity=alt.value(1), tooltip="name:N", description="name:N")
            .add_params(cell),
            mistakes.mark_text(fill=TEXT, fontSize=14, fontWeight="bold", tooltip=None, aria=False).encode(
                text="count:Q"
            ),
            base.transform_filter(alt.datum.true == alt.datum.answer)
            .mark_text(fill=TEXT, fillOpacity=0.6, fontSize=10, tooltip=None)
            .encode(text=alt.Text("count:Q", format=",")),
        )
    )


def reliability_chart(bins: list[Bin]) -> alt.LayerChart:
    """For each bin of confidence the share that was right, with its interval and count, and where it should be."""
    rows = [{"confidence": each.confidence, **asdict(each.right)} for each in bins]
    scale, axis = alt.Scale(domain=[0, 1]), alt.Axis(format=".0%", tickCount=5, titlePadding=8)
    base = alt.Chart(alt.Data(values=rows)).encode(alt.X("confidence:Q", title="confidence", scale=scale, axis=axis))
    tooltip = [
        alt.Tooltip("confidence:Q", title="mean confidence", format=".1%"),
        alt.Tooltip("value:Q", title="right", format=".1%"),
        alt.Tooltip("of:Q", title="answers", format=","),
    ]
    ideal = alt.Chart(alt.Data(values=[{"confidence": end, "value": end} for end in (0, 1)]))
    right = alt.Y("value:Q", title="answers that were right", scale=scale, axis=axis)
    return alt.LayerChart(
        layer=(
            ideal.mark_line(stroke=GREY, strokeDash=[5, 4], tooltip=None).encode(alt.X("confidence:Q"), right),
            base.mark_rule(stroke=accent(), strokeWidth=1.5, tooltip=None).encode(alt.Y("low:Q"), alt.Y2("high:Q")),
            base.mark_circle(fill=accent(), size=70, opacity=1).encode(right, tooltip=tooltip),
            base.mark_text(fill=TEXT, fillOpacity=0.75, align="right", dx=-7, dy=-7, tooltip=None).encode(
                right, alt.Text("of:Q", format=",")
            ),
        )
    )


def history_chart(history: list[Epoch]) -> alt.Chart:
    """The share of digits misread after each epoch, logarithmic; the last network's lines are thick."""
    epochs: dict[str, int] = {}
    rows = []
    for row in history:
        epochs[row.network] = epochs.get(row.network, 0) + 1
        rows += [
            {
                "network": row.network,
                "epoch": epochs[row.network],
                "digits": name,
                "misread": max(100 * (1 - getattr(row, field)), LEAST),
                "shipped": row.network == history[-1].network,
            }
            for field, (name, _) in SERIES.items()
        ]
    names, colours = zip(*SERIES.values(), strict=True)
    colour = alt.Scale(domain=list(names), range=[each or accent() for each in colours])
    misread = alt.Axis(values=[0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50], labelExpr="datum.value + ' %'")
    return (
        alt.Chart(alt.Data(values=rows))
        .mark_line()
        .encode(
            alt.X(
                "epoch:Q",
                scale=alt.Scale(zero=False, nice=False),
                axis=alt.Axis(tickMinStep=1, tickCount=8, format="d"),
            ),
            alt.Y("misread:Q", title="misread", scale=alt.Scale(type="log", nice=False), axis=misread),
            alt.Color(
                "digits:N",
                scale=colour,
                legend=alt.Legend(title=None, orient="top", columns=1, offset=4, labelLimit=320),
            ),
            alt.Detail("network:N"),
            opacity=alt.condition(alt.datum.shipped, alt.value(1), alt.value(0.4)),
            strokeWidth=alt.condition(alt.datum.shipped, alt.value(2.5), alt.value(1.2)),
            tooltip=["network:N", "digits:N", "epoch:Q", alt.Tooltip("misread:Q", title="misread, %", format=".2f")],
        )
    )
