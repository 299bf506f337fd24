"""What a query of what is heard leaves out or says of the wrong field, in silence.

Each of these states what is right and fails once it is put right; then its mark goes.
"""

import pytest

from tests.learnt_builders import condition, heard, query_of


# What a query gets wrong in silence today; each of these fails once it is put right.
@pytest.mark.xfail(
    strict=True, reason="only `at least` and `more than` are counted; any other comparison is turned into them"
)
@pytest.mark.parametrize("words", ["fewer than 3", "at most 3", "exactly 3"])
def test_at_most_so_many_linked_records(words: str) -> None:
    query = query_of(heard("accounts", "list", "with_tickets", "a_count"), f"xyzzy {words} plugh")
    assert query is None or [item.at_most for item in query.related] in ([2], [3])


@pytest.mark.xfail(strict=True, reason="every period of the message is taken for that of the silence, the first one")
def test_quiet_accounts_that_renew_on_some_days() -> None:
    message = "xyzzy in January 2027 plugh since 1 September 2026"
    query = query_of(heard("accounts", "list", "quiet", "w_renewal"), message)
    assert query is None or "renewal_date" in {item.field for item in query.conditions}


@pytest.mark.xfail(
    strict=True, reason="an amount is compared with something even where another thing is heard, or nothing"
)
@pytest.mark.parametrize("marks", [("a_amount",), ()])
def test_an_amount_of_other_records_is_not_said_of_accounts(marks: tuple[str, ...]) -> None:
    assert query_of(heard("accounts", "list", *marks), "xyzzy over 50k") is None


@pytest.mark.xfail(strict=True, reason="all amounts of a message are said of one field")
def test_two_amounts_of_two_things() -> None:
    query = query_of(heard("opportunities", "list", "a_amount", "a_probability"), "xyzzy over 50k plugh over 60%")
    stated = [] if query is None else [item.field for item in query.conditions]
    assert stated.count("amount") < 2


@pytest.mark.xfail(strict=True, reason="all periods of a message are said of one field")
def test_two_days_of_two_things() -> None:
    message = "created in January 2026 plugh closing in March 2027"
    query = query_of(heard("opportunities", "list", "w_created", "w_close"), message)
    assert query is None or {"created_on", "close_date"} <= {item.field for item in query.conditions}


@pytest.mark.xfail(strict=True, reason="what the rules read of linked records is dropped")
def test_linked_records_keep_what_the_rules_read_of_them() -> None:
    query = query_of(heard("accounts", "list", "with_tickets"), "accounts with P2 tickets")
    assert query is None or condition("priority", "is", "P2") in query.related[0].conditions


@pytest.mark.xfail(strict=True, reason="a group that the records lack is dropped")
def test_a_group_without_a_field_gives_no_query() -> None:
    assert query_of(heard("tickets", "count", "by_stage"), "xyzzy") is None
