"""A small history of which every figure was computed by hand, and whose figures who sees."""

from datetime import date
from decimal import Decimal

import pytest

from copilot.domain.access import Role, Viewer
from copilot.domain.drafts import DraftKind
from copilot.domain.proportions import Share
from copilot.domain.review_items import ReviewState
from copilot.domain.value import PACKAGE, Fate, Minutes, Part
from copilot.errors import NotFound
from copilot.store.database import Database
from copilot.store.tables.chat import ChatThreadRow, ChatTurnRow
from copilot.workflows.value.report import Scope, ValueReport, value_report
from copilot.workflows.value.rules import ValueRules, load_value_rules
from tests.conftest import MakeUser
from tests.value_worlds import People, Written, add_draft, approved, at, people_of

RULES = load_value_rules().model_copy(update={"least_cases": 3, "least_for_p90": 3})
FOUR = "uno dos tres cuatro"


@pytest.fixture
def people(make_user: MakeUser) -> People:
    return people_of(make_user)


@pytest.fixture
def history(database: Database, people: People) -> None:
    """Weeks of the 9th and the 16th of November 2026; it is the 16th, nine in the morning."""
    ana, bea, marta = people.ana, people.bea, people.marta
    # Approved as written after 2 hours, read for 5 minutes; written by a model for 0.30 dollars.
    add_draft(database, ana, [approved(FOUR, at(9), marta, at(9, 11), opened=((marta, at(9, 10, 55)),), cost="0.30")])
    # Marta changes one word of four after reading 10 minutes; approved after 4 hours without opening it again.
    add_draft(
        database,
        ana,
        [
            Written(FOUR, ReviewState.SUPERSEDED, at(9), opened=((marta, at(9, 10, 50)),)),
            approved("uno dos tres cinco", at(9, 11), marta, at(9, 13), author=marta),
        ],
        kind=DraftKind.FOLLOW_UP,
    )
    # Rejected after 6 hours; it was open for 5 hours, of which 30 minutes count.
    add_draft(
        database,
        bea,
        [
            Written(
                FOUR,
                ReviewState.REJECTED,
                at(10),
                decided_by=marta,
                decided_at=at(10, 15),
                verdict="reject",
                opened=((marta, at(10, 10)),),
                cost="0.10",
            )
        ],
    )
    # Sent back, written anew by the copilot, then approved as it was: no edit. 24 hours; 1 + 1 minutes unopened.
    add_draft(
        database,
        bea,
        [
            Written(
                FOUR,
                ReviewState.SUPERSEDED,
                at(10),
                decided_by=marta,
                decided_at=at(10, 12),
                verdict="request_changes",
            ),
            approved("todo es otro", at(10, 13), marta, at(11), anew=True),
        ],
    )
    this_week(database, people)


def this_week(database: Database, people: People) -> None:
    """The rest of it."""
    ana, bea, marta, tom = people.ana, people.bea, people.marta, people.tom
    # Taken back, lapsed, waiting, of this week; and one of the other team, without a price.
    add_draft(database, ana, [Written(FOUR, ReviewState.RECALLED, at(16, 1), decided_at=at(16, 2))])
    add_draft(database, ana, [Written(FOUR, ReviewState.EXPIRED, at(16, 1))])
    add_draft(database, bea, [Written(FOUR, ReviewState.PENDING, at(16, 1))])
    add_draft(
        database,
        tom,
        [approved(FOUR, at(16, 6), tom, at(16, 7), opened=((tom, at(16, 6, 58)),), cost="?")],
        kind=DraftKind.RFP_ANSWER,
        package=True,
    )
    # Neither a test item nor what is older counts.
    add_draft(database, ana, [Written(FOUR, ReviewState.PENDING, at(16, 1))], is_test=True)
    add_draft(database, marta, [Written(FOUR, ReviewState.PENDING, at(16, 1))], is_test=True)
    add_draft(database, ana, [Written(FOUR, ReviewState.PENDING, at(8, 23, 59))])


def report(database: Database, viewer: Viewer, team: str = "", *, rules: ValueRules = RULES) -> ValueReport:
    with database.unit_of_work() as uow:
        return value_report(team, weeks=2, rules=rules, viewer=viewer, uow=uow)


def part(parts: tuple[Part, ...], key: str) -> Part:
    return next(each for each in parts if each.key == key)


