"""The row "Was it right?", run by Streamlit's AppTest with a stand-in for the canvas."""

import contextlib
import hashlib
import shutil
import sqlite3
import subprocess
import sys
from threading import BoundedSemaphore, Event
from types import SimpleNamespace

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest
from streamlit_drawable_canvas import CanvasResult

from benchmarks.support.drawing import placed
from corrections import CorrectionError
from corrections.database import open_engine
from corrections.settings import DEFAULT_URL, Settings, settings_from, settings_from_files
from corrections.store import TOO_MANY, CorrectionStore
from recognizer.runtimes.loader import DEFAULT_MODEL, MODEL_VARIABLE
from tests.views.sent import NUMBER, PAGE, sent_of, text
from views import canvas, corrections, loading

FOUR, SEVEN = sent_of((4, {})), sent_of((7, {}))
EMPTY = {"objects": []}, None


@pytest.fixture
def url(tmp_path):
    (tmp_path / "disk").mkdir()
    return f"sqlite:///{tmp_path / 'disk' / 'corrections.db'}"


@pytest.fixture
def page(monkeypatch, url):
    """Open the page on a canvas that sends (json, image); `sent` changes what it sends from the next run on."""
    st.cache_resource.clear()
    sent = {}
    monkeypatch.setattr(
        canvas, "st_canvas", lambda **_: CanvasResult(sent["json"], sent["image"], return_image_data=True)
    )

    def draw(drawn):
        sent.update(json=drawn[0], image=drawn[1])

    def run(drawn, enabled=True, url=url):
        draw(drawn)
        loading.recognizer().exception(timeout=60)
        app = AppTest.from_file(PAGE, default_timeout=60)
        app.secrets["connections"] = {"corrections": {"url": url}}
        if enabled is not None:
            app.secrets["corrections"] = {"enabled": enabled}
        app.run()
        assert not app.exception
        return app, draw

    yield run
    st.cache_resource.clear()


def kept(url):
    return CorrectionStore(open_engine(url)).all()


def tap(app, label):
    app.pills(key="correction").set_value(label).run()
    settle(app)


def settle(app):
    """Let the page look again once what was tapped is kept or could not be, as in a browser it does by itself."""
    if attempt := app.session_state["corrections"].attempt:
        attempt.result(timeout=60)
    app.run()
    assert not app.exception


@pytest.fixture
def slow_disk(monkeypatch):
    """Hold the database up when it is `asked` to keep something, until it is told to `go_on`."""
    keep, disk = CorrectionStore.keep, SimpleNamespace(asked=Event(), go_on=Event())

    def slowly(*arguments):
        disk.asked.set()
        assert disk.go_on.wait(60)
        keep(*arguments)

    monkeypatch.setattr(CorrectionStore, "keep", slowly)
    yield disk
    disk.go_on.set()


def tap_without_waiting(app, label):
    app.pills(key="correction").set_value(label).run()
    assert not app.exception


def said(app):
    return " ".join(element.value for element in (*app.caption, *app.warning))


def test_one_tap_keeps_the_drawing_and_what_was_said_of_it(page, url):
    app, _ = page(FOUR)
    assert "A tap keeps the drawing" in said(app) and "No name, no address" in said(app)
    tap(app, 9)
    assert "Kept as a 9. Thank you." in said(app)
    (only,) = kept(url)
    assert (only.answer, only.label, only.position, len(only.strokes)) == (4, 9, 0, 2)
    assert only.model == hashlib.sha256(DEFAULT_MODEL.read_bytes()).hexdigest()
    assert only.confidence > 0.5 and only.picture.max() > 200 and only.picture[0].max() == 0
    np.testing.assert_allclose(only.strokes[0].points[0], placed(4)[0][0], atol=0.05)
    left, top, right, bottom = only.box
    assert 80 < left < right < 220 and 40 < top < bottom < 260


def test_a_correction_names_the_model_that_answered_whatever_lies_in_its_place_by_then(
    page, url, monkeypatch, tmp_path
):
    path = shutil.copy(DEFAULT_MODEL.with_suffix(".onnx"), tmp_path / "digits.onnx")
    answered = hashlib.sha256(path.read_bytes()).hexdigest()
    monkeypatch.setenv(MODEL_VARIABLE, str(path))
    app, _ = page(FOUR)
    path.write_bytes(b"another model")
    tap(app, 9)
    assert [each.model for each in kept(url)] == [answered]


