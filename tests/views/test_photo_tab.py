"""The Photo tab, run by Streamlit's AppTest."""

import io

from PIL import Image

from benchmarks.support.drawing import drawn


def png(digit):
    file = io.BytesIO()
    Image.fromarray(drawn(digit)).save(file, "PNG")
    return f"{digit}.png", file.getvalue(), "image/png"


def test_nothing_is_kept_of_photos_that_were_removed(page):
    app, _ = page()
    app.session_state["tab"] = "Photo"
    app.run()
    app.file_uploader(key="photos").set_value([png(3), png(8)]).run()
    assert {answer.name for answer in app.session_state["answers"].values()} == {"3.png", "8.png"}
    app.session_state["tab"] = "Why"
    app.run()
    assert "explanation" in app.session_state
    app.session_state["tab"] = "Photo"
    app.file_uploader(key="photos").set_value([]).run()
    assert not app.exception and not app.session_state["answers"] and "explanation" not in app.session_state
    app.session_state["tab"] = "Why"
    app.run()
    assert "Nothing has been read yet" in app.info[0].value
