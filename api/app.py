"""Builds the HTTP application around the composition root's parts.

Invariant: every route needs authentication unless it is on the short list of `PUBLIC_PATHS` (a test walks all).
"""

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse
from starlette.staticfiles import StaticFiles

from api import errors, security
from api.deps import ViewerDep
from api.import_uploads import ImportUploads
from api.routes import (
    account_parts,
    accounts,
    admin_erasure,
    admin_models,
    admin_people,
    admin_policies,
    admin_prompts,
    admin_sources,
    admin_teams,
    admin_uploads,
    alerts,
    answer_library,
    audit,
    brief_schedules,
    briefs,
    chat,
    delegations,
    documents,
    everything,
    evidence,
    follow_ups,
    guardrails,
    meetings,
    my_access,
    notifications,
    portfolio,
    portfolio_customers,
    privacy,
    queue,
    releases,
    reviewers,
    rfp_answers,
    rfps,
    saved_views,
    score_models,
    search,
    sessions,
    team,
    today,
    value,
    webhooks,
)
from api.web import pages
from api.web.error_pages import error_page
from api.web.templating import STATIC
from copilot import __version__
from copilot.bootstrap import Application
from copilot.jobs import Task

API = (
    sessions,
    my_access,
    admin_people,
    admin_teams,
    admin_sources,
    admin_uploads,
    admin_models,
    admin_prompts,
    admin_policies,
    admin_erasure,
    accounts,
    account_parts,
    briefs,
    brief_schedules,
    chat,
    follow_ups,
    documents,
    evidence,
    search,
    everything,
    queue,
    releases,
    saved_views,
    delegations,
    reviewers,
    notifications,
    webhooks,
    audit,
    guardrails,
    meetings,
    privacy,
    rfps,
    rfp_answers,
    answer_library,
    alerts,
    portfolio,
    portfolio_customers,
    score_models,
    today,
    team,
    value,
)
_SHORTEST_COMPRESSED, _COMPRESSION = 1_000, 5
"""Bytes, and zlib's level: beyond it pages get little shorter and take longer."""
_NEW_OBJECTS = 20_000
"""So many are made before the collector looks for rings among them: a page makes thousands, and nearly all go by
themselves."""
PUBLIC_PATHS = {
    "/health",
    "/sign-in",
    "/sign-in/sso",
    "/sign-in/sso/callback",
    "/sign-out/provider",
    "/sign-out/done",
    "/password/{secret}",
    "/api/v1/sessions",
    "/unsubscribe/{token}",
}


def create_app(application: Application, *, worker: bool = True) -> FastAPI:
    """The web application; with `worker` it also runs background jobs in this process."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        gc.set_threshold(_NEW_OBJECTS, *gc.get_threshold()[1:])
        if worker:
            application.jobs.take_on(Task.IMPORT, ImportUploads(application).run_waiting)
        task = asyncio.create_task(application.jobs.work()) if worker else None
        yield
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    # The interactive documentation pages load scripts from elsewhere, so they stay off.
    app = FastAPI(
        title="sales-copilot", version=__version__, lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None
    )
    # A redirect to the address without its slash would trust the Host header.
    app.router.redirect_slashes = False
    app.state.application = application
    app.middleware("http")(security.guard)
    app.add_middleware(security.HeadAsGet)
    app.add_middleware(GZipMiddleware, minimum_size=_SHORTEST_COMPRESSED, compresslevel=_COMPRESSION)
    errors.install(app, page=error_page)
    for module in API:
        app.include_router(module.router)
    for router in pages.ROUTERS:
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    _add_own_routes(app)
    return app


def _add_own_routes(app: FastAPI) -> None:
    @app.get("/health", include_in_schema=False)
    def health() -> dict[str, str]:
        """Whether this process answers; says nothing about data."""
        return {"status": "ok"}

    @app.get("/api/v1/openapi.json", include_in_schema=False)
    def schema(_viewer: ViewerDep) -> JSONResponse:
        """The API's description."""
        return JSONResponse(get_openapi(title=app.title, version=app.version, routes=app.routes))