def test_another_tap_changes_the_label_and_the_same_takes_it_back(page, url):
    app, _ = page(FOUR)
    for label in (9, 4):
        tap(app, label)
    assert "Kept as a 4." in said(app) and [each.label for each in kept(url)] == [4]
    tap(app, None)
    assert "Taken back." in said(app) and kept(url) == []
    tap(app, 10)
    assert "Kept as none of these." in said(app) and [each.label for each in kept(url)] == [10]


def test_a_new_stroke_makes_a_new_drawing_and_undoing_it_finds_the_old_one(page, url):
    app, draw = page(FOUR)
    tap(app, 9)
    draw(SEVEN)
    app.run()
    assert app.pills(key="correction").value is None and "A tap keeps" in said(app)
    tap(app, 7)
    first, second = kept(url)
    assert first.drawing != second.drawing and (first.label, second.label) == (9, 7)
    draw(FOUR)
    app.run()
    assert app.pills(key="correction").value == 9 and "Kept as a 9." in said(app)
    tap(app, 4)
    assert sorted(each.label for each in kept(url)) == [4, 7]


def test_two_visitors_who_draw_the_same_are_kept_apart(page, url):
    for label in (4, 9):
        app, _ = page(FOUR)
        tap(app, label)
    assert sorted(each.label for each in kept(url)) == [4, 9]


def test_of_a_number_the_picked_digit_is_corrected(page, url):
    app, _ = page(NUMBER)
    tap(app, 1)
    app.segmented_control[0].set_value(0).run()
    assert app.pills(key="correction").value is None
    tap(app, 9)
    by_position = {each.position: each for each in kept(url)}
    assert {position: (each.answer, each.label) for position, each in by_position.items()} == {0: (4, 9), 2: (7, 1)}
    assert by_position[0].drawing == by_position[2].drawing
    assert by_position[0].box[2] < by_position[2].box[0] and len(by_position[0].strokes) == 4
    app.segmented_control[0].set_value(2).run()
    assert app.pills(key="correction").value == 1


def test_what_could_not_be_kept_says_so_and_is_kept_by_try_again(page, url, tmp_path):
    app, draw = page(FOUR)
    shutil.move(tmp_path / "disk", tmp_path / "away")
    tap(app, 9)
    assert "Your correction was not kept. The database cannot be reached." in said(app)
    assert app.pills(key="correction").value == 9 and "4" in text(app), "the page goes on"
    draw(SEVEN)
    app.run()
    assert "not kept" in said(app), "also under another drawing"
    tap(app, 1)
    assert "2 corrections were not kept" in said(app)
    shutil.move(tmp_path / "away", tmp_path / "disk")
    app.button(key="try_again").click().run()
    settle(app)
    assert "Kept as a 1." in said(app) and not app.warning
    assert [(each.answer, each.label) for each in kept(url)] == [(4, 9), (7, 1)]


def test_a_server_that_is_down_leaves_the_page_working_and_keeps_it_once_it_is_back(page, server):
    url = server.new_database()
    app, _ = page(FOUR, url=url)
    tap(app, 9)
    server.stop()
    try:
        tap(app, 4)
        assert "not kept. The database cannot be reached." in said(app) and "4" in text(app)
    finally:
        server.start()
    assert [each.label for each in kept(url)] == [9]
    app.button(key="try_again").click().run()
    settle(app)
    assert "Kept as a 4." in said(app) and [each.label for each in kept(url)] == [4]


def test_a_server_that_was_down_at_the_first_tap_is_migrated_at_the_next(page, server):
    url = server.new_database()
    app, _ = page(FOUR, url=url)
    server.stop()
    try:
        tap(app, 4)
        assert "not kept" in said(app)
    finally:
        server.start()
    tap(app, 9)
    assert [each.label for each in kept(url)] == [9]


def test_a_drawing_that_is_too_long_to_be_kept_says_so_until_the_next(page, url, monkeypatch):
    monkeypatch.setattr("corrections.correction.MAX_STROKES_BYTES", 50)
    app, draw = page(FOUR)
    tap(app, 4)
    assert "too much ink in this drawing" in said(app) and app.pills(key="correction").value is None
    assert "try_again" not in [button.key for button in app.button]
    draw(SEVEN)
    app.run()
    assert "not kept" not in said(app) and kept(url) == []


