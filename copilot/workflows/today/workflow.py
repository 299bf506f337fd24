"""Puts a person's day together by their role.

Invariant: each card reads what its page reads, for the same viewer; nothing here decides who may see what.
"""

from copilot.domain.access import Role, Viewer
from copilot.domain.first_steps import STEPS, Step
from copilot.llm.configured import ConfiguredModels
from copilot.store.database import UnitOfWork
from copilot.store.first_steps import FirstStepsRepository
from copilot.workflows.today.customers import alerts_card, customer_cards
from copilot.workflows.today.meetings import meetings_card
from copilot.workflows.today.system import system_cards
from copilot.workflows.today.view import Card, CardKind, FirstSteps, StepLine, Today
from copilot.workflows.today.waiting import WaitingCards


class TodayWorkflow:
    """Stateless; one instance serves any number of requests."""

    def __init__(self, models: ConfiguredModels) -> None:
        self._models = models

    def read(self, *, viewer: Viewer, uow: UnitOfWork) -> Today:
        """The viewer's day. Steps that turn out to be done are kept as such."""
        return Today(
            day=uow.clock.today(),
            role=viewer.role,
            # In the order of the role, but what is empty does not stand in the way of what is there.
            cards=tuple(sorted(self._cards(viewer, uow), key=lambda card: not card.total)),
            first_steps=self.first_steps(viewer=viewer, uow=uow),
        )

    def _cards(self, viewer: Viewer, uow: UnitOfWork) -> tuple[Card, ...]:
        queue = WaitingCards(viewer, uow=uow)
        match viewer.role:
            case Role.AE:
                meetings = meetings_card(viewer=viewer, uow=uow)
                alerts = alerts_card(viewer=viewer, uow=uow)
                near = customer_cards(viewer=viewer, uow=uow, with_movement=False)
                wanted = (CardKind.RETURNED, CardKind.FOR_ME, CardKind.FOLLOW_UPS, CardKind.MINE)
                return (meetings, *queue.read(*wanted), alerts, *near)
            case Role.CSM:
                alerts = alerts_card(viewer=viewer, uow=uow)
                customers = customer_cards(viewer=viewer, uow=uow, with_movement=True)
                meetings = meetings_card(viewer=viewer, uow=uow)
                waiting = queue.read(CardKind.RETURNED, CardKind.FOR_ME, CardKind.BRIEFS)
                return (alerts, *customers, meetings, *waiting)
            case Role.MANAGER:
                alerts = alerts_card(viewer=viewer, uow=uow)
                customers = customer_cards(viewer=viewer, uow=uow, with_movement=True)
                wanted = (CardKind.OVERDUE, CardKind.FOR_ME, CardKind.OLDEST, CardKind.RETURNED)
                return (*queue.read(*wanted), alerts, *customers)
            case Role.ADMIN:
                wanted = (CardKind.RELEASES, CardKind.OVERDUE, CardKind.FOR_ME, CardKind.OLDEST)
                failed, *queued = queue.read(*wanted)
                return (*system_cards(self._models, failed=failed, viewer=viewer, uow=uow), *queued)

    def first_steps(self, *, viewer: Viewer, uow: UnitOfWork) -> FirstSteps:
        """The list of the viewer's role with what is done."""
        repository = FirstStepsRepository(uow)
        wanted, kept = STEPS[viewer.role], repository.kept(viewer.user_id)
        missing = [step for step in wanted if step not in kept.done]
        found = repository.found(viewer.user_id, missing)
        if found:
            repository.note(viewer.user_id, found)
        done = kept.done | found
        return FirstSteps(steps=tuple(StepLine(step=step, done=step in done) for step in wanted), hidden=kept.hidden)

    def hide_first_steps(self, *, hidden: bool, viewer: Viewer, uow: UnitOfWork) -> None:
        """Put the list away, or show it again."""
        FirstStepsRepository(uow).hide(viewer.user_id, hidden=hidden)

    def opened(self, step: Step, *, viewer: Viewer, uow: UnitOfWork) -> None:
        """A page was opened whose opening is a step."""
        if step in STEPS[viewer.role]:
            FirstStepsRepository(uow).note(viewer.user_id, (step,))
