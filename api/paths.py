"""All addresses under /api. Those that the host has not turned on are not there, and what they need is not imported."""

import os

import streamlit as st
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Mount, Route

from api.errors import as_json

API, METRICS = "DIGITS_API", "DIGITS_METRICS"  # of the environment: "1" turns it on; without it, it is off


def paths() -> Mount:
    """Return /api, with what the host has turned on; everything else there is a 404."""
    routes: list[BaseRoute] = []
    if _is_on(API):
        from api.description import card, description
        from api.reading import predict, read

        routes += [
            Route("/read", read, methods=["POST"]),
            Route("/predict", predict, methods=["POST"]),
            Route("/model", card),
            Route("/openapi.json", description),
        ]
    if _is_on(METRICS):
        from api.metrics import listen, metrics

        listen()
        routes.append(Route("/metrics", metrics))
    below = st.get_option("server.baseUrlPath").strip("/")
    app = Starlette(routes=routes, exception_handlers={HTTPException: as_json, Exception: as_json})
    app.router.redirect_slashes = False
    return Mount(f"/{below}/api" if below else "/api", app)


def _is_on(name: str) -> bool:
    return os.environ.get(name, "") not in ("", "0")
