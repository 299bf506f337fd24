"""Views of the queue that people keep: whose they are, who sees them, and what happens to what they no longer mean."""

from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import update

from copilot.approvals.saved_views import MOST_VIEWS, SavedViews
from copilot.domain.access import Role, Viewer
from copilot.domain.drafts import Audience, DraftKind
from copilot.domain.findings import Risk
from copilot.domain.language import Language
from copilot.domain.review_items import ReviewState
from copilot.errors import Conflict, InputError, NotFound
from copilot.store.database import Database
from copilot.store.queue_pages import QueueFilters, Sort
from copilot.store.tables.queue import SavedViewRow
from tests.conftest import MakeUser

_EVERYTHING = QueueFilters(
    states=(ReviewState.PENDING, ReviewState.CHANGES_REQUESTED),
    risks=(Risk.HIGH,),
    kinds=(DraftKind.FOLLOW_UP,),
    account_id="acc_1",
    rules=("leak", "tone.promise"),
    for_me=True,
    audience=Audience.EXTERNAL,
    language=Language.EN,
    overdue=True,
    value_from=Decimal("10.50"),
    value_below=Decimal(500_000),
    q="renovación",
)
views = SavedViews()


@pytest.fixture
def ana(make_user: MakeUser) -> Viewer:
    return make_user("Ana Prueba")


@pytest.fixture
def leo(make_user: MakeUser) -> Viewer:
    return make_user("Leo Par", role=Role.MANAGER, language="en")


def test_a_view_gives_back_every_filter(database: Database, ana: Viewer) -> None:
    wanted = replace(_EVERYTHING, requester_id=ana.user_id, assignee_id="somebody")
    with database.unit_of_work() as uow:
        kept = views.create("  Lo  urgente ", wanted, viewer=ana, uow=uow, sort=Sort.VALUE)
    with database.unit_of_work() as uow:
        (read,) = views.all(viewer=ana, uow=uow)
        assert views.get(kept.id, viewer=ana, uow=uow) == read
    assert (read.name, read.filters, read.sort, read.problem) == ("Lo urgente", wanted, Sort.VALUE, None)
    assert read.own
    assert not read.shared


def test_a_shared_view_is_about_whoever_uses_it(database: Database, ana: Viewer, leo: Viewer) -> None:
    with database.unit_of_work() as uow:
        mine = QueueFilters(requester_id=ana.user_id, assignee_id=ana.user_id)
        kept = views.create("Lo mío", mine, viewer=ana, uow=uow, shared=True)
        seen = views.get(kept.id, viewer=leo, uow=uow)
    assert (seen.filters.requester_id, seen.filters.assignee_id) == (leo.user_id, leo.user_id)
    assert (seen.own, seen.owner_name) == (False, "Ana Prueba")


def test_only_the_team_sees_a_shared_view_and_only_its_owner_changes_it(
    database: Database, ana: Viewer, leo: Viewer, make_user: MakeUser
) -> None:
    stranger, loner = make_user("Eva Otra", team="south"), make_user("Sol Sola", team=None)
    with database.unit_of_work() as uow:
        shared = views.create("Compartida", QueueFilters(), viewer=ana, uow=uow, shared=True)
        own = views.create("Propia", QueueFilters(), viewer=ana, uow=uow)
        assert [view.id for view in views.all(viewer=leo, uow=uow)] == [shared.id]
        for person in (stranger, loner):
            assert views.all(viewer=person, uow=uow) == ()
            with pytest.raises(NotFound):
                views.get(shared.id, viewer=person, uow=uow)
        for view in (shared, own):
            with pytest.raises(NotFound):
                views.change(view.id, name="Tomada", viewer=leo, uow=uow)
            with pytest.raises(NotFound):
                views.delete(view.id, viewer=leo, uow=uow)
        views.change(shared.id, shared=False, viewer=ana, uow=uow)
        assert views.all(viewer=leo, uow=uow) == ()


