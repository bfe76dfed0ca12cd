"""The row "Was it right?", run by Streamlit's AppTest with a stand-in for the canvas."""

import hashlib
import shutil
from functools import partial
from threading import BoundedSemaphore, Event
from types import SimpleNamespace

import numpy as np
import pytest

from benchmarks.support.drawing import placed
from corrections.correction import TOO_LONG
from corrections.database import UNREACHABLE, open_engine
from corrections.store import CorrectionStore
from recognizer.runtimes.loader import DEFAULT_MODEL
from tests.views.sent import FOUR, NUMBER, SEVEN
from views.teach import feedback, hand, keeper


@pytest.fixture
def url(tmp_path):
    (tmp_path / "disk").mkdir()
    return f"sqlite:///{tmp_path / 'disk' / 'corrections.db'}"


@pytest.fixture
def asking(page, url):
    """The page with the row switched on."""
    page.open = partial(page.open, secrets=secrets(url))
    return page


def secrets(url, enabled=True):
    return {"connections": {"corrections": {"url": url}}, "corrections": {"enabled": enabled}}


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


def saved(url):
    """What is in the database: (answer, label), the oldest first."""
    return [(each.answer, each.label) for each in CorrectionStore(open_engine(url)).all()]


def tap(page, label):
    tap_without_waiting(page, label)
    settle(page)


def tap_without_waiting(page, label):
    page.click(f"tap_{chosen(page) if label is None else label}")


def settle(page):
    """Let the page look again once a tap is saved or could not be, as in a browser it does by itself."""
    if attempt := page.app.session_state["feedback"].keeper.attempt:
        attempt.result(timeout=60)
    page.run()


def said(page):
    """What the row says, without the line on what was learned."""
    sentences = [element.value for element in (*page.app.caption, *page.app.warning)]
    return " ".join(each for each in sentences if not each.startswith(("Learned from you", hand.NOTHING)))


def chosen(page):
    return page.chosen


def test_one_tap_saves_the_drawing_and_what_was_said_of_it(asking, url):
    assert asking.open().app.button(key="tap_3").disabled
    asking.draw(FOUR)
    assert said(asking) == feedback.ALSO_SAVED
    seen = asking.app.session_state["feedback"].shown.picture
    tap(asking, 9)
    assert "Learned and saved as a 9. Thank you!" in said(asking)
    (only,) = CorrectionStore(open_engine(url)).all()
    assert (only.answer, only.label, only.position, len(only.strokes)) == (4, 9, 0, 2)
    assert only.model == hashlib.sha256(DEFAULT_MODEL.with_suffix(".onnx").read_bytes()).hexdigest()
    np.testing.assert_array_equal(only.picture, seen)
    assert only.confidence > 0.5 and seen.max() > 200 and seen[0].max() == 0 and len(np.unique(seen)) > 10
    np.testing.assert_allclose(only.strokes[0].points[0], placed(4)[0][0], atol=0.05)
    left, top, right, bottom = only.box
    assert 80 < left < right < 220 and 40 < top < bottom < 260


def test_another_tap_changes_the_label_and_the_same_takes_it_back(asking, url):
    asking.open(FOUR)
    for label in (9, 8):
        tap(asking, label)
    assert "Learned and saved as an 8." in said(asking) and saved(url) == [(4, 8)]
    tap(asking, None)
    assert "Taken back." in said(asking) and saved(url) == []
    tap(asking, 10)
    assert "Learned and saved as none of these." in said(asking) and saved(url) == [(4, 10)]


def test_what_is_no_longer_learned_may_still_be_saved(asking, url):
    asking.open(FOUR)
    tap(asking, 9)
    asking.click("unlearn")
    assert said(asking) == "No longer learned, but still saved as a 9." and saved(url) == [(4, 9)]
    tap(asking, 4)
    assert "Learned and saved as a 4." in said(asking) and saved(url) == [(4, 4)]


def test_the_answer_that_is_saved_is_the_models_own(asking, url):
    asking.open(FOUR)
    tap(asking, 9)
    tap(asking, 8)
    assert saved(url) == [(4, 8)], "not the 9 that it was taught"


def test_a_new_stroke_makes_a_new_drawing_and_undoing_it_finds_the_old_one(asking, url):
    asking.open(FOUR)
    tap(asking, 9)
    asking.draw(SEVEN)
    assert chosen(asking) is None and said(asking) == feedback.ALSO_SAVED
    tap(asking, 7)
    assert saved(url) == [(4, 9), (7, 7)]
    asking.draw(FOUR)
    assert chosen(asking) == 9 and "Learned and saved as a 9." in said(asking)
    tap(asking, 4)
    assert sorted(saved(url)) == [(4, 4), (7, 7)]


def test_of_a_number_the_picked_digit_is_corrected(asking, url):
    asking.open(NUMBER)
    tap(asking, 1)
    asking.app.segmented_control[0].set_value(0)
    asking.run()
    assert chosen(asking) is None
    tap(asking, 9)
    last, first = CorrectionStore(open_engine(url)).all()
    assert [(each.position, each.answer, each.label) for each in (first, last)] == [(0, 4, 9), (2, 7, 1)]
    assert first.drawing == last.drawing and first.box[2] < last.box[0] and len(first.strokes) == 4
    asking.app.segmented_control[0].set_value(2)
    asking.run()
    assert chosen(asking) == 1


