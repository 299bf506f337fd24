"""A query of what is heard leaves nothing out and says nothing of the wrong field: else there is no query.

Without a query the rules' own plan stands, and they ask back about what they did not read.
"""

import pytest

from copilot.agent.planner.learnt.said import OPEN_TICKET
from copilot.domain.figure_queries import Related, Subject
from tests.learnt_builders import asked, condition, heard, query_of


@pytest.mark.parametrize(
    ("words", "least", "most"),
    [
        ("fewer than 3", 0, 2),
        ("at most 3", 0, 3),
        ("exactly 3", 3, 3),
        ("at least 3", 3, None),
        ("more than 3", 4, None),
    ],
)
def test_as_many_linked_records_as_the_comparison_allows(words: str, least: int, most: int | None) -> None:
    query = asked(heard("accounts", "list", "with_tickets", "a_count"), f"xyzzy {words} plugh")
    assert [(item.at_least, item.at_most) for item in query.related] == [(least, most)]


def test_linked_records_keep_what_the_rules_read_of_them() -> None:
    query = asked(heard("accounts", "list", "with_tickets"), "accounts with P2 tickets")
    urgent = condition("priority", "is", "P2")
    assert query.related == (Related(subject=Subject.TICKETS, conditions=(OPEN_TICKET, urgent)),)


@pytest.mark.parametrize("words", ["xyzzy in January 2027", "xyzzy in January 2027 plugh since 1 September 2026"])
def test_quiet_accounts_that_renew_on_some_days_give_no_query(words: str) -> None:
    assert query_of(heard("accounts", "list", "quiet", "w_renewal"), words) is None
    assert query_of(heard("accounts", "list", "quiet"), "xyzzy in January 2027") is not None


@pytest.mark.parametrize("marks", [("a_amount",), ()], ids=["of deals", "of nothing"])
def test_an_amount_of_other_records_is_not_said_of_accounts(marks: tuple[str, ...]) -> None:
    assert query_of(heard("accounts", "list", *marks), "xyzzy over 50k") is None
    assert query_of(heard("accounts", "list", "a_arr"), "xyzzy over 50k") is not None


def test_two_amounts_give_no_query() -> None:
    what = heard("opportunities", "list", "a_amount", "a_probability")
    assert query_of(what, "xyzzy over 50k plugh over 60%") is None
    assert query_of(what, "xyzzy over 50k") is not None


def test_two_periods_give_no_query() -> None:
    what = heard("opportunities", "list", "w_created", "w_close")
    assert query_of(what, "created in January 2026 plugh closing in March 2027") is None
    assert query_of(what, "created in January 2026") is not None


@pytest.mark.parametrize(
    ("subject", "group"),
    [("tickets", "stage"), ("accounts", "priority"), ("contacts", "product"), ("surveys", "category")],
)
def test_a_group_that_the_records_lack_gives_no_query(subject: str, group: str) -> None:
    assert query_of(heard(subject, "count", f"by_{group}"), "xyzzy") is None
    assert query_of(heard(subject, "count"), "xyzzy") is not None
