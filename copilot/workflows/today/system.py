"""Cards for who looks after the installation: deliveries, webhooks, imports, models.

Invariant: for admins only; nothing here quotes data of an account.
"""

from copilot.domain.access import Viewer
from copilot.domain.model_calls import Fitness
from copilot.llm.configured import ConfiguredModels
from copilot.llm.roles import ModelRole
from copilot.store.database import UnitOfWork
from copilot.store.import_runs import last_imports
from copilot.store.model_calls import ModelCallRepository
from copilot.store.releases import ReleaseRepository, ReleaseState
from copilot.store.webhooks import WebhookRepository
from copilot.workflows.today.view import Card, CardKind, HealthLine

_MOST_PARKED = 100
_SHOWN = 5


def system_cards(models: ConfiguredModels, *, failed: Card, viewer: Viewer, uow: UnitOfWork) -> tuple[Card, ...]:
    """What does not work, or waits for a person; `failed` is the card of what was approved and not delivered."""
    return (
        _releases(failed, viewer=viewer, uow=uow),
        _webhooks(uow),
        _imports(viewer=viewer, uow=uow),
        _models(models, uow=uow),
    )


def _releases(failed: Card, *, viewer: Viewer, uow: UnitOfWork) -> Card:
    """What did not leave; of some nobody knows whether it did, and a person has to say."""
    parked = ReleaseRepository(uow).in_state(ReleaseState.PARKED, viewer=viewer, limit=_MOST_PARKED)
    return failed.model_copy(update={"counts": {"parked": len(parked)}})


def _webhooks(uow: UnitOfWork) -> Card:
    """Receivers that fail, or were switched off for it."""
    failing = [hook for hook in WebhookRepository(uow).every() if hook.failing_since or hook.switched_off_at]
    lines = tuple(
        HealthLine(
            code="switched_off" if hook.switched_off_at else "failing",
            subject=hook.url,
            since=hook.switched_off_at or hook.failing_since,
        )
        for hook in failing
    )
    return Card(kind=CardKind.WEBHOOKS, total=len(failing), address=None, lines=lines[:_SHOWN])


def _imports(*, viewer: Viewer, uow: UnitOfWork) -> Card:
    """What the last import of each root did not take."""
    runs = [run for run in last_imports(viewer=viewer, uow=uow) if run.refused]
    lines = tuple(
        HealthLine(code="refused", subject=run.root, count=run.refused, since=run.finished_at) for run in runs
    )
    return Card(
        kind=CardKind.IMPORTS,
        total=sum(run.refused for run in runs),
        address="/admin/sources",
        lines=lines[:_SHOWN],
    )


def _models(models: ConfiguredModels, *, uow: UnitOfWork) -> Card:
    """Each role with its first model; `total` counts those that need looking at."""
    lines = tuple(_role(role, models, uow=uow) for role in ModelRole)
    unanswered = sum(day.calls - day.answered for day in ModelCallRepository(uow).totals(days=1))
    worries = sum(line.code in {"unfit", "unchecked"} for line in lines)
    return Card(
        kind=CardKind.MODELS,
        total=worries,
        address="/admin/models",
        lines=lines,
        counts={"unanswered": unanswered},
    )


def _role(role: ModelRole, models: ConfiguredModels, *, uow: UnitOfWork) -> HealthLine:
    endpoint = next(iter(models.chain(role)), None)
    if endpoint is None:
        return HealthLine(code="rules", subject="", role=role)
    verdict = ModelCallRepository(uow).verdict(endpoint.model, endpoint=endpoint.identity)
    if verdict is None:
        return HealthLine(code="unchecked", subject=endpoint.model, role=role)
    unfit = not verdict.may_judge if role is ModelRole.JUDGE else verdict.fitness is Fitness.NOT_USABLE
    code = "unfit" if unfit else "checked"
    return HealthLine(code=code, subject=endpoint.model, role=role, since=verdict.checked_at)
