"""What the records say of prospects beyond their signals, how customers are spread, and who could look after whom.

Invariant: facts of a day are those dated by then; this is for scoring, which sees every account. What a person sees of
it is restricted by whoever shows it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Date, Select, cast, func, or_, select

from copilot.domain.access import Role, Viewer
from copilot.domain.portfolio import Slice
from copilot.domain.records import OpportunityStatus
from copilot.store.customers import is_customer, is_prospect
from copilot.store.database import UnitOfWork
from copilot.store.portfolio import in_slice
from copilot.store.tables.people import TeamRow, UserRow
from copilot.store.tables.records import AccountRow, ActivityRow, ContactRow, OpportunityRow
from copilot.store.tables.scores import AccountStandingRow
from copilot.store.visibility import account_is_visible

_MEETINGS_DAYS = 90
_AT_ONCE = 10_000
WORDS = {
    "industry": AccountRow.industry,
    "segment": AccountRow.segment,
    "country": AccountRow.country,
    "language": AccountRow.language,
}
"""Columns of words that customers are counted by."""


@dataclass(frozen=True, slots=True)
class LeadFacts:
    """Of one account; None is not known."""

    name: str
    owner_email: str | None
    words: Mapping[str, str | None]
    """By the names in `WORDS`."""
    employees: int | None
    contacts: int
    """Who have not left."""
    open_deals: int
    meetings: int
    """In the last 90 days."""


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who may be given leads."""

    user_id: str
    email: str
    name: str
    role: Role
    language: str
    team: str | None
    accounts: int
    """Customers and prospects that they own."""
    open_deals: int
    """Of those."""


class LeadFactsRepository:
    """Of one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._session = uow.session
        self._today = uow.clock.today()

    def prospects(self, chosen: Slice | None = None, *, viewer: Viewer) -> list[str]:
        """Ids of the prospects that the viewer may see, or of those of some owner or segment."""
        narrowed = in_slice(chosen) if chosen else []
        query = select(AccountRow.id).where(is_prospect(self._today), *narrowed, account_is_visible(viewer))
        return list(self._session.scalars(query.order_by(AccountRow.id)))

    def of_day(self, account_ids: Sequence[str], *, day: date) -> dict[str, LeadFacts]:
        """Facts of these accounts, by id."""
        found: dict[str, LeadFacts] = {}
        for start in range(0, len(account_ids), _AT_ONCE):
            found |= self._of_day(account_ids[start : start + _AT_ONCE], day)
        return found

    def _of_day(self, account_ids: Sequence[str], day: date) -> dict[str, LeadFacts]:
        contacts = self._counts(
            select(ContactRow.account_id, func.count()).where(
                or_(ContactRow.left_on.is_(None), ContactRow.left_on > day)
            ),
            account_ids,
        )
        deals = self._counts(
            select(OpportunityRow.account_id, func.count()).where(
                or_(OpportunityRow.created_on.is_(None), OpportunityRow.created_on <= day),
                or_(OpportunityRow.status == OpportunityStatus.OPEN.value, OpportunityRow.close_date > day),
            ),
            account_ids,
        )
        met_on = cast(func.timezone("UTC", ActivityRow.occurred_at), Date)
        meetings = self._counts(
            select(ActivityRow.account_id, func.count()).where(
                ActivityRow.kind == "meeting", met_on <= day, met_on > day - timedelta(days=_MEETINGS_DAYS)
            ),
            account_ids,
        )
        rows = self._session.execute(
            select(AccountRow.id, AccountRow.name, AccountRow.owner_email, AccountRow.employees, *WORDS.values()).where(
                AccountRow.id.in_(account_ids)
            )
        )
        return {
            account_id: LeadFacts(
                name=name,
                owner_email=owner_email,
                words=dict(zip(WORDS, words, strict=True)),
                employees=employees,
                contacts=contacts.get(account_id, 0),
                open_deals=deals.get(account_id, 0),
                meetings=meetings.get(account_id, 0),
            )
            for account_id, name, owner_email, employees, *words in rows
        }

    def _counts(self, query: Select[str | None, int], account_ids: Sequence[str]) -> dict[str, int]:
        account_id = query.selected_columns[0]
        rows = self._session.execute(query.where(account_id.in_(account_ids)).group_by(account_id))
        return {found: count for found, count in rows if found is not None}

    def customers_by_word(self) -> dict[str, dict[str, int]]:
        """How many customers have each word of each column."""
        found: dict[str, dict[str, int]] = {}
        for name, column in WORDS.items():
            rows = self._session.execute(
                select(column, func.count()).where(is_customer(self._today), column.is_not(None)).group_by(column)
            )
            found[name] = {word: count for word, count in rows if word}
        return found

    def colleagues(self) -> list[Colleague]:
        """Everybody who can sign in, with what they look after, by email."""
        of = AccountStandingRow
        owner = of.owner
        is_there = or_(is_customer(self._today, of=of), is_prospect(self._today, of=of))
        accounts = dict(self._pairs(select(owner, func.count()).where(is_there).group_by(owner)))
        deals = dict(
            self._pairs(
                select(owner, func.count())
                .join(OpportunityRow, OpportunityRow.account_id == of.account_id)
                .where(OpportunityRow.status == OpportunityStatus.OPEN.value)
                .group_by(owner)
            )
        )
        people = self._session.execute(
            select(UserRow.id, UserRow.email, UserRow.name, UserRow.role, UserRow.language, TeamRow.name)
            .join(TeamRow, TeamRow.id == UserRow.team_id, isouter=True)
            .where(UserRow.active)
            .order_by(UserRow.email)
        )
        return [
            Colleague(
                user_id=user_id,
                email=email,
                name=name,
                role=Role(role),
                language=language,
                team=team,
                accounts=accounts.get(email, 0),
                open_deals=deals.get(email, 0),
            )
            for user_id, email, name, role, language, team in people
        ]

    def _pairs(self, query: Select[str | None, int]) -> list[tuple[str, int]]:
        return [(owner, count) for owner, count in self._session.execute(query) if owner is not None]
