"""Approving many items at once: each under every rule that holds for one alone."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from copilot.approvals.bulk import MOST_AT_ONCE, BulkApprovals, BulkResult
from copilot.approvals.service import ApprovalService
from copilot.domain.access import Role, Viewer
from copilot.domain.drafts import Audience, content_digest
from copilot.domain.findings import Action, Finding, GuardrailReport, Risk, Severity, risk_of
from copilot.domain.review_items import ReviewItem, ReviewState
from copilot.errors import Conflict, InputError
from copilot.store.database import Database
from tests import approvals_builders as world
from tests.conftest import MakeUser


@pytest.fixture
def requester(database: Database, make_user: MakeUser) -> Viewer:
    return world.account_owner(database, make_user("Ana Prueba"))


@pytest.fixture
def manager(make_user: MakeUser) -> Viewer:
    return make_user("Mar Jefa", role=Role.MANAGER, language="en")


def _filed(
    database: Database,
    viewer: Viewer,
    *,
    severity: Severity | None = None,
    audience: Audience = Audience.INTERNAL,
    account_id: str | None = world.ACCOUNT,
) -> ReviewItem:
    """An item with one finding at most."""
    found: tuple[Finding, ...] = ()
    if severity is not None:
        explanation = {"es": "Prueba", "en": "Test"}
        found = (Finding(rule="tone.test", severity=severity, action=Action.FLAG, explanation=explanation),)
    draft = world.draft_about((), (("Nada.", ()),), audience=audience, account_id=account_id)
    digest = content_digest(draft, deliverables={})
    report = GuardrailReport(findings=found, risk=risk_of(found), draft_digest=digest)
    with database.unit_of_work() as uow:
        return world.service().submit(draft, report, viewer=viewer, uow=uow)


def _approve(database: Database, items: list[ReviewItem], *, viewer: Viewer) -> tuple[BulkResult, ...]:
    with database.unit_of_work() as uow:
        digests = {item.id: item.digest for item in items}
        return BulkApprovals(world.service()).approve_many(digests, viewer=viewer, uow=uow)


def test_harmless_items_are_approved_in_the_order_asked(database: Database, requester: Viewer, manager: Viewer) -> None:
    items = [_filed(database, requester), _filed(database, requester, severity=Severity.LOW)]
    items += [_filed(database, requester, severity=Severity.INFO)]
    results = _approve(database, items[::-1], viewer=manager)
    assert [result.item_id for result in results] == [item.id for item in items[::-1]]
    assert all(result.approved and result.state is ReviewState.APPROVED for result in results)
    assert [world.item_now(database, item).state for item in items] == [ReviewState.APPROVED] * 3


def test_one_item_that_is_refused_does_not_keep_the_others_back(
    database: Database, requester: Viewer, manager: Viewer, make_user: MakeUser
) -> None:
    stranger = make_user("Eva Otra", team="south")
    world.add_account(database, owner=stranger, account_id=world.OTHER_ACCOUNT, name="Otra")
    good = _filed(database, requester)
    read_first = _filed(database, requester, severity=Severity.MEDIUM)
    alone = _filed(database, requester, severity=Severity.HIGH)
    own = _filed(database, manager, audience=Audience.EXTERNAL)
    changed = _filed(database, requester).model_copy(update={"digest": "0" * 64})
    hidden = _filed(database, stranger, account_id=world.OTHER_ACCOUNT)
    missing = good.model_copy(update={"id": "review_nowhere"})
    items = [read_first, alone, own, changed, hidden, missing, good]
    results = _approve(database, items, viewer=manager)
    assert [result.code for result in results] == [
        "not_allowed",
        "not_allowed",
        "not_allowed",
        "digest_mismatch",
        "not_found",
        "not_found",
        None,
    ]
    assert results[0].problem == "A check saw something that has to be read first."
    assert results[1].problem == "Policy asks that this item be decided on its own."
    assert "somebody else has to approve" in (results[2].problem or "")
    assert (results[4].title, results[4].problem) == (results[5].title, results[5].problem)
    undecided = [item for item in items if item not in (good, missing)]
    assert {world.item_now(database, item).state for item in undecided} == {ReviewState.PENDING}
    assert world.item_now(database, good).state is ReviewState.APPROVED


def test_refusals_are_said_in_the_readers_language(database: Database, requester: Viewer, make_user: MakeUser) -> None:
    spanish = make_user("Sol Jefa", role=Role.MANAGER, language="es")
    item = _filed(database, requester, severity=Severity.MEDIUM)
    (result,) = _approve(database, [item], viewer=spanish)
    assert result.problem == "Un control ha visto algo que hay que leer antes."


def test_the_same_approval_again_is_no_fault_and_a_decided_item_is_a_conflict(
    database: Database, requester: Viewer, manager: Viewer, make_user: MakeUser
) -> None:
    other = make_user("Sol Jefa", role=Role.MANAGER, language="en")
    items = [_filed(database, requester)]
    assert _approve(database, items, viewer=manager)[0].approved
    assert _approve(database, items, viewer=manager)[0].approved
    assert _approve(database, items, viewer=other)[0].code == "conflict"


def test_no_more_than_a_hundred_at_once(database: Database, manager: Viewer) -> None:
    digests = {f"review_{number}": "x" for number in range(MOST_AT_ONCE + 1)}
    with pytest.raises(InputError, match="100"), database.unit_of_work() as uow:
        BulkApprovals(world.service()).approve_many(digests, viewer=manager, uow=uow)


def test_approvals_in_opposite_order_and_single_ones_do_not_wait_in_a_circle(
    database: Database, requester: Viewer, make_user: MakeUser
) -> None:
    managers = [make_user(f"Jefa {number}", role=Role.MANAGER) for number in range(4)]
    items = [_filed(database, requester) for _ in range(12)]
    together = Barrier(len(managers))
    conflicts: list[str] = []

    def work(number: int) -> int:
        together.wait()
        if number < 2:
            ordered = items if number else items[::-1]
            return sum(result.approved for result in _approve(database, ordered, viewer=managers[number]))
        return sum(_tried(item, managers[number]) for item in (items if number == 2 else items[::-1]))

    def _tried(item: ReviewItem, viewer: Viewer) -> bool:
        try:
            world.approve(database, item, viewer=viewer)
        except Conflict as error:
            conflicts.append(str(error))
            return False
        return True

    with ThreadPoolExecutor(len(managers)) as pool:
        approved = list(pool.map(work, range(len(managers))))
    assert sum(approved) == len(items)
    assert not [words for words in conflicts if "same moment" in words], "a deadlock"
    assert {world.item_now(database, item).state for item in items} == {ReviewState.APPROVED}


def test_a_stored_risk_alone_does_not_let_an_item_through(
    database: Database, requester: Viewer, manager: Viewer
) -> None:
    item = _filed(database, requester, severity=Severity.CRITICAL)
    assert item.risk is Risk.CRITICAL
    assert _approve(database, [item], viewer=manager)[0].code == "not_allowed"


def test_todays_policy_says_what_may_be_approved_together(
    database: Database, requester: Viewer, manager: Viewer
) -> None:
    item = world.submit(database, world.good_draft(database, viewer=requester), viewer=requester)
    policy = world.policy_without_undo()
    alone = tuple(rule.model_copy(update={"bulk": False}) for rule in policy.rule)
    bulk = BulkApprovals(ApprovalService(policy.model_copy(update={"rule": alone})))
    with database.unit_of_work() as uow:
        [result] = bulk.approve_many({item.id: item.digest}, viewer=manager, uow=uow)
    assert (result.approved, result.code) == (False, "not_allowed")
    with database.unit_of_work() as uow:
        assert world.service().get(item.id, viewer=manager, uow=uow).item.state is ReviewState.PENDING