def test_when_no_more_are_kept_the_page_says_so(page, monkeypatch):
    app, _ = page(FOUR)
    monkeypatch.setattr("corrections.store.CorrectionStore._check_room", _no_room)
    tap(app, 4)
    assert "not kept. No more corrections are kept: there are 10 already." in said(app)


def _no_room(*_):
    raise CorrectionError(TOO_MANY.format(10))


def test_a_database_that_is_down_is_not_asked_again_at_every_stroke(page, url, tmp_path, monkeypatch):
    app, draw = page(FOUR)
    shutil.move(tmp_path / "disk", tmp_path / "away")
    tap(app, 9)
    monkeypatch.setattr(corrections, "_store", lambda _: pytest.fail("asked again"))
    draw(SEVEN)
    app.run()
    assert not app.exception and "not kept" in said(app)


def test_a_tap_that_could_not_be_kept_can_be_taken_back(page, url, tmp_path):
    app, _ = page(FOUR)
    shutil.move(tmp_path / "disk", tmp_path / "away")
    tap(app, 9)
    tap(app, None)
    assert not app.warning and "A tap keeps" in said(app)
    shutil.move(tmp_path / "away", tmp_path / "disk")
    tap(app, 4)
    assert [each.label for each in kept(url)] == [4]


def test_a_tap_that_overtakes_the_reading_of_the_last_stroke_is_for_what_is_drawn(page, url):
    app, draw = page(SEVEN)
    # The canvas has sent a four, and the tap comes before the page has read it: Streamlit tells of both at once.
    app.session_state["drawing"] = {"drawing": {"raw": FOUR[0]}}
    draw(FOUR)
    tap(app, 4)
    assert [(each.answer, each.label) for each in kept(url)] == [(4, 4)]
    app.session_state["drawing"] = {"drawing": {"raw": NUMBER[0]}}
    draw(SEVEN)
    tap(app, 9)
    assert [(each.answer, each.label) for each in kept(url)] == [(4, 4)], "what was meant is gone"


def test_a_locked_database_keeps_no_stroke_from_being_read(page, url):
    app, draw = page(FOUR)
    tap(app, 4)
    with contextlib.closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as other:
        other.execute("BEGIN IMMEDIATE")
        tap_without_waiting(app, 9)
        assert "Keeping it" in said(app)
        draw(SEVEN)
        app.run()
        assert "7" in text(app) and "A tap keeps" in said(app)
        assert app.session_state["corrections"].attempt, "it is still being kept"
    draw(FOUR)
    settle(app)
    assert "Kept as a 9." in said(app) and [each.label for each in kept(url)] == [9]


def test_the_last_of_the_taps_that_come_while_one_is_being_kept_has_the_last_word(page, url, slow_disk):
    app, _ = page(FOUR)
    tap_without_waiting(app, 9)
    assert slow_disk.asked.wait(60)
    for label in (3, None, 5):
        tap_without_waiting(app, label)
    slow_disk.go_on.set()
    settle(app)
    assert "Kept as a 5." in said(app) and [each.label for each in kept(url)] == [5]


def test_a_tap_that_is_taken_back_while_it_is_being_kept_is_not_left_in_the_database(page, url, slow_disk):
    app, _ = page(FOUR)
    tap_without_waiting(app, 9)
    assert slow_disk.asked.wait(60)
    tap_without_waiting(app, None)
    assert "Taking it back" in said(app)
    slow_disk.go_on.set()
    settle(app)
    assert "Taken back." in said(app) and kept(url) == []


def test_what_was_tapped_is_kept_even_if_the_visitor_has_left(page, url, slow_disk):
    app, _ = page(FOUR)
    tap_without_waiting(app, 9)
    attempt = app.session_state["corrections"].attempt
    page(SEVEN)
    del app
    slow_disk.go_on.set()
    attempt.result(timeout=60)
    assert [each.label for each in kept(url)] == [9]


def test_when_too_many_visitors_wait_to_be_kept_the_next_is_told_and_can_try_again(page, url, monkeypatch):
    monkeypatch.setattr(corrections, "ROOM", BoundedSemaphore(1))
    app, _ = page(FOUR)
    with corrections.ROOM:
        tap(app, 9)
        assert "not kept. Too many are waiting" in said(app)
    app.button(key="try_again").click().run()
    settle(app)
    assert "Kept as a 9." in said(app) and [each.label for each in kept(url)] == [9]


