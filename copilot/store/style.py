"""Versions of styles in the database.

Invariant: a version is written once and never changed; the next number is taken by one INSERT, so two changes at the
same moment do not both win.
"""

from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.dialects.postgresql import insert

from copilot.domain.language import Language
from copilot.domain.style import Preference, Scope, ScopeKind, Style, StyleChange
from copilot.store.database import UnitOfWork
from copilot.store.tables.feedback import StyleVersionRow


class StyleRepository:
    """Not filtered by viewer: who may see whose style is for `copilot.approvals.feedback.styles` to say."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._session = uow.session

    def current(self, scope: Scope) -> Style:
        """The newest version; the empty style if there is none."""
        row = self._session.scalars(_of(scope).order_by(StyleVersionRow.version.desc()).limit(1)).first()
        return Style(scope=scope) if row is None else _to_domain(row)

    def version(self, scope: Scope, version: int) -> Style | None:
        """One version, or None. Version 0 is the empty one."""
        if version == 0:
            return Style(scope=scope)
        row = self._session.scalars(_of(scope).where(StyleVersionRow.version == version)).first()
        return None if row is None else _to_domain(row)

    def history(self, scope: Scope) -> tuple[Style, ...]:
        """Every version, the newest first."""
        rows = self._session.scalars(_of(scope).order_by(StyleVersionRow.version.desc()))
        return tuple(_to_domain(row) for row in rows)

    def add(
        self, before: Style, preferences: Sequence[Preference], *, change: StyleChange, made_by: str | None
    ) -> Style | None:
        """Write the version that follows `before`. None: somebody wrote it first."""
        scope = before.scope
        made = self._session.execute(
            insert(StyleVersionRow)
            .values(
                scope_kind=scope.kind.value,
                scope_id=scope.id,
                language=scope.language.value,
                version=before.version + 1,
                preferences=[item.model_dump(mode="json") for item in preferences],
                change=change.value,
                made_by=made_by,
                created_at=self._uow.clock.now(),
            )
            .on_conflict_do_nothing()
            .returning(StyleVersionRow.version)
        ).one_or_none()
        return None if made is None else self.version(scope, before.version + 1)


def _of(scope: Scope) -> Select[StyleVersionRow]:
    return select(StyleVersionRow).where(
        StyleVersionRow.scope_kind == scope.kind.value,
        StyleVersionRow.scope_id == scope.id,
        StyleVersionRow.language == scope.language.value,
    )


def _to_domain(row: StyleVersionRow) -> Style:
    return Style(
        scope=Scope(kind=ScopeKind(row.scope_kind), id=row.scope_id, language=Language(row.language)),
        version=row.version,
        preferences=tuple(Preference.model_validate(item) for item in row.preferences),
        change=StyleChange(row.change),
        made_by=row.made_by,
        created_at=row.created_at,
    )
