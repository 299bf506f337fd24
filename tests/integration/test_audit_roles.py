"""The application's role adds to the audit chain and to votes, and can change neither: tried as a role of its own."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import errors
from sqlalchemy import make_url

from copilot.approvals.audit import verify_database
from copilot.domain.access import Role
from copilot.domain.review_items import Verdict
from copilot.settings import Settings
from copilot.store.audit import AuditLog
from copilot.store.database import Database, open_database
from copilot.store.embedded import EmbeddedAddresses
from copilot.store.role_separation import KEPT_TABLES, Weakness, weaknesses
from copilot.store.votes import VoteRepository
from tests.approvals_builders import add_account, add_email, approve, good_draft, submit
from tests.conftest import MakeUser

ROLE = "second-role"


@pytest.fixture
def second(database: Database, server: EmbeddedAddresses) -> Iterator[Database]:
    """The same database as a role that was made just now, with its rights from `open_database`."""
    with psycopg.connect(_libpq(server.superuser_url), autocommit=True) as admin:
        admin.execute('create role "second-role" login')
    url = make_url(database.url).set(username=ROLE).render_as_string(hide_password=False)
    opened = open_database(Settings(DATABASE_URL=url, DATABASE_OWNER_URL=database.owner_url), clock=database.clock)
    yield opened
    opened.dispose()
    with psycopg.connect(_libpq(_on(server.superuser_url, database)), autocommit=True) as admin:
        admin.execute('drop owned by "second-role"')
        admin.execute('drop role "second-role"')


def _on(url: str, database: Database) -> str:
    return make_url(url).set(database=make_url(database.url).database).render_as_string(hide_password=False)


def _libpq(url: str) -> str:
    return url.replace("postgresql+psycopg://", "postgresql://")


def test_a_new_role_gets_its_rights_and_writes_the_chain(second: Database) -> None:
    for _ in range(2):
        with second.unit_of_work() as uow:
            AuditLog(uow).append("test.happened", actor_id="ana", subject="thing:1")
    with second.unit_of_work() as uow:
        found = verify_database(uow=uow)
    assert (found.intact, found.events) == (True, 2)
    assert weaknesses(second) == ()


@pytest.mark.parametrize("table", KEPT_TABLES)
@pytest.mark.parametrize(
    "statement", ["delete from {}", "truncate {}", "drop table {}", "alter table {} disable trigger all"]
)
def test_it_cannot_take_rows_away(second: Database, table: str, statement: str) -> None:
    with psycopg.connect(second.libpq_url()) as connection, pytest.raises(errors.InsufficientPrivilege):
        connection.execute(statement.format(table))


@pytest.mark.parametrize(
    "statement",
    [
        "update audit_events set actor_id = 'eva'",
        "insert into audit_events values (1, now(), 'a', 'b', 'c', '{}', 'd', 'e')",
        "update audit_checkpoints set hash = 'x'",
        "update review_votes set voter_id = 'eva'",
        "update review_votes set digest = 'x'",
        "update review_votes set cast_at = now()",
        "create or replace function append_audit_events(text[], text[]) returns integer language sql as 'select 1'",
        "drop function review_votes_are_kept cascade",
        "set role copilot_owner",
    ],
)
def test_it_cannot_write_past_the_chain(second: Database, statement: str) -> None:
    with psycopg.connect(second.libpq_url()) as connection, pytest.raises(errors.InsufficientPrivilege):
        connection.execute(statement)


def test_a_vote_is_voided_once_and_never_anything_else(database: Database, make_user: MakeUser) -> None:
    ana, bea = make_user(role=Role.AE), make_user("Bea Prueba", role=Role.MANAGER)
    add_account(database, owner=ana)
    add_email(database)
    item = submit(database, good_draft(database, viewer=ana), viewer=ana)
    approve(database, item, viewer=bea)
    for statement in (
        "update review_votes set verdict = 'reject'",
        "update review_votes set voter_id = on_behalf_of",
        "delete from review_votes",
        "truncate review_votes",
    ):
        # The owner too: the trigger does not ask who it is.
        with psycopg.connect(_libpq(database.owner_url)) as owner, pytest.raises(errors.InsufficientPrivilege):
            owner.execute(statement)
    with database.unit_of_work() as uow:
        assert VoteRepository(uow).void([item.id], reason="policy_changed") == 1
    for statement in ("voided_at = null", "void_reason = 'other'", "voided_at = now()"):
        with (
            psycopg.connect(database.libpq_url()) as connection,
            pytest.raises(errors.InsufficientPrivilege, match="only be voided"),
        ):
            connection.execute(f"update review_votes set {statement}")  # noqa: S608 - one of the three above
    with psycopg.connect(database.libpq_url()) as connection:
        changed = connection.execute("update review_votes set comment = 'xxx'")
        assert changed.rowcount == 1, "who is to be forgotten is overwritten in comments"
    with database.unit_of_work() as uow:
        (line,) = VoteRepository(uow).history(item.id)
    assert (line.vote.voter_id, line.vote.verdict, line.void_reason) == (bea.user_id, Verdict.APPROVE, "policy_changed")


def test_one_role_for_everything_is_said(database: Database, server: EmbeddedAddresses) -> None:
    alone = Database(database.owner_url)
    assert weaknesses(alone) == (Weakness.OWNER, Weakness.RIGHTS)
    alone.dispose()
    root = Database(_on(server.superuser_url, database))
    assert Weakness.SUPERUSER in weaknesses(root)
    root.dispose()
    assert weaknesses(database) == ()
