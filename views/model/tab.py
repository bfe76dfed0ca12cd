"""The Model tab: the figures of its card first, then plots of them, and the digits that it misread."""

from pathlib import Path

import streamlit as st

from recognizer.output.formatting import percent
from recognizer.runtimes.loader import default_model
from views.figures import figure, ink_picture, row
from views.model.card import Card, Misread, read_card, read_misread
from views.model.plots import confusion_chart, history_chart, reliability_chart

NO_CARD = (
    "There is no readable card for this model. `python -m train` writes one with every model, and "
    "`python -m train.report` brings an older one up to date."
)
NO_PICTURES = "The pictures of the misread digits are not there: `python -m train.report` writes them."
HEIGHT = 380  # px of a plot
CONFUSION = "How often each digit was read as which; the list beside it has all mistakes."
RELIABILITY = "The share of the answers that were right, by confidence."
HISTORY = "The share of digits misread after each epoch of training."
Mistake = tuple[int, int]  # the true digit and the answer


def show() -> None:
    """The figures of `models/digits.json`, and plots of them."""
    model = default_model()
    try:
        card = read_card(model.with_suffix(".json"))
    except ValueError:
        st.info(NO_CARD)
        return
    with st.container(horizontal=True, key="model_figures"):
        _figures(card)
    st.markdown(_story(card))
    st.markdown("## Which digits it mistakes for which")
    _mistakes(card, model.with_name(f"{model.stem}_misread.npz"))
    st.markdown("## How far its confidence can be trusted")
    st.altair_chart(reliability_chart(card.reliability), height=HEIGHT, alt=RELIABILITY)
    st.caption(
        "On the dashed line, confidence is what it should be: of the answers given with 80 % confidence, 80 % are "
        "right. Each point stands for as many drawn digits as it says; the line through it is its 95 % interval."
    )
    st.markdown("## How it learned")
    st.altair_chart(history_chart(card.history), height=HEIGHT, alt=HISTORY)
    st.caption("Thick lines: the network on this page. Thin lines: the larger ones that it learned from, if any.")


def _figures(card: Card) -> None:
    """The few figures that matter, side by side."""
    shares = {
        "MNIST's test digits": card.test,
        "Other people's digits": card.people,
        "Drawn by a program": card.drawn,
        "Non-digits refused": card.others_refused,
    }
    for name, share in shares.items():
        if share:
            _metric(name, f"{100 * share.value:.2f} %", f"{100 * share.low:.2f} to {100 * share.high:.2f} %")
    _metric("Parameters", f"{card.parameters:,}", f"a file of {card.bytes / 1e6:.1f} MB")


def _metric(name: str, value: str, below: str) -> None:
    st.metric(name, value, below, delta_color="off", delta_arrow="off", width=144)


def _story(card: Card) -> str:
    """The card in sentences, as Markdown."""
    right = {digit: row[digit] / sum(row) for digit, row in enumerate(card.confusion) if sum(row)}
    hardest, easiest = min(right, key=right.__getitem__), max(right, key=right.__getitem__)
    return (
        "Below each share is the range in which it would be for other pictures of the same kind (its 95 % interval). "
        f"The model had seen none of them: it learned from {card.training_digits:,} of MNIST's other digits, for "
        f"{card.training_minutes:.0f} minutes on {card.cores} processor cores. Its hardest digit is the {hardest} "
        f"({100 * right[hardest]:.1f} % right), its easiest the {easiest} ({100 * right[easiest]:.1f} %).\n\n"
        "MNIST was written by Americans with a pencil. To read slashed zeros, ones with a long upstroke and crossed "
        "sevens as well, and to refuse what is not a digit, the model also learned from drawings made by a program. Of "
        f"other such drawings it refuses {100 * card.others_refused.value:.1f} % of the letters, signs and scribbles, "
        f"and wrongly {100 * card.drawn_refused.value:.1f} % of the digits."
    )


@st.fragment
def _mistakes(card: Card, path: Path) -> None:
    """The confusion matrix, and the digits of the mistake that was chosen in it or in the list beside it."""
    counts = {
        (true, answer): count
        for true, row_of in enumerate(card.confusion)
        for answer, count in enumerate(row_of)
        if count and true != answer
    }
    chosen: Mistake | None = st.session_state.get("mistake")
    key = f"confusion_{chosen}"  # a new chart for each choice, or a second click on a cell would change nothing

    def choose() -> None:
        """Choose the mistake whose cell was clicked, or all of them if it was chosen already."""
        cells = st.session_state[key]["selection"]["cell"]
        clicked = next((each for each in counts if cells == [{"true": each[0], "answer": each[1]}]), None)
        st.session_state["mistake"] = None if clicked == chosen else clicked

    plot, pictures = st.columns([3, 2])
    with plot:
        st.altair_chart(
            confusion_chart(card.confusion, chosen), height=HEIGHT, key=key, on_select=choose, alt=CONFUSION
        )
    with pictures:
        st.selectbox(
            "Which mistake?",
            [None, *sorted(counts, key=counts.__getitem__, reverse=True)],
            format_func=lambda each: _named(each, counts),
            key="mistake",
        )
        try:
            misread = read_misread(path)
        except ValueError:
            st.caption(NO_PICTURES)
            return
        shown = [each for each in misread if chosen in (None, (each.label, each.answer))]
        figures = row([_picture(each) for each in shown])
        st.html(f'<div class="misread" tabindex="0" role="group" aria-label="Misread digits">{figures}</div>')


def _named(mistake: Mistake | None, counts: dict[Mistake, int]) -> str:
    if mistake is None:
        return f"All {sum(counts.values()):,}"
    return f"{mistake[0]} read as {mistake[1]} ({counts[mistake]:,})"


def _picture(misread: Misread) -> str:
    title = f"{misread.label} → {misread.answer}"
    return figure(ink_picture(misread.picture / 255), title, percent(misread.confidence), "pixels small")
