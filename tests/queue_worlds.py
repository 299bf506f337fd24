"""Many review items at little cost, for the tests of lists: rows without the work of filing a draft."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from copilot.domain.access import Role, Viewer, Visibility
from copilot.domain.drafts import Audience, DraftKind
from copilot.domain.findings import Risk
from copilot.domain.language import Language
from copilot.domain.review_items import Requirement, ReviewState, Step
from copilot.store.database import Database
from copilot.store.tables.records import AccountRow
from copilot.store.tables.work import DraftRow, DraftVersionRow, ReviewItemRow, ReviewVoteRow

NOW = datetime(2026, 11, 16, 9, tzinfo=UTC)
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Item:
    """What a test wants an item to be."""

    account_id: str | None
    requester: Viewer
    state: ReviewState = ReviewState.PENDING
    risk: Risk = Risk.LOW
    kind: DraftKind = DraftKind.BRIEF
    audience: Audience = Audience.INTERNAL
    language: Language = Language.ES
    visibility: Visibility = Visibility.STAFF
    due_in_hours: int = 1
    value: Decimal | None = None
    title: str = "Aceros"
    body: str = "Nada"
    rules: tuple[str, ...] = ()
    assignee: Viewer | None = None
    author: Viewer | None = None
    steps: tuple[Step, ...] = (Step(roles=(Role.MANAGER, Role.ADMIN)),)
    self_review: bool = False
    bulk: bool = False
    cites: tuple[str, ...] = ()
    """Other accounts."""
    votes: tuple[tuple[Viewer, int], ...] = ()
    """Who approved which step."""
    team: str | None = None
    """The team it was asked in, where it has no account."""

    @property
    def requirement(self) -> Requirement:
        return Requirement(
            rule="test",
            steps=self.steps,
            self_review=self.self_review,
            bulk=self.bulk,
            due_at=NOW + timedelta(hours=self.due_in_hours),
            expires_at=NOW + timedelta(hours=1000),
        )


def add_accounts(database: Database, owners: Sequence[Viewer | None], *, names: Sequence[str] = ()) -> list[str]:
    """One account for each owner."""
    ids = [f"acc_{number:020}" for number, _ in enumerate(owners, start=1)]
    with database.unit_of_work() as uow:
        for number, (account_id, owner) in enumerate(zip(ids, owners, strict=True)):
            name = names[number] if number < len(names) else f"Empresa {number}"
            uow.session.add(
                AccountRow(
                    id=account_id,
                    source_system="test",
                    source_id=account_id,
                    as_of=date(2026, 11, 13),
                    content_hash="x",
                    name=name,
                    owner_email=owner.email if owner else None,
                    search_key=name.lower(),
                )
            )
    return ids


def add_item(database: Database, wanted: Item) -> str:
    """The id of a new item."""
    return add_items(database, [wanted])[0]


def add_items(database: Database, wanted: Sequence[Item]) -> list[str]:
    """Ids of new items, in the order given."""
    ids = []
    with database.unit_of_work() as uow:
        for item in wanted:
            item_id = f"review_{next(_numbers):032x}"
            ids.append(item_id)
            uow.session.add(_draft(item_id, item))
            uow.flush()
            uow.session.add(_version(item_id, item))
            uow.flush()
            uow.session.add(_row(item_id, item))
            uow.flush()
            uow.session.add_all(_votes(item_id, item))
    return ids


def _draft(item_id: str, item: Item) -> DraftRow:
    return DraftRow(
        id=f"draft_of_{item_id}",
        kind=item.kind.value,
        account_id=item.account_id,
        requester_id=item.requester.user_id,
        created_at=NOW,
        latest_version=1,
    )


def _version(item_id: str, item: Item) -> DraftVersionRow:
    content: dict[str, Any] = {
        "sections": [{"key": "a", "title": "", "segments": [{"id": "a.1", "text": item.body}]}],
        "evidence": [{"account_id": account} for account in (item.account_id, *item.cites, None)],
    }
    return DraftVersionRow(
        draft_id=f"draft_of_{item_id}",
        version=1,
        digest=f"digest of {item_id}",
        content=content,
        language=item.language.value,
        as_of=date(2026, 11, 16),
        author_id=(item.author or item.requester).user_id,
        created_at=NOW,
        findings=[],
    )


def _row(item_id: str, item: Item) -> ReviewItemRow:
    return ReviewItemRow(
        id=item_id,
        draft_id=f"draft_of_{item_id}",
        version=1,
        account_id=item.account_id,
        kind=item.kind.value,
        title=item.title,
        language=item.language.value,
        audience=item.audience.value,
        visibility=item.visibility.value,
        digest=f"digest of {item_id}",
        state=item.state.value,
        risk=item.risk.value,
        value_at_stake=item.value,
        rules=list(item.rules),
        requester_id=item.requester.user_id,
        team_id=item.team,
        requirement=item.requirement.model_dump(mode="json"),
        submitted_at=NOW,
        due_at=item.requirement.due_at,
        expires_at=item.requirement.expires_at,
        assignee_id=item.assignee.user_id if item.assignee else None,
    )


def _votes(item_id: str, item: Item) -> list[ReviewVoteRow]:
    return [
        ReviewVoteRow(
            id=f"vote_{item_id}_{voter.user_id}",
            review_item_id=item_id,
            voter_id=voter.user_id,
            role=voter.role.value,
            step=step,
            verdict="approve",
            digest=f"digest of {item_id}",
            terms=item.requirement.terms,
            accepted_segments=[],
            cast_at=NOW,
        )
        for voter, step in item.votes
    ]