def test_views_are_renamed_ordered_and_deleted(database: Database, ana: Viewer) -> None:
    with database.unit_of_work() as uow:
        first, second, third = (views.create(name, QueueFilters(), viewer=ana, uow=uow) for name in "abc")
        renamed = views.change(second.id, name="z", filters=_EVERYTHING, sort=Sort.DEADLINE, viewer=ana, uow=uow)
        assert (renamed.name, renamed.filters, renamed.sort) == ("z", _EVERYTHING, Sort.DEADLINE)
        ordered = views.put_in_order([third.id, "view_of_nobody", third.id, first.id], viewer=ana, uow=uow)
        assert [view.name for view in ordered] == ["c", "a", "z"]
        views.delete(first.id, viewer=ana, uow=uow)
        assert [view.name for view in views.all(viewer=ana, uow=uow)] == ["c", "z"]
        added = views.create("d", QueueFilters(), viewer=ana, uow=uow)
        assert views.all(viewer=ana, uow=uow)[-1].id == added.id


def test_the_queue_opens_with_the_chosen_view_while_it_is_there(database: Database, ana: Viewer, leo: Viewer) -> None:
    with database.unit_of_work() as uow:
        own = views.create("Propia", QueueFilters(), viewer=leo, uow=uow)
        shared = views.create("Compartida", QueueFilters(), viewer=ana, uow=uow, shared=True)
        assert views.default(viewer=leo, uow=uow) is None
        for view in (own, shared):
            views.open_with(view.id, viewer=leo, uow=uow)
            chosen = views.default(viewer=leo, uow=uow)
            assert chosen is not None
            assert chosen.id == view.id
        assert views.default(viewer=ana, uow=uow) is None
        views.change(shared.id, shared=False, viewer=ana, uow=uow)
        assert views.default(viewer=leo, uow=uow) is None
        with pytest.raises(NotFound):
            views.open_with(shared.id, viewer=leo, uow=uow)
        views.open_with(own.id, viewer=leo, uow=uow)
        views.open_with(None, viewer=leo, uow=uow)
        assert views.default(viewer=leo, uow=uow) is None


def test_what_a_stored_view_no_longer_means_is_left_out_and_said(database: Database, leo: Viewer) -> None:
    with database.unit_of_work() as uow:
        kept = views.create("Old", QueueFilters(), viewer=leo, uow=uow)
        stored = {"kinds": ["fax"], "risks": ["high"], "colour": "red", "value_from": "much", "q": "x" * 999}
        changed = update(SavedViewRow).where(SavedViewRow.id == kept.id)
        uow.session.execute(changed.values(filters=stored, sort="beauty"))
        read = views.get(kept.id, viewer=leo, uow=uow)
        assert read.filters == QueueFilters(states=(), risks=(Risk.HIGH,))
        assert read.sort is Sort.RISK
        assert read.problem == (
            "Part of this view no longer exists and was left out: colour, kinds, q, value_from, sort."
        )


@pytest.mark.parametrize(
    "name", ["", "   ", "x" * 81, "a\x00b", "a\u202eb"], ids=["none", "blank", "long", "null", "rtl"]
)
def test_names_that_cannot_be_read_are_refused(database: Database, ana: Viewer, name: str) -> None:
    with pytest.raises(InputError), database.unit_of_work() as uow:
        views.create(name, QueueFilters(), viewer=ana, uow=uow)


def test_names_are_taken_once_per_person(database: Database, ana: Viewer, leo: Viewer) -> None:
    with database.unit_of_work() as uow:
        kept = views.create("Urgente", QueueFilters(), viewer=ana, uow=uow)
        views.create("Urgente", QueueFilters(), viewer=leo, uow=uow)
        with pytest.raises(Conflict):
            views.create("URGENTE", QueueFilters(), viewer=ana, uow=uow)
        assert views.change(kept.id, name="urgente", viewer=ana, uow=uow).name == "urgente"


def test_filters_that_cannot_be_kept_are_named(database: Database, ana: Viewer) -> None:
    filters = QueueFilters(q="x" * 999, value_from=Decimal(-1))
    with pytest.raises(InputError, match="q, value_from"), database.unit_of_work() as uow:
        views.create("Mala", filters, viewer=ana, uow=uow)


def test_a_person_keeps_so_many_views(database: Database, ana: Viewer) -> None:
    with database.unit_of_work() as uow:
        for number in range(MOST_VIEWS):
            views.create(f"Vista {number}", QueueFilters(), viewer=ana, uow=uow)
    with pytest.raises(InputError), database.unit_of_work() as uow:
        views.create("Una más", QueueFilters(), viewer=ana, uow=uow)
