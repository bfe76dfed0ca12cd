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
        "eNoVjEsOglAQBOsFH4gBTUhc-b-Ml_A8brwZByEm7lBXPKBtJ5npXtRUw4UHd050KhlUM2qFdCCwJ6cksnRGCjJvYGuiMlnx0plW"
        "V5460mvNVzkfBZJmDUqaNLolRd5a-Csya8OkxpadzbWNN9___ACkdjJ6"
    ),
    "A 0 with a slash": (
        "eNoVjFEKglAQRY-W9ZSwIA387au1tIk20GJbRX4YGmFhWtxuDAfmcmdOxZ4LZzrF3JTwUMqoBYMyeu14q-"
        "CjEpmYkoSCwJaM3ATWLNkwc4OZtPJ1zkvBpLQ23jWnUUStrxqNqjXpqV6tp_M2apDkdyp7DtGJo67_yA8cM0I1"
    ),
    "A 1 with a long upstroke": "eNqTZmBnmMFwjcGA4fp_YYa3_3kZ3v2XArIZGJ4xgAAArGgKZg",
    "A 6 that curls up": (
        "eNoNjEsLQQEYRA9u3iHklWzEj_DbLf0GqWvDQlZS3tfj-BYzc5qa6TFlkVsy5mCJh0VOauY39A6_-"
        "jEN2pkntcLWOhs7rB2xt8_FRqxafGyT0KFGky4NBpQZUmAOzHg74W6VzCSYyF_8P3x68-UxaOU5evgDBqdKlQ"
    ),
    "A 9 with an open head": (
        "eNoli10KQGAURE_yL3xJHizJTqyTnViAUCIyrjxMM83MaagY6dl0aNejSx6rSm4lyDygJqIgx1lypPgm-"
        "B45h2JOZcyyioaQhYFJHZexP99-Ey_WQiH9"
    ),
    "A 0 with a tail": (
        "eNodzUsKwkAQhOF_YgQnwVGQuBI34rk8mYcTF25i8AHR-"
        "EhZpuGjm4bqrhhzYMeKLTkFgRn_qliThT1H9Xooo9aUm7Uqbc5VG95aIKUhMyL60oTSPXmK3ia-"
        "TnRaclLBRZFGOXc7K1ivWh81elqnl1oNr_kB0DY4TA"
    ),
    "A 3 with a sharp corner": (
        "eNoVjEsOgkAAQx_qjIw4spiEleFqnJodYeERTIwfgqU06aLpazvuPBiYFXnrSMWJzJmayIEA9qrEV5mXGiYVev5qTRZ3HVcakvns"
        "VJD7RTc-5n-qvbn4N_C0R-93bYtdIAw"
    ),
    "A 2 and a 6 in one stroke": (
        "eNo9jksOglAQBEtFJaDgZ2dMPIN7PZMrL2Piyrt4HkAEBLRtN-al32JqpmbW7DlwZUymiEIJlaa8tXRCBixMEiL_U0JSRiz_tHfn"
        "RSfOwI2j7trR2PJSTKsZtTbu2ZquGNo_ITctTSqldI70MyY2x34hcwJvxOlNGl_ztKvwnlyB81GuTqVqVXqoVeFKJg_wBUqrUAs"
    ),
}


def show() -> None:
    """Offer the drawings as buttons with a picture of each."""
    with st.container(key="examples"):
        st.html('<p class="ask">Or try one of these:</p>')
        st.html(f"<style>{''.join(map(_style, range(len(EXAMPLES))))}</style>")
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
