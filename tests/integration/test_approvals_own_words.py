"""Nobody approves their own words, however many versions ago they wrote them."""

import pytest
from sqlalchemy import literal

from copilot.domain.access import Role, Viewer
from copilot.domain.drafts import Audience
from copilot.domain.review_items import ReviewItem, ReviewState
from copilot.errors import NotAllowed
from copilot.store.database import Database
from copilot.store.queue_turns import turns_of
from copilot.store.tables.work import ReviewItemRow
from tests import approvals_builders as world
from tests.conftest import MakeUser

MANAGERS_WORDS = "La cuenta factura 84.000 € al año y crece."


@pytest.fixture
def requester(database: Database, make_user: MakeUser) -> Viewer:
    return world.account_owner(database, make_user("Lucía Ferrer", role=Role.AE))


def edit(database: Database, item: ReviewItem, segment: str, words: str, *, viewer: Viewer) -> ReviewItem:
    with database.unit_of_work() as uow:
        return world.service().edit(item.id, {segment: words}, digest=item.digest, viewer=viewer, uow=uow)


def edited_by_both(database: Database, audience: Audience, *, requester: Viewer, manager: Viewer) -> ReviewItem:
    """The manager writes a sentence, and then the requester touches another one."""
    draft = world.good_draft(database, viewer=requester, audience=audience)
    item = edit(
        database,
        world.submit(database, draft, viewer=requester),
        "summary.1",
        MANAGERS_WORDS,
        viewer=manager,
    )
    return edit(database, item, "summary.2", "Renueva el 31 de enero de 2027; quedan 76 días.", viewer=requester)


def approve(database: Database, item: ReviewItem, *, viewer: Viewer) -> ReviewItem:
    with database.unit_of_work() as uow:
        accepted = world.service().get(item.id, viewer=viewer, uow=uow).unsupported_segments
    return world.approve(database, item, viewer=viewer, accepted=accepted)


def waits_for(database: Database, item: ReviewItem, viewer: Viewer) -> bool:
    """Whether the list of what one can approve has it."""
    with database.unit_of_work() as uow:
        condition = turns_of(viewer, uow=uow).condition(literal(uow.clock.now()))
        return uow.session.query(ReviewItemRow).filter(ReviewItemRow.id == item.id, condition).count() == 1


def test_an_edit_by_another_makes_nobodys_words_anothers(
    database: Database, requester: Viewer, manager: Viewer, make_user: MakeUser
) -> None:
    item = edited_by_both(database, Audience.EXTERNAL, requester=requester, manager=manager)
    assert item.author_ids == tuple(sorted((requester.user_id, manager.user_id)))
    assert not waits_for(database, item, manager)
    with pytest.raises(NotAllowed, match="escribió"):
        approve(database, item, viewer=manager)
    other = make_user("Iria Cebrián", role=Role.MANAGER)
    assert waits_for(database, item, other)
    assert approve(database, item, viewer=other).state is ReviewState.APPROVED


def test_filing_it_again_forgets_nobody(database: Database, requester: Viewer, manager: Viewer) -> None:
    item = edited_by_both(database, Audience.EXTERNAL, requester=requester, manager=manager)
    with database.unit_of_work() as uow:
        world.service().withdraw(item.id, viewer=requester, uow=uow)
    with database.unit_of_work() as uow:
        again = world.service().submit_again(item.id, viewer=requester, uow=uow)
    with database.unit_of_work() as uow:
        assert world.service().get(again.id, viewer=manager, uow=uow).item.author_ids == again.author_ids
    with pytest.raises(NotAllowed):
        approve(database, again, viewer=manager)


def test_who_comes_later_changes_nothing_about_a_version(
    database: Database, requester: Viewer, manager: Viewer
) -> None:
    draft = world.good_draft(database, viewer=requester)
    first = world.submit(database, draft, viewer=requester)
    edit(database, first, "summary.1", MANAGERS_WORDS, viewer=manager)
    with database.unit_of_work() as uow:
        assert world.service().get(first.id, viewer=requester, uow=uow).item.author_ids == (requester.user_id,)
