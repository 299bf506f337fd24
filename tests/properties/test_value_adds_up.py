"""However drafts are divided, the parts add up to the whole; and figures stay within what they are made of."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from copilot.domain.access import Role
from copilot.domain.value import ACCEPTED, JUDGED, KINDS, NOTHING, Fate, Output, Tally, quantile
from copilot.store.value_people import Member
from copilot.workflows.value.figures import cells_of, figures_of, mean, monday_of, parts_by
from copilot.workflows.value.rules import load_value_rules
from copilot.workflows.value.table import COLUMNS, sums_of

RULES = load_value_rules()
FIRST = datetime(2026, 10, 26, tzinfo=UTC)
MEMBERS = {
    name: Member(name, name, f"{name}@tramontia.example", Role.AE, team, team.upper(), active=True)
    for name, team in (("ana", "north"), ("bea", "north"), ("tom", "south"), ("rut", ""))
}
TEAMS = {"": "", "north": "NORTH", "south": "SOUTH"}


@st.composite
def outputs(draw: st.DrawFn) -> Output:
    fate = draw(st.sampled_from(Fate))
    shares = st.floats(0, 1)
    return Output(
        draft_id=draw(st.uuids()).hex,
        kind=draw(st.sampled_from(KINDS)),
        requester_id=draw(st.sampled_from(sorted(MEMBERS))),
        filed_at=FIRST + timedelta(minutes=draw(st.integers(0, 4 * 7 * 24 * 60 - 1))),
        fate=fate,
        hours_in_queue=draw(st.floats(0, 2_000)) if fate in JUDGED else None,
        distance=0.0 if fate is Fate.UNCHANGED else draw(shares) if fate is Fate.EDITED else None,
        review_seconds=draw(st.integers(0, 7_200)),
        cost_usd=draw(st.decimals(0, 5, places=6)),
        by_model=draw(st.booleans()),
        cost_unknown=draw(st.booleans()),
    )


def added(tallies: list[Tally]) -> Tally:
    return sum(tallies, start=NOTHING)


@given(st.lists(outputs(), max_size=60))
def test_parts_add_up_to_the_whole(found: list[Output]) -> None:
    total = figures_of(found, rules=RULES).tally
    weeks = {(FIRST + timedelta(weeks=number)).date().isoformat(): "" for number in range(4)}
    by_week = parts_by(found, lambda one: monday_of(one.filed_at).isoformat(), names=weeks, rules=RULES)
    by_team = parts_by(found, lambda one: MEMBERS[one.requester_id].team_id, names=TEAMS, rules=RULES)
    by_kind = parts_by(found, lambda one: one.kind, names=dict.fromkeys(KINDS, ""), rules=RULES)
    cells = cells_of(found, MEMBERS, rules=RULES)
    for parts in (by_week, by_team, by_kind):
        assert added([part.figures.tally for part in parts]) == total
    assert added([cell.tally for cell in cells]) == total
    for week in by_week:
        of_week = [cell.tally for cell in cells if cell.week.isoformat() == week.key]
        assert added(of_week) == week.figures.tally
    assert total.outputs == len(found) == sum(total.fates.values())
    assert total.cost_usd == sum((one.cost_usd for one in found), start=Decimal(0))


@given(st.lists(outputs(), max_size=200))
def test_rows_of_the_table_add_up_to_its_total_in_every_column(found: list[Output]) -> None:
    total = [Decimal(text) for text in sums_of(figures_of(found, rules=RULES).tally)]
    rows = [[Decimal(text) for text in sums_of(cell.tally)] for cell in cells_of(found, MEMBERS, rules=RULES)]
    assert len(total) == COLUMNS.index("without_a_price") + 1 - COLUMNS.index("outputs")
    for place, whole in enumerate(total):
        assert abs(sum((row[place] for row in rows), start=Decimal(0)) - whole) < Decimal("1e-9")


@given(st.lists(outputs(), max_size=60))
def test_refused_drafts_save_nothing_and_reviews_always_cost(found: list[Output]) -> None:
    without = [one for one in found if one.fate not in ACCEPTED]
    assert figures_of(without, rules=RULES).tally.hours_saved.high <= 0
    saved = figures_of(found, rules=RULES).tally.hours_saved
    assert saved.low <= saved.likely <= saved.high


@given(st.lists(st.floats(0, 1_000), max_size=80), st.sampled_from([0.5, 0.9]))
def test_estimates_lie_within_their_intervals_and_the_values(values: list[float], share: float) -> None:
    least = 10
    middle = quantile(values, share, least=least)
    assert middle.value is None or (middle.low or 0.0) <= middle.value <= (middle.high or 0.0)
    for found in (middle, mean(values, least=least)):
        assert found.cases == len(values)
        if len(values) < least:
            assert (found.value, found.low, found.high) == (None, None, None)
        else:
            assert found.value is not None
            assert found.low is not None
            assert found.high is not None
            close = 1e-6 * (1 + max(values))
            assert min(values) - close <= found.low <= found.high <= max(values) + close
            assert min(values) - close <= found.value <= max(values) + close
