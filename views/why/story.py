"""Why as a story for a class: a step at a time, one idea each, with "Back" and "Next"; `?tab=Why&step=3` opens one."""

import streamlit as st

from views.why.explanation import Explanation
from views.why.parts import parts_of


def show(explanation: Explanation) -> None:
    """The step that the address names, the first where it names none."""
    parts = parts_of(explanation)
    number = _number(len(parts))
    part = parts[number - 1]
    with st.container(border=True, key="why_story"):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.button("Back", key="why_back", on_click=_go_to, args=(number - 1,), disabled=number == 1)
            st.markdown(f"Step {number} of {len(parts)}", width="content")
            st.button("Next", key="why_next", on_click=_go_to, args=(number + 1,), disabled=number == len(parts))
        st.markdown(f"## {number}. {part.heading(explanation)}")
        st.markdown(part.sentence)
        part.show(explanation)


def _number(count: int) -> int:
    """The number of the step, from 1; the address may hold anything."""
    named = st.query_params.get("step", "")
    return next((number for number in range(1, count + 1) if str(number) == named), 1)


def _go_to(number: int) -> None:
    st.query_params["step"] = str(number)
