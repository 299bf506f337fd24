"""A statement that was written for one viewer shows the next of the same shape what the rule allows them, no more."""

from typing import Any

import pytest
from sqlalchemy import Select, bindparam, select

from copilot.domain.access import Role, Viewer
from copilot.errors import InputError, NotFound
from copilot.store.accounts import AccountRepository
from copilot.store.database import Database, UnitOfWork
from copilot.store.documents import heads_asked, heads_of
from copilot.store.kept_statements import ask, kept, kept_for_viewers
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
