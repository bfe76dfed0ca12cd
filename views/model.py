"""The tab about the model: what its card says, and its mistakes."""

import json
from pathlib import Path

import streamlit as st

from recognizer.runtimes.loader import default_model


def show() -> None:
    """The figures of `models/digits.json` and the pictures beside it."""
    model = default_model()
    try:
        story = _story(json.loads(model.with_suffix(".json").read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):  # missing, or not such as training writes
        st.info("The model has no card that could be read here. `python -m train` writes one with every model.")
        return
    st.markdown(story)
    st.markdown("#### Is it as right as it is sure?")
    _picture(
        model.with_name(f"{model.stem}_reliability.png"),
        "On the dashed line, one in five of the answers given with 80 % is wrong. The numbers count drawings.",
    )
    st.markdown("#### What it misread")
    _picture(model.with_name(f"{model.stem}_misread.png"), "First what it really is, then what the model said.")
    st.markdown("#### What it takes for what")
    _picture(model.with_name(f"{model.stem}_confusion.png"), "Off the diagonal: how often each mistake was made.")


def _story(card: dict) -> str:
    """The card in sentences, as Markdown."""
    test, per_digit, drawings = card["test"], card["test_per_digit"], card["drawings"]
    low, high = test["interval_95"]
    hardest = min(per_digit, key=per_digit.get)
    easiest = max(per_digit, key=per_digit.get)
    return (
        f"### {100 * test['accuracy']:.2f} % of MNIST's test digits read right\n"
        f"That is {test['right']:,} of {test['of']:,} digits the model had never seen. With other digits of the same "
        f"kind it would be between {100 * low:.2f} and {100 * high:.2f} % (the 95 % interval). "
        f"It learned from {card['training_digits']:,} others, in {card['training_minutes']:.0f} minutes "
        f"on {card['machine']['cores']} processor cores.\n\n"
        f"It finds the {hardest} hardest ({100 * per_digit[hardest]:.1f} % right) and the {easiest} easiest "
        f"({100 * per_digit[easiest]:.1f} %).\n\n"
        "MNIST was written by Americans with a pencil. So that it reads slashed zeros, ones with a long upstroke and "
        "crossed sevens too, and refuses what is no digit, it also learned from drawings that the program made itself. "
        f"Of other such drawings it reads {100 * drawings['digits']['accuracy']:.1f} % right, refuses "
        f"{100 * drawings['negatives_refused']['share']:.1f} % of the letters, signs and scribbles, and wrongly "
        f"{100 * drawings['digits_refused']['share']:.1f} % of the digits."
    )


def _picture(path: Path, caption: str) -> None:
    if path.exists():
        st.image(path, caption=caption)
