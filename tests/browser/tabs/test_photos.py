"""The Photo tab in a real Chromium."""

import io

import numpy as np
from PIL import Image
from playwright.sync_api import expect

from benchmarks.support.drawing import drawn
from tests.browser.support.steps import open_tab, reload


def encoded(*digits, light=1.0, format="PNG"):
    file = io.BytesIO()
    Image.fromarray(np.uint8(np.hstack([drawn(digit) for digit in digits]) * light)).save(file, format)
    return file.getvalue()


def upload(page, *files):
    """Upload files, (name, bytes) each, on a page without those of an earlier test -> the places of the answers."""
    reload(page)
    open_tab(page, "Photo")
    page.locator(".st-key-photo input[type=file]").first.set_input_files(
        [{"name": name, "mimeType": "image/png", "buffer": data} for name, data in files]
    )
    return page.locator("[class*=st-key-answer-]")


def test_photographs_are_read_and_a_file_that_is_none_is_a_sentence(page):
    light = np.linspace(1, 0.5, 1200)[None, :, None]
    answers = upload(page, ("note.jpg", encoded(2, 0, 2, 6, light=light, format="JPEG")), ("broken.png", b"no picture"))
    expect(answers.nth(0).locator("code")).to_have_text("2026")
    expect(answers.nth(1)).to_contain_text("picture")
    expect(answers.nth(0).locator("img")).to_be_visible()
    open_tab(page, "Draw")
    open_tab(page, "Photo")
    expect(answers.nth(0).locator("code")).to_have_text("2026")


def test_what_a_file_is_called_is_text_and_nothing_else(page):
    names = ["<img src=x onerror=document.title='owned'>.png", "[a](javascript:document.title='owned') **b** $c$.png"]
    answers = upload(page, *[(name, encoded(4)) for name in names])
    for number, name in enumerate(names):
        expect(answers.nth(number).get_by_text(name, exact=True)).to_be_visible()
    open_tab(page, "Why")
    expect(page.locator(".st-key-why_source input")).to_have_value(names[0])
    assert page.locator(".stApp img[src=x], .stApp a[href^=javascript]").count() == 0
    assert page.title() != "owned"


def test_a_pasted_picture_is_read(page):
    reload(page)
    open_tab(page, "Photo")
    expect(page.locator(".st-key-photo input[type=file]")).to_be_attached()
    page.evaluate(
        """bytes => {
            const pasted = new DataTransfer()
            pasted.items.add(new File([new Uint8Array(bytes)], "pasted.png", {type: "image/png"}))
            document.dispatchEvent(new ClipboardEvent("paste", {clipboardData: pasted, bubbles: true}))
        }""",
        list(encoded(4, 2)),
    )
    expect(page.locator("[class*=st-key-answer-] code")).to_have_text("42")
