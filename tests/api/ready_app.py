"""The application over HTTP with its routes prepared, once for a test process.

Invariant: what answers is what `create_app` builds; only the work that its routes do at the first request, half a
second for them all, is not done again for each test. Routes know no application: they find it in the request.
"""

from functools import cache
from typing import cast

from fastapi import FastAPI
from starlette.routing import BaseRoute

from api.app import create_app
from copilot.bootstrap import Application


def ready_app(application: Application) -> FastAPI:
    """As `create_app` without a worker."""
    app = create_app(application, worker=False)
    app.router.routes = [*_prepared()]
    return app


@cache
def _prepared() -> tuple[BaseRoute, ...]:
    return tuple(create_app(cast("Application", None), worker=False).router.routes)
