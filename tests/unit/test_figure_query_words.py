"""Queries about figures in words: every field, every operator, both languages; and how they stand in an id."""

import hashlib
from datetime import date
from decimal import Decimal

import pytest

from copilot.domain.figure_field_words import noun_of
from copilot.domain.figure_queries import (
    COMPARISONS,
    DATES,
    FIELDS,
    LONGEST_KEY,
    METRICS,
    MONEY,
    NUMBERS,
    YES_NO,
    Condition,
    FigureQuery,
    Measure,
    Operator,
    Related,
    Subject,
)
from copilot.domain.figure_query_words import query_in_words
from copilot.domain.figure_text_words import figures_in_words
from copilot.domain.language import Language
from tests.figure_questions import PIPELINE, RENEWALS_WITH_P1, where

_NUMERIC = frozenset().union(*NUMBERS.values())
EACH = [(subject, name) for subject in Subject for name in sorted(FIELDS[subject])]


def _conditions(name: str) -> list[Condition]:
    """One for each operator that the field takes, with a value of its own type."""
    value: object = date(2027, 1, 31) if name in DATES else Decimal(86400) if name in _NUMERIC else "Ámbar"
    value = True if name in YES_NO else value
    operators = [Operator.IS, Operator.IS_NOT]
    operators += sorted(COMPARISONS) if name in DATES | _NUMERIC else [] if name in YES_NO else [Operator.CONTAINS]
    currency = "EUR" if name in MONEY else None
    asked = [where(name, operator, value, currency=currency) for operator in operators]
    return [*asked, where(name, Operator.IS_EMPTY), where(name, Operator.IS_FILLED)]


@pytest.mark.parametrize("language", list(Language), ids=str)
@pytest.mark.parametrize(("subject", "name"), EACH, ids=[f"{subject}-{name}" for subject, name in EACH])
def test_every_operator_of_every_field_has_words_of_its_own(subject: Subject, name: str, language: Language) -> None:
    said = [
        query_in_words(FigureQuery(subject=subject, conditions=(item,)), language=language, names={})
        for item in _conditions(name)
    ]
    assert len(set(said)) == len(said)
    bare = query_in_words(FigureQuery(subject=subject), language=language, names={})
    assert bare not in said
    assert not any("_" in words for words in said)


@pytest.mark.parametrize("name", sorted(METRICS))
def test_every_computed_figure_has_a_name_in_both_languages(name: str) -> None:
    noun = noun_of(name)
    assert noun.es.split()[0] in {"el", "la", "los", "las"}
    assert noun.plural == (noun.es.split()[0] in {"los", "las"})
    assert noun.en


WORDS = [
    (
        PIPELINE,
        ("suma del importe · oportunidades abiertas · de cuentas en España · con cierre entre el 1 de octubre de 2026 "
        "y el 31 de diciembre de 2026"),
        ("sum of the amount · open opportunities · of accounts in Spain · closing between 1 October 2026 and "
        "31 December 2026"),
    ),
    (
        RENEWALS_WITH_P1,
        ("cuentas · con renovación entre el 16 de noviembre de 2026 y el 14 de febrero de 2027 · con ARR de más de "
        "50.000\u00a0US$ · con tickets P1 abiertos"),
        ("accounts · renewing between 16 November 2026 and 14 February 2027 · with ARR of more than US$50,000 · "
        "with open P1 tickets"),
    ),
    (
        FigureQuery(
            subject=Subject.TICKETS, measure=Measure.COUNT, group_by="account.country", mine=True,
            conditions=(where("status", Operator.IS, "open"), where("priority", Operator.IS, "P1", "P2")),
            of_account=(where("lifecycle", Operator.IS, "customer"),),
        ),
        "recuento · tickets P1 o P2 abiertos · de sus cuentas cliente · por país de la cuenta",
        "count · open P1 or P2 tickets · of your customer accounts · by country of the account",
    ),
    (
        FigureQuery(
            subject=Subject.ACCOUNTS, order_by="tickets_open", descending=True,
            conditions=(where("country", Operator.IS_NOT, "ES", "PT"), where("industry", Operator.CONTAINS, "agua")),
            related=(Related(subject=Subject.ACTIVITIES, at_least=0), Related(subject=Subject.SURVEYS, at_least=3)),
        ),
        ("cuentas · fuera de España o Portugal · con sector que contiene «agua» · sin actividades · con al menos 3 "
        "respuestas de encuesta · por tickets abiertos, de mayor a menor"),
        ("accounts · outside Spain or Portugal · with industry containing “agua” · without activities · with at least "
        "3 survey answers · by open tickets, descending"),
    ),
    (
        FigureQuery(subject=Subject.CONTACTS, account_ids=("acc_1", "acc_2"), conditions=(
            where("stance", Operator.IS, "champion"), where("left_on", Operator.IS_EMPTY),
        )),
        "contactos impulsores · de Harbourline y 1 cuenta · sin fecha de salida",
        "champion contacts · of Harbourline and 1 account · without leaving date",
    ),
    (
        FigureQuery(
            subject=Subject.ACCOUNTS,
            computed=(
                where("active_users_change_pct", Operator.LESS_THAN, -20),
                where("seat_utilisation_pct", Operator.AT_LEAST, 30),
                where("seat_utilisation_pct", Operator.AT_MOST, 60),
            ),
        ),
        ("cuentas · con una caída de usuarios activos de más de 20\u00a0% · con uso de licencias de entre 30\u00a0% "
        "y 60\u00a0%"),
        "accounts · with a fall in active users of more than 20% · with seat utilisation between 30% and 60%",
    ),
    (
        FigureQuery(
            subject=Subject.TICKETS, computed=(where("last_activity", Operator.LESS_THAN, "2026-10-01"),), mine=True,
        ),
        "tickets · de sus cuentas con última actividad antes del 1 de octubre de 2026",
        "tickets · of your accounts last active before 1 October 2026",
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "spanish", "english"),
    WORDS,
    ids=["sum", "related", "count", "order", "contacts", "computed", "computed-of-account"],
)
def test_a_query_reads_as_a_person_would_put_it(query: FigureQuery, spanish: str, english: str) -> None:
    names = {"acc_1": "Harbourline"}
    assert query_in_words(query, language=Language.ES, names=names) == spanish
    assert query_in_words(query, language=Language.EN, names=names) == english


