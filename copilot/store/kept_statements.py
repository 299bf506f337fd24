"""Statements that are written once and sent together: for pages that ask the database a dozen things at a time.

Invariant 3: a statement is written from the visibility rule itself, for a viewer of the same shape; whoever is not put
in its place is a text that PostgreSQL refuses, never nobody in particular. What is kept follows from the code alone.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from psycopg.rows import namedtuple_row
from sqlalchemy import ARRAY, TEXT, Select, any_, bindparam
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

from copilot.domain.access import Role, Viewer
from copilot.store.database import UnitOfWork

_ID, _EMAIL, _TEAM, _OTHER = "\x00id", "\x00email", "\x00team", "\x00"


@dataclass(frozen=True, slots=True)
class Asked:
    """A statement with everything it needs."""

    text: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Kept:
    """A statement as text, with the values it was written with."""

    text: str
    parameters: Mapping[str, Any]

    def asked(self, viewer: Viewer | None = None, **values: Any) -> Asked:
        """For this viewer, with `values` for the parameters of these names."""
        who = {} if viewer is None else {_ID: viewer.user_id, _EMAIL: viewer.email.lower(), _TEAM: viewer.team_id or ""}
        filled = {
            name: who.get(value, value) if isinstance(value, str) else value for name, value in self.parameters.items()
        }
        return Asked(self.text, filled | values)


def kept(query: Select[*tuple[Any, ...]]) -> Kept:
    """Write a statement. What differs from one time to the next are parameters with a name."""
    dialect = PGDialect_psycopg()  # type: ignore[no-untyped-call]
    compiled = query.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
    return Kept(compiled.string, compiled.params)


def kept_for_viewers(build: Callable[[Viewer], Select[*tuple[Any, ...]]]) -> Callable[[Viewer], Kept]:
    """The statement for a viewer, written once for each shape: a role, in a team or in none.

    Name and language are not of the shape: a statement that names them is refused.
    """

    @cache
    def of_shape(role: Role, *, in_team: bool) -> Kept:
        team = _TEAM if in_team else None
        nobody = Viewer(user_id=_ID, email=_EMAIL, name=_OTHER, role=role, team_id=team, language=_OTHER)
        return kept(build(nobody))

    return lambda viewer: of_shape(viewer.role, in_team=viewer.team_id is not None)


def any_of(parameter: str) -> Any:
    """Any of the texts that a list is asked with, as the parameter of this name."""
    return any_(bindparam(parameter, [], type_=ARRAY(TEXT)))


def ask(uow: UnitOfWork, *asked: Asked) -> list[list[Any]]:
    """The rows of each, with columns as attributes. Sent one behind the other, waiting once."""
    uow.flush()
    connection = uow.driver_connection()
    with connection.pipeline():
        sent = [connection.cursor(row_factory=namedtuple_row).execute(each.text, each.parameters) for each in asked]
    return [cursor.fetchall() for cursor in sent]
