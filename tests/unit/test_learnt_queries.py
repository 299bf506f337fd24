"""A query of what is heard has exactly the conditions of its marks and of the names, days and numbers that stand there.

What the network hears is made by hand, so nothing here depends on its weights.
"""

from datetime import date
from decimal import Decimal

import pytest

from copilot.agent.planner.clause import Clause
from copilot.agent.planner.learnt.queries import heard_query, lacks
from copilot.agent.planner.learnt.said import GROUPS, OPEN_DEAL, OPEN_TICKET, SAID, SHOWN
from copilot.agent.planner.learnt.tags import MARKS, MEASURES, SUBJECTS
from copilot.domain.access import Role
from copilot.domain.figure_queries import FIELDS, METRICS, NUMBERS, FigureQuery, Measure, Related, Subject
from copilot.domain.language import Language
from copilot.domain.plans import StepKind
from tests.learnt_builders import TODAY, asked, clause, condition, heard, query_of
from tests.planner_world import account_executive

EN, ES = Language.EN, Language.ES
BOTH = pytest.mark.parametrize(("language", "words"), [(EN, "xyzzy plugh"), (ES, "xyzzy plugh, ¿vale?")])
"""Words that no rule reads: all that is asked is what is heard."""
ALL_ROWS = FigureQuery(subject=Subject.ACCOUNTS).limit
PAIRS = [(subject, name) for subject in Subject for name in SAID[subject]]


def usual(subject: Subject) -> set[object]:
    """What goes without saying."""
    return {OPEN_DEAL} if subject is Subject.OPPORTUNITIES else set()


@BOTH
@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("subject", SUBJECTS)
def test_every_kind_of_record_can_be_asked_with_every_measure(
    subject: str, measure: str, language: Language, words: str
) -> None:
    query = asked(heard(subject, measure), words, language=language)
    assert query.subject is Subject(subject)
    assert set(query.conditions) == usual(query.subject)
    assert (query.of_account, query.related, query.account_ids, query.mine) == ((), (), (), False)
    summed = measure in {"sum", "mean"}
    counted = summed and not NUMBERS.get(query.subject)
    assert query.measure is (Measure.COUNT if counted else Measure(measure))
    assert (query.field in NUMBERS.get(query.subject, ())) == (summed and not counted)


@BOTH
@pytest.mark.parametrize(("subject", "name"), PAIRS, ids=[f"{s.value}-{n}" for s, n in PAIRS])
def test_a_mark_is_asked_with_its_conditions_and_no_others(
    subject: Subject, name: str, language: Language, words: str
) -> None:
    query = asked(heard(subject.value, "count", name), words, language=language)
    stated = {item.field for item in SAID[subject][name]}
    others = {item for item in usual(subject) if item.field not in stated}  # type: ignore[attr-defined]
    assert set(query.conditions) == set(SAID[subject][name]) | others
    assert (query.of_account, query.related) == ((), ())


@BOTH
@pytest.mark.parametrize("subject", [item for item in SUBJECTS if item != "accounts"])
@pytest.mark.parametrize("name", ["customer", "prospect", "churned"])
def test_what_is_heard_of_accounts_is_asked_of_the_accounts_of_other_records(
    subject: str, name: str, language: Language, words: str
) -> None:
    query = asked(heard(subject, "list", name), words, language=language)
    assert query.of_account == SAID[Subject.ACCOUNTS][name]
    assert set(query.conditions) == usual(query.subject)


@pytest.mark.parametrize("subject", SUBJECTS)
@pytest.mark.parametrize("measure", MEASURES)
def test_any_mark_gives_a_valid_query_or_none(subject: str, measure: str) -> None:
    for name in MARKS:
        query = query_of(heard(subject, measure, name), "xyzzy plugh")
        if query is not None:
            assert FigureQuery.from_key(query.key) == query, name
            own = {item for items in SAID[query.subject].values() for item in items} | usual(query.subject)
            assert name == "overdue" or set(query.conditions) <= own, name