def test_canonical_figures_are_written_for_a_reader() -> None:
    text = "opportunities: 5; sum: 141702.5 EUR (n=4); account.country ES: 3; left out, amount in USD: 2; listed: 3"
    assert figures_in_words(text, language=Language.EN) == (
        "5 opportunities · sum: €141,702.50 (4) · Spain: 3 · left out, amount in USD: 2 · listed: 3"
    )
    assert figures_in_words(text, language=Language.ES) == (
        "5 oportunidades · suma: 141.702,50\u00a0€ (4) · España: 3 · sin contar, importe en USD: 2 · mostradas: 3"
    )


@pytest.mark.parametrize(
    ("field", "value", "kept"),
    [
        ("arr", Decimal(0), Decimal(0)),
        ("arr", Decimal("86400"), Decimal("86400")),
        ("arr", "50000.0", Decimal("50000")),
        ("probability", 60, Decimal(60)),
        ("renewal_date", "2027-01-31", date(2027, 1, 31)),
        ("name", "2027", "2027"),
        ("country", "0", "0"),
    ],
    ids=["nought", "a-day-in-seconds", "decimals", "integer", "date", "digits-in-a-name", "digit"],
)
def test_a_value_has_the_type_of_its_field_however_it_came(field: str, value: object, kept: object) -> None:
    subject = Subject.OPPORTUNITIES if field == "probability" else Subject.ACCOUNTS
    query = FigureQuery(subject=subject, conditions=(where(field, Operator.IS, value),))
    assert query.conditions[0].values == (kept,)
    assert type(query.conditions[0].values[0]) is type(kept)
    assert FigureQuery.from_key(query.key) == query


@pytest.mark.parametrize(
    ("field", "operator", "values"),
    [
        ("arr", Operator.IS, (True,)),
        ("arr", Operator.AT_LEAST, ("NaN",)),
        ("arr", Operator.AT_LEAST, ("1e30",)),
        ("arr", Operator.AT_LEAST, (1, 2)),
        ("arr", Operator.CONTAINS, ("1",)),
        ("renewal_date", Operator.IS, ("soon",)),
        ("opened_at", Operator.MORE_THAN, (date.max,)),
        ("name", Operator.AT_LEAST, ("a",)),
        ("name", Operator.IS, ()),
        ("name", Operator.IS, ("",)),
        ("name", Operator.CONTAINS, ("x" * 121,)),
        ("name", Operator.CONTAINS, ("a\x00b",)),
        ("name", Operator.IS_EMPTY, ("a",)),
        ("do_not_contact", Operator.IS, ("perhaps",)),
    ],
    ids=str,
)
def test_what_cannot_be_asked_is_refused(field: str, operator: Operator, values: tuple[object, ...]) -> None:
    with pytest.raises(ValueError, match="1 validation error"):
        where(field, operator, *values)


def test_a_long_query_is_packed_and_one_too_long_is_refused() -> None:
    ids = tuple(f"acc_{number:020}" for number in range(20))
    long = FigureQuery(subject=Subject.ACCOUNTS, account_ids=ids)
    assert len(long.key) < LONGEST_KEY
    assert FigureQuery.from_key(long.key) == long
    texts = [hashlib.sha256(str(number).encode()).hexdigest() for number in range(60)]
    conditions = tuple(where("name", Operator.IS, *texts[start : start + 20]) for start in range(0, 60, 20))
    with pytest.raises(ValueError, match="too many conditions"):
        FigureQuery(subject=Subject.ACCOUNTS, conditions=conditions)


def test_a_region_is_asked_for_by_all_its_countries() -> None:
    countries = tuple(f"{first}{second}" for first in "ABCDE" for second in "ABCDEF")
    europe = FigureQuery(subject=Subject.ACCOUNTS, conditions=(where("country", Operator.IS, *countries),))
    assert FigureQuery.from_key(europe.key) == europe


@pytest.mark.parametrize("key", ["", "~", "~abc", "é", "eyJ", "e30", "A" * 5000], ids=range(7))
def test_a_key_that_is_none_is_no_query(key: str) -> None:
    assert FigureQuery.from_key(key) is None
