"""One module of page routes per noun."""

from api.web.pages import accounts, bulk, documents, item, queue, reviewers, search, sessions

# The queue's own paths come before those of an item, which would take any word for an item's id.
ROUTERS = tuple(module.router for module in (sessions, accounts, documents, bulk, queue, item, reviewers, search))
"""All page routes."""
