"""The least that a page with a canvas can do: one line of text says how many strokes are drawn."""

import streamlit as st
from streamlit_drawable_canvas import st_canvas

number = st.session_state.setdefault("number", 0)
empty = {"objects": [], "number": number}
with st.container(key="canvas"):
    result = st_canvas(
        width=300, height=300, stroke_width=16, return_image_data=True, initial_drawing=empty, key="drawing"
    )
with st.container(key="prediction"):
    st.write(f"{len(result.json_data['objects'])} strokes")
with st.container(key="clear"):
    st.button("Clear", on_click=lambda: st.session_state.update(number=number + 1))
