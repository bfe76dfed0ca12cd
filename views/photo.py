"""The Photo tab: pictures of handwriting in, the digits on them out, as text, outlines and table."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path

import streamlit as st
from PIL import Image

from recognizer import Reading, Recognizer, RecognizerError
from recognizer.images.opening import ENDINGS, Opened, open_picture
from recognizer.output.formatting import COLUMNS, percent, table_rows, unread_note
from views.events import tell, told
from views.limits import wait_your_turn
from views.outlines import draw_outlines
from views.reading import ONE_AT_A_TIME, recognizer
from views.teach.hand import current_hand

MAX_FILE_MB = 30  # as in .streamlit/config.toml
MAX_FILES = 10
SHOWN_PX = 800  # the longer side of the picture on the page
NOTHING = "No digits found. Write larger and darker, or take the picture from closer up and in better light."


@dataclass(frozen=True, eq=False)
class Answer:
    """What became of one file.

    sentence: what there is to say about it, or "".
    picture, reading: the file with its digits outlined, and what was read; None where it could not be read.
    size: (width, height) of the picture, upright, in px.
    """

    name: str
    sentence: str
    picture: Image.Image | None = None
    reading: Reading | None = None
    size: tuple[int, int] = (1, 1)


def show(is_open: bool) -> None:
    """The tab; while another one is open, uploaded files stay, and nothing is read."""
    with st.container(key="photo"):
        files = st.file_uploader(
            "Drop, choose or paste pictures of handwritten digits (PNG, JPEG or WebP)",
            type=[ending[1:] for ending in ENDINGS[:4]],
            accept_multiple_files=True,
            max_upload_size=MAX_FILE_MB,
            key="photos",
        )
        if st.toggle("Use the camera", key="use_camera"):
            files = [*files, *filter(None, [st.camera_input("Hold the camera over the paper", key="camera")])]
        if is_open:
            _answers(files)


def _answers(files: list) -> None:
    chosen = {file.file_id: file for file in files[:MAX_FILES]}
    known: dict[str, Answer] = st.session_state.get("answers", {})
    if known.keys() - chosen.keys():  # nothing is kept of what was removed
        known = {key: known[key] for key in known.keys() & chosen.keys()}
        st.session_state["answers"] = known
        st.session_state.pop("explanation", None)
    if not files:
        return
    try:
        with st.spinner("Loading the model …"):
            model = recognizer().result()
    except RecognizerError as error:
        st.warning(str(error))
        return
    if len(files) > MAX_FILES:
        st.warning(
            f"Of these {len(files)} pictures, only the first {MAX_FILES} are read. Remove some to read the rest."
        )
    st.session_state["answers"] = {
        key: known.get(key) or answer(file.name, file.getvalue(), model) for key, file in chosen.items()
    }
    for key, each in st.session_state["answers"].items():
        _show_answer(key, each)


def answer(name: str, data: bytes, model: Recognizer) -> Answer:
    """Read the digits on a picture file, and outline them on a copy of it."""
    wait_your_turn("photo")
    try:
        with ONE_AT_A_TIME:
            opened = open_picture(data)
            reading = told("photo", model.read, opened, hand=current_hand())
    except RecognizerError as error:
        tell("refusal", where="photo", reason="unusable")
        return Answer(name, str(error))
    height, width = opened.pixels.shape[:2]
    sentence = " ".join(filter(None, ["" if reading.text else NOTHING, unread_note(reading)]))
    size = round(width * opened.scale), round(height * opened.scale)
    return Answer(name, sentence, with_outlines(opened, reading), reading, size)


def with_outlines(opened: Opened, reading: Reading) -> Image.Image:
    """A picture with the outlines of what was read on it, no side over `SHOWN_PX`."""
    picture = Image.fromarray(opened.pixels).convert("RGB")
    picture.thumbnail((SHOWN_PX, SHOWN_PX))
    draw_outlines(picture, reading, max(picture.size) / max(opened.pixels.shape[:2]) / opened.scale)
    return picture


def _show_answer(key: str, answer: Answer) -> None:
    with st.container(border=True, key=f"answer-{key}"):
        st.text(answer.name)
        if answer.reading is None or answer.picture is None:
            st.warning(answer.sentence)
            return
        left, right = st.columns([3, 2])
        left.image(answer.picture, alt=f"{answer.name}, with its digits outlined")
        if answer.sentence:
            (right.warning if answer.reading.left_out else right.info)(answer.sentence)
        if answer.reading.text:
            right.code(answer.reading.text, language=None)
            table = [
                {"line": line, "digit": digit, "confidence": percent(confidence)}
                for line, digit, confidence, *_ in table_rows(answer.reading)
            ]
            right.dataframe(table, hide_index=True, height="content" if len(table) < 8 else 300)
            right.download_button(
                "Save as CSV", to_csv(answer.reading), f"{Path(answer.name).stem}.csv", "text/csv", key=f"csv-{key}"
            )


def to_csv(reading: Reading) -> str:
    """The digits of a reading, one on a row, below the names of the columns."""
    file = io.StringIO()
    csv.writer(file).writerows([COLUMNS, *table_rows(reading)])
    return file.getvalue()
