"""Items of the queue, served in turn by one process to people of the same shape and of others: each is shown what the
rule allows them, and may do what the rules of the queue let them, now."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from copilot.clock import FixedClock
from copilot.domain.access import Role, Viewer, Visibility
from copilot.domain.drafts import DraftKind
from copilot.domain.evidence import Evidence, EvidenceKind
from copilot.domain.findings import Risk
from copilot.domain.language import Language
from copilot.domain.review_items import ReviewState
from copilot.domain.timeline import EntryType, TimelineFilters
from copilot.errors import NotFound
from copilot.store.account_timeline import TimelineRepository
from copilot.store.cited_work import CitedWorkRepository
from copilot.store.database import Database, UnitOfWork
from copilot.store.delegations import DelegationRepository
from copilot.store.drafts import DraftRepository
from copilot.store.evidence import EvidenceRepository
from copilot.store.people import PeopleRepository
from copilot.store.queue_pages import QueueFilters, QueuePages
from copilot.store.queue_surroundings import QueueSurroundings
from copilot.store.review_entries import item_is_visible
from copilot.store.tables.people import AccountGrantRow, UserRow
from copilot.store.tables.records import AccountRow
from copilot.store.tables.work import DelegationRow, DraftVersionRow, ReviewItemRow
from copilot.store.visibility import visible_accounts
from tests.approvals_builders import TODAY, draft_about, service
from tests.conftest import MakeUser
from tests.queue_worlds import NOW, Item, add_accounts, add_item

ACCOUNTS = ("own", "mar's", "south")
"""What the accounts of the world are called here."""
EVERYTHING = QueueFilters(states=())


@dataclass(frozen=True)
class World:
    """People by name, accounts and items by what they are called here."""

    people: Mapping[str, Viewer]
    accounts: Mapping[str, str]
    items: Mapping[str, str]

    def called(self, ids: Iterable[str]) -> set[str]:
        """Items."""
        names = {item_id: name for name, item_id in self.items.items()}
        return {names[item_id] for item_id in ids}

    def now(self, uow: UnitOfWork) -> dict[str, Viewer]:
        """People as a request finds them: the inactive are not let in."""
        found = {name: PeopleRepository(uow).by_id(person.user_id) for name, person in self.people.items()}
        return {name: person for name, person in found.items() if person is not None}


@pytest.fixture
def people(make_user: MakeUser) -> dict[str, Viewer]:
    return {
        "ana": make_user("Ana"),
        "leo": make_user("Leo"),
        "gil": make_user("Gil", team="south"),
        "dora": make_user("Dora", role=Role.CSM, team=None),
        "mar": make_user("Mar", role=Role.MANAGER),
        "sur": make_user("Sur", role=Role.MANAGER, team="south"),
        "sol": make_user("Sol", role=Role.MANAGER, team=None),
        "ada": make_user("Ada", role=Role.ADMIN, team=None),
        "ines": make_user("Ines", role=Role.ADMIN),
    }


@pytest.fixture
def world(database: Database, people: dict[str, Viewer]) -> World:
    """Gil, of the other team, was granted Ana's account; so was Dora, to whom Mar lends her right to approve."""
    owners = (people["ana"], people["mar"], people["gil"])
    accounts = dict(zip(ACCOUNTS, add_accounts(database, owners, names=ACCOUNTS), strict=True))
    own, south = accounts["own"], accounts["south"]
    ana, mar = people["ana"], people["mar"]
    wanted = {
        "plain": Item(own, ana),
        "riskier": Item(own, ana, risk=Risk.HIGH, due_in_hours=2),
        "of Mar": Item(own, mar, due_in_hours=3),
        "approved": Item(own, people["leo"], state=ReviewState.APPROVED),
        "in English": Item(own, ana, language=Language.EN, kind=DraftKind.FOLLOW_UP),
        "from managers": Item(own, people["leo"], visibility=Visibility.MANAGERS, kind=DraftKind.FOLLOW_UP),
        "of Mar's": Item(accounts["mar's"], mar),
        "south": Item(south, people["gil"]),
        "citing south": Item(own, ana, cites=(south,)),
        "nowhere": Item(None, ana, team="north"),
        "nowhere south": Item(None, people["gil"], team="south"),
        "test": Item(own, ana),
    }
    items = {name: _file(database, item) for name, item in wanted.items()}
    with database.unit_of_work() as uow:
        is_test = update(ReviewItemRow).where(ReviewItemRow.id == items["test"])
        uow.session.execute(is_test.values(is_test=True))
        for name in ("gil", "dora"):
            PeopleRepository(uow).grant_account(own, user_id=people[name].user_id)
        uow.flush()
        lent = {"delegator_id": mar.user_id, "delegate_id": people["dora"].user_id}
        DelegationRepository(uow).add(**lent, starts_at=NOW + timedelta(hours=1), ends_at=NOW + timedelta(hours=2))
    return World(people, accounts, items)


