"""One module of page routes per noun."""

from api.web.pages import (
    accounts,
    alerts,
    answer_library,
    audit,
    bulk,
    chat,
    chat_acts,
    delegations,
    documents,
    feedback,
    follow_ups,
    item,
    item_actions,
    meetings,
    notifications,
    portfolio,
    queue,
    reviewers,
    rfp_acts,
    rfps,
    saved_views,
    search,
    sessions,
)

# The queue's own paths come before those of an item, which would take any word for an item's id.
ROUTERS = tuple(
    module.router
    for module in (
        sessions,
        accounts,
        follow_ups,
        meetings,
        documents,
        bulk,
        saved_views,
        queue,
        item,
        item_actions,
        reviewers,
        search,
        chat,
        chat_acts,
        delegations,
        notifications,
        audit,
        feedback,
        rfps,
        rfp_acts,
        answer_library,
        portfolio,
        alerts,
    )
)
"""All page routes."""
