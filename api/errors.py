"""Errors as JSON: a status, and one sentence that says what is wrong and what to do."""

from collections.abc import Mapping
from textwrap import shorten

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from views.events import tell

LONGEST = 300  # characters of a sentence, which may quote from a damaged file
NOTHING = "There is nothing at this address, or the host has not turned it on."
OTHER_METHOD = "This address takes another method, which the header Allow names."
BROKEN = "Something went wrong here. The server's log says what."


class RefusedError(HTTPException):
    """A request that is not answered: with which status, and why, in one sentence."""

    def __init__(self, status: int, sentence: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status, sentence, headers)


def as_json(request: Request, error: Exception) -> JSONResponse:
    """The response to a request that was refused, or failed."""
    if not isinstance(error, HTTPException):
        return _response(500, BROKEN, {})
    sentence = error.detail
    if not isinstance(error, RefusedError):  # Starlette's own
        sentence = OTHER_METHOD if error.status_code == 405 else NOTHING
    return _response(error.status_code, sentence, error.headers or {})


def _response(status: int, sentence: str, headers: Mapping[str, str]) -> JSONResponse:
    tell("refusal", where="api", reason=str(status))
    return JSONResponse({"error": shorten(sentence, LONGEST, placeholder=" …")}, status, headers)
