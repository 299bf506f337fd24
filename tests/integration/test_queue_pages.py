"""The list of the queue: markers, words, what searching must not tell, and what pages stay true while items move."""

import base64
import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, update

from copilot.domain.access import Role, Viewer
from copilot.domain.findings import Risk
from copilot.domain.language import Language
from copilot.domain.review_items import ReviewState
from copilot.errors import InputError
from copilot.store import queue_reach
from copilot.store.database import Database
from copilot.store.queue_pages import QueueFilters, QueuePage, QueuePages, Sort
from copilot.store.tables.people import UserRow
from copilot.store.tables.queue import ReviewTextRow, WaitingTextRow
from copilot.store.tables.records import AccountRow
from copilot.store.tables.work import DelegationRow, DraftVersionRow, ReviewItemRow
from tests.conftest import MakeUser
from tests.queue_worlds import NOW, Item, add_accounts, add_item, add_items

_ALL = QueueFilters(states=())


@pytest.fixture
def ana(make_user: MakeUser) -> Viewer:
    return make_user("Ana Prueba")


@pytest.fixture
def account(database: Database, ana: Viewer) -> str:
    return add_accounts(database, [ana], names=["Aceros Tormes"])[0]


def _page(
    database: Database,
    viewer: Viewer,
    filters: QueueFilters = _ALL,
    *,
    sort: Sort = Sort.DEADLINE,
    cursor: str | None = None,
    limit: int = 50,
) -> QueuePage:
    with database.unit_of_work() as uow:
        return QueuePages(uow).page(filters, viewer=viewer, cursor=cursor, limit=limit, sort=sort)


def _found(database: Database, viewer: Viewer, query: str, *, states: tuple[ReviewState, ...] = ()) -> set[str]:
    page = _page(database, viewer, QueueFilters(states=states, q=query))
    return {entry.item.id for entry in page.entries}


