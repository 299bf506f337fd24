"""The step of housekeeping that learns: feedback is recorded, styles are brought up to date, proposals are opened.

Invariants: only edits that stand in an approved version teach; a version of a style is made only if something
changed, and names the items that taught it; the audit chain says that it was made, never what it says.
"""

from collections.abc import Iterable
from datetime import timedelta

from copilot.approvals.feedback.facts import name_words
from copilot.approvals.feedback.mining import mine
from copilot.approvals.feedback.observing import Edit
from copilot.approvals.feedback.proposing import propose_due
from copilot.approvals.feedback.recorder import record_due
from copilot.approvals.feedback.rules import FeedbackRules
from copilot.domain.language import Language
from copilot.domain.style import Scope, ScopeKind, Style, StyleChange, relearnt, same_preferences
from copilot.store.audit import AuditLog
from copilot.store.database import UnitOfWork
from copilot.store.feedback import ApprovedEdit, FeedbackRepository
from copilot.store.people import PeopleRepository
from copilot.store.style import StyleRepository
from copilot.telemetry import get_logger

_log = get_logger(__name__)
_SYSTEM = "system"


def learn_due(*, uow: UnitOfWork, rules: FeedbackRules | None = None) -> int:
    """Do what is due; returns how many entries, versions of styles and proposals are new."""
    applied = rules or FeedbackRules()
    recorded = record_due(uow=uow)
    changed = FeedbackRepository(uow).newly_approved()
    styles = [learn(scope, rules=applied, uow=uow) for scope in _scopes(changed, uow=uow)]
    proposed = propose_due(rules=applied, uow=uow) if recorded else 0
    made = sum(style is not None for style in styles)
    if recorded or made or proposed:
        _log.info("feedback.learnt", recorded=recorded, styles=made, proposals=proposed)
    return recorded + made + proposed


def learn(scope: Scope, *, rules: FeedbackRules, uow: UnitOfWork) -> Style | None:
    """Bring one style up to date with the approved edits; returns the new version, or None if nothing changed."""
    repository, since = FeedbackRepository(uow), uow.clock.now() - timedelta(days=rules.days)
    styles = StyleRepository(uow)
    before = styles.current(scope)
    mined = mine(
        (_edit(item) for item in repository.approved_edits(scope, since=since)),
        rules=rules,
        names=name_words(repository.known_names()),
        people=rules.team_people if scope.kind is ScopeKind.TEAM else 1,
        known=before.preferences,
    )
    preferences = relearnt(before, mined.preferences, contradicted=mined.contradicted)
    if same_preferences(before.preferences, preferences):
        return None
    made = styles.add(before, preferences, change=StyleChange.LEARNT, made_by=None)
    if made is not None:
        record_change(made, actor_id=_SYSTEM, uow=uow)
        _log.info(
            "style.learnt", scope=scope.kind.value, preferences=len(preferences), refused=sum(mined.refused.values())
        )
    return made


def record_change(style: Style, *, actor_id: str, uow: UnitOfWork) -> None:
    """Tell the audit chain that a version of a style was made."""
    AuditLog(uow).append(
        f"style.{style.change.value}",
        actor_id=actor_id,
        subject=f"style:{style.scope}",
        details={
            "version": str(style.version),
            "preferences": str(len(style.preferences)),
            "enabled": str(sum(item.enabled for item in style.preferences)),
        },
    )


def _scopes(changed: Iterable[tuple[str, Language]], *, uow: UnitOfWork) -> list[Scope]:
    """The styles that new edits of these people concern: their own and their team's."""
    people = PeopleRepository(uow)
    found: set[Scope] = set()
    for user_id, language in changed:
        found.add(Scope(kind=ScopeKind.PERSON, id=user_id, language=language))
        person = people.by_id(user_id)
        if person is not None and person.team_id is not None:
            found.add(Scope(kind=ScopeKind.TEAM, id=person.team_id, language=language))
    return sorted(found, key=str)


def _edit(item: ApprovedEdit) -> Edit:
    return Edit(
        old=item.old,
        new=item.new,
        language=item.language,
        item_id=item.item_id,
        draft_id=item.draft_id,
        account_id=item.account_id,
        editor_id=item.author_id,
        sources=item.sources,
    )
