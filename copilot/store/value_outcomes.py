"""What came after drafts left: answers to emails, ends of alerts, questions of questionnaires; who worked; what
model calls cost.

Invariant: counts of the people asked for and nothing else; no name, text or address leaves this module.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    ARRAY,
    TEXT,
    ColumnElement,
    Date,
    Select,
    any_,
    cast,
    func,
    literal,
    or_,
    select,
    union_all,
)

from copilot.domain.alerts import AlertKind
from copilot.domain.documents import DocumentKind
from copilot.domain.drafts import DraftKind
from copilot.domain.records import ActivityKind, Direction
from copilot.domain.rfp_projects import QuestionState
from copilot.store.database import UnitOfWork
from copilot.store.releases import ReleaseState
from copilot.store.tables.chat import ChatThreadRow, ChatTurnRow
from copilot.store.tables.documents import DocumentRow
from copilot.store.tables.models import ModelCallRow
from copilot.store.tables.quality import ReviewOpeningRow
from copilot.store.tables.records import ActivityRow
from copilot.store.tables.rfp import RfpProjectRow, RfpQuestionRow
from copilot.store.tables.scores import AlertRow
from copilot.store.tables.work import (
    AuditEventRow,
    DraftRow,
    DraftVersionRow,
    ReleaseRow,
    ReviewCommentRow,
    ReviewItemRow,
    ReviewVoteRow,
)

_SENT_THROUGH = "smtp"
"""Of a mail written as a file nobody knows whether a person sent it, and a dry run sends none."""
_INBOUND_DOCUMENT = (
    DocumentRow.kind == DocumentKind.EMAIL.value,
    DocumentRow.direction == Direction.INBOUND.value,
    DocumentRow.account_id.is_not(None),
)
_INBOUND_ACTIVITY = (
    ActivityRow.kind == ActivityKind.EMAIL.value,
    ActivityRow.direction == Direction.INBOUND.value,
    ActivityRow.account_id.is_not(None),
)


@dataclass(frozen=True, slots=True)
class SentMail:
    """A follow-up that was sent, and when the first mail came back from one of those it went to."""

    sent_at: datetime
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class EndedAlerts:
    """Churn alerts with this state and outcome; `acted`: a step of the playbook was ticked off, or an outreach
    drafted."""

    state: str
    outcome: str | None
    acted: bool
    number: int


@dataclass(frozen=True, slots=True)
class ModelCost:
    """Calls of models, whatever they were for."""

    calls: int
    cost_usd: Decimal
    unpriced: int
    """Calls of which nobody knows what they cost."""


_Written = tuple[datetime, frozenset[str]]


class ValueOutcomes:
    """Of some people within some time, in one unit of work."""

    def __init__(self, uow: UnitOfWork, *, people: Collection[str], since: datetime, until: datetime) -> None:
        self._session = uow.session
        self._people = literal(sorted(people), ARRAY(TEXT))
        self._since, self._until = since, until

    def active(self) -> list[tuple[date, str]]:
        """Monday (UTC) and id of everybody who did something in that week, each once."""
        acts = union_all(*self._acts()).subquery()
        week = cast(func.date_trunc("week", func.timezone("UTC", acts.c.at)), Date)
        rows = self._session.execute(
            select(week, acts.c.person).where(acts.c.person == any_(self._people), self._within(acts.c.at)).distinct()
        )
        return [(monday, person) for monday, person in rows]

    def sent(self) -> tuple[SentMail, ...]:
        """Follow-ups that left as emails, oldest first."""
        rows = self._session.execute(
            select(ReleaseRow.finished_at, ReviewItemRow.account_id, DraftVersionRow.content["email"]["to"])
            .join(ReviewItemRow, ReviewItemRow.id == ReleaseRow.review_item_id)
            .join(
                DraftVersionRow,
                (DraftVersionRow.draft_id == ReviewItemRow.draft_id)
                & (DraftVersionRow.version == ReviewItemRow.version),
            )
            .where(
                ReleaseRow.state == ReleaseState.RELEASED.value,
                ReleaseRow.channel == _SENT_THROUGH,
                ReviewItemRow.kind == DraftKind.FOLLOW_UP.value,
                ~ReviewItemRow.is_test,
                ReviewItemRow.requester_id == any_(self._people),
                self._within(ReleaseRow.finished_at),
            )
            .order_by(ReleaseRow.finished_at)
        ).all()
        written = self._written_by_customers({account_id for _, account_id, _ in rows if account_id is not None})
        return tuple(
            SentMail(sent_at, _first_answer(to or [], written[account_id or ""], after=sent_at))
            for sent_at, account_id, to in rows
            if sent_at is not None
        )

    def mail_known_until(self) -> datetime | None:
        """When the newest mail from outside was written that was ever imported; None: none was."""
        newest = [
            self._session.scalar(select(func.max(DocumentRow.authored_at)).where(*_INBOUND_DOCUMENT)),
            self._session.scalar(select(func.max(ActivityRow.occurred_at)).where(*_INBOUND_ACTIVITY)),
        ]
        return max((moment for moment in newest if moment is not None), default=None)

    def alerts(self) -> tuple[EndedAlerts, ...]:
        """Of those raised in the time."""
        acted = or_(func.cardinality(AlertRow.steps_done) > 0, AlertRow.outreach_item_id.is_not(None))
        rows = self._session.execute(
            select(AlertRow.state, AlertRow.outcome, acted, func.count())
            .where(
                AlertRow.kind == AlertKind.CHURN_RISK.value,
                AlertRow.owner_id == any_(self._people),
                self._within(AlertRow.opened_at),
            )
            .group_by(AlertRow.state, AlertRow.outcome, acted)
        )
        return tuple(EndedAlerts(*row) for row in rows)

    def questions(self) -> dict[QuestionState, int]:
        """Questions by state, of projects that were begun in the time and went beyond their preview."""
        rows = self._session.execute(
            select(RfpQuestionRow.state, func.count())
            .join(RfpProjectRow, RfpProjectRow.id == RfpQuestionRow.project_id)
            .where(
                RfpProjectRow.owner_id == any_(self._people),
                RfpProjectRow.state != "preview",
                self._within(RfpProjectRow.created_at),
            )
            .group_by(RfpQuestionRow.state)
        )
        return {QuestionState(state): number for state, number in rows}

    def calls(self) -> ModelCost:
        """All calls in these people's names, also those that led to no draft."""
        row = self._session.execute(
            select(
                func.count(),
                func.coalesce(func.sum(ModelCallRow.cost_usd), 0),
                func.count().filter(
                    ModelCallRow.cost_usd.is_(None), ModelCallRow.input_tokens + ModelCallRow.output_tokens > 0
                ),
            ).where(ModelCallRow.user_id == any_(self._people), self._within(ModelCallRow.called_at))
        ).one()
        return ModelCost(row[0], row[1] or Decimal(0), row[2])

    def _written_by_customers(self, account_ids: Collection[str]) -> defaultdict[str, list[_Written]]:
        """Account -> mails from outside since the period began, oldest first, with the names their senders go by."""
        if not account_ids:
            return defaultdict(list)
        wanted = literal(sorted(account_ids), ARRAY(TEXT))
        # The sender's address comes first.
        sender = func.concat_ws("\n", DocumentRow.author, DocumentRow.participants[1])
        documents = select(
            DocumentRow.account_id,
            DocumentRow.authored_at.label("at"),
            func.string_to_array(func.lower(sender), "\n"),
        ).where(*_INBOUND_DOCUMENT, DocumentRow.account_id == any_(wanted), DocumentRow.authored_at > self._since)
        activities = select(
            ActivityRow.account_id,
            ActivityRow.occurred_at.label("at"),
            cast(func.lower(cast(func.array_append(ActivityRow.participants, ActivityRow.author), TEXT)), ARRAY(TEXT)),
        ).where(*_INBOUND_ACTIVITY, ActivityRow.account_id == any_(wanted), ActivityRow.occurred_at > self._since)
        found = defaultdict[str, list[_Written]](list)
        for account_id, at, names in self._session.execute(union_all(documents, activities).order_by("at")):
            found[account_id].append((at, frozenset(name for name in names if name)))
        return found

    def _within(self, moment: Any) -> ColumnElement[bool]:
        within: ColumnElement[bool] = (moment >= self._since) & (moment < self._until)
        return within

    def _acts(self) -> tuple[Select[Any, Any], ...]:
        """What shows that somebody worked with it. Notes on alerts, briefs made by themselves and test items do not."""
        by_itself = ReviewItemRow.id.in_(
            # The chain keeps it also when the wish is taken back.
            select(AuditEventRow.details["item"].as_string()).where(
                AuditEventRow.action == "brief.scheduled", AuditEventRow.details["item"].as_string().is_not(None)
            )
        )
        asked = select(DraftRow.requester_id.label("person"), DraftRow.created_at.label("at")).where(
            DraftRow.kind != DraftKind.CHURN_ALERT.value,
            DraftRow.id.not_in(select(ReviewItemRow.draft_id).where(or_(ReviewItemRow.is_test, by_itself))),
        )
        return (
            asked,
            select(DraftVersionRow.author_id, DraftVersionRow.created_at).where(DraftVersionRow.version > 1),
            select(ReviewOpeningRow.viewer_id, ReviewOpeningRow.opened_at),
            select(ReviewVoteRow.voter_id, ReviewVoteRow.cast_at),
            select(ReviewItemRow.decided_by, ReviewItemRow.decided_at).where(ReviewItemRow.decided_by.is_not(None)),
            select(ReviewCommentRow.author_id, ReviewCommentRow.created_at),
            select(ChatThreadRow.user_id, ChatTurnRow.asked_at).join(
                ChatTurnRow, ChatTurnRow.thread_id == ChatThreadRow.id
            ),
        )


def _first_answer(to: list[Any], written: Sequence[_Written], *, after: datetime) -> datetime | None:
    """When one of the recipients first wrote after that."""
    named = {str(each.get(key) or "").strip().lower() for each in to for key in ("address", "name")} - {""}
    return next((at for at, names in written if at > after and named & names), None)
