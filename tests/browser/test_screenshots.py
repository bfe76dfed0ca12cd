"""The four tabs look as their pictures in docs/ do."""

import io

from PIL import Image, ImageChops

from benchmarks.support.driver import ROOT, served
from docs.screenshot import FOLDER, VIEW, difference, pictures

BROKEN = 0.03  # of a picture; letters with other edges change a tenth of that


def test_the_four_tabs_look_as_they_did(new_page):
    with served(ROOT / "streamlit_app.py", DIGITS_MODEL="") as address:
        different = {
            name: difference(picture, (FOLDER / f"{name}.png").read_bytes())
            for name, picture in pictures(new_page(viewport=VIEW), address)
        }
    assert len(different) == 4
    assert {name: share for name, share in different.items() if share > BROKEN} == {}


def test_a_part_that_has_moved_is_seen_and_soft_edges_are_not():
    before = (FOLDER / "draw.png").read_bytes()
    picture = Image.open(io.BytesIO(before)).convert("RGB")
    moved = ImageChops.offset(picture, 0, 40)
    softer = picture.resize((picture.width // 2, picture.height // 2)).resize(picture.size)
    assert difference(before, png(softer)) < BROKEN / 10 < BROKEN < difference(before, png(moved))


def png(picture):
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()