def test_every_figure_of_a_team(database: Database, people: People, history: None) -> None:
    found = report(database, people.marta)
    assert (found.choice.scope, found.choice.team and found.choice.team.name) == (Scope.TEAM, "north")
    assert found.weeks == (date(2026, 11, 9), date(2026, 11, 16))
    sums = found.total.tally
    assert sums.fates == {
        Fate.UNCHANGED: 2,
        Fate.EDITED: 1,
        Fate.REJECTED: 1,
        Fate.WITHDRAWN: 1,
        Fate.LAPSED: 1,
        Fate.WAITING: 1,
    }
    assert (sums.outputs, sums.accepted, sums.judged) == (7, 3, 4)
    assert found.total.accepted == Share(3, 4)
    assert found.total.unchanged == Share(2, 3)
    # Two briefs and a mail: 2 x (15, 35, 70) + (4, 10, 20).
    assert sums.by_hand == Minutes(34, 80, 160)
    # 5 minutes; 10 to edit and 1 to approve; 30 of 300; 1 + 1.
    assert sums.review_seconds == (5 + 10 + 1 + 30 + 1 + 1) * 60
    saved = sums.hours_saved
    assert [round(hours * 60, 6) for hours in (saved.low, saved.likely, saved.high)] == [-14, 32, 112]
    assert (sums.cost_usd, sums.by_model, sums.cost_unknown) == (Decimal("0.40"), 2, 0)
    assert sums.cost_of_accepted == Decimal("0.40") / 3
    # 2, 4, 6 and 24 hours: the middle is 5; nine tenths of the way is 6 + 0.7 x 18.
    assert (found.total.median_hours.cases, found.total.median_hours.value) == (4, 5.0)
    assert found.total.p90_hours.value == pytest.approx(18.6)
    # One word of four in one of three.
    assert found.total.distance.value == pytest.approx(0.25 / 3)
    assert found.total.distance.low == 0.0


def test_the_same_by_week_and_kind(database: Database, people: People, history: None) -> None:
    found = report(database, people.marta)
    first, second = found.by_week
    assert (first.figures.tally.outputs, first.figures.accepted) == (4, Share(3, 4))
    assert (second.figures.tally.outputs, second.figures.accepted) == (3, Share(0, 0))
    assert second.figures.median_hours.value is None
    mails = part(found.by_kind, "follow_up").figures
    assert (mails.tally.fates[Fate.EDITED], mails.tally.by_hand) == (1, Minutes(4, 10, 20))
    assert mails.distance.cases == 1
    assert mails.distance.value is None
    assert part(found.by_kind, "brief").figures.tally.outputs == 6


def test_an_administrator_sees_teams_and_a_package_is_no_answer(
    database: Database, people: People, history: None
) -> None:
    found = report(database, people.root)
    assert found.choice.scope is Scope.ALL
    assert [(each.name, each.figures.tally.outputs) for each in found.by_team] == [("", 0), ("north", 7), ("south", 1)]
    assert part(found.by_kind, PACKAGE).figures.tally.by_hand == Minutes(5, 20, 45)
    assert part(found.by_kind, "rfp_answer").figures.tally.outputs == 0
    assert found.total.tally.cost_of_accepted is None
    assert [(cell.week.day, cell.team_name, cell.kind, cell.tally.outputs) for cell in found.cells] == [
        (9, "north", "brief", 3),
        (9, "north", "follow_up", 1),
        (16, "north", "brief", 3),
        (16, "south", PACKAGE, 1),
    ]
    assert report(database, people.root, "south").total.tally.outputs == 1
    assert report(database, people.root, "-").total.tally.outputs == 0


def test_a_person_sees_their_own_and_no_other_team(database: Database, people: People, history: None) -> None:
    own = report(database, people.ana)
    assert own.choice.scope is Scope.OWN
    assert own.total.tally.outputs == 4
    assert report(database, people.marta, "north").total.tally.outputs == 7
    refusals = []
    for viewer, team in ((people.ana, "north"), (people.marta, "south"), (people.marta, "nowhere"), (people.root, "x")):
        with pytest.raises(NotFound) as refused:
            report(database, viewer, team)
        refusals.append(str(refused.value))
    assert len(set(refusals)) == 1


def test_few_cases_give_counts_and_nothing_else(database: Database, people: People, history: None) -> None:
    found = report(database, people.marta, rules=load_value_rules()).total
    assert found.tally.outputs == 7
    assert (found.median_hours.value, found.p90_hours.value, found.distance.value) == (None, None, None)


def test_an_edit_whose_words_are_erased_is_an_edit_of_unknown_length(database: Database, people: People) -> None:
    add_draft(
        database,
        people.ana,
        [
            Written(FOUR, ReviewState.SUPERSEDED, at(9), erased=True),
            approved("", at(9, 11), people.marta, at(9, 13), author=people.marta, erased=True),
        ],
    )
    found = report(database, people.ana).total
    assert found.tally.fates[Fate.EDITED] == 1
    assert found.distance.cases == 0


def test_who_was_active_in_which_week(database: Database, people: People, history: None) -> None:
    with database.unit_of_work() as uow:
        uow.session.add(
            ChatThreadRow(
                id="t1",
                user_id=people.bea.user_id,
                title="",
                language="es",
                context={},
                created_at=at(16),
                updated_at=at(16),
            )
        )
        uow.flush()
        uow.session.add(
            ChatTurnRow(
                id="u1",
                thread_id="t1",
                position=0,
                message="",
                asked_at=at(16, 8),
                state="answered",
                run_id="r",
                alive_until=at(16),
                finished_at=at(16),
            )
        )
    first, second = report(database, people.marta).active
    assert (first.people, first.by_role[Role.AE], first.by_role[Role.CSM], first.by_role[Role.MANAGER]) == (3, 1, 1, 1)
    assert (second.people, second.by_role[Role.MANAGER]) == (2, 0)
