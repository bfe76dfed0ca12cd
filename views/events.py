"""What happens on the page and is worth counting, told to whoever listens: nobody, unless the host wants metrics.

The events: "reading", in s, "refusal" and "correction"; api/metrics.py says what their labels mean.
"""

import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from recognizer import Prediction, Reading

Listener = Callable[[str, float, dict[str, str]], None]  # given the event, how much of it, and its labels
Answer = TypeVar("Answer", Reading, Prediction)
P = ParamSpec("P")

listeners: list[Listener] = []


def tell(event: str, amount: float = 1, **labels: str) -> None:
    """Tell all listeners of an event."""
    for listener in listeners:
        listener(event, amount, labels)


def told(where: str, read: Callable[P, Answer], *args: P.args, **kwargs: P.kwargs) -> Answer:
    """Return what `read` reads, and tell how long it took, and whether none of it looks like a digit."""
    started = time.perf_counter()
    answer = read(*args, **kwargs)
    tell("reading", time.perf_counter() - started, where=where)
    if not answer.is_digit if isinstance(answer, Prediction) else answer.digits and not answer.text:
        tell("refusal", where=where, reason="no digit")
    return answer
