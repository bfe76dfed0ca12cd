"""The Photo tab: pictures of handwriting in, the digits on them out, as text, boxes and table."""

import csv
import io
import threading
from dataclasses import dataclass
from pathlib import Path

import streamlit as st
from PIL import Image, ImageDraw, ImageFont

from recognizer import Reading, Recognizer, RecognizerError
from recognizer.formatting import COLUMNS, percent, remarks, rows
from recognizer.images.opening import ENDINGS, Opened, open_picture
from views.limits import wait_your_turn
from views.loading import recognizer

MAX_FILE_MB = 30  # as in .streamlit/config.toml
MAX_FILES = 10
SHOWN_PX = 800  # the longer side of the picture on the page
# Hands pasted files to the uploader, which takes them as if they had been dropped on it, with the same bounds.
PASTE = """<script>
if (!window.pastesPhotos) {
  window.pastesPhotos = true
  document.addEventListener("paste", event => {
    const photo = document.querySelector(".st-key-photo")
    const input = photo?.querySelector("input[type=file]")
    if (!input || photo.offsetParent === null || !event.clipboardData.files.length) return
    input.files = event.clipboardData.files
    input.dispatchEvent(new Event("change", {bubbles: true}))
  })
}
</script>"""
NOTHING = "No digits found. Write larger and darker, or take the picture nearer and in more light."
ONE_AT_A_TIME = threading.Lock()  # of all visitors' pictures: a large one takes 200 MB while it is decoded
BLUE, GREY = (47, 116, 224), (128, 128, 128)


@dataclass(frozen=True, eq=False)
class Answer:
    """What became of one file: a sentence, where there is something to say, and what was read, where it could be.

    size: (width, height) of the picture, upright, in px.
    """

    name: str
    sentence: str
    picture: Image.Image | None = None
    reading: Reading | None = None
    size: tuple[int, int] = (1, 1)


def show(is_open: bool) -> None:
    """The tab; what was uploaded stays, and nothing is read, while another one is open."""
    with st.container(key="photo"):
        files = st.file_uploader(
            "Pictures of handwritten digits (PNG, JPEG, WebP): drop, choose or paste them",
            type=[ending[1:] for ending in ENDINGS[:4]],
            accept_multiple_files=True,
            max_upload_size=MAX_FILE_MB,
            key="photos",
        )
        st.html(PASTE, unsafe_allow_javascript=True)
        if st.toggle("Use the camera", key="use_camera"):
            files = [*files, *filter(None, [st.camera_input("Hold the camera over the sheet", key="camera")])]
        if is_open:
            _answers(files)


def _answers(files: list) -> None:
    chosen = {file.file_id: file for file in files[:MAX_FILES]}
    known = st.session_state.get("answers", {})
    if known.keys() - chosen.keys():  # nothing is kept of what was removed
        known = {key: known[key] for key in known.keys() & chosen.keys()}
        st.session_state["answers"] = known
        st.session_state.pop("explanation", None)
    if not files:
        return
    try:
        with st.spinner("The model is waking up …"):
            model = recognizer().result()
    except RecognizerError as error:
        st.warning(str(error))
        return
    if len(files) > MAX_FILES:
        st.warning(
            f"These are {len(files)} pictures: the first {MAX_FILES} are read. Take some away to see the others."
        )
    st.session_state["answers"] = {
        key: known.get(key) or answer(file.name, file.getvalue(), model) for key, file in chosen.items()
    }
    for key, found in st.session_state["answers"].items():
        _show_answer(key, found)


def answer(name: str, data: bytes, model: Recognizer) -> Answer:
    """Read the digits on a picture file, and draw their boxes on a copy of it."""
    wait_your_turn("photo")
    try:
        with ONE_AT_A_TIME:
            opened = open_picture(data)
            reading = model.read(opened)
    except RecognizerError as error:
        return Answer(name, str(error))
    size = (round(opened.pixels.shape[1] * opened.scale), round(opened.pixels.shape[0] * opened.scale))
    sentence = " ".join(filter(None, ["" if reading.text else NOTHING, remarks(reading)]))
    return Answer(name, sentence, with_boxes(opened, reading), reading, size)


def with_boxes(opened: Opened, reading: Reading) -> Image.Image:
    """Draw a blue box and its digit around what was read, and a grey box around what is no digit.

    No side of the result is over `SHOWN_PX`.
    """
    picture = Image.fromarray(opened.pixels).convert("RGB")
    factor = min(1.0, SHOWN_PX / max(picture.size))
    picture = picture.resize(tuple(max(1, round(side * factor)) for side in picture.size))
    pen = ImageDraw.Draw(picture)
    for prediction in reading.digits:
        left, top, right, bottom = (round(edge * factor / opened.scale) for edge in prediction.box)
        colour = BLUE if prediction.is_digit else GREY
        pen.rectangle((left - 2, top - 2, right + 1, bottom + 1), outline=colour, width=2)
        if prediction.is_digit:
            font = ImageFont.load_default(max(12, min(28, (bottom - top) // 2)))
            label = str(prediction.digit)
            box = pen.textbbox((left - 2, top - 2), label, font=font, anchor="lb")
            pen.rectangle((box[0] - 2, box[1] - 2, box[2] + 3, box[3]), fill=colour)
            pen.text((left - 1, top - 2), label, fill="white", font=font, anchor="lb")
    return picture


def _show_answer(key: str, found: Answer) -> None:
    with st.container(border=True, key=f"answer-{key}"):
        st.text(found.name)
        if found.reading is None:
            st.warning(found.sentence)
            return
        left, right = st.columns([3, 2])
        left.image(found.picture)
        if found.sentence:
            (right.warning if found.reading.left_out else right.info)(found.sentence)
        if found.reading.text:
            right.code(found.reading.text, language=None)
            table = [
                {"line": line, "digit": digit, "sure": percent(sure)} for line, digit, sure, *_ in rows(found.reading)
            ]
            right.dataframe(table, hide_index=True, height="content" if len(table) < 8 else 300)
            right.download_button(
                "Save as CSV", to_csv(found.reading), f"{Path(found.name).stem}.csv", "text/csv", key=f"csv-{key}"
            )


def to_csv(reading: Reading) -> str:
    """The digits of a reading, a row each, under the names of the columns."""
    file = io.StringIO()
    csv.writer(file).writerows([COLUMNS, *rows(reading)])
    return file.getvalue()
