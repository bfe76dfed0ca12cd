"""The page while the model is loading, and when it cannot be loaded."""

import gc
import subprocess
import sys
import threading

import pytest

from recognizer import ModelError
from recognizer.runtimes.loader import MODEL_VARIABLE
from tests.views.sent import FOUR, PAGE
from views import reading
from views.draw.tab import LOADING_HINT

pytestmark = pytest.mark.usefixtures("fresh_cache")


def test_what_loading_brought_is_kept_out_of_garbage_collection(page):
    gc.unfreeze()
    page.open()
    assert gc.get_freeze_count() > 100_000


def test_the_page_is_shown_without_importing_what_takes_long(monkeypatch):
    monkeypatch.setenv(MODEL_VARIABLE, "none.keras")
    code = (
        f"import sys; from streamlit.testing.v1 import AppTest; AppTest.from_file({str(PAGE)!r}).run(timeout=60); "
        "names = 'views.teach.feedback', 'tensorflow', 'sqlalchemy', 'psycopg'; "
        "print([name for name in names if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=PAGE.parent, capture_output=True, text=True, check=True)
    assert run.stdout == "['views.teach.feedback']\n"


def test_a_missing_model_is_one_sentence_and_found_once_it_is_there(page, monkeypatch, tmp_path):
    with monkeypatch.context() as context:
        context.setenv(MODEL_VARIABLE, str(tmp_path / "none.keras"))
        page.open(FOUR)
    assert "There is no model" in page.text and "python -m train" in page.text
    assert reading.recognizer().result(timeout=60)


def test_the_page_is_there_before_the_model_which_is_not_loaded_again_by_itself_if_it_fails(page, monkeypatch):
    loads, go_on = [], threading.Event()

    def slowly(path):
        loads.append(path)
        go_on.wait(60)
        raise ModelError("broken for good")

    monkeypatch.setattr(reading.Recognizer, "load", slowly)
    page.open(wait=False)
    assert LOADING_HINT in page.text and page.calls, "the canvas is shown meanwhile"
    future = reading.recognizer()
    go_on.set()
    future.exception(timeout=60)
    assert reading.is_settled() and reading.is_settled()
    assert "broken for good" in page.run().text and len(loads) == 1


def test_a_broken_installation_is_one_sentence_and_the_log_has_the_rest(page, monkeypatch, caplog):
    def broken(path):
        raise ImportError("no tensorflow here")

    monkeypatch.setattr(reading.Recognizer, "load", broken)
    page.open(FOUR)
    assert reading.BROKEN.replace("'", "&#x27;") in page.text
    assert "no tensorflow here" in caplog.text and "no tensorflow here" not in page.text