@BOTH
@pytest.mark.parametrize("subject", SUBJECTS)
@pytest.mark.parametrize("name", sorted(GROUPS))
def test_a_group_is_a_field_of_the_records_or_of_their_accounts(
    subject: str, name: str, language: Language, words: str
) -> None:
    choices = {field.removeprefix("account.") for field in GROUPS[name]}
    if not choices & (FIELDS[Subject(subject)] | FIELDS[Subject.ACCOUNTS]):
        # Figures without the group would answer another question.
        assert query_of(heard(subject, "count", f"by_{name}"), words, language=language) is None
        return
    query = asked(heard(subject, "count", f"by_{name}"), words, language=language)
    assert query.group_by is not None
    assert query.group_by.removeprefix("account.") in choices
    assert set(query.conditions) == usual(query.subject)


def test_a_list_by_group_is_counted_and_one_of_amounts_added_up() -> None:
    assert asked(heard("tickets", "list", "by_priority"), "xyzzy").measure is Measure.COUNT
    query = asked(heard("opportunities", "list", "by_stage", "f_amount"), "xyzzy")
    assert (query.measure, query.field, query.group_by) == (Measure.SUM, "amount", "stage")


@BOTH
@pytest.mark.parametrize("subject", SUBJECTS)
@pytest.mark.parametrize("name", sorted(SHOWN))
def test_a_list_shows_what_is_asked_of_what_its_records_have(
    subject: str, name: str, language: Language, words: str
) -> None:
    query = asked(heard(subject, "list", f"f_{name}"), words, language=language)
    wanted = {field for field in SHOWN[name] if field in FIELDS[query.subject]}
    of_course = {"amount", "stage", "close_date"} if query.subject is Subject.OPPORTUNITIES else set()
    if query.subject in {Subject.ACCOUNTS, Subject.OPPORTUNITIES, Subject.CONTACTS}:
        assert wanted - of_course <= set(query.show)
    computed = {field for field in SHOWN[name] if field in METRICS}
    assert set(query.metrics) == (computed if query.subject is Subject.ACCOUNTS else set())
    assert {item for item in query.conditions if item.field in wanted} <= usual(query.subject)


@pytest.mark.parametrize(
    ("subject", "marks", "order", "descending"),
    [
        ("accounts", ("most", "f_arr"), "arr", True),
        ("accounts", ("least", "f_arr"), "arr", False),
        ("accounts", ("least", "f_usage_change"), "active_users_change_pct", False),
        ("accounts", ("most", "f_tickets_open"), "tickets_open", True),
        ("accounts", ("most",), "arr", True),
        ("accounts", (), "name", False),
        ("opportunities", ("most",), "amount", True),
        ("opportunities", ("least", "f_probability"), "probability", False),
        ("opportunities", ("latest", "w_created"), "created_on", True),
        ("opportunities", ("oldest", "w_created"), "created_on", False),
        ("opportunities", ("soonest",), "close_date", False),
        ("tickets", ("oldest",), "opened_at", False),
        ("tickets", ("latest", "w_closed"), "closed_at", True),
        ("surveys", ("least",), "score", False),
        ("activities", ("latest",), "occurred_at", True),
        ("contacts", ("latest", "w_left"), "left_on", True),
    ],
)
def test_an_order_goes_by_the_figure_or_day_that_is_heard(
    subject: str, marks: tuple[str, ...], order: str, descending: bool
) -> None:
    query = asked(heard(subject, "list", *marks), "xyzzy")
    assert (query.order_by, query.descending) == (order, descending)
    assert order not in METRICS or order in query.metrics


