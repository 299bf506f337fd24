"""Whatever the owners, grants, teams and classes: search shows what the rule allows, all of it and nothing else."""

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from copilot.domain.access import Role, Viewer, Visibility
from copilot.retrieval.indexing import embed_pending
from copilot.retrieval.search import Search, SearchRequest
from copilot.store.database import Database
from copilot.store.tables.people import AccountGrantRow
from copilot.store.tables.records import AccountRow
from copilot.store.vectors import SharedVectors
from tests.conftest import MakeUser
from tests.retrieval_support import WordEmbedder, add_account, add_document

_ACCOUNTS = [f"acc_{number}" for number in range(4)]
_USERS = 3


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    owners=st.lists(st.integers(-1, _USERS - 1), min_size=4, max_size=4),
    grants=st.sets(st.tuples(st.sampled_from(_ACCOUNTS), st.integers(0, _USERS - 1))),
    asked=st.none() | st.lists(st.sampled_from(_ACCOUNTS), unique=True),
)
def test_search_shows_exactly_what_the_rule_allows(
    database: Database,
    tmp_path: Path,
    make_user: MakeUser,
    owners: list[int],
    grants: set[tuple[str, int]],
    asked: list[str] | None,
) -> None:
    users = _world(database, tmp_path, make_user)
    with database.unit_of_work() as uow:
        uow.session.query(AccountGrantRow).delete()
        for account, owner in zip(_ACCOUNTS, owners, strict=True):
            row = uow.session.get(AccountRow, account)
            assert row is not None
            row.owner_email = None if owner < 0 else users[owner].email
        for account, user in grants:
            uow.session.add(AccountGrantRow(account_id=account, user_id=users[user].user_id))
    held = [
        {account for account, owner in zip(_ACCOUNTS, owners, strict=True) if owner == number}
        | {account for account, user in grants if user == number}
        for number in range(_USERS)
    ]
    # Users 0 (AE) and 1 (manager) are of one team, 2 (AE) of another; 3 is an admin.
    allowed = [held[0], held[0] | held[1], held[2], set(_ACCOUNTS)]
    search = _SEARCHES[tmp_path]
    for viewer, accounts in zip(users, allowed, strict=True):
        request = SearchRequest(query="refunds policy", account_ids=None if asked is None else tuple(asked), limit=50)
        with database.unit_of_work() as uow:
            found = {hit.document_id for hit in search.search(request, viewer=viewer, uow=uow).hits}
        expected = {f"doc_{account}" for account in accounts if asked is None or account in asked}
        assert found == expected | {f"doc_{item}" for item in viewer.visibility_classes}


_SEARCHES: dict[Path, Search] = {}
_PEOPLE: dict[Path, list[Viewer]] = {}


def _world(database: Database, tmp_path: Path, make_user: MakeUser) -> list[Viewer]:
    """Built once for all examples of the test."""
    if tmp_path not in _SEARCHES:
        _PEOPLE[tmp_path] = [
            make_user("A", team="north"),
            make_user("B", team="north", role=Role.MANAGER),
            make_user("C", team="south"),
            make_user("D", role=Role.ADMIN),
        ]
        for account in _ACCOUNTS:
            add_account(database, account, owner=None)
            add_document(database, f"doc_{account}", ["Refunds policy of the account."], account_id=account)
        for item in Visibility:
            add_document(database, f"doc_{item}", ["Refunds policy for all."], visibility=item.value)
        shared = SharedVectors(folder=tmp_path / "chroma")
        embed_pending(database, WordEmbedder(), shared=shared)
        _SEARCHES[tmp_path] = Search(embedder=WordEmbedder(), shared=shared)
    return _PEOPLE[tmp_path]
