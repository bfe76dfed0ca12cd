"""The Model tab: what the model card says, and the model's mistakes."""

import json

import streamlit as st

from recognizer.runtimes.loader import default_model

NO_CARD = "There is no readable card for this model. `python -m train` writes one with every model."
PICTURES = (  # beside the card: the end of the name, a heading, a caption
    (
        "reliability",
        "How reliable is its confidence?",
        "Points on the dashed line have the confidence they deserve: of the answers given with 80 % confidence, 80 % "
        "are right. The numbers count drawings.",
    ),
    ("misread", "Digits it misread", "First the true digit, then what the model said, with its confidence."),
    ("confusion", "Confusion matrix", "Off the diagonal: how often each mistake was made."),
)


def show() -> None:
    """The figures of `models/digits.json` and the pictures beside it."""
    model = default_model()
    try:
        story = _story(json.loads(model.with_suffix(".json").read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):  # missing, or not such as training writes
        st.info(NO_CARD)
        return
    st.markdown(story)
    for name, heading, caption in PICTURES:
        st.markdown(f"#### {heading}")
        path = model.with_name(f"{model.stem}_{name}.png")
        if path.exists():
            st.image(path, caption=caption)


def _story(card: dict) -> str:
    """The card in sentences, as Markdown."""
    test, per_digit, drawings = card["test"], card["test_per_digit"], card["drawings"]
    low, high = test["interval_95"]
    hardest = min(per_digit, key=per_digit.__getitem__)
    easiest = max(per_digit, key=per_digit.__getitem__)
    return (
        f"### {100 * test['accuracy']:.2f} % of MNIST's test digits read correctly\n"
        f"That is {test['right']:,} of {test['of']:,} digits that the model had never seen. On other digits of the "
        f"same kind, between {100 * low:.2f} and {100 * high:.2f} % would be right (the 95 % interval). "
        f"The model was trained on {card['training_digits']:,} others, for {card['training_minutes']:.0f} minutes "
        f"on {card['machine']['cores']} processor cores.\n\n"
        f"The hardest digit is the {hardest} ({100 * per_digit[hardest]:.1f} % right), the easiest the {easiest} "
        f"({100 * per_digit[easiest]:.1f} %).\n\n"
        "MNIST was written by Americans with a pencil. To read slashed zeros, ones with a long upstroke and crossed "
        "sevens as well, and to reject what is not a digit, the model was also trained on drawings made by a program. "
        f"Of other such drawings, it reads {100 * drawings['digits']['accuracy']:.1f} % of the digits correctly, "
        f"rejects {100 * drawings['negatives_refused']['share']:.1f} % of the letters, signs and scribbles, "
        f"and wrongly rejects {100 * drawings['digits_refused']['share']:.1f} % of the digits."
    )
