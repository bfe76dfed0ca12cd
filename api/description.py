"""What programs can know before they ask: all addresses, as OpenAPI describes them, and the model's card."""

import json
from pathlib import Path

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from api.errors import RefusedError
from recognizer.runtimes.loader import default_model
from views.model.card import MAX_CARD, content_of

OPENAPI = Path(__file__).with_name("openapi.json")
NO_CARD = "There is no readable card for this model."


def description(request: Request) -> Response:
    """The OpenAPI document. The addresses in it begin where the page is, which may be below a path of the host's."""
    document = json.loads(OPENAPI.read_bytes())
    document["servers"] = [{"url": request.url.path.removesuffix("/api/openapi.json") or "/"}]
    return JSONResponse(document)


def card(request: Request) -> Response:
    """The card of the model in use, as `python -m train` writes it; `RefusedError` where there is none."""
    try:
        content = content_of(default_model().with_suffix(".json"), MAX_CARD)
        json.loads(content)
    except (OSError, ValueError, RecursionError) as error:
        raise RefusedError(404, NO_CARD) from error
    return Response(content, media_type="application/json")