def test_what_could_not_be_saved_says_so_is_not_tried_again_at_every_stroke_and_is_saved_by_try_again(
    asking, url, tmp_path, monkeypatch
):
    asking.open(FOUR)
    shutil.move(tmp_path / "disk", tmp_path / "away")
    tap(asking, 9)
    assert f"Your correction was not saved. {UNREACHABLE}" in said(asking)
    assert chosen(asking) == 9 and "4" in asking.text, "the page goes on"
    tap(asking, None)
    assert said(asking) == feedback.ALSO_SAVED, "it is taken back"
    tap(asking, 9)
    with monkeypatch.context() as context:
        context.setattr(keeper, "open_store", lambda _: pytest.fail("asked again"))
        asking.draw(SEVEN)
    assert "not saved" in said(asking), "also under another drawing"
    tap(asking, 1)
    assert "2 corrections were not saved" in said(asking)
    shutil.move(tmp_path / "away", tmp_path / "disk")
    asking.click("try_again")
    settle(asking)
    assert "Learned and saved as a 1." in said(asking) and not asking.app.warning
    assert saved(url) == [(4, 9), (7, 1)]


def test_a_drawing_that_is_too_long_to_be_saved_says_so_until_the_next(asking, url, monkeypatch):
    monkeypatch.setattr("corrections.correction.MAX_STROKES_BYTES", 50)
    asking.open(FOUR)
    tap(asking, 4)
    assert TOO_LONG in said(asking) and chosen(asking) == 4, "it is learned all the same"
    assert "try_again" not in [button.key for button in asking.app.button]
    asking.draw(SEVEN)
    assert "not saved" not in said(asking) and saved(url) == []


def test_a_tap_that_overtakes_the_reading_of_the_last_stroke_is_for_what_is_drawn(asking, url):
    asking.open(SEVEN)
    # The canvas has sent a four, and the tap comes before the page has read it: Streamlit tells of both at once.
    asking.app.session_state["drawing"] = {"drawing": {"raw": FOUR}}
    asking.drawn = FOUR
    tap(asking, 4)
    assert saved(url) == [(4, 4)]
    asking.app.session_state["drawing"] = {"drawing": {"raw": NUMBER}}
    asking.drawn = SEVEN
    tap(asking, 9)
    assert saved(url) == [(4, 4)], "what was meant is gone"


@pytest.mark.parametrize(
    ("last", "sentence", "rows"), [(5, "Learned and saved as a 5.", [(4, 5)]), (None, "Taken back.", [])]
)
def test_the_last_of_the_taps_that_come_while_one_is_being_saved_has_the_last_word(
    asking, url, slow_disk, last, sentence, rows
):
    asking.open(FOUR)
    tap_without_waiting(asking, 9)
    assert slow_disk.asked.wait(60)
    for label in (3, None, 6, last):
        tap_without_waiting(asking, label)
    assert ("Learned. Saving" if last else "Taking it back") in said(asking)
    slow_disk.go_on.set()
    settle(asking)
    assert sentence in said(asking) and saved(url) == rows


def test_while_a_tap_is_being_saved_strokes_are_read_and_the_visitor_may_leave(asking, url, slow_disk):
    asking.open(FOUR)
    tap_without_waiting(asking, 9)
    assert said(asking) == "Learned. Saving …"
    asking.draw(SEVEN)
    assert "7" in asking.text and said(asking) == feedback.ALSO_SAVED
    attempt = asking.app.session_state["feedback"].keeper.attempt
    asking.open()
    slow_disk.go_on.set()
    attempt.result(timeout=60)
    assert saved(url) == [(4, 9)]


def test_when_too_many_visitors_wait_the_next_is_told_and_can_try_again(asking, url, monkeypatch):
    monkeypatch.setattr(keeper, "ROOM", BoundedSemaphore(1))
    asking.open(FOUR)
    with keeper.ROOM:
        tap(asking, 9)
        assert f"not saved. {keeper.TOO_MANY}" in said(asking)
    asking.click("try_again")
    settle(asking)
    assert "Learned and saved as a 9." in said(asking) and saved(url) == [(4, 9)]


def test_what_nobody_thought_of_is_one_sentence_and_its_traceback_is_in_the_log(asking, monkeypatch, caplog):
    asking.open(FOUR)
    monkeypatch.setattr(CorrectionStore, "keep", lambda *_: 1 / 0)
    tap(asking, 9)
    assert f"not saved. {keeper.BROKEN}" in said(asking) and "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize("enabled", [False, "yes", None])
def test_where_it_is_not_switched_on_a_tap_is_learned_and_nothing_is_saved(page, url, tmp_path, enabled):
    page.open(FOUR, secrets=secrets(url, enabled))
    assert said(page) == feedback.NOT_SAVED
    tap(page, 9)
    assert said(page) == f"Learned as a 9. {feedback.CHANGE}" and "9 > 99 % as you taught it" in page.text
    assert list((tmp_path / "disk").iterdir()) == []


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
def test_without_a_setting_only_who_sits_at_the_machine_itself_is_asked(monkeypatch, ip_address, url, headers, at_home):
    monkeypatch.setattr(feedback.st, "context", SimpleNamespace(ip_address=ip_address, url=url, headers=headers))
    assert feedback._is_at_home() is at_home
