"""Whatever the filters, the order and the viewer: paging yields each visible item that fits once, and nothing else.

Both ways of finding a page are tried, by moving the bounds between them.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from unittest.mock import patch

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from copilot.domain.access import Role, Viewer, Visibility
from copilot.domain.approvals import may_approve
from copilot.domain.drafts import Audience, DraftKind
from copilot.domain.findings import Risk
from copilot.domain.language import Language
from copilot.domain.review_items import OPEN, UNDECIDED, ReviewItem, ReviewState, Step, Vote
from copilot.store import queue_reach, queue_reading
from copilot.store.database import Database
from copilot.store.queue_pages import QueueFilters, QueuePages, Sort
from copilot.store.tables.people import AccountGrantRow
from tests.conftest import MakeUser
from tests.queue_worlds import NOW, Item, add_accounts, add_items

_ACCOUNTS = 5
_WORDS = ("contrato", "renovación", "factura", "pingüino")
_RULES = ("leak", "leak.other_account_name", "tone", "tone.promise")
_STEPS = (
    (Step(roles=(Role.AE, Role.CSM, Role.MANAGER, Role.ADMIN)),),
    (Step(roles=(Role.MANAGER, Role.ADMIN)),),
    (Step(roles=(Role.AE, Role.MANAGER)), Step(roles=(Role.MANAGER, Role.ADMIN))),
    (),
)


@dataclass
class World:
    people: list[Viewer]
    accounts: list[str]
    items: dict[str, Item]
    sees: dict[str, set[str]]
    """User id -> accounts."""


_WORLDS: dict[int, World] = {}


def _world(database: Database, make_user: MakeUser, numbers: Callable[[int], int]) -> World:
    """Built once for all examples. Admin, manager of the north, two AEs of the north, a CSM of the south."""
    if id(database) in _WORLDS:
        return _WORLDS[id(database)]
    people = [
        make_user("Ada", role=Role.ADMIN),
        make_user("Mar", role=Role.MANAGER),
        make_user("Ana"),
        make_user("Leo"),
        make_user("Eva", role=Role.CSM, team="south"),
    ]
    admin, manager, ana, leo, eva = people
    accounts = add_accounts(database, [ana, leo, eva, ana, None])
    with database.unit_of_work() as uow:
        uow.session.add(AccountGrantRow(account_id=accounts[2], user_id=leo.user_id))
    sees = {
        admin.user_id: set(accounts),
        manager.user_id: {accounts[0], accounts[1], accounts[2], accounts[3]},
        ana.user_id: {accounts[0], accounts[3]},
        leo.user_id: {accounts[1], accounts[2]},
        eva.user_id: {accounts[2]},
    }
    wanted = [_item(people, accounts, numbers) for _ in range(160)]
    ids = add_items(database, wanted)
    _WORLDS[id(database)] = World(people, accounts, dict(zip(ids, wanted, strict=True)), sees)
    return _WORLDS[id(database)]


def _item(people: list[Viewer], accounts: list[str], numbers: Callable[[int], int]) -> Item:
    def one_of(choices: Sequence[object]) -> object:
        return choices[numbers(len(choices))]

    states = [*UNDECIDED, *OPEN, *OPEN, *ReviewState]
    steps: tuple[Step, ...] = one_of(_STEPS)  # type: ignore[assignment]
    voter = one_of(people)
    # With one step an approval would have decided it.
    voted = len(steps) > 1 and numbers(2) == 0 and voter.role in steps[0].roles  # type: ignore[attr-defined]
    return Item(
        account_id=one_of([*accounts, None]),  # type: ignore[arg-type]
        requester=one_of(people),  # type: ignore[arg-type]
        author=one_of([*people, *[None] * 6]),  # type: ignore[arg-type]
        state=one_of(sorted(states)),  # type: ignore[arg-type]
        risk=one_of(list(Risk)),  # type: ignore[arg-type]
        kind=one_of(list(DraftKind)[:3]),  # type: ignore[arg-type]
        audience=one_of(list(Audience)),  # type: ignore[arg-type]
        language=one_of(list(Language)),  # type: ignore[arg-type]
        visibility=one_of([Visibility.STAFF, Visibility.STAFF, Visibility.MANAGERS]),  # type: ignore[arg-type]
        due_in_hours=numbers(8) - 4,
        value=one_of([None, Decimal("0"), Decimal("10.50"), Decimal(10), Decimal(500_000)]),  # type: ignore[arg-type]
        title=str(one_of(_WORDS)),
        body=f"{one_of(_WORDS)} {one_of(_WORDS)}",
        rules=one_of([(), _RULES[:2], _RULES[2:], _RULES]),  # type: ignore[arg-type]
        assignee=one_of([*people, None, None]),  # type: ignore[arg-type]
        steps=steps,
        self_review=numbers(2) == 0,
        cites=one_of([(), (), (accounts[0],), (accounts[2], accounts[4])]),  # type: ignore[arg-type]
        votes=((voter, 0),) if voted else (),  # type: ignore[arg-type]
        team=one_of(["north", "south", None]),  # type: ignore[arg-type]
    )


def _fits(item_id: str, item: Item, filters: QueueFilters, viewer: Viewer, world: World) -> bool:
    sees = world.sees[viewer.user_id]
    due_at = item.requirement.due_at
    held = f"{item.title} {item.body}"
    return all(
        (
            not filters.states or item.state in filters.states,
            not filters.risks or item.risk in filters.risks,
            not filters.kinds or item.kind in filters.kinds,
            filters.account_id in {None, item.account_id},
            filters.requester_id in {None, item.requester.user_id},
            filters.assignee_id is None or (item.assignee and item.assignee.user_id == filters.assignee_id),
            not filters.rules or set(filters.rules) & set(item.rules),
            filters.audience in {None, item.audience},
            filters.language in {None, item.language},
            not filters.overdue or (due_at <= NOW and item.state in UNDECIDED),
            filters.value_from is None or (item.value is not None and item.value >= filters.value_from),
            filters.value_below is None or (item.value is not None and item.value < filters.value_below),
            filters.q is None or (_unfolded(filters.q) in held and set(item.cites) - {item.account_id} <= sees),
            not filters.for_me or _is_for(viewer, item_id, item),
            item.visibility in viewer.visibility_classes,
            item.account_id in sees or (item.account_id is None and _is_asked_in_reach(item, viewer)),
        )
    )


def _is_asked_in_reach(item: Item, viewer: Viewer) -> bool:
    led = viewer.team_id if viewer.role is Role.MANAGER else None
    return viewer.role is Role.ADMIN or item.requester == viewer or (led is not None and item.team == led)


def _unfolded(query: str) -> str:
    return {"renovacion": "renovación", "PINGUINO": "pingüino", "contratos": "contrato"}.get(query, query)


def _is_for(viewer: Viewer, item_id: str, item: Item) -> bool:
    votes = tuple(
        Vote(
            voter_id=voter.user_id,
            role=voter.role,
            step=step,
            verdict="approve",
            digest=f"digest of {item_id}",
            terms=item.requirement.terms,
            cast_at=NOW,
        )
        for voter, step in item.votes
    )
    review = ReviewItem(
        id=item_id,
        draft_id="d",
        version=1,
        kind=item.kind,
        digest=f"digest of {item_id}",
        state=item.state,
        risk=item.risk,
        requester_id=item.requester.user_id,
        author_id=(item.author or item.requester).user_id,
        audience=item.audience,
        requirement=item.requirement,
        submitted_at=NOW,
        votes=votes,
    )
    mine = any(vote.voter_id == viewer.user_id for vote in votes)
    return item.state in OPEN and not mine and may_approve(review, user_id=viewer.user_id, role=viewer.role) is None


def _place(item_id: str, item: Item, sort: Sort) -> tuple[object, ...]:
    due = (item.requirement.due_at, item_id)
    if sort is Sort.RISK:
        return (-item.risk.rank, *due)
    if sort is Sort.VALUE:
        return (item.value is None, -(item.value or 0), *due)
    return due


_some = st.booleans()
_filters = st.builds(
    QueueFilters,
    states=st.sampled_from(
        [tuple(sorted(OPEN)), tuple(sorted(UNDECIDED)), (), (ReviewState.RELEASED, ReviewState.STALE)]
    ),
    risks=st.sampled_from([(), (), (Risk.HIGH,), (Risk.CRITICAL, Risk.LOW), tuple(Risk)]),
    kinds=st.sampled_from([(), (), (DraftKind.BRIEF,), tuple(DraftKind)]),
    rules=st.sampled_from([(), (), ("leak",), ("tone.promise", "leak")]),
    for_me=st.sampled_from([False, False, True]),
    audience=st.sampled_from([None, None, *Audience]),
    language=st.sampled_from([None, None, *Language]),
    overdue=st.sampled_from([False, False, True]),
    value_from=st.sampled_from([None, None, Decimal(10)]),
    value_below=st.sampled_from([None, None, Decimal("10.5")]),
    q=st.sampled_from([None, None, "renovacion", "PINGUINO", "contrato", "contratos", "factura"]),
)


@settings(
    max_examples=120, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    filters=_filters,
    sort=st.sampled_from(Sort),
    number=st.integers(0, 4),
    narrowed=st.sampled_from(["", "", "account", "requester", "assignee"]),
    limit=st.integers(1, 40),
    listed=_some,
    rare=_some,
)
def test_paging_yields_each_visible_item_once_in_order(
    database: Database,
    make_user: MakeUser,
    filters: QueueFilters,
    sort: Sort,
    number: int,
    narrowed: str,
    limit: int,
    *,
    listed: bool,
    rare: bool,
) -> None:
    world = _world(database, make_user, _numbers())
    viewer = world.people[number]
    if narrowed == "account":
        filters = replace(filters, account_id=world.accounts[limit % _ACCOUNTS])
    elif narrowed:
        person = world.people[limit % 5].user_id
        asked = narrowed == "requester"
        filters = replace(filters, requester_id=person) if asked else replace(filters, assignee_id=person)
    fitting = [key for key, item in world.items.items() if _fits(key, item, filters, viewer, world)]
    expected = sorted(fitting, key=lambda key: _place(key, world.items[key], sort))
    bound = 1_000 if rare else 0
    with (
        patch.object(queue_reach, "MOST_LISTED", 1_000 if listed else 0),
        patch.object(queue_reading, "FEW_WAITING", bound),
        patch.object(queue_reading, "FEW_OF_ALL", bound),
        database.unit_of_work() as uow,
    ):
        pages = QueuePages(uow)
        assert list(_paged(pages, filters, viewer, sort, limit)) == expected
        assert pages.count(filters, viewer=viewer) == len(expected)
        counts = pages.counts(viewer)
    waiting = [
        item
        for key, item in world.items.items()
        if _fits(key, item, QueueFilters(states=tuple(UNDECIDED)), viewer, world)
    ]
    assert counts.waiting == min(len(waiting), counts.most + 1)
    assert counts.overdue == sum(item.requirement.due_at <= NOW for item in waiting)
    assert counts.high_risk == sum(item.risk.rank >= Risk.HIGH.rank for item in waiting)
    assert counts.mine == sum(item.requester == viewer for item in waiting)


def _numbers() -> Callable[[int], int]:
    """A small generator of its own, so that the world is the same whatever else draws numbers."""
    state = 7

    def draw(below: int) -> int:
        nonlocal state
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (state >> 33) % below

    return draw


def _paged(pages: QueuePages, filters: QueueFilters, viewer: Viewer, sort: Sort, limit: int) -> Iterator[str]:
    cursor = None
    while True:
        page = pages.page(filters, viewer=viewer, cursor=cursor, limit=limit, sort=sort)
        assert len(page.entries) <= limit
        yield from (entry.item.id for entry in page.entries)
        cursor = page.cursor
        if cursor is None:
            return
