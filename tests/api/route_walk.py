"""Every route of the application, whatever it is included through."""

from collections.abc import Iterable, Iterator

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute


def every_route(app: FastAPI) -> list[APIRoute]:
    """All routes with their full paths; our routers carry their prefixes themselves."""
    return list(_walk(app.routes))


def _walk(routes: Iterable[BaseRoute]) -> Iterator[APIRoute]:
    for route in routes:
        if isinstance(route, APIRoute):
            yield route
        # A router that was included keeps its own routes instead of handing them to the application.
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from _walk(inner.routes)
