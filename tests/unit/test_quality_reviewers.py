"""Figures about reviewers, from judgements made up for each case."""

from datetime import UTC, datetime, timedelta

import pytest

from copilot.approvals.quality import reviewers
from copilot.approvals.quality.rules import QualityRules
from copilot.domain.proportions import Share, wilson_interval
from copilot.domain.review_items import Verdict
from copilot.store.quality import Judgement

NINE = datetime(2026, 11, 16, 9, tzinfo=UTC)
RULES = QualityRules()


def judgement(
    item: str,
    *,
    person: str = "mar",
    verdict: Verdict = Verdict.APPROVE,
    seconds: float | None = 300,
    at: datetime = NINE,
    is_test: bool = False,
    flagged: bool = False,
    first_version: bool = True,
    overturned: bool = False,
    edited_after: bool = False,
) -> Judgement:
    return Judgement(
        person_id=person,
        item_id=item,
        verdict=verdict,
        decided_at=at,
        opened_at=None if seconds is None else at - timedelta(seconds=seconds),
        words=600,
        first_version=first_version,
        is_test=is_test,
        flagged=flagged,
        overturned=overturned,
        edited_after=edited_after,
    )


def figures(*found: Judgement) -> reviewers.ReviewerFigures:
    mine = [item for item in found if item.person_id == "mar"]
    return reviewers._figures("mar", "Mar", mine, others=reviewers._verdicts_by_item(found), rules=RULES)


def test_test_items_count_for_what_was_caught_and_for_nothing_else() -> None:
    found = figures(
        judgement("a"),
        judgement("t1", is_test=True),
        judgement("t2", is_test=True, verdict=Verdict.REJECT),
        judgement("t3", is_test=True, verdict=Verdict.REQUEST_CHANGES),
        judgement("t4", is_test=True, flagged=True),
    )
    assert (found.caught, found.caught_flagged) == (Share(2, 3), Share(0, 1))
    assert (found.decisions, found.approved) == (1, Share(1, 1))


def test_unchanged_means_approved_as_first_written() -> None:
    found = figures(judgement("a"), judgement("b", first_version=False), judgement("c", verdict=Verdict.REJECT))
    assert (found.unchanged, found.approved) == (Share(1, 3), Share(2, 3))


def test_the_time_to_decide_is_the_median_of_what_was_opened() -> None:
    found = figures(judgement("a", seconds=60), judgement("b", seconds=600), judgement("c", seconds=None))
    assert (found.median_seconds, found.unopened) == (330, 1)
    assert figures(judgement("c", seconds=None)).median_seconds is None


def test_agreement_is_counted_where_others_decided_too() -> None:
    found = figures(
        judgement("a"),
        judgement("a", person="eva"),
        judgement("b"),
        judgement("b", person="eva", verdict=Verdict.REJECT),
        judgement("c"),
    )
    assert found.agreement == Share(1, 2)


def test_overturned_approvals_are_a_share_of_the_approvals() -> None:
    found = figures(
        judgement("a", overturned=True),
        judgement("b", edited_after=True),
        judgement("c"),
        judgement("d", verdict=Verdict.REJECT),
        judgement("t", is_test=True, overturned=True),
    )
    assert (found.overturned, found.edited_after) == (Share(1, 3), Share(1, 3))


@pytest.mark.parametrize(("seconds", "hasty"), [(59, 1), (61, 0), (None, 0)])
def test_too_fast_is_faster_than_the_words_can_be_read(seconds: float | None, hasty: int) -> None:
    found = figures(judgement("a", seconds=seconds))
    assert found.too_fast.part == hasty


@pytest.mark.parametrize(("minutes_apart", "flood"), [(10, True), (15, True), (16, False)])
def test_a_flood_is_so_many_within_an_hour(minutes_apart: int, flood: bool) -> None:
    found = [
        judgement(f"i{number}", seconds=5, at=NINE + timedelta(minutes=minutes_apart * number)) for number in range(5)
    ]
    assert (figures(*found).flood_at is not None) is flood
    assert figures(*found[:4]).flood_at is None


def test_a_flood_is_dated_by_the_latest_one() -> None:
    early = [judgement(f"e{number}", seconds=5, at=NINE) for number in range(5)]
    late = [judgement(f"l{number}", seconds=5, at=NINE + timedelta(hours=3)) for number in range(5)]
    assert figures(*early, *late).flood_at == NINE + timedelta(hours=3)


def test_a_share_says_how_sure_it_is() -> None:
    assert Share(0, 0).interval == (0.0, 1.0)
    assert Share(0, 0).value is None
    low, high = Share(5, 10).interval
    assert low == pytest.approx(0.2366, abs=1e-4)
    assert high == pytest.approx(0.7634, abs=1e-4)
    with pytest.raises(ValueError, match="no trials"):
        wilson_interval(0, 0)
