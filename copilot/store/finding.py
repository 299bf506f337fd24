"""Things by their names, whatever case and accents: people, deals, documents, drafts, conversations, and so on.

Invariant 3: every query keeps to what the viewer may see, by the rule of the list that the thing stands in; of what is
left out nothing is said, not even that there is more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, literal_column, or_, select

from copilot.domain.access import Viewer
from copilot.domain.alerting import STANDING
from copilot.domain.alerts import AlertKind
from copilot.domain.review_items import ReviewState
from copilot.store.database import UnitOfWork
from copilot.store.queue_reach import reach_of
from copilot.store.rfp_rows import project_is_visible
from copilot.store.tables.chat import ChatThreadRow
from copilot.store.tables.documents import DocumentRow
from copilot.store.tables.records import AccountRow, ContactRow, OpportunityRow
from copilot.store.tables.rfp import RfpProjectRow
from copilot.store.tables.scores import AlertRow
from copilot.store.tables.work import ReviewItemRow
from copilot.store.visibility import id_is_visible, visible_accounts

_MARKS = "[\u0300-\u036f]"


@dataclass(frozen=True, slots=True)
class Named:
    """Something that was found. `code`: its kind or state, for words; `day`: of when it is."""

    id: str
    label: str
    account_id: str | None = None
    account_name: str | None = None
    code: str = ""
    day: date | None = None


class FindingRepository:
    """Finds for one viewer by folded words: all of them have to stand in a name."""

    def __init__(self, viewer: Viewer, words: Sequence[str], *, limit: int, uow: UnitOfWork) -> None:
        """`words` are lower case without accents; at least one."""
        self._viewer = viewer
        self._words = tuple(words)
        self._limit = limit
        self._uow = uow
        self._session = uow.session

    def contacts(self) -> tuple[Named, ...]:
        """People of customers, by name or address."""
        shown = ContactRow.name + " " + func.coalesce(ContactRow.email, "")
        query = self._of_accounts(ContactRow.id, ContactRow.name, ContactRow.account_id, named=ContactRow.name)
        return self._read(query.where(*self._in(shown)))

    def opportunities(self) -> tuple[Named, ...]:
        """Deals by name, open ones first."""
        query = self._of_accounts(
            OpportunityRow.id,
            OpportunityRow.name,
            OpportunityRow.account_id,
            OpportunityRow.status,
            named=OpportunityRow.name,
        )
        order = case((OpportunityRow.status == "open", 0), else_=1)
        query = query.order_by(None).order_by(order, self._place(OpportunityRow.name), OpportunityRow.id)
        return self._read(query.where(*self._in(OpportunityRow.name)))

    def documents(self) -> tuple[Named, ...]:
        """Documents by title, of visible accounts and of shared knowledge."""
        classes = [visibility.value for visibility in self._viewer.visibility_classes]
        seen = or_(id_is_visible(self._viewer, DocumentRow.account_id), DocumentRow.visibility.in_(classes))
        query = (
            select(
                DocumentRow.id,
                DocumentRow.title,
                DocumentRow.account_id,
                AccountRow.name,
                DocumentRow.kind,
                DocumentRow.authored_at,
            )
            .outerjoin(AccountRow, AccountRow.id == DocumentRow.account_id)
            .where(seen, *self._in(DocumentRow.title))
            .order_by(self._place(DocumentRow.title), DocumentRow.authored_at.desc().nulls_last(), DocumentRow.id)
        )
        return self._read(query)

    def items(self) -> tuple[Named, ...]:
        """Entries of the queue by title or account, newest first; replaced versions are left out."""
        reach = reach_of(self._viewer, uow=self._uow)
        shown = ReviewItemRow.title + " " + func.coalesce(AccountRow.name, "")
        query = (
            select(
                ReviewItemRow.id,
                ReviewItemRow.title,
                ReviewItemRow.account_id,
                AccountRow.name,
                ReviewItemRow.state,
                ReviewItemRow.submitted_at,
            )
            .outerjoin(AccountRow, AccountRow.id == ReviewItemRow.account_id)
            .where(
                reach.of(ReviewItemRow),
                ReviewItemRow.state != ReviewState.SUPERSEDED.value,
                *self._in(shown),
            )
            .order_by(ReviewItemRow.submitted_at.desc(), ReviewItemRow.id)
        )
        return self._read(query)

    def threads(self) -> tuple[Named, ...]:
        """The viewer's own conversations by title, the latest first."""
        query = (
            select(ChatThreadRow.id, ChatThreadRow.title, ChatThreadRow.updated_at)
            .where(
                ChatThreadRow.user_id == self._viewer.user_id,
                ChatThreadRow.deleted_at.is_(None),
                *self._in(ChatThreadRow.title),
            )
            .order_by(ChatThreadRow.updated_at.desc(), ChatThreadRow.id)
            .limit(self._limit)
        )
        return tuple(Named(key, title, day=_day(at)) for key, title, at in self._session.execute(query))

    def projects(self) -> tuple[Named, ...]:
        """Questionnaires by title, file or account."""
        shown = RfpProjectRow.title + " " + RfpProjectRow.file_name + " " + func.coalesce(AccountRow.name, "")
        query = (
            select(
                RfpProjectRow.id,
                RfpProjectRow.title,
                RfpProjectRow.account_id,
                AccountRow.name,
                RfpProjectRow.state,
                RfpProjectRow.updated_at,
            )
            .outerjoin(AccountRow, AccountRow.id == RfpProjectRow.account_id)
            .where(project_is_visible(self._viewer), *self._in(shown))
            .order_by(RfpProjectRow.updated_at.desc(), RfpProjectRow.id)
        )
        return self._read(query)

    def alerts(self, kinds_by_word: Sequence[Sequence[AlertKind]]) -> tuple[Named, ...]:
        """Alerts by account; `kinds_by_word`: for each word the kinds that it may mean instead."""
        words = [
            or_(_folded(AccountRow.name).contains(word, autoescape=True), AlertRow.kind.in_([*kinds]))
            for word, kinds in zip(self._words, kinds_by_word, strict=True)
        ]
        stands = case((AlertRow.state.in_([state.value for state in STANDING]), 0), else_=1)
        query = (
            select(AlertRow.id, AccountRow.name, AccountRow.id, AccountRow.name, AlertRow.kind, AlertRow.day)
            .join(AccountRow, AccountRow.id == AlertRow.account_id)
            .where(AlertRow.account_id.in_(visible_accounts(self._viewer)), *words)
            .order_by(stands, AlertRow.day.desc(), AlertRow.id)
        )
        return self._read(query)

    def _of_accounts(self, key: Any, label: Any, account_id: Any, *more: Any, named: Any) -> Select[*tuple[Any, ...]]:
        """Records of accounts that the viewer may see, those whose name begins with the first word first."""
        return (
            select(key, label, account_id, AccountRow.name, *more)
            .join(AccountRow, AccountRow.id == account_id)
            .where(account_id.in_(visible_accounts(self._viewer)))
            .order_by(self._place(named), named, key)
        )

    def _in(self, shown: Any) -> tuple[ColumnElement[bool], ...]:
        folded = _folded(shown)
        return tuple(folded.contains(word, autoescape=True) for word in self._words)

    def _place(self, named: Any) -> ColumnElement[int]:
        return case((_folded(named).startswith(self._words[0], autoescape=True), 0), else_=1)

    def _read(self, query: Select[*tuple[Any, ...]]) -> tuple[Named, ...]:
        rows = self._session.execute(query.limit(self._limit))
        return tuple(_named(*row) for row in rows)


def _named(
    key: str,
    label: str,
    account_id: str | None,
    account_name: str | None,
    code: str = "",
    at: datetime | date | None = None,
) -> Named:
    return Named(key, label, account_id, account_name, code, _day(at))


def _day(at: datetime | date | None) -> date | None:
    return at.date() if isinstance(at, datetime) else at


def _folded(shown: Any) -> ColumnElement[str]:
    """As `copilot.domain.folding.fold`: lower case, accents off."""
    spread = func.normalize(shown, literal_column("NFKD"))
    return func.lower(func.regexp_replace(spread, _MARKS, "", "g"))