@pytest.mark.parametrize(
    ("message", "marks", "limit"),
    [
        ("the 7 accounts that xyzzy", ("a_top", "most"), 7),
        ("xyzzy", ("one", "most"), 1),
        ("las 3 cuentas que xyzzy", ("a_top", "least"), 3),
        ("the 7 accounts that xyzzy", ("most",), ALL_ROWS),
        ("the 7 of 9 accounts that xyzzy", ("a_top", "most"), ALL_ROWS),
        ("the 7 that xyzzy", ("a_top", "most"), ALL_ROWS),
        ("accounts that xyzzy 7", ("a_top", "most"), ALL_ROWS),
        ("accounts with 7 tickets", ("a_top", "most"), ALL_ROWS),
    ],
)
def test_as_many_rows_as_are_asked_for_before_the_records(message: str, marks: tuple[str, ...], limit: int) -> None:
    assert asked(heard("accounts", "list", *marks), message).limit == limit


@pytest.mark.parametrize(
    ("subject", "mark", "name"),
    [
        ("opportunities", "a_amount", "amount"),
        ("opportunities", "a_probability", "probability"),
        ("accounts", "a_arr", "arr"),
        ("accounts", "a_seats", "seats_licensed"),
        ("accounts", "a_employees", "employees"),
        ("accounts", "a_revenue", "annual_revenue"),
        ("surveys", "a_score", "score"),
    ],
)
@pytest.mark.parametrize(("language", "words"), [(EN, "xyzzy more than 4000"), (ES, "xyzzy más de 4000")])
def test_an_amount_is_compared_with_the_field_that_is_heard(
    subject: str, mark: str, name: str, language: Language, words: str
) -> None:
    query = asked(heard(subject, "list", mark), words, language=language)
    assert set(query.conditions) - usual(query.subject) == {condition(name, "more_than", Decimal(4000))}


@pytest.mark.parametrize("subject", [item for item in SUBJECTS if item != "accounts"])
def test_an_amount_of_accounts_is_asked_of_the_accounts_of_other_records(subject: str) -> None:
    query = asked(heard(subject, "list", "a_arr"), "xyzzy over €50k")
    assert query.of_account == (condition("arr", "more_than", Decimal(50_000), currency="EUR"),)
    assert set(query.conditions) == usual(query.subject)


def test_both_ends_of_a_range_are_compared() -> None:
    query = asked(heard("opportunities", "list", "a_amount"), "xyzzy between 10k and 20k")
    bounds = {item.operator.value: item.values for item in query.conditions if item.field == "amount"}
    assert bounds == {"at_least": (Decimal(10_000),), "at_most": (Decimal(20_000),)}


@pytest.mark.parametrize(
    ("subject", "mark"),
    [
        ("tickets", "a_days"),
        ("accounts", "a_utilisation"),
        ("tickets", "a_count"),
        ("contacts", "a_count"),
        ("opportunities", "a_days"),
    ],
)
@pytest.mark.parametrize(("language", "words"), [(EN, "xyzzy more than 40"), (ES, "xyzzy más de 40")])
def test_an_amount_without_a_place_gives_no_query(subject: str, mark: str, language: Language, words: str) -> None:
    assert query_of(heard(subject, "list", mark), words, language=language) is None
    assert query_of(heard(subject, "list"), "xyzzy", language=language) is not None


@pytest.mark.parametrize(
    ("subject", "mark", "name"),
    [
        ("opportunities", "w_close", "close_date"),
        ("opportunities", "w_created", "created_on"),
        ("opportunities", "w_stage_changed", "stage_changed_on"),
        ("opportunities", None, "close_date"),
        ("accounts", "w_renewal", "renewal_date"),
        ("accounts", "w_since", "customer_since"),
        ("tickets", "w_opened", "opened_at"),
        ("tickets", "w_closed", "closed_at"),
        ("tickets", None, "opened_at"),
        ("surveys", "w_answered", "answered_on"),
        ("activities", "w_occurred", "occurred_at"),
        ("contacts", "w_left", "left_on"),
    ],
)
@pytest.mark.parametrize(
    ("language", "words"), [(EN, "xyzzy in January 2026 plugh"), (ES, "xyzzy en enero de 2026 plugh")]
)
def test_a_day_is_said_of_the_field_that_is_heard(
    subject: str, mark: str | None, name: str, language: Language, words: str
) -> None:
    query = asked(heard(subject, "list", *filter(None, [mark])), words, language=language)
    days = {(item.field, item.operator.value): item.values for item in query.conditions if item.field == name}
    assert days == {(name, "at_least"): (date(2026, 1, 1),), (name, "at_most"): (date(2026, 1, 31),)}
    rest = {item for item in query.conditions if item.field != name}
    assert rest <= usual(query.subject)
    assert query.of_account == ()


