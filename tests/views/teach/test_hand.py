"""What the page learns of a visitor's hand, run by Streamlit's AppTest with a stand-in for the canvas."""

import base64

import pytest

from benchmarks.support.canvas import sent
from benchmarks.support.drawing import looped_seven, placed, render
from recognizer import Hand
from tests.views.sent import EMPTY, FOUR, SEVEN
from views.teach import hand

LOOPED = [sent(looped_seven(bar)) for bar in (78, 70, 86)]


def tap(page, label):
    return page.click(f"tap_{label}")


def learned(page):
    return [each.label for each in page.app.session_state["hand"]]


@pytest.fixture
def more(page, monkeypatch):
    """The page with what lies behind the line open, which a browser would say at each run."""
    run = page.run

    def with_more():
        page.app.session_state["hand_more"] = True
        return run()

    monkeypatch.setattr(page, "run", with_more)
    return page


def load(page, content):
    """Upload a file."""
    page.app.file_uploader(key="hand_file").set_value(("mine.npz", content, "application/octet-stream"))
    return page.run()


def test_one_tap_on_a_looped_seven_and_the_next_is_read_as_a_seven(page):
    assert page.open(LOOPED[0]).winners == ["2"] and hand.NOTHING in [each.value for each in page.app.caption]
    tap(page, 7)
    assert page.winners == ["7"] and "as you taught it" in page.text
    assert "Learned from you: 1 digit" in [each.value for each in page.app.caption]
    for drawing in LOOPED[1:]:
        assert page.draw(drawing).winners == ["7"]
    assert page.draw(sent(placed(2))).winners == ["2"] and "taught" not in page.text


def test_why_shows_the_drawings_that_decided_and_then_what_the_model_says_by_itself(page):
    page.open(LOOPED[0])
    tap(page, 7)
    page.draw(LOOPED[1]).show("Why")
    headings = [each.value for each in page.app.markdown]
    assert headings[:2] == ["## 7, as you taught it", "### Your drawings that decided"]
    assert any(heading.startswith("## By itself, the model says: 2") for heading in headings)
    assert page.html.count('class="figure pixels small"') == 1 + 8, "and the most similar training digits"


def test_a_wrong_tap_is_undone_by_one_button_or_by_the_same_tap_again(page):
    page.open(LOOPED[0])
    tap(page, 4)
    assert page.winners == ["4"]
    page.click("unlearn")
    assert page.winners == ["2"] and learned(page) == [] and page.chosen is None
    tap(page, 7)
    tap(page, 7)
    assert page.winners == ["2"] and learned(page) == []
    assert "unlearn" not in [button.key for button in page.app.button]


def test_a_drawing_taught_to_be_no_digit_is_refused_and_one_that_was_refused_is_read(page):
    page.open(SEVEN)
    assert "Not a digit, as you taught it." in tap(page, 10).text
    letter = sent([[(80, 60), (80, 240)], [(220, 60), (220, 240)], [(80, 150), (220, 150)]])
    assert "This does not look like a digit." in page.draw(letter).text
    assert tap(page, 4).winners == ["4"]
    assert learned(page) == [None, 4]


def test_the_digits_of_a_number_are_taught_one_by_one(page):
    strokes = [*looped_seven(x=110), *placed(4, left=220), *looped_seven(x=460)]
    page.open(sent(strokes))
    assert "2 4 2" in page.text
    page.app.segmented_control[0].set_value(0)
    page.run()
    tap(page, 7)
    assert "7 4 7 7 and 7 as you taught it." in page.text
    assert page.app.session_state["picked"] == 0, "still the one that was taught"
    assert page.chosen == 7


def test_a_tap_that_overtakes_the_reading_is_learned_once_it_is_read(page):
    page.open(SEVEN)
    page.app.session_state["drawing"] = {"drawing": {"raw": LOOPED[0]}}
    page.drawn = LOOPED[0]
    tap(page, 7)
    assert learned(page) == [7] and page.winners == ["7"]
    assert "as you taught it" in page.text


def test_all_that_was_learned_is_shown_downloaded_loaded_and_forgotten(more):
    more.open(LOOPED[0])
    assert "forget_hand" not in [button.key for button in more.app.button]
    tap(more, 7)
    more.draw(FOUR)
    tap(more, 10)
    assert more.html.count('class="figure pixels tiny"') == 2
    content = hand.content_of(more.app.session_state["hand"])
    more.click("forget_hand")
    assert learned(more) == [] and more.winners == ["4"]
    assert more.draw(LOOPED[1]).winners == ["2"]
    tap(more, 3)
    load(more, content)
    assert learned(more) == [7, None, 3], "what was learned before is not lost"
    more.click("unlearn")
    assert more.winners == ["7"]


@pytest.mark.parametrize("content", [b"", b"hello", b"0" * 2**21])
def test_a_file_that_is_no_hand_is_one_sentence_and_nothing_is_lost(more, content):
    more.open(LOOPED[0])
    tap(more, 7)
    load(more, content)
    assert "not the file of a hand" in more.app.warning[0].value and learned(more) == [7]


@pytest.fixture
def stored(light):
    """What the browser keeps of a hand that learned a looped seven."""
    taught = Hand()
    taught.learn(light.predict(render(looped_seven())), 7)
    return base64.b64encode(hand.content_of(taught)).decode()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: {"content": None},
        lambda text: {"content": [1]},
        lambda text: {"content": text[:-10]},
        lambda text: {"content": "é" + text},
        lambda text: {"content": "A" * 3 * 2**20},
        lambda text: {"content": text, "visit": "of another visit"},
        lambda text: {"content": text, "visit": None},
    ],
)
def test_what_the_browser_sends_is_believed_only_if_this_page_stored_it(page, stored, monkeypatch, spoil):
    page.open(EMPTY)
    visit = page.app.session_state["sheet"].visit.hex
    monkeypatch.setattr(hand, "current_hand", lambda: restored)
    monkeypatch.setattr(hand, "current_sheet", lambda: page.app.session_state["sheet"])
    monkeypatch.setattr(hand, "charge", lambda *_: 0)
    for sent_, count in ({"visit": visit, **spoil(stored)}, 0), ({"visit": visit, "content": stored}, 1):
        restored = Hand()
        monkeypatch.setattr(hand.st, "session_state", {"kept_hand": {"stored": sent_}})
        hand._restore()
        assert len(restored) == count
