"""Drawings that are hard to read, for whoever has nothing to draw: a tap draws one on the empty paper."""

import base64
from functools import cache

import streamlit as st

from views.canvas.component import current_sheet
from views.canvas.fabric import STRIP_PX
from views.canvas.link import from_link
from views.canvas.sheet import SQUARE_PX
from views.figures import accent

# As `views.canvas.link` writes strokes. The 6, the 9, the second 0 and the 3 were traced from MNIST's test digits 1014,
# 1901, 3646 and 4740, which the model misreads; they were drawn with thinner and thicker pens.
EXAMPLES = {
    "A 7 with a loop": (
        "eNoNjLkNwlAUBMeCbzCyQbJExOVqaIJ6SOiMQhASGUfkb3t4wR7B7rR03Lhy4mFFb8PgCj1QsKekIrGMTCyYhQq2sahjWfOy4-"
        "6Zp0fervlZ8rUgO9mbHR2iZRMf5_FKTG4YbYOyC3ITxEv4H9n9Mnk"
    ),
    "A 0 with a slash": (
        "eNoNjF0KggAYBEf7MwkL0sDH3jpLl-gCHbZT1IORERZmxfSxDCzsMjVbThxpTbk64eGcwSm9OZ0b3pZ8rTBIqZhQkrEmpwgylsxY"
        "MYqF4OMi3gUvs2DOLYx3xzQmXPzZOHjx49POW6SNNtirddh3yYG9Z_4VHUIz"
    ),
    "A 1 with a long upstroke": "eNqTZmBjmMFwjcGA4fp_YYa3_3kZ3v2XArIZGJ4xAACCtgpl",
    "A 6 that curls up": (
        "eNoNjEsOAVEABAsT_yBG_CIWEg7h7JbOIJKxYSFWIvEZZobyFl1dm-"
        "4hC9alDTPO1kitclUzvyF54MPCJNjRMokNDrbZG7NzyskRdzth1aOwT0RMiy4DOoypM6HCCliSO-"
        "dlk8woOKF_4T_17dOPl2Bbb_4B26tKlA"
    ),
    "A 9 with an open head": (
        "eNoli10KQFAYBSeRv66f0n2wJDuxTnZiAUKJyPHJw2nOw4ynZqRn06Fdjy4FrCq5lSJjRENMgaOyV5ER2uAzHIcSTuXM8mYuDEzq"
        "uKz725YX5psh-w"
    ),
    "A 0 with a tail": (
        "eNody0sKwkAURNHbMYKdYCtIMtKRuC5X5uLEgZMY_EBi_KQsHByqeLyqyDmyZ83OrSCwoGJDFg6cNKpXRqM5d-"
        "tU2pKbtry1Qkr__wmRKTNKZ3KLvia-XgyqOavgqkirnIddFGxUo49aPW3QS53gB-cPOEo"
    ),
    "A 3 with a sharp corner": (
        "eNoNjDsOgzAAQx_QBGgaOkTKgtSr9dRsiKFHqFT1p9Z48GC9Z1dmblzZFHmqo-FApmcg0hLA-"
        "WnkrcxDiVWFC3-dbRazyonEaD-7FWT-1cTL_keDN0f_Bu7O4v0OCr8gCw"
    ),
    "A 2 and a 6 in one stroke": (
        "eNo9jksOggAMBUdFJaDgZ2dMvIIH0DO58jImrryL5wFEQECfz41pXhedZto1ew5cGZMpolBCpSlvLZ2QAQuThMh9SkjKiOWf9t68"
        "6MQZuHHUXTsaW16KaTWj1sY7W9MVQ_sn5KalSaWUzpF-xsTm2BUyJ_BFnN6k8TdPuwrfyRU4H-XqVKpWpYdaFZ5k-gIJrlAK"
    ),
}


def show() -> None:
    """Offer the drawings as buttons with a picture of each."""
    st.html('<p class="ask">Or try one of these:</p>')
    st.html(f"<style>{''.join(map(_style, range(len(EXAMPLES))))}</style>")
    with st.container(key="examples"):
        for number, name in enumerate(EXAMPLES):
            st.button(name, key=f"example_{number}", on_click=_draw, args=(name,), width="stretch")


def _draw(name: str) -> None:
    current_sheet().put(from_link(EXAMPLES[name]))


@cache
def _style(number: int) -> str:
    """A rule that puts a drawing's picture on its button."""
    objects = from_link(list(EXAMPLES.values())[number])
    paths = "".join(
        f'<path stroke-width="{each["strokeWidth"]}" d="{" ".join(f"{c} {x} {y}" for c, x, y in each["path"])}"/>'
        for each in objects
    )
    drawing = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="40 {STRIP_PX + 40} {SQUARE_PX - 80} {SQUARE_PX - 80}" '
        f'fill="none" stroke="{accent()}" stroke-linecap="round" stroke-linejoin="round">{paths}</svg>'
    )
    address = f"data:image/svg+xml;base64,{base64.b64encode(drawing.encode()).decode()}"
    return f'.st-key-examples .st-key-example_{number} button {{ background-image: url("{address}") }}'
