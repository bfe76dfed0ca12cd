"""Visitors of the benchmarks, who come without a browser, on the real page."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from benchmarks.support.drawing import placed
from benchmarks.support.visitor import sheets, visit


def test_visitors_at_once_get_their_own_answers_and_clear_their_own_canvas(address):
    async def come():
        async with visit(address) as one, visit(address) as other:
            four, seven = sheets(placed(4))[-1], sheets(placed(7))[-1]
            answers = await asyncio.gather(one.draw(four), other.draw(seven))
            await one.clear()
            return answers, one.answer(), other.answer(), await other.draw(four)

    with ThreadPoolExecutor(1) as thread:  # in this one, the browser of other tests has an event loop of its own
        (four, seven), cleared, kept, later = thread.submit(asyncio.run, come()).result()
    assert (four.digit, seven.digit) == (4, 7)
    assert four.seconds > 0 and four.preview != seven.preview
    assert "Draw a digit" in cleared.text and cleared.digit is None
    assert kept.same_as(seven), "one visitor's Clear is nothing to the other"
    assert later.same_as(four)