def _file(database: Database, wanted: Item) -> str:
    """An item with a text that can be read."""
    item_id = add_item(database, wanted)
    cited = [
        Evidence(
            id=f"record:{account_id}:arr",
            kind=EvidenceKind.RECORD,
            text="arr: 1",
            label="Nada",
            as_of=TODAY,
            account_id=account_id,
        )
        for account_id in (wanted.account_id, *wanted.cites)
        if account_id
    ]
    sentences = [("Nada.", tuple(item.id for item in cited))]
    draft = draft_about(cited, sentences, account_id=wanted.account_id, kind=wanted.kind, language=wanted.language)
    with database.unit_of_work() as uow:
        version = uow.session.get_one(DraftVersionRow, (f"draft_of_{item_id}", 1))
        version.content = draft.model_dump(mode="json")
    return item_id


def _allowed(viewer: Viewer, uow: UnitOfWork) -> set[str]:
    """By the rule itself, written anew for this viewer."""
    return set(uow.session.scalars(select(ReviewItemRow.id).where(item_is_visible(viewer))))


def _readable(world: World, viewer: Viewer, uow: UnitOfWork) -> set[str]:
    """Those of which the viewer may see every account that the draft cites, too."""
    seen = set(uow.session.scalars(visible_accounts(viewer)))
    allowed = world.called(_allowed(viewer, uow))
    return allowed if world.accounts["south"] in seen else allowed - {"citing south"}


def _opened(world: World, read: Callable[[str], object]) -> set[str]:
    found = set()
    for name, item_id in world.items.items():
        try:
            read(item_id)
        except NotFound:
            continue
        found.add(name)
    return found


def _approvable(world: World, viewer: Viewer, uow: UnitOfWork) -> set[str]:
    """What the page of an item says may be approved, of those that can be opened."""
    views = [service().get(world.items[name], viewer=viewer, uow=uow) for name in _readable(world, viewer, uow)]
    return world.called(view.item.id for view in views if view.rights.approve is None)


def _for_me(world: World, viewer: Viewer, uow: UnitOfWork) -> set[str]:
    page = QueuePages(uow).page(QueueFilters(for_me=True), viewer=viewer, cursor=None, limit=50)
    return world.called(entry.item.id for entry in page.entries)


def _shown(world: World, viewer: Viewer, uow: UnitOfWork) -> set[str]:
    """What one person is shown, wherever it is asked; held against the rule."""
    allowed, readable = _allowed(viewer, uow), _readable(world, viewer, uow)
    assert _opened(world, lambda item_id: service().get(item_id, viewer=viewer, uow=uow)) == readable
    assert _opened(world, lambda item_id: service().read(item_id, viewer=viewer, uow=uow)) == readable
    listed = QueuePages(uow).page(EVERYTHING, viewer=viewer, cursor=None, limit=50).entries
    assert {entry.item.id for entry in listed} == allowed
    rows = [uow.session.get_one(ReviewItemRow, item_id) for item_id in allowed]
    choices = QueueSurroundings(uow).choices(viewer, states=list(ReviewState))
    assert {each.id for each in choices.accounts} == {row.account_id for row in rows} - {None}
    assert {each.id for each in choices.requesters} == {row.requester_id for row in rows}
    seen = set(uow.session.scalars(visible_accounts(viewer)))
    for account_id in world.accounts.values():
        _of_account(account_id, [row for row in rows if row.account_id == account_id], viewer=viewer, uow=uow)
        evidence = EvidenceRepository(uow).read([f"record:{account_id}:name"], viewer=viewer)
        assert bool(evidence) is (account_id in seen)
    return world.called(allowed)


