"""What is on one visitor's sheet of paper, and how the canvas, undo, clear and a reload change it.

The canvas is never mounted anew: another `initial_drawing` replaces what is drawn and is sent back at once, so undo and
clear keep the canvas where it is, and a change of the pen's width keeps the drawing.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID, uuid4, uuid5

import numpy as np

from recognizer import InvalidImageError
from views.canvas.fabric import MAX_STROKES, UNUSABLE, Strokes, parse_strokes

PAPER_PX = 640  # the side of the sheet
SQUARE_PX = 420  # the side of its left upper part, which is all that is seen until there is ink near its edge
NEAR_PX = 40  # what counts as near
OVERDUE_S = 1.0  # a canvas answers in a fifth of it; then twice as long, and so on, or a busy server would only ask
EMPTY = Strokes()


@dataclass(eq=False)
class Sheet:
    """One visitor's sheet of paper.

    visit: makes the same strokes the same drawing while the page is open, and no longer.
    strokes: what is drawn; after an undo, say, that the canvas has yet to confirm, what it will hold then.
    sent: what the canvas sent last; messages: how many it has sent.
    initial: the `initial_drawing` to start the canvas from, None for a blank one; asked_at: since when, in s; patience:
        how long it may take, in s.
    outdated: what the canvas may still hold although an undo, say, has overtaken it.
    cleared: what the last clear removed; undone: what was taken back since the last stroke, to be redone.
    commands: how many of the browser's commands have been carried out.
    latest: what was received last, and whether it was refused, so that it is looked at once; a run asks ten times.
    """

    visit: UUID = field(default_factory=uuid4)
    strokes: Strokes = EMPTY
    sent: Strokes = EMPTY
    messages: int = 0
    initial: dict | None = None
    asked_at: float = 0.0
    patience: float = OVERDUE_S
    outdated: tuple[Strokes, ...] = ()
    cleared: Strokes = EMPTY
    undone: Strokes = EMPTY
    commands: int = 0
    latest: tuple[object, bool] = (object(), False)

    def receive(self, payload: object) -> None:
        """Take what the canvas sent as the strokes; what an undo or clear has overtaken, only its new strokes.

        Raises `InvalidImageError` for what no canvas sends.
        """
        if payload is self.latest[0]:
            if self.latest[1]:
                raise InvalidImageError(UNUSABLE)
            return
        self.latest = payload, True
        sent = self.sent = parse_strokes(payload, self.sent)
        self.latest = payload, False
        overtaken = max(filter(sent.starts_with, self.outdated), key=len, default=None)
        if overtaken is None or (sent.starts_with(self.strokes) and len(self.strokes) > len(overtaken)):
            if sent != self.strokes:
                self.undone = EMPTY
            self.outdated, self.strokes = (), sent
        elif len(sent) > len(overtaken):  # somebody drew on before the canvas had heard of the undo
            self.undone = EMPTY
            self._ask_for(self.strokes + sent[len(overtaken) :])

    def carry_out(self, commands: Iterable[tuple[str, int | None]]) -> None:
        """Undo, redo and clear in turn, then ask the canvas once for what is left.

        Each for somebody who has seen so many strokes; None for all. Those that were drawn after that, and have arrived
        together with the command, stay.
        """
        act = {"undo": self._undo, "redo": self._redo, "clear": self._clear}
        strokes, is_asked = self.strokes, False
        for command, seen in commands:
            if command == "redo" and not self.undone:
                continue
            later = EMPTY if seen is None else strokes[max(0, seen) :]
            strokes, is_asked = act[command](strokes[: len(strokes) - len(later)]) + later, True
        if is_asked:
            self._ask_for(strokes)

    def undo(self) -> None:
        """Take back the last stroke; on an empty canvas, bring back what was cleared."""
        self.carry_out([("undo", None)])

    def redo(self) -> None:
        """Bring back the stroke that was taken back last."""
        self.carry_out([("redo", None)])

    def clear(self) -> None:
        """Empty the canvas."""
        self.carry_out([("clear", None)])

    def put_under(self, objects: object) -> None:
        """Put strokes, as a canvas sends them, under those that are drawn.

        Raises `InvalidImageError` for what no canvas sends.
        """
        strokes = parse_strokes({"objects": objects})
        self._ask_for(parse_strokes({"objects": [*strokes.objects, *self.strokes.objects]}))

    def put(self, objects: object) -> None:
        """Put strokes, as a canvas sends them, in the place of those that are drawn, which an undo brings back.

        Raises `InvalidImageError` for what no canvas sends.
        """
        strokes = parse_strokes({"objects": objects})
        self.clear()
        self._ask_for(strokes)

    def ask_again(self) -> None:
        """Have the canvas draw anew what it should hold, and give it twice as long."""
        self._ask_for(self.strokes, 2 * self.patience)

    def is_waiting(self) -> bool:
        """Whether the canvas has yet to confirm that it holds `strokes`."""
        return self.sent != self.strokes

    def is_overdue(self) -> bool:
        """Whether that should have come long ago: it was seen twice, on a busy machine, that it never did."""
        return self.is_waiting() and time.monotonic() - self.asked_at > self.patience

    def seen(self) -> tuple[int, int]:
        """How much of the sheet has to be seen, width and height in px: all of it where there is ink near an edge."""
        ends = [line.points.max(0) + line.width / 2 for line in self.strokes.lines]
        right, bottom = np.reshape(ends, (-1, 2)).max(0, initial=0)
        return PAPER_PX if right > SQUARE_PX - NEAR_PX else SQUARE_PX, PAPER_PX if bottom > SQUARE_PX else SQUARE_PX

    @property
    def drawing(self) -> str:
        """32 hexadecimal digits, the same for the same strokes in this visit."""
        return uuid5(self.visit, self.strokes.text).hex

    def _undo(self, strokes: Strokes) -> Strokes:
        if strokes:
            self.undone = strokes[-1:] + self.undone
            return strokes[:-1]
        cleared, self.cleared = self.cleared, EMPTY
        return cleared

    def _redo(self, strokes: Strokes) -> Strokes:
        redone, self.undone = self.undone[:1], self.undone[1:]
        return strokes + redone

    def _clear(self, strokes: Strokes) -> Strokes:
        if strokes:
            self.cleared = strokes
        self.undone = EMPTY
        return EMPTY

    def _ask_for(self, strokes: Strokes, patience: float = OVERDUE_S) -> None:
        # The number makes this drawing differ from the one before it, without which the component would do nothing.
        number = self.initial["number"] + 1 if self.initial else 1
        self.initial = {"objects": list(strokes.objects), "number": number}
        self.asked_at, self.patience = time.monotonic(), patience
        # The canvas may still send what it holds now, and what an undo that it has not heard of yet asks it to hold.
        outdated = (*self.outdated, self.sent, self.strokes)[-MAX_STROKES:]
        self.outdated = tuple(each for each in outdated if each != strokes)
        self.strokes = strokes
