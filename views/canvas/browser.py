"""What only the browser can do, in a component that shows nothing (`browser.js`).

It has the canvas send a stroke as soon as the pen lifts; sends what clicks and keys ask for, in order however fast they
come; keeps the drawing in the tab's session storage, from where a reload brings it back; saves the stroke under way
when the canvas' pen or drawing changes, and one that a busy server has missed; says so when a stroke gets no answer;
shuts off the canvas component's own toolbar, which is out of sight; and hands pasted pictures to the Photo tab.

What it sends is bounded and checked like all that the canvas sends.
"""

from contextlib import suppress
from pathlib import Path

import streamlit as st

from recognizer import InvalidImageError
from views.canvas.component import current_sheet
from views.canvas.fabric import MAX_STROKES
from views.canvas.sheet import Sheet

_component = st.components.v2.component(
    "digits.browser",
    html='<div class="notice-place"></div>',
    css=Path(__file__).with_suffix(".css").read_text(encoding="utf-8"),
    js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8"),
)


def browser_side(stroke_width: int) -> None:
    """Tell the browser what is drawn and how wide the pen is. Call it before the canvas, which may change its pen."""
    sheet = current_sheet()
    _component(
        key="browser",
        data={
            "objects": list(sheet.strokes.objects),
            "asked": sheet.initial["number"] if sheet.initial else 0,
            "waiting": sheet.is_waiting(),
            "width": stroke_width,
            "messages": sheet.messages,
            "commands": sheet.commands,
            "visit": sheet.visit.hex,
        },
        default={"commands": None, "stored": None},
        on_commands_change=_carry_out,
        on_stored_change=_restore,
    )


def _carry_out() -> None:
    """Carry out the commands that are new."""
    sheet = current_sheet()
    sent = _sent(sheet, "commands")
    start, commands = sent.get("from"), sent.get("commands")
    if not isinstance(start, int) or not isinstance(commands, list) or len(commands) > MAX_STROKES:
        return
    new = commands[max(0, sheet.commands - start) :]
    sheet.commands += len(new)
    valid: list[tuple[str, int | None]] = []
    for command in new:
        match command:
            case ["undo" | "redo" | "clear" as name, int() | None as seen]:
                valid.append((name, seen))
    sheet.carry_out(valid)


def _restore() -> None:
    sheet = current_sheet()
    with suppress(InvalidImageError):  # not what a page of this program has stored
        sheet.put_under(_sent(sheet, "stored").get("objects"))


def _sent(sheet: Sheet, name: str) -> dict:
    """What the browser sent in this visit; nothing of what it sent in another.

    To a server that was started anew it sends once more what the one before has already dealt with.
    """
    sent = st.session_state["browser"][name]
    return sent if isinstance(sent, dict) and sent.get("visit") == sheet.visit.hex else {}