def test_what_nobody_thought_of_is_one_sentence_and_its_traceback_is_in_the_log(page, monkeypatch, caplog):
    app, _ = page(FOUR)
    monkeypatch.setattr(CorrectionStore, "keep", lambda *_: 1 / 0)
    tap(app, 9)
    assert "not kept. Something went wrong" in said(app) and "ZeroDivisionError" in caplog.text


def test_nothing_can_be_tapped_before_there_is_something_to_correct(page, url):
    app, draw = page(EMPTY)
    assert app.pills(key="correction").disabled
    draw(FOUR)
    app.run()
    assert not app.pills(key="correction").disabled


@pytest.mark.parametrize("enabled", [False, None, "yes"])
def test_nobody_is_asked_where_it_is_not_switched_on(page, enabled):
    app, _ = page(FOUR, enabled)
    assert not app.pills and "4" in text(app)


@pytest.mark.parametrize(
    ("ip_address", "url", "headers", "at_home"),
    [
        (None, "http://localhost:8501", {}, True),
        (None, "http://127.0.0.1:8501/", {"Host": "127.0.0.1:8501"}, True),
        (None, "http://[::1]:8501", {}, True),
        ("::ffff:127.0.0.1", "http://127.0.0.1:8501", {}, True),
        ("::ffff:192.168.0.7", "http://127.0.0.1:8501", {}, False),
        (None, None, {}, False),
        (None, "http://[localhost", {}, False),
        (None, "https://digits.example", {}, False),
        (None, "https://localhost.example", {}, False),
        ("192.168.0.7", "http://localhost:8501", {}, False),
        (None, "http://localhost:8501", {"X-Forwarded-For": "192.0.2.1"}, False),
        (None, "http://localhost:8501", {"Forwarded": "for=192.0.2.1"}, False),
    ],
)
def test_only_who_sits_at_the_machine_itself_is_asked_unless_told_otherwise(
    monkeypatch, ip_address, url, headers, at_home
):
    class Context:
        pass

    Context.ip_address, Context.url, Context.headers = ip_address, url, headers
    monkeypatch.setattr(corrections.st, "context", Context)
    assert corrections._is_at_home() is at_home


def test_the_page_needs_nothing_of_the_database_until_somebody_taps():
    code = (
        "import sys; from streamlit.testing.v1 import AppTest; "
        "AppTest.from_string('import views.corrections').run(); "
        "print([name for name in ('views.corrections', 'sqlalchemy', 'alembic', 'psycopg') if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=PAGE.parent, capture_output=True, text=True, check=True)
    assert run.stdout == "['views.corrections']\n"


def test_settings_are_read_from_files_the_later_before_the_earlier(tmp_path):
    first, second, missing = tmp_path / "a.toml", tmp_path / "b.toml", tmp_path / "c.toml"
    first.write_text('[corrections]\nenabled = true\n[connections.corrections]\nurl = "sqlite:///a.db"\n')
    second.write_text("[corrections]\nenabled = false\n")
    assert settings_from_files((first, second, missing)) == Settings(False, "sqlite:///a.db")
    assert settings_from_files((missing,)) == Settings(None, DEFAULT_URL)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("[corrections", "cannot be read as TOML"),
        ('[corrections]\nenabled = "true"', "has to be true or false"),
        ("corrections = 1", "has to be a section"),
        ("[connections]\ncorrections = 1", "has to be a section"),
        ("[connections.corrections]\nurl = 1", "needs a url"),
        ('[connections.corrections]\nhost = "h"\ndialect = "postgresql"', "needs a url"),
    ],
)
def test_settings_that_make_no_sense_are_a_sentence(tmp_path, content, sentence):
    (tmp_path / "secrets.toml").write_text(content)
    with pytest.raises(CorrectionError, match=sentence):
        settings_from_files((tmp_path / "secrets.toml",))


def test_settings_do_not_show_the_password():
    settings = settings_from({"connections": {"corrections": {"url": "postgresql://u:hush@h/d", "type": "sql"}}})
    assert settings.url.endswith("hush@h/d") and "hush" not in repr(settings) + str(settings)


def test_a_picture_that_is_kept_is_what_the_model_saw(page, url):
    app, _ = page(FOUR)
    seen = app.session_state["corrections"].shown.picture
    tap(app, 4)
    np.testing.assert_array_equal(kept(url)[0].picture, seen)
    assert len(np.unique(seen)) > 10