@pytest.mark.parametrize("subject", ["tickets", "contacts", "surveys"])
def test_a_day_of_accounts_is_asked_of_the_accounts_of_other_records(subject: str) -> None:
    query = asked(heard(subject, "list", "w_renewal"), "xyzzy in January 2026")
    assert {item.field for item in query.of_account} == {"renewal_date"}
    assert query.conditions == ()


@pytest.mark.parametrize(
    ("subject", "mark"), [("tickets", "w_close"), ("accounts", "w_opened"), ("contacts", "w_answered")]
)
def test_a_day_without_a_place_gives_no_query(subject: str, mark: str) -> None:
    assert query_of(heard(subject, "list", mark), "xyzzy in January 2026") is None
    assert query_of(heard(subject, "list", mark), "xyzzy") is not None


def test_overdue_deals_should_have_closed_before_today() -> None:
    query = asked(heard("opportunities", "list", "overdue"), "xyzzy")
    assert set(query.conditions) == {condition("close_date", "less_than", TODAY), OPEN_DEAL}


@pytest.mark.parametrize("marks", [("won",), ("lost",), ("f_lost_reason",), ("w_created",)])
def test_deals_of_the_past_are_not_only_the_open_ones(marks: tuple[str, ...]) -> None:
    assert OPEN_DEAL not in asked(heard("opportunities", "list", *marks), "xyzzy").conditions


@pytest.mark.parametrize(
    ("marks", "related"),
    [
        (("with_tickets",), Related(subject=Subject.TICKETS, conditions=(OPEN_TICKET,))),
        (
            ("with_tickets", "with_p1"),
            Related(subject=Subject.TICKETS, conditions=(OPEN_TICKET, condition("priority", "is", "P1"))),
        ),
        (("with_pipeline",), Related(subject=Subject.OPPORTUNITIES, conditions=(OPEN_DEAL,))),
        (("no_pipeline",), Related(subject=Subject.OPPORTUNITIES, conditions=(OPEN_DEAL,), at_least=0)),
    ],
)
def test_linked_records_are_asked_of_accounts_only(marks: tuple[str, ...], related: Related) -> None:
    assert asked(heard("accounts", "list", *marks), "xyzzy").related == (related,)
    assert asked(heard("contacts", "list", *marks), "xyzzy").related == ()


@pytest.mark.parametrize(("words", "least"), [("more than 3", 4), ("at least 3", 3)])
def test_so_many_linked_records_are_asked(words: str, least: int) -> None:
    query = asked(heard("accounts", "list", "with_tickets", "a_count"), f"xyzzy {words} plugh")
    assert [item.at_least for item in query.related] == [least]
    assert query.conditions == ()


@pytest.mark.parametrize(
    ("message", "since"),
    [
        ("xyzzy", date(2026, 10, 17)),
        ("xyzzy since 1 September 2026", date(2026, 9, 1)),
        ("xyzzy in the last 60 days", date(2026, 9, 17)),
    ],
)
def test_quiet_accounts_have_had_no_activity_since_the_day(message: str, since: date) -> None:
    query = asked(heard("accounts", "list", "quiet"), message)
    (related,) = query.related
    assert (related.subject, related.at_least, related.at_most) == (Subject.ACTIVITIES, 0, None)
    assert [item.field for item in related.conditions] == ["occurred_at"]
    assert abs((related.conditions[0].values[0] - since).days) <= 1  # type: ignore[operator, union-attr]
    assert query.conditions == ()


