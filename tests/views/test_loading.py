"""The page while the model is on its way, and when it never comes."""

import gc
import subprocess
import sys
import threading

from recognizer import ModelError
from tests.views.sent import PAGE, sent_of, text
from views import loading


def test_the_page_is_there_before_the_model(page, monkeypatch):
    monkeypatch.setattr(loading.Recognizer, "load", lambda path: loading.Future().result())  # never comes back
    app, sent = page(*sent_of((3, {})), wait=False)
    assert "The model is waking up" in text(app)
    assert sent["calls"], "the canvas is shown meanwhile"


def test_what_tensorflow_brought_is_kept_out_of_garbage_collection(page):
    gc.unfreeze()
    page()
    assert gc.get_freeze_count() > 100_000


def test_what_the_page_is_made_of_does_not_wait_for_tensorflow():
    code = "import sys, recognizer, views.answer, views.loading, views.model; print('tensorflow' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], cwd=PAGE.parent, capture_output=True, text=True, check=True)
    assert run.stdout == "False\n"


def test_a_missing_model_is_one_sentence_and_found_once_it_is_there(page, monkeypatch, tmp_path):
    monkeypatch.setenv("DIGITS_MODEL", str(tmp_path / "none.keras"))
    app, _ = page(*sent_of((3, {})))
    assert "There is no model" in text(app) and "python -m train" in text(app)
    monkeypatch.undo()
    assert loading.recognizer().result(timeout=60)


def test_a_model_that_fails_slowly_is_one_sentence_and_does_not_load_again_by_itself(page, monkeypatch):
    loads, go_on = [], threading.Event()

    def slowly(path):
        loads.append(path)
        go_on.wait(60)
        raise ModelError("broken for good")

    monkeypatch.setattr(loading.Recognizer, "load", slowly)
    app, _ = page(wait=False)
    assert "waking up" in text(app)
    future = loading.recognizer()
    go_on.set()
    future.exception(timeout=60)
    assert loading.is_settled() and loading.is_settled()
    app.run()
    assert "broken for good" in text(app) and len(loads) == 1


def test_a_reader_that_cannot_start_is_one_sentence(page, monkeypatch, caplog):
    def broken(path):
        raise ImportError("no tensorflow here")

    monkeypatch.setattr(loading.Recognizer, "load", broken)
    app, _ = page(*sent_of((3, {})))
    assert "could not start" in text(app)
    assert "no tensorflow here" in caplog.text and "no tensorflow here" not in text(app)
