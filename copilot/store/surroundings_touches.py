"""Who wrote to or called some people and their company lately, and what they answered.

Invariant: touches count whoever made them, by mail, call or draft; the same mail logged in the CRM and imported from a
mailbox counts once.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, and_, cast, func, or_, select
from sqlalchemy.dialects.postgresql import JSONB

from copilot.domain.contact_rules import Touch, TouchState
from copilot.domain.folding import fold
from copilot.domain.review_items import UNDECIDED, ReviewState
from copilot.store.database import UnitOfWork
from copilot.store.releases import ReleaseState
from copilot.store.surroundings_people import Person, reached
from copilot.store.tables.documents import DocumentRow
from copilot.store.tables.people import UserRow
from copilot.store.tables.records import ActivityRow
from copilot.store.tables.work import DraftVersionRow, ReleaseRow, ReviewItemRow

_MOST_TOUCHES = 500
_MOST_TEXTS = 60
_LONGEST_TEXT = 20_000
"""Characters. Who wants to be left alone says so early."""
_OUT_OR_ON_ITS_WAY = (ReviewState.RELEASED.value, ReviewState.APPROVED.value, *(state.value for state in UNDECIDED))
_MAY_HAVE_LEFT = (ReleaseState.SENDING.value, ReleaseState.PARKED.value)
"""Whatever became of the item since: its message is counted until somebody says that it did not leave."""
_SAYS_SOMETHING = frozenset({"body", "heading", "table"})


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose touches, and since when."""

    persons: Sequence[Person]
    account_id: str | None
    """Of the draft."""
    since: datetime
    without_item: str | None = None
    """The draft's own item in the queue, which is no touch."""

    @property
    def accounts(self) -> set[str]:
        """All accounts of the persons and of the draft."""
        found = {item for person in self.persons for item in person.accounts}
        return found | ({self.account_id} if self.account_id else set())

    def touch(
        self,
        moment: datetime,
        *,
        account_id: str,
        contact_ids: frozenset[str],
        by: str | None,
        state: TouchState = TouchState.DONE,
    ) -> Iterator[Touch]:
        """A touch, if it concerns one of the persons or the account."""
        of_account = account_id == self.account_id
        if contact_ids or of_account:
            yield Touch(moment=moment, state=state, sender=by or "", contact_ids=contact_ids, of_account=of_account)


def logged_touches(uow: UnitOfWork, scope: Scope) -> Iterator[Touch]:
    """Outgoing emails and calls of the CRM and of imported mailboxes."""
    seen: set[tuple[str, date, str]] = set()
    for query in (_logged(scope), _mailed(scope)):
        for account_id, moment, author, participants, subject in uow.session.execute(query):
            key = (account_id, moment.date(), fold(subject or ""))
            if not subject or key not in seen:
                seen.add(key)
                found = reached(scope.persons, participants)
                yield from scope.touch(moment, account_id=account_id, contact_ids=found, by=author)


def drafted_touches(uow: UnitOfWork, scope: Scope) -> Iterator[Touch]:
    """Drafts that go out: released, being sent at this moment or perhaps sent, approved, or undecided."""
    for account_id, state, release_state, moment, sender, named in uow.session.execute(_drafted(scope)):
        done = state == ReviewState.RELEASED.value or release_state in _MAY_HAVE_LEFT
        if done and moment < scope.since:
            continue
        waiting = TouchState.APPROVED if state == ReviewState.APPROVED.value else TouchState.PENDING
        found = frozenset(person.id for person in scope.persons if person.ids & set(named or ()))
        yield from scope.touch(
            moment, account_id=account_id, contact_ids=found, by=sender, state=TouchState.DONE if done else waiting
        )


def inbound_texts(uow: UnitOfWork, scope: Scope) -> dict[str, list[tuple[date, str]]]:
    """By contact id: day and text of what each person wrote to us, without quoted history, which may be our words."""
    found: dict[str, list[tuple[date, str]]] = defaultdict(list)
    for query in (_answers_logged(scope), _answers_mailed(scope)):
        for moment, author, participants, text, blocks in uow.session.execute(query):
            # A mail names its sender first; what is logged names our colleague as author and the contacts beside.
            writers = [author or "", *(participants[:1] if blocks is not None else participants)]
            for contact_id in reached(scope.persons, writers):
                found[contact_id].append((moment.date(), _without_history(text, blocks)))
    return found


def _logged(scope: Scope) -> Select[*tuple[Any, ...]]:
    row = ActivityRow
    query = select(row.account_id, row.occurred_at, row.author, row.participants, row.subject).where(
        row.account_id.in_(scope.accounts),
        row.occurred_at >= scope.since,
        row.direction == "outbound",
        row.kind.in_(["email", "call"]),
    )
    return query.order_by(row.occurred_at.desc()).limit(_MOST_TOUCHES)


def _mailed(scope: Scope) -> Select[*tuple[Any, ...]]:
    row = DocumentRow
    query = select(row.account_id, row.authored_at, row.author, row.participants, row.title).where(
        row.account_id.in_(scope.accounts),
        row.authored_at >= scope.since,
        row.direction == "outbound",
        row.kind == "email",
    )
    return query.order_by(row.authored_at.desc()).limit(_MOST_TOUCHES)


def _drafted(scope: Scope) -> Select[*tuple[Any, ...]]:
    item, version, release = ReviewItemRow, DraftVersionRow, ReleaseRow
    moment = func.coalesce(release.finished_at, release.started_at, item.submitted_at)
    columns = (item.account_id, item.state, release.state, moment, UserRow.name, version.content["recipients"])
    query = (
        select(*columns)
        .join(version, and_(version.draft_id == item.draft_id, version.version == item.version))
        .join(UserRow, UserRow.id == item.requester_id)
        .outerjoin(release, release.review_item_id == item.id)
        .where(
            item.account_id.in_(scope.accounts),
            ~item.is_test,
            item.audience == "external",
            or_(item.state.in_(_OUT_OR_ON_ITS_WAY), release.state.in_(_MAY_HAVE_LEFT)),
            item.id != (scope.without_item or ""),
            version.content.op("?")("recipients"),
        )
    )
    return query.order_by(item.submitted_at.desc()).limit(_MOST_TOUCHES)


def _answers_logged(scope: Scope) -> Select[*tuple[Any, ...]]:
    row = ActivityRow
    text = func.left(func.concat_ws("\n", row.subject, row.body), _LONGEST_TEXT)
    query = select(row.occurred_at, row.author, row.participants, text, cast(None, JSONB)).where(
        row.account_id.in_(scope.accounts), row.occurred_at >= scope.since, row.direction == "inbound"
    )
    return query.order_by(row.occurred_at.desc()).limit(_MOST_TEXTS)


def _answers_mailed(scope: Scope) -> Select[*tuple[Any, ...]]:
    row = DocumentRow
    query = select(row.authored_at, row.author, row.participants, row.text, row.blocks).where(
        row.account_id.in_(scope.accounts), row.authored_at >= scope.since, row.direction == "inbound"
    )
    return query.order_by(row.authored_at.desc()).limit(_MOST_TEXTS)


def _without_history(text: str, blocks: list[dict[str, Any]] | None) -> str:
    if not blocks:
        return text[:_LONGEST_TEXT]
    said = "\n".join(text[item["start"] : item["end"]] for item in blocks if item.get("kind") in _SAYS_SOMETHING)
    return said[:_LONGEST_TEXT]