@pytest.mark.parametrize(("role", "mine"), [(Role.AE, True), (Role.CSM, True), (Role.MANAGER, False)])
@pytest.mark.parametrize("message", ["xyzzy", "my xyzzy", "mis xyzzy"])
def test_mine_is_said_by_those_who_own_accounts(role: Role, mine: bool, message: str) -> None:
    spoken = clause(message, viewer=account_executive(role=role))
    step = heard_query(heard("tickets", "list", "mine"), spoken, account_ids=())
    assert step is not None
    assert step.query.mine is mine
    team = heard_query(heard("tickets", "list", "mine", "team"), spoken, account_ids=())
    assert team is not None
    assert not team.query.mine


def test_named_accounts_are_asked_of_whoever_owns_them() -> None:
    query = asked(heard("tickets", "list", "mine"), "my xyzzy", "kestrel", "maipo")
    assert (query.account_ids, query.mine) == (("kestrel", "maipo"), False)


@pytest.mark.parametrize(("language", "words"), [(EN, "xyzzy of Tom Whitlock"), (ES, "xyzzy de Tom Whitlock")])
@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_colleague_who_is_named_owns_the_accounts(subject: str, language: Language, words: str) -> None:
    query = asked(heard(subject, "list"), words, language=language)
    owner = condition("owner_email", "is", "tom@tramontia.example")
    assert owner in (query.conditions if query.subject is Subject.ACCOUNTS else query.of_account)


@pytest.mark.parametrize(("language", "words"), [(EN, "xyzzy in Spain"), (ES, "xyzzy en España")])
@pytest.mark.parametrize("subject", SUBJECTS)
def test_what_the_rules_read_of_accounts_stays(subject: str, language: Language, words: str) -> None:
    query = asked(heard(subject, "count"), words, language=language)
    spain = condition("country", "is", "ES")
    of_accounts, own = (query.conditions, ()) if subject == "accounts" else (query.of_account, query.conditions)
    assert of_accounts == (spain,)
    assert set(own) <= usual(query.subject)


def test_a_word_of_the_message_does_not_state_twice_what_is_heard() -> None:
    query = asked(heard("tickets", "list", "p1"), "P1 tickets in Spain")
    assert query.conditions.count(condition("priority", "is", "P1")) == 1
    assert query.of_account == (condition("country", "is", "ES"),)


def test_values_of_one_field_are_alternatives() -> None:
    query = asked(heard("tickets", "list", "p1", "p2"), "xyzzy")
    assert query.conditions == (condition("priority", "is", "P1", "P2"),)
    query = asked(heard("opportunities", "list", "won", "lost"), "xyzzy")
    assert query.conditions == (condition("status", "is", "won", "lost"),)


@pytest.mark.parametrize(
    ("what", "ids", "kind"),
    [
        (heard("accounts"), (), StepKind.FIND_ACCOUNTS),
        (heard("accounts"), ("kestrel",), StepKind.FIGURES),
        (heard("accounts", "list", "no_renewal_date"), (), StepKind.RENEWALS),
        (heard("opportunities"), (), StepKind.PIPELINE),
        (heard("opportunities", "list", "won"), (), StepKind.FIGURES),
        (heard("tickets"), (), StepKind.FIGURES),
    ],
    ids=["all accounts", "one account", "renewals", "open deals", "won deals", "tickets"],
)
def test_a_query_is_called_what_it_is(what: object, ids: tuple[str, ...], kind: StepKind) -> None:
    spoken: Clause = clause("xyzzy")
    step = heard_query(what, spoken, account_ids=ids)  # type: ignore[arg-type]
    assert step is not None
    assert step.kind is kind


def test_what_is_heard_for_certain_and_not_asked_is_lacking() -> None:
    bare = FigureQuery(subject=Subject.TICKETS)
    assert lacks(bare, heard("tickets", "list", "p1"))
    assert lacks(bare, heard("tickets", "count", "by_priority"))
    assert not lacks(bare, heard("tickets", "list", p1=0.55))
    assert not lacks(asked(heard("tickets", "list", "p1"), "xyzzy"), heard("tickets", "list", "p1"))
    assert not lacks(bare, heard("tickets", "list", "won", "overdue"))