def _of_account(account_id: str, rows: list[ReviewItemRow], *, viewer: Viewer, uow: UnitOfWork) -> None:
    """Ways to the same items from their account."""
    real = [row for row in rows if not row.is_test]
    drafts = TimelineFilters(types=frozenset({EntryType.DRAFT}))
    try:
        told = {each.subject_id for each in TimelineRepository(uow).page(account_id, drafts, viewer=viewer).entries}
    except NotFound:
        told = set()
    assert told == {row.id for row in real}
    for kind in (DraftKind.BRIEF, DraftKind.FOLLOW_UP):
        for language in (None, *Language):
            latest = CitedWorkRepository(uow).latest_item_id(account_id, kind=kind, language=language, viewer=viewer)
            fitting = [row.id for row in real if row.kind == kind and language in {None, row.language}]
            assert latest == (max(fitting) if fitting else None)
        stands = [row for row in rows if row.kind == kind and row.state == ReviewState.APPROVED]
        approved = DraftRepository(uow).last_approved(account_id, kind=kind, viewer=viewer)
        assert (approved and approved.draft_id) == (stands[0].draft_id if stands else None)


OF_ACCOUNT = {"plain", "riskier", "of Mar", "approved", "in English", "citing south"}
"""Of Ana's account, for whoever sees that."""
SHOWN = {
    "ana": OF_ACCOUNT | {"nowhere"},
    "leo": set[str](),
    "gil": OF_ACCOUNT | {"test", "south", "nowhere south"},
    "dora": OF_ACCOUNT | {"test"},
    "mar": OF_ACCOUNT | {"test", "from managers", "of Mar's", "nowhere"},
    # A manager sees what was granted to members of the team, with all of it.
    "sur": OF_ACCOUNT | {"test", "from managers", "south", "nowhere south"},
    "sol": set[str](),
    "ada": OF_ACCOUNT | {"test", "from managers", "of Mar's", "south", "nowhere", "nowhere south"},
}
SHOWN["ines"] = SHOWN["ada"]


def _in_turns(names: Iterable[str]) -> list[str]:
    """Everybody twice: what the first of a shape left behind is what the next one is served."""
    return [*names, *reversed([*names])]


def test_pages_filters_and_states_are_those_that_were_asked_for(database: Database, world: World) -> None:
    """By people of one shape, in turn. The first test here: of sizes that were kept, a small one is seen."""
    with database.unit_of_work() as uow:
        for name, limit in zip(_in_turns(["ada", "ines", "ada"]), (1, 50, 3, 2, 50, 1), strict=True):
            viewer = world.people[name]
            page = QueuePages(uow).page(EVERYTHING, viewer=viewer, cursor=None, limit=limit)
            assert len(page.entries) == min(limit, len(world.items))
            drafts = TimelineFilters(types=frozenset({EntryType.DRAFT}))
            told = TimelineRepository(uow).page(world.accounts["own"], drafts, viewer=viewer, limit=limit)
            assert len(told.entries) == min(limit, len(OF_ACCOUNT | {"from managers"}))
        for state, requesters in {
            ReviewState.APPROVED: {"leo"},
            ReviewState.PENDING: {"ana", "gil", "leo", "mar"},
        }.items():
            choices = QueueSurroundings(uow).choices(world.people["ada"], states=[state])
            assert {each.id for each in choices.requesters} == {world.people[name].user_id for name in requesters}
        of_mar = replace(EVERYTHING, requester_id=world.people["mar"].user_id)
        for filters, shown in ((of_mar, {"of Mar"}), (EVERYTHING, SHOWN["sur"])):
            page = QueuePages(uow).page(filters, viewer=world.people["sur"], cursor=None, limit=50)
            assert world.called(entry.item.id for entry in page.entries) == shown


def test_whoever_asks_is_shown_the_items_that_the_rule_allows(database: Database, world: World) -> None:
    for name in _in_turns(world.people):
        with database.unit_of_work() as uow:
            assert _shown(world, world.people[name], uow) == SHOWN[name], name


