"""What is on one visitor's canvas, and how undo, clear and a reload change it.

The canvas is never mounted anew: another `initial_drawing` replaces what is drawn and is sent back at once, so undo and
clear keep the canvas where it is, and a change of the pen's width keeps the drawing.
"""

import time
from dataclasses import dataclass, field
from uuid import UUID, uuid4, uuid5

from views.canvas.fabric import Strokes, parse_strokes

NARROW_PX = 300  # the largest square that fits a phone
WIDE_PX = 640  # for numbers; style.css scales it down to what a phone has
OVERDUE_S = 1.0  # a canvas answers in a fifth of it
EMPTY = Strokes()


@dataclass(eq=False)
class Sheet:
    """One visitor's sheet of paper.

    visit: makes the same strokes the same drawing while the page is open, and no longer.
    strokes: what is drawn; after an undo, say, that the canvas has yet to confirm, what it will hold then.
    sent: what the canvas sent last; messages: how many it has sent.
    initial: the `initial_drawing` to start the canvas from, None for a blank one; asked_at: since when, in s.
    outdated: what the canvas may still send although an undo, say, has overtaken it.
    cleared: what the last clear removed.
    clicks_undone: how many clicks on Undo have been answered, of those that the browser counts.
    is_restored: whether the drawing comes from before a reload.
    """

    visit: UUID = field(default_factory=uuid4)
    strokes: Strokes = EMPTY
    sent: Strokes = EMPTY
    messages: int = 0
    initial: dict | None = None
    asked_at: float = 0.0
    outdated: tuple[Strokes, ...] = ()
    cleared: Strokes = EMPTY
    clicks_undone: int = 0
    is_restored: bool = False

    def receive(self, payload: object) -> None:
        """Take what the canvas sent as the strokes, unless an undo or clear has overtaken it.

        Raises `InvalidImageError` for what no canvas sends.
        """
        is_known = isinstance(payload, dict) and payload.get("objects") == list(self.sent.objects)
        self.sent = self.sent if is_known else parse_strokes(payload)
        if self.sent not in self.outdated:
            self.outdated, self.strokes = (), self.sent

    def undo(self, times: int = 1) -> None:
        """Take back the last strokes, one each time; on an empty canvas, bring back what was cleared."""
        strokes = self.strokes
        for _ in range(times):
            if strokes.objects:
                strokes = Strokes(strokes.objects[:-1], strokes.lines[:-1])
            else:
                strokes, self.cleared = self.cleared, EMPTY
        self._ask_for(strokes)

    def clear(self) -> None:
        """Empty the canvas."""
        if self.strokes.objects:
            self.cleared = self.strokes
        self._ask_for(EMPTY)

    def restore(self, objects: object) -> None:
        """Put strokes that a canvas sent before a reload under those that were drawn since.

        Raises `InvalidImageError` for what no canvas sends.
        """
        stored = parse_strokes({"objects": objects})
        self._ask_for(parse_strokes({"objects": [*stored.objects, *self.strokes.objects]}))
        self.is_restored = True

    def ask_again(self) -> None:
        """Have the canvas send what it holds, which it does not do by itself when its width changes."""
        self._ask_for(self.strokes)

    def is_waiting(self) -> bool:
        """Whether the canvas has yet to confirm that it holds `strokes`."""
        return self.sent != self.strokes

    def is_overdue(self) -> bool:
        """Whether that should have come long ago: it was seen twice, on a busy machine, that it never did."""
        return self.is_waiting() and time.monotonic() - self.asked_at > OVERDUE_S

    def needs_wide_paper(self) -> bool:
        """Whether there is ink that the narrow canvas would not show."""
        return any(line.points[:, 0].max() > NARROW_PX for line in self.strokes.lines)

    def drawing_id(self, strokes: Strokes) -> str:
        """32 hexadecimal digits, the same for the same strokes in this visit."""
        return uuid5(self.visit, strokes.text).hex

    def _ask_for(self, strokes: Strokes) -> None:
        # The number makes this drawing differ from the one before it, without which the component would do nothing.
        number = self.initial["number"] + 1 if self.initial else 1
        self.initial = {"objects": list(strokes.objects), "number": number}
        self.asked_at = time.monotonic()
        # The canvas may still send what it holds now, and what an undo that it has not heard of yet asks it to hold.
        self.outdated = (*self.outdated, self.sent, self.strokes)
        self.strokes = strokes
