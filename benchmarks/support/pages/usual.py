"""The page as most demos have it: all of it runs again at each stroke, with `model.predict` and `st.bar_chart`."""

from pathlib import Path

import keras
import numpy as np
import streamlit as st
from PIL import Image
from streamlit_drawable_canvas import st_canvas

MODEL = Path(__file__).parents[3] / "models" / "digits.keras"


@st.cache_resource
def load() -> keras.Model:
    return keras.models.load_model(MODEL)


model = load()
number = st.session_state.setdefault("number", 0)
empty = {"objects": [], "number": number}
st.title("Draw a digit")
stroke_width = st.sidebar.slider("Pen width", 1, 40, 16)
with st.container(key="canvas"):
    result = st_canvas(
        width=300, height=300, stroke_width=stroke_width, return_image_data=True, initial_drawing=empty, key="drawing"
    )
with st.container(key="prediction"):
    if result.image_data is None or not result.json_data["objects"]:
        st.write("Draw a digit")
        probabilities = np.zeros(10)
    else:
        digit = Image.fromarray(result.image_data[..., 3]).resize((28, 28))
        probabilities = model.predict(np.asarray(digit, np.float32)[None, ..., None] / 255, verbose=0)[0]
        st.write(f"{probabilities.argmax()} with {probabilities.max():.0%}")
        st.image(digit, width=112)
st.bar_chart(probabilities)
with st.container(key="clear"):
    st.button("Clear", on_click=lambda: st.session_state.update(number=number + 1))
