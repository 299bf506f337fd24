"""Proposals of improvements in the database.

Invariant: of one kind at most one is open (a partial unique index); it is decided by one conditional UPDATE.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.dialects.postgresql import insert

from copilot.domain.drafts import DraftKind
from copilot.domain.feedback import Proposal, ProposalState, ProposalTarget
from copilot.domain.language import Language
from copilot.store.database import UnitOfWork
from copilot.store.tables.feedback import ProposalRow


class ProposalRepository:
    """Proposals name items by id only; the words of those are read through the queue, as the reader may see them."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._session = uow.session

    def save(self, proposal: Proposal) -> bool:
        """Open it, or bring the open one of its kind up to date. Returns whether it is new."""
        changed = self._session.execute(
            update(ProposalRow)
            .where(*_of_kind(proposal), ProposalRow.state == ProposalState.OPEN.value)
            .values(items=list(proposal.items), people=proposal.people)
            .returning(ProposalRow.id)
            .execution_options(synchronize_session=False)
        ).one_or_none()
        if changed is not None:
            return False
        made = self._session.execute(
            insert(ProposalRow)
            .values(
                id=proposal.id,
                target=proposal.target.value,
                about=proposal.about,
                draft_kind=proposal.draft_kind.value,
                language=proposal.language.value,
                items=list(proposal.items),
                people=proposal.people,
                state=proposal.state.value,
                created_at=proposal.created_at,
            )
            # Somebody who opens the same one at this moment opens it for both.
            .on_conflict_do_nothing()
            .returning(ProposalRow.id)
        )
        return made.one_or_none() is not None

    def last_decided(self, proposal: Proposal) -> datetime | None:
        """When a proposal of this kind was last accepted or declined."""
        return self._session.scalar(select(func.max(ProposalRow.decided_at)).where(*_of_kind(proposal)))

    def all(self) -> tuple[Proposal, ...]:
        """The open ones first, each group newest first."""
        rows = self._session.scalars(
            select(ProposalRow)
            .order_by(ProposalRow.state != ProposalState.OPEN.value, ProposalRow.created_at.desc(), ProposalRow.id)
            .execution_options(populate_existing=True)
        )
        return tuple(_to_domain(row) for row in rows)

    def decide(self, proposal_id: str, *, state: ProposalState, decided_by: str, note: str | None) -> bool:
        """Accept or decline an open one. False: there is none, or somebody was faster."""
        decided = self._session.execute(
            update(ProposalRow)
            .where(ProposalRow.id == proposal_id, ProposalRow.state == ProposalState.OPEN.value)
            .values(state=state.value, decided_by=decided_by, decided_at=self._uow.clock.now(), note=note)
            .returning(ProposalRow.id)
            .execution_options(synchronize_session=False)
        )
        return decided.one_or_none() is not None


def _of_kind(proposal: Proposal) -> tuple[ColumnElement[bool], ...]:
    return (
        ProposalRow.target == proposal.target.value,
        ProposalRow.about == proposal.about,
        ProposalRow.draft_kind == proposal.draft_kind.value,
        ProposalRow.language == proposal.language.value,
    )


def _to_domain(row: ProposalRow) -> Proposal:
    return Proposal(
        id=row.id,
        target=ProposalTarget(row.target),
        about=row.about,
        draft_kind=DraftKind(row.draft_kind),
        language=Language(row.language),
        items=tuple(row.items),
        people=row.people,
        state=ProposalState(row.state),
        created_at=row.created_at,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        note=row.note,
    )
