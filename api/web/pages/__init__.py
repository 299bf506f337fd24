"""One module of page routes per noun."""

from api.web.pages import accounts, documents, queue, search, sessions

ROUTERS = tuple(module.router for module in (sessions, accounts, documents, queue, search))
"""All page routes."""
