"""The landing page of the administration: one card for each thing that can be looked after.

Invariant: a card names only what whoever reads may open.
"""

from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from api.admin_access import LeaderDep
from api.localisation import mark as _
from api.web.templating import render
from copilot.domain.access import Role

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Card:
    """One thing to look after."""

    address: str
    name: str
    about: str
    for_managers: bool = False


CARDS = (
    Card("/admin/people", _("People"), _("Who works with the copilot, in which role, and what each may see.")),
    Card("/admin/teams", _("Teams"), _("Who belongs together, and which managers see which accounts.")),
    Card("/admin/tokens", _("Access tokens"), _("Programs that act for a person, and when they last did.")),
    Card("/admin/sources", _("Data sources"), _("Imports, rows that were left out and why, and new files.")),
    Card(
        "/admin/models",
        _("Models and budgets"),
        _("Which model does what, what it costs, and what is left of the budgets."),
    ),
    Card("/admin/prompts", _("Prompts"), _("What models are asked, in every version, and what came of it.")),
    Card(
        "/admin/policies",
        _("Policies"),
        _("Who must approve what, what the guardrails look for, and a place to try both."),
        for_managers=True,
    ),
    Card("/admin/erasure", _("Erasure requests"), _("Remove a person everywhere, with a record that proves it.")),
    Card("/audit", _("Audit"), _("Every decision and release, in a chain that shows any change.")),
)


@router.get("/admin")
def administration(request: Request, viewer: LeaderDep) -> Response:
    """Everything there is to look after."""
    cards = [card for card in CARDS if card.for_managers or viewer.role is Role.ADMIN]
    return render(request, "admin_home.html", cards=cards)
