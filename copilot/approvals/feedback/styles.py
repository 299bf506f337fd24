"""Styles as people see and change them, and what is applied to a person's drafts.

Invariants: everybody sees their own style and their team's, and of the items that taught a preference only those they
may see; a team's style is changed by its managers and by admins; every change is a new version and an audit event.
"""

from collections.abc import Sequence

from copilot.approvals.feedback.learning import record_change
from copilot.approvals.feedback.texts import failure
from copilot.domain.access import Role, Viewer
from copilot.domain.language import Language
from copilot.domain.style import (
    Preference,
    Scope,
    ScopeKind,
    Style,
    StyleChange,
    in_force,
    muted,
    rolled_back,
    switched,
)
from copilot.errors import Conflict, InputError, NotAllowed, NotFound
from copilot.store.database import UnitOfWork
from copilot.store.feedback import FeedbackRepository
from copilot.store.style import StyleRepository


class Styles:
    """Stateless; every method works inside the caller's unit of work."""

    def of(self, viewer: Viewer, *, uow: UnitOfWork) -> tuple[Style, ...]:
        """The viewer's own styles and their team's, in both languages; empty ones too."""
        repository = StyleRepository(uow)
        return tuple(_readable(repository.current(scope), viewer, uow=uow) for scope in scopes_of(viewer))

    def history(self, scope: Scope, *, viewer: Viewer, uow: UnitOfWork) -> tuple[Style, ...]:
        """Every version of one style, the newest first. Raises NotFound."""
        _require_visible(scope, viewer)
        return tuple(_readable(style, viewer, uow=uow) for style in StyleRepository(uow).history(scope))

    def switch(self, scope: Scope, key: str, *, enabled: bool, viewer: Viewer, uow: UnitOfWork) -> Style:
        """Switch one preference off or on again. Raises NotFound, NotAllowed, InputError or Conflict."""
        _require_changeable(scope, viewer)
        before = StyleRepository(uow).current(scope)
        found = before.find(key)
        if found is None:
            raise failure(InputError, "no_preference", viewer)
        if found.enabled is enabled:
            return before
        return _write(
            before, switched(before, key, enabled=enabled), change=StyleChange.SWITCHED, viewer=viewer, uow=uow
        )

    def mute(self, key: str, *, language: Language, viewer: Viewer, uow: UnitOfWork) -> Style:
        """Switch a preference of the team off for oneself. Raises InputError or Conflict."""
        repository = StyleRepository(uow)
        team = team_scope(viewer, language)
        found = repository.current(team).find(key) if team else None
        if found is None:
            raise failure(InputError, "no_preference", viewer)
        own = repository.current(person_scope(viewer, language))
        return _write(own, muted(own, found), change=StyleChange.SWITCHED, viewer=viewer, uow=uow)

    def roll_back(self, scope: Scope, *, to: int, viewer: Viewer, uow: UnitOfWork) -> Style:
        """Go back to an older version, as a new one. Raises NotFound, NotAllowed, InputError or Conflict."""
        _require_changeable(scope, viewer)
        repository = StyleRepository(uow)
        before, older = repository.current(scope), repository.version(scope, to)
        if older is None or to >= before.version:
            raise failure(InputError, "no_version", viewer)
        return _write(before, rolled_back(before, older), change=StyleChange.ROLLED_BACK, viewer=viewer, uow=uow)

    def in_force(
        self, viewer: Viewer, *, language: Language, uow: UnitOfWork
    ) -> tuple[tuple[Preference, ...], tuple[Style, ...]]:
        """What is applied to drafts for `viewer`, and the versions of the styles that it is from."""
        repository = StyleRepository(uow)
        person = repository.current(person_scope(viewer, language))
        scope = team_scope(viewer, language)
        team = repository.current(scope) if scope else None
        used = [style for style in (team, person) if style is not None and style.version]
        return in_force(team, person), tuple(used)


def person_scope(viewer: Viewer, language: Language) -> Scope:
    """The viewer's own style."""
    return Scope(kind=ScopeKind.PERSON, id=viewer.user_id, language=language)


def team_scope(viewer: Viewer, language: Language) -> Scope | None:
    """The style of the viewer's team, if they are in one."""
    return Scope(kind=ScopeKind.TEAM, id=viewer.team_id, language=language) if viewer.team_id else None


def scopes_of(viewer: Viewer) -> tuple[Scope, ...]:
    """Every style that the viewer may see."""
    teams = [team_scope(viewer, language) for language in Language]
    return (*(person_scope(viewer, language) for language in Language), *(item for item in teams if item))


def may_change(scope: Scope, viewer: Viewer) -> bool:
    """Whether the viewer may change this style."""
    if scope.kind is ScopeKind.PERSON:
        return scope.id == viewer.user_id
    return viewer.role is Role.ADMIN or (viewer.role is Role.MANAGER and scope.id == viewer.team_id)


def _require_visible(scope: Scope, viewer: Viewer) -> None:
    if scope not in scopes_of(viewer) and not (viewer.role is Role.ADMIN and scope.kind is ScopeKind.TEAM):
        raise failure(NotFound, "no_style", viewer)


def _require_changeable(scope: Scope, viewer: Viewer) -> None:
    _require_visible(scope, viewer)
    if not may_change(scope, viewer):
        raise failure(NotAllowed, "not_your_style", viewer)


def _write(
    before: Style, preferences: Sequence[Preference], *, change: StyleChange, viewer: Viewer, uow: UnitOfWork
) -> Style:
    made = StyleRepository(uow).add(before, preferences, change=change, made_by=viewer.user_id)
    if made is None:
        raise failure(Conflict, "style_moved_on", viewer)
    record_change(made, actor_id=viewer.user_id, uow=uow)
    return made


def _readable(style: Style, viewer: Viewer, *, uow: UnitOfWork) -> Style:
    """The style with only those items as evidence that the viewer may see."""
    named = {item_id for item in style.preferences for item_id in item.items}
    visible = FeedbackRepository(uow).visible_items(named, viewer=viewer) if named else frozenset()
    preferences = tuple(
        item.model_copy(update={"items": tuple(found for found in item.items if found in visible)})
        for item in style.preferences
    )
    return style.model_copy(update={"preferences": preferences})