def _marker(*content: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode()


_DUE = "2026-11-16T10:00:00+00:00"


@pytest.mark.parametrize(
    ("sort", "marker"),
    [
        (Sort.DEADLINE, "nonsense"),
        (Sort.DEADLINE, ""),
        (Sort.DEADLINE, "ñ"),
        (Sort.DEADLINE, "x" * 501),
        (Sort.DEADLINE, _marker("deadline", _DUE)),
        (Sort.DEADLINE, _marker("risk", 0, _DUE, "review_1")),
        (Sort.DEADLINE, _marker("deadline", "2026-11-16T10:00:00", "review_1")),
        (Sort.DEADLINE, _marker("deadline", "yesterday", "review_1")),
        (Sort.DEADLINE, _marker("deadline", _DUE, "review\x00")),
        (Sort.DEADLINE, _marker("deadline", _DUE, "review_1", "more")),
        (Sort.RISK, _marker("risk", "0", _DUE, "review_1")),
        (Sort.RISK, _marker("risk", 10**30, _DUE, "review_1")),
        (Sort.RISK, _marker("deadline", _DUE, "review_1")),
        (Sort.VALUE, _marker("value", "1e999999", _DUE, "review_1")),
        (Sort.VALUE, _marker("value", "NaN", _DUE, "review_1")),
        (Sort.VALUE, _marker("value", "-Infinity", _DUE, "review_1")),
        (Sort.VALUE, _marker("value", 1, _DUE, "review_1")),
        (Sort.DEADLINE, base64.urlsafe_b64encode(b"[" * 300).decode()),
    ],
    ids=range(18),
)
def test_a_marker_that_is_not_ours_is_refused(database: Database, ana: Viewer, sort: Sort, marker: str) -> None:
    with pytest.raises(InputError, match="page marker"):
        _page(database, ana, sort=sort, cursor=marker)


@pytest.mark.parametrize("sort", Sort)
def test_a_page_goes_on_where_the_last_one_ended_while_items_come_and_go(
    database: Database, ana: Viewer, account: str, sort: Sort
) -> None:
    base = Item(account, ana, value=Decimal(100), risk=Risk.MEDIUM)
    first, second, third, fourth = add_items(database, [replace(base, due_in_hours=hours) for hours in (1, 2, 3, 4)])
    page = _page(database, ana, sort=sort, limit=2)
    assert [entry.item.id for entry in page.entries] == [first, second]
    earlier = add_item(database, replace(base, due_in_hours=0))
    later = add_item(database, replace(base, due_in_hours=5))
    with database.unit_of_work() as uow:
        uow.session.execute(
            update(ReviewItemRow).where(ReviewItemRow.id == second).values(due_at=NOW + timedelta(hours=100))
        )
        uow.session.execute(
            update(ReviewItemRow).where(ReviewItemRow.id == third).values(account_id=None, requester_id=ana.user_id)
        )
    rest = _page(database, ana, sort=sort, cursor=page.cursor)
    assert [entry.item.id for entry in rest.entries] == [third, fourth, later, second]
    assert rest.cursor is None
    assert earlier not in {entry.item.id for entry in rest.entries}


def test_the_unknown_value_comes_last_also_on_the_next_page(database: Database, ana: Viewer, account: str) -> None:
    values = [None, Decimal(5), Decimal("700000.10"), None, Decimal(0)]
    ids = add_items(
        database, [Item(account, ana, value=value, due_in_hours=place) for place, value in enumerate(values)]
    )
    seen, cursor = [], None
    for _ in values:
        page = _page(database, ana, sort=Sort.VALUE, cursor=cursor, limit=1)
        seen += [entry.item.id for entry in page.entries]
        cursor = page.cursor
    assert cursor is None
    assert seen == [ids[2], ids[1], ids[4], ids[0], ids[3]]


@pytest.mark.parametrize(
    "query",
    [
        "renovacion",
        "RENOVACIÓN",
        "renovaciones",
        "tormes",
        "acero",
        "prueba",
        "licencias renovación",
        '"cien licencias"',
    ],
)
def test_words_are_found_in_any_case_accent_and_inflection(
    database: Database, ana: Viewer, account: str, query: str
) -> None:
    wanted = add_item(database, Item(account, ana, title="Aceros", body="La renovación de cien licencias"))
    assert _found(database, ana, query) == {wanted}
    assert _found(database, ana, query, states=(ReviewState.PENDING,)) == {wanted}


@pytest.mark.parametrize(
    "query", ["licencias cien factura", '"licencias cien"', "de", "'; drop table users; --", "& | !"]
)
def test_what_is_not_there_is_not_found(database: Database, ana: Viewer, account: str, query: str) -> None:
    add_item(database, Item(account, ana, title="Aceros", body="La renovación de cien licencias"))
    assert _found(database, ana, query) == set()


def test_english_drafts_are_found_by_english_inflections(database: Database, ana: Viewer, account: str) -> None:
    wanted = add_item(database, Item(account, ana, title="Call", body="They renewed early", language=Language.EN))
    assert _found(database, ana, "renewing") == {wanted}
    assert _found(database, ana, "renovación or renew") == {wanted}


def test_a_query_of_spaces_narrows_nothing_and_a_long_one_is_refused(
    database: Database, ana: Viewer, account: str
) -> None:
    wanted = add_item(database, Item(account, ana))
    assert _found(database, ana, "  ") == {wanted}
    with pytest.raises(InputError, match="too long"):
        _found(database, ana, "x" * 201)


def test_searching_tells_nothing_about_what_one_may_not_see(
    database: Database, ana: Viewer, account: str, make_user: MakeUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A listed draft may cite an account that its reader may not see: such a draft cannot be opened by them."""
    eva, admin = make_user("Eva Otra", team="south"), make_user("Ada", role=Role.ADMIN)
    with database.unit_of_work() as uow:
        other = uow.session.get_one(AccountRow, account)
        values = {column.name: getattr(other, column.name) for column in AccountRow.__table__.columns}
        values |= {"id": "acc_9", "source_id": "9", "owner_email": eva.email, "name": "Secreta"}
        uow.session.add(AccountRow(**values))
    hidden = add_item(database, Item("acc_9", eva, body="zafiro"))
    mixed = add_item(database, Item(account, ana, body="zafiro", cites=("acc_9",)))
    for most in (1_000, 0):
        monkeypatch.setattr(queue_reach, "MOST_LISTED", most)
        assert _found(database, ana, "zafiro") == set()
        assert _found(database, ana, "secreta") == set()
        assert _found(database, eva, "zafiro") == {hidden}
        assert _found(database, admin, "zafiro") == {hidden, mixed}
    assert {entry.item.id for entry in _page(database, ana).entries} == {mixed}


def test_words_follow_what_they_were_taken_from(database: Database, ana: Viewer, account: str) -> None:
    item_id = add_item(database, Item(account, ana, title="Viejo", body="ópalo"))
    with database.unit_of_work() as uow:
        run = uow.session.execute
        run(update(AccountRow).values(name="Maderas Duero"))
        run(update(UserRow).where(UserRow.id == ana.user_id).values(name="Berta Cambio"))
        run(update(DraftVersionRow).values(content={"sections": [{"segments": [{"text": "rubí"}]}]}))
        run(update(ReviewItemRow).values(title="Nuevo"))
    for query in ("tormes", "prueba", "ópalo", "viejo"):
        assert _found(database, ana, query) == set()
        assert _found(database, ana, query, states=(ReviewState.PENDING,)) == set()
    for query in ("duero", "berta", "rubi", "nuevo"):
        assert _found(database, ana, query) == {item_id}
        assert _found(database, ana, query, states=(ReviewState.PENDING,)) == {item_id}


def test_what_is_decided_leaves_the_words_of_what_waits(database: Database, ana: Viewer, account: str) -> None:
    item_id = add_item(database, Item(account, ana, body="ópalo"))

    def kept() -> tuple[int, int]:
        with database.unit_of_work() as uow:
            return tuple(  # type: ignore[return-value]
                len(uow.session.scalars(select(table.review_item_id)).all())
                for table in (WaitingTextRow, ReviewTextRow)
            )

    for state, expected in (
        (ReviewState.IN_REVIEW, (1, 1)),
        (ReviewState.CHANGES_REQUESTED, (1, 1)),
        (ReviewState.APPROVED, (0, 1)),
        (ReviewState.PENDING, (1, 1)),
        (ReviewState.WITHDRAWN, (0, 1)),
    ):
        with database.unit_of_work() as uow:
            uow.session.execute(update(ReviewItemRow).values(state=state.value))
        assert kept() == expected
        assert _found(database, ana, "opalo") == {item_id}


def test_a_draft_of_megabytes_can_be_filed(database: Database, ana: Viewer, account: str) -> None:
    body = " ".join(f"palabra{number}" for number in range(150_000))
    item_id = add_item(database, Item(account, ana, body=body))
    assert _found(database, ana, "palabra7") == {item_id}


def test_a_lent_right_makes_items_wait_for_its_holder(
    database: Database, ana: Viewer, account: str, make_user: MakeUser
) -> None:
    boss, colleague = make_user("Mar Jefa", role=Role.MANAGER), make_user("Leo Par", role=Role.CSM)
    with database.unit_of_work() as uow:
        uow.session.execute(update(AccountRow).values(owner_email=colleague.email))
    theirs, bosses = add_items(database, [Item(account, ana), Item(account, boss)])
    mine = replace(_ALL, for_me=True)

    def waiting_for(viewer: Viewer) -> set[str]:
        return {entry.item.id for entry in _page(database, viewer, mine).entries}

    assert waiting_for(boss) == {theirs}
    assert waiting_for(colleague) == set()
    with database.unit_of_work() as uow:
        uow.session.add(
            DelegationRow(
                id="lent",
                delegator_id=boss.user_id,
                delegate_id=colleague.user_id,
                starts_at=NOW - timedelta(hours=1),
                ends_at=NOW + timedelta(hours=1),
                created_by=boss.user_id,
                created_at=NOW,
            )
        )
    assert waiting_for(colleague) == {theirs}, "not what the delegator asked for"
    assert bosses not in waiting_for(colleague)
    with database.unit_of_work() as uow:
        uow.session.execute(update(DelegationRow).values(ends_at=NOW))
    assert waiting_for(colleague) == set()
    with database.unit_of_work() as uow:
        uow.session.execute(update(DelegationRow).values(ends_at=NOW + timedelta(hours=1), revoked_at=NOW))
    assert waiting_for(colleague) == set()


def test_counting_stops_at_its_bound(
    database: Database, ana: Viewer, account: str, make_user: MakeUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = make_user("Ada", role=Role.ADMIN)
    add_items(database, [Item(account, ana, due_in_hours=-1, risk=Risk.HIGH) for _ in range(5)])
    monkeypatch.setattr("copilot.store.queue_counts.MOST_COUNTED", 3)
    monkeypatch.setattr("copilot.store.queue_pages.MOST_COUNTED", 3)
    for viewer in (admin, ana):
        with database.unit_of_work() as uow:
            counts = QueuePages(uow).counts(viewer)
            assert QueuePages(uow).count(_ALL, viewer=viewer) == 4
        assert (counts.waiting, counts.overdue, counts.high_risk, counts.most) == (4, 4, 4, 3)
        assert counts.mine == (4 if viewer is ana else 0)
