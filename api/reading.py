"""A request for a reading, from its first byte to the answer.

One thread reads for all programs, and begins when nobody's page is being run, so however many programs ask, visitors
hardly wait for them. The server's event loop, which everybody shares, only receives and sends.
"""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse

from api.body import Sent, parse, receive
from api.errors import RefusedError
from api.limits import Place, Room, address_of
from recognizer import ModelError, Recognizer, RecognizerError
from recognizer.output.formatting import digit_record, to_record
from views import visitors
from views.canvas.drawing import Drawing
from views.events import Answer, told
from views.reading import ONE_AT_A_TIME, recognizer

PATIENCE_S = 1  # with visitors; so programs get a reading a second however many draw
RETRY_S = 10  # until somebody tries again to use a model that could not be loaded
Record = dict[str, Any]
ROOM = Room()


async def read(request: Request) -> JSONResponse:
    """Read the numbers on a picture or a drawing."""
    return await _respond(request, _read)


async def predict(request: Request) -> JSONResponse:
    """Read one digit."""
    return await _respond(request, _predict)


async def _respond(request: Request, look: Callable[[Recognizer, Sent], Record]) -> JSONResponse:
    with ROOM.place(address_of(request)) as place:
        body = await receive(request, place)
        content_type = request.headers["content-type"]
        record = await asyncio.get_running_loop().run_in_executor(_thread(), _answer, look, content_type, body, place)
    return JSONResponse(record)


@cache
def _thread() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, "api")


def _answer(look: Callable[[Recognizer, Sent], Record], content_type: str, body: bytes, place: Place) -> Record:
    try:
        model = recognizer().result()
    except ModelError as error:
        raise RefusedError(503, str(error), {"Retry-After": str(RETRY_S)}) from error
    visitors.let_them_pass(PATIENCE_S)
    started = time.perf_counter()
    try:
        return look(model, parse(content_type, body))
    except RecognizerError as error:
        raise RefusedError(422, str(error)) from error
    finally:
        place.seconds = time.perf_counter() - started


def _read(model: Recognizer, sent: Sent) -> Record:
    record = to_record("", _by(model, sent, Recognizer.read, Drawing.read))
    del record["file"]
    return record


def _predict(model: Recognizer, sent: Sent) -> Record:
    return digit_record(_by(model, sent, Recognizer.predict, Drawing.predict))


def _by(model: Recognizer, sent: Sent, of_picture: Callable[..., Answer], of_drawing: Callable[..., Answer]) -> Answer:
    """What the model makes of a picture or of a drawing, by one of these functions."""
    if isinstance(sent.picture, Drawing):
        return told("api", of_drawing, sent.picture, model, sent.hand)
    with ONE_AT_A_TIME:
        return told("api", of_picture, model, sent.picture, hand=sent.hand)