def test_what_changes_between_two_requests_counts_in_the_second(database: Database, world: World) -> None:
    """Teams, owners, grants and roles, for people whose statements were all written before."""
    people, own = world.people, world.accounts["own"]
    sees = {name: set(shown) for name, shown in SHOWN.items()}

    def all_are_right() -> None:
        with database.unit_of_work() as uow:
            for name, viewer in world.now(uow).items():
                assert _shown(world, viewer, uow) == sees[name], name

    all_are_right()
    with database.unit_of_work() as uow:  # Gil's grant is taken back, Leo is given one
        gone = delete(AccountGrantRow).where(AccountGrantRow.user_id == people["gil"].user_id)
        uow.session.execute(gone)
        PeopleRepository(uow).grant_account(own, user_id=people["leo"].user_id)
    sees["gil"] = {"south", "nowhere south"}
    sees["sur"] = {"south", "nowhere south"}
    sees["leo"] = OF_ACCOUNT | {"test"}
    all_are_right()
    with database.unit_of_work() as uow:  # Ana and Leo go to the other team, and take their accounts along
        for name in ("ana", "leo"):
            PeopleRepository(uow).save(people[name].model_copy(update={"team_id": "south"}), password_hash=None)
    sees["mar"] = {"of Mar's", "nowhere"}
    sees["sur"] = SHOWN["sur"]
    all_are_right()
    with database.unit_of_work() as uow:  # Dora becomes a manager, Sur leaves
        PeopleRepository(uow).save(people["dora"].model_copy(update={"role": Role.MANAGER}), password_hash=None)
        PeopleRepository(uow).deactivate(people["sur"].user_id, now=uow.clock.now())
    sees["dora"] = OF_ACCOUNT | {"test", "from managers"}
    all_are_right()
    with database.unit_of_work() as uow:
        uow.session.delete(uow.session.get_one(AccountRow, world.accounts["south"]))
        assert people["sur"].user_id not in {each.user_id for each in world.now(uow).values()}
    with database.unit_of_work() as uow:
        assert world.called(_allowed(people["gil"], uow)) == {"south", "nowhere south"}
        for name, viewer in world.now(uow).items():
            # It was of an account that is gone: what it cites cannot be seen any more, by anybody.
            read = _opened(world, lambda item_id, who=viewer: service().get(item_id, viewer=who, uow=uow))  # type: ignore[misc]
            assert read == sees[name] - {"south", "citing south"}, name


@pytest.mark.parametrize("lent_is", ["running", "not yet", "over", "taken back", "of somebody who left"])
def test_who_may_decide_is_asked_of_each_person_at_each_moment(
    database: Database, world: World, clock: FixedClock, lent_is: str
) -> None:
    """Four eyes and lent rights, after the same statements told others, at another time, of theirs."""
    open_ones = {"plain", "riskier", "of Mar", "in English", "citing south"}
    own = {
        "mar": {"plain", "riskier", "in English", "from managers", "test", "nowhere"},
        "sur": open_ones | {"south", "from managers", "test", "nowhere south"},
        "ada": open_ones | {"of Mar's", "south", "from managers", "test", "nowhere", "nowhere south"},
    }
    own["ines"] = own["ada"]
    # What Mar asked for she has no right to lend; what cites an account out of sight is out of reach.
    lent = {"plain", "riskier", "in English", "test"}

    def all_are_right(**changed: set[str]) -> None:
        expected = {name: set[str]() for name in world.people} | own | changed
        for name in _in_turns(world.people):
            with database.unit_of_work() as uow:
                viewer = world.people[name]
                assert _approvable(world, viewer, uow) == expected[name], name
                # The list knows nothing of accounts that a draft cites besides its own.
                assert _for_me(world, viewer, uow) - {"citing south"} == expected[name] - {"citing south"}, name

    all_are_right()
    clock.advance(timedelta(hours=1, minutes=30))
    all_are_right(dora=lent)
    if lent_is == "running":
        clock.advance(timedelta(hours=2000))
        # Whatever was lent, what waits too long is for nobody.
        all_are_right(**{name: set() for name in own})
        return
    clock.advance(timedelta(hours={"not yet": -1, "over": 1}.get(lent_is, 0)))
    with database.unit_of_work() as uow:
        if lent_is == "taken back":
            DelegationRepository(uow).revoke(uow.session.scalars(select(DelegationRow.id)).one())
        if lent_is == "of somebody who left":
            left = update(UserRow).where(UserRow.id == world.people["mar"].user_id)
            uow.session.execute(left.values(active=False))
    all_are_right()
