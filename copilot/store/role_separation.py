"""Whether the application's role could change what it must only add to.

Invariant: what the server says is believed, not what the settings intend: rights, owners, and roles it could take on.
"""

from enum import StrEnum

from sqlalchemy import text

from copilot.store.database import Database, translated_errors

KEPT_TABLES = ("audit_events", "audit_checkpoints", "review_votes")
"""Tables whose rows stay as they were written (a vote may be voided)."""


class Weakness(StrEnum):
    """Why the application's role could change what it must only add to."""

    SUPERUSER = "superuser"
    OWNER = "owner"
    """It owns such a table, or could act as the role that does, and so switch off what protects it."""
    RIGHTS = "rights"
    """It was given rights to change or empty such a table."""


_QUERY = text(
    """
    select
        (select rolsuper from pg_roles where rolname = current_user) as superuser,
        bool_or(pg_has_role(current_user, c.relowner, 'MEMBER')) as owner,
        bool_or(
            has_table_privilege(current_user, c.oid, 'DELETE, TRUNCATE')
            or has_table_privilege(current_user, c.oid, 'UPDATE')
        ) as rights
    from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relname = any(:tables)
    """
)


def weaknesses(database: Database) -> tuple[Weakness, ...]:
    """What is wrong with the application's role; empty if the two roles are separate."""
    with translated_errors(), database.engine.connect() as connection:
        row = connection.execute(_QUERY, {"tables": list(KEPT_TABLES)}).one()
    found = {Weakness.SUPERUSER: row.superuser, Weakness.OWNER: row.owner, Weakness.RIGHTS: row.rights}
    return tuple(weakness for weakness, holds in found.items() if holds)
