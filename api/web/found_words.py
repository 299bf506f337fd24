"""What is found, in words: the name of each group, and what stands beside a hit.

Invariant: every group has a name and a place where all of it is looked for, or none (a test walks them).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from api.localisation import mark as _
from api.localisation import translate
from api.web.links import with_query
from api.web.navigation import pages_of
from api.web.values import Values
from copilot.domain.access import Viewer
from copilot.domain.language import Language
from copilot.store.database import UnitOfWork
from copilot.workflows.finding.everything import FoundGroup, FoundThing, Group, find_everything

NAMES: dict[Group, str] = {
    Group.PAGES: _("Pages"),
    Group.ACCOUNTS: _("Accounts"),
    Group.CONTACTS: _("People"),
    Group.OPPORTUNITIES: _("Opportunities"),
    Group.ITEMS: _("Drafts in the queue"),
    Group.DOCUMENTS: _("Documents"),
    Group.THREADS: _("Conversations"),
    Group.PROJECTS: _("Questionnaires"),
    Group.ALERTS: _("Alerts"),
}
_CODES = {
    Group.OPPORTUNITIES: "opportunity_status",
    Group.ITEMS: "state",
    Group.DOCUMENTS: "document_kind",
    Group.ALERTS: "alert_kind",
}
"""Which table has the word for the code of a hit."""
_ALL = {Group.ACCOUNTS: "/accounts", Group.ITEMS: "/queue"}
"""Pages that look for the same words among all of a group."""


@dataclass(frozen=True, slots=True)
class ShownHit:
    label: str
    detail: str
    address: str


@dataclass(frozen=True, slots=True)
class ShownGroup:
    """`all_at`: where the others are; empty: nowhere, or there are no others."""

    group: Group
    name: str
    hits: tuple[ShownHit, ...]
    more: bool
    all_at: str


def shown_groups(
    query: str, *, limit: int, viewer: Viewer, language: Language, uow: UnitOfWork
) -> tuple[ShownGroup, ...]:
    """What the viewer finds, in their language. Raises InputError for a query that is too long."""
    pages = [(address, translate(name, language=language)) for address, name in pages_of(viewer)]
    found = find_everything(query, pages=pages, limit=limit, viewer=viewer, uow=uow)
    values = Values(language)
    return tuple(_group(group, query, values) for group in found)


def _group(found: FoundGroup, query: str, values: Values) -> ShownGroup:
    everything = _ALL.get(found.group)
    parameters = {"q": query} | ({"show": "open"} if found.group is Group.ITEMS else {})
    return ShownGroup(
        group=found.group,
        name=translate(NAMES[found.group], language=values.language),
        hits=tuple(_hit(thing, values) for thing in found.things),
        more=found.more,
        all_at=with_query(everything, parameters) if everything and found.more else "",
    )


def _hit(thing: FoundThing, values: Values) -> ShownHit:
    one, table = thing.named, _CODES.get(thing.group)
    same = one.account_name == one.label
    parts: Sequence[str | None] = (
        None if same else one.account_name,
        values.word(one.code, table) if table else None,
        values.short(one.day),
    )
    return ShownHit(label=one.label or "–", detail=" · ".join(filter(None, parts)), address=thing.address)
