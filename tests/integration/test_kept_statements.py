"""A statement that was written for one viewer shows the next of the same shape what the rule allows them, no more."""

from datetime import date
from typing import Any

import psycopg
import pytest
from sqlalchemy import Select, bindparam, select

from copilot.domain.access import Role, Viewer
from copilot.errors import InputError, NotFound
from copilot.store.accounts import AccountRepository
from copilot.store.database import Database, UnitOfWork
from copilot.store.documents import heads_asked, heads_of
from copilot.store.kept_statements import Asked, ask, kept, kept_for_viewers
from copilot.store.tables.people import AccountGrantRow
from copilot.store.tables.records import AccountRow
from copilot.store.visibility import visible_accounts
from tests.conftest import MakeUser
from tests.retrieval_support import add_account, add_document


@pytest.fixture
def viewers(database: Database, make_user: MakeUser) -> list[Viewer]:
    """Of every role, in two teams and in none; each owns an account, and the first of the south was granted one."""
    made = [
        make_user(f"{role.value} {team or 'alone'}", role=role, team=team)
        for role in Role
        for team in ("north", "south", None)
    ]
    for place, viewer in enumerate(made):
        add_account(database, f"acc_{place}", owner=viewer.email)
        add_document(database, f"doc_{place}", ["Minutes of the call."], account_id=f"acc_{place}")
    add_account(database, "acc_granted", owner=None)
    with database.unit_of_work() as uow:
        uow.session.add(AccountGrantRow(account_id="acc_granted", user_id=made[1].user_id))
    return made


def _opened(account_ids: list[str], viewer: Viewer, uow: UnitOfWork) -> set[str]:
    found = set()
    for account_id in account_ids:
        try:
            found.add(AccountRepository(uow).head(account_id, viewer=viewer).id)
        except NotFound:
            continue
    return found


def test_whoever_asks_is_shown_what_the_rule_allows(database: Database, viewers: list[Viewer]) -> None:
    shouting = viewers[0].model_copy(update={"email": viewers[0].email.upper()})
    shown = {}
    # Twice and in turns: what the first of a shape left behind is what the next one is served.
    for viewer in [*viewers, *reversed(viewers), shouting]:
        with database.unit_of_work() as uow:
            every = list(uow.session.scalars(select(AccountRow.id)))
            allowed = set(uow.session.scalars(visible_accounts(viewer)))
            assert _opened(every, viewer, uow) == allowed
            documents = [
                {item.account_id for item in heads_of(rows)}
                for rows in ask(uow, *(heads_asked(each, viewer=viewer, most=5) for each in every))
            ]
            assert set().union(*documents) == allowed - {"acc_granted"}
            shown[viewer.user_id] = allowed
    assert len({frozenset(each) for each in shown.values()}) > len(Role)


def test_a_value_of_a_reader_is_never_taken_for_who_asks(database: Database, viewers: list[Viewer]) -> None:
    """Nor does a statement that nobody was put into find anybody."""

    @kept_for_viewers
    def mine(viewer: Viewer) -> Select[*tuple[Any, ...]]:
        owned = AccountRow.owner_email == viewer.email
        return select(AccountRow.id).where(owned, AccountRow.id != bindparam("other", ""))

    viewer = viewers[0]
    with database.unit_of_work() as uow:
        assert [row.id for row in ask(uow, mine(viewer).asked(viewer, other="'; --"))[0]] == ["acc_0"]
    statement = kept(select(AccountRow.id).where(AccountRow.owner_email == "\x00email"))
    with pytest.raises(InputError, match="null character"), database.unit_of_work() as uow:
        ask(uow, statement.asked())


@pytest.mark.parametrize("named", ["name", "language"])
def test_a_statement_that_names_what_is_not_of_the_shape_is_refused(
    database: Database, viewers: list[Viewer], named: str
) -> None:
    @kept_for_viewers
    def called(viewer: Viewer) -> Select[*tuple[Any, ...]]:
        return select(AccountRow.id).where(AccountRow.name != getattr(viewer, named))

    with pytest.raises(InputError, match="null character"), database.unit_of_work() as uow:
        ask(uow, called(viewers[0]).asked(viewers[0]))


_BROKEN = Asked("select 1 / %(by)s::int as broken", {"by": 0})


def _said(word: str) -> Asked:
    return Asked("select %(word)s::text as word, pg_backend_pid() as server", {"word": word})


@pytest.mark.parametrize("before", [0, 5])
def test_one_that_fails_leaves_its_connection_as_it_was(database: Database, before: int) -> None:
    """Wherever it stands, and also where those behind it would just have been prepared by the driver."""

    def said(word: str) -> tuple[str, int]:
        with database.unit_of_work() as uow:
            [[row]] = ask(uow, _said(word))
        return row.word, row.server

    [(_, server)] = {said("before") for _ in range(before + 1)}
    one, other = _said("one"), _said("other")
    for asked in ((_BROKEN, one, other), (one, _BROKEN, other), (one, other, _BROKEN)):
        with pytest.raises(psycopg.errors.DivisionByZero), database.unit_of_work() as uow:
            ask(uow, *asked)
        assert [said(str(time)) for time in range(8)] == [(str(time), server) for time in range(8)]


@pytest.mark.parametrize("before", [0, 5])
def test_one_that_fails_is_undone_to_the_savepoint(database: Database, before: int) -> None:
    with database.unit_of_work() as uow:
        for _ in range(before):
            ask(uow, _said("before"))
        for place in range(3):
            with pytest.raises(psycopg.errors.DivisionByZero), uow.savepoint():
                _fail_after_adding(f"acc_{place}", uow)
            assert [rows[0].word for rows in ask(uow, _said("two"), _said("three"))] == ["two", "three"]
        uow.session.add(_account("acc_kept"))
        # What this transaction adds is there for what it asks.
        assert [row.id for row in ask(uow, kept(select(AccountRow.id)).asked())[0]] == ["acc_kept"]
    with database.unit_of_work() as uow:
        assert list(uow.session.scalars(select(AccountRow.id))) == ["acc_kept"]


def _fail_after_adding(account_id: str, uow: UnitOfWork) -> None:
    uow.session.add(_account(account_id))
    ask(uow, _said("one"), _BROKEN, _said("other"))


def _account(account_id: str) -> AccountRow:
    return AccountRow(
        id=account_id,
        source_system="test",
        source_id=account_id,
        as_of=date(2026, 11, 16),
        content_hash="",
        name=account_id,
        search_key=account_id,
    )
