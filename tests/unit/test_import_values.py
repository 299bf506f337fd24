"""Numbers, dates, currencies and words of Spanish and English exports."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from copilot.domain.records import ActivityKind, Lifecycle, OpportunityStatus, Priority, TicketStatus
from knowledge.values.choices import parse_boolean, parse_choice, status_of_stage
from knowledge.values.currencies import currency_mark, currency_of_header, parse_currency
from knowledge.values.dates import DateProfile, parse_date, parse_instant
from knowledge.values.numbers import NumberProfile, parse_number
from knowledge.values.places import near_country, parse_country, parse_language
from knowledge.values.sectors import misspelt_sector
from knowledge.values.text import header_words, slug


@pytest.mark.parametrize(
    ("text", "sign", "value"),
    [
        ("1.234,56", ",", "1234.56"),
        ("1,234.56", ".", "1234.56"),
        ("1 234,5", ",", "1234.5"),
        ("12.345.678", ",", "12345678"),
        ("€ 1.200", ",", "1200"),
        ("1.200 €", ",", "1200"),
        ("MX$ 3,500.00", ".", "3500.00"),
        ("EUR 99", ".", "99"),
        ("(1,200)", ".", "-1200"),
        ("-5", ".", "-5"),
        ("35 %", ".", "35"),
        (".5", ".", "0.5"),
    ],
)
def test_numbers_are_read_with_the_columns_sign(text: str, sign: str, value: str) -> None:
    assert parse_number(text, decimal_sign="," if sign == "," else ".") == Decimal(value)


@pytest.mark.parametrize(
    ("text", "sign"), [("1,234.56", ","), ("12,34,567", "."), ("1.23.4", "."), ("abc", "."), ("", "."), ("1.2.3", ",")]
)
def test_numbers_that_contradict_the_sign_are_refused(text: str, sign: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the message is the text itself
        parse_number(text, decimal_sign="," if sign == "," else ".")


def test_one_clear_value_decides_for_the_ambiguous_ones() -> None:
    column = NumberProfile()
    for text in ("1.234", "2.500", "12,5"):
        column.add(text)
    assert column.sign() == ","
    assert column.ambiguous == 2


def test_ambiguous_values_alone_decide_nothing() -> None:
    column = NumberProfile()
    column.add("1.234")
    assert column.sign() is None


@pytest.mark.parametrize(
    ("text", "order", "expected"),
    [
        ("13/11/2026", "dmy", date(2026, 11, 13)),
        ("11/13/2026", "mdy", date(2026, 11, 13)),
        ("3/4/26", "dmy", date(2026, 4, 3)),
        ("3/4/26", "mdy", date(2026, 3, 4)),
        ("2026-11-13", "mdy", date(2026, 11, 13)),
        ("2026-11-13T09:30:00.000Z", "dmy", date(2026, 11, 13)),
        ("13 de noviembre de 2026", "mdy", date(2026, 11, 13)),
        ("13-nov-2026", "mdy", date(2026, 11, 13)),
        ("Nov 13, 2026", "dmy", date(2026, 11, 13)),
        ("20261113", "dmy", date(2026, 11, 13)),
    ],
)
def test_dates(text: str, order: str, expected: date) -> None:
    assert parse_date(text, order="dmy" if order == "dmy" else "mdy") == expected


@pytest.mark.parametrize("text", ["31/02/2026", "13/13/2026", "pronto", "2026", "", "12:30"])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the message is the text itself
        parse_date(text, order="dmy")


def test_instants_keep_their_zone_or_get_the_stated_one() -> None:
    madrid = ZoneInfo("Europe/Madrid")
    assert parse_instant("13/07/2026 09:30", order="dmy", zone=madrid).astimezone(UTC).hour == 7
    assert parse_instant("2026-07-13T09:30:00-05:00", order="dmy", zone=madrid).astimezone(UTC).hour == 14
    assert parse_instant("7/13/2026 9:30 PM", order="mdy", zone=UTC) == datetime(2026, 7, 13, 21, 30, tzinfo=UTC)
    assert parse_instant("13/07/2026 9:30 a. m.", order="dmy", zone=UTC).hour == 9
    assert parse_instant("1794562200000", order="dmy", zone=madrid).tzinfo is UTC


def test_date_order_follows_the_values_that_allow_only_one() -> None:
    column = DateProfile()
    for text in ("01/02/2026", "3/15/2026"):
        column.add(text, as_of=date(2026, 11, 13))
    assert column.order() == "mdy"
    assert column.future == {"dmy": 0, "mdy": 0}


def test_dates_in_the_future_are_counted_by_order() -> None:
    column = DateProfile()
    column.add("05/12/2026", as_of=date(2026, 11, 13))
    assert column.order() is None
    assert column.future == {"dmy": 1, "mdy": 0}


@pytest.mark.parametrize(
    ("text", "code"), [("EUR", "EUR"), ("€", "EUR"), ("euro", "EUR"), ("MXN", "MXN"), ("US$", "USD"),
                       ("GBP - British Pound", "GBP"), ("Peso mexicano", "MXN")]
)  # fmt: skip
def test_currencies(text: str, code: str) -> None:
    assert parse_currency(text) == code


@pytest.mark.parametrize("text", ["$", "pesos", "", "XX", "moneda"])
def test_ambiguous_currencies_are_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the message is the text itself
        parse_currency(text)


def test_currency_marks_and_headers() -> None:
    assert currency_mark("$ 1,200") == "?"
    assert currency_mark("1.200 €") == "EUR"
    assert currency_mark("1200") is None
    assert currency_of_header("Importe (€)") == "EUR"
    assert currency_of_header("arr_usd") == "USD"
    assert currency_of_header("Amount") is None


@pytest.mark.parametrize(
    ("text", "status", "known"),
    [
        ("Closed Won", OpportunityStatus.WON, True),
        ("Cierre ganado", OpportunityStatus.WON, True),
        ("closedlost", OpportunityStatus.LOST, True),
        ("Cierre perdido (precio)", OpportunityStatus.LOST, True),
        ("Negociación", OpportunityStatus.OPEN, True),
        ("Contrato enviado", OpportunityStatus.OPEN, True),
        ("Fase 3B", OpportunityStatus.OPEN, False),
        ("Wonderful prospect", OpportunityStatus.OPEN, False),
    ],
)
def test_stages(text: str, status: OpportunityStatus, *, known: bool) -> None:
    assert status_of_stage(text) == (status, known)


def test_words_for_fixed_values() -> None:
    assert parse_choice("Cliente", choice=Lifecycle) == "customer"
    assert parse_choice("Lead cualificado para ventas", choice=Lifecycle) == "prospect"
    assert parse_choice("CRÍTICA", choice=Priority) == "P1"
    assert parse_choice("Esperando al contacto", choice=TicketStatus) == "pending"
    assert parse_choice("Reunión", choice=ActivityKind) == "meeting"
    assert parse_boolean("Sí") is True
    assert parse_boolean("FALSO") is False
    with pytest.raises(ValueError, match="quizá"):
        parse_boolean("quizá")
    with pytest.raises(ValueError, match="socio"):
        parse_choice("socio", choice=Lifecycle)


def test_countries_and_languages() -> None:
    assert [parse_country(name) for name in ("España", "UK", "Reino Unido", "EE. UU.", "mx", "Perú")] == [
        "ES", "GB", "GB", "US", "MX", "PE",
    ]  # fmt: skip
    with pytest.raises(ValueError, match="Philipines"):
        parse_country("Philipines")
    assert near_country("Philipines") == "Philippines"
    assert near_country("Korea") is None
    assert [parse_language(name) for name in ("Español", "en-GB", "es_MX", "Inglés")] == ["es", "en", "es", "en"]


def test_sectors_near_a_known_name_are_named_and_unusual_ones_are_not() -> None:
    assert misspelt_sector("technolgy", counts={"technolgy": 12}) == "technology"
    assert misspelt_sector("Logistica", counts={}) is None
    assert misspelt_sector("Servicios funerarios", counts={}) is None
    assert misspelt_sector("Alpargateria", counts={"Alpargatería": 1, "Alpargateria": 1}) is None
    assert misspelt_sector("Cordelria", counts={"Cordelería": 9, "Cordelria": 1}) == "Cordelería"


def test_header_words_and_slugs() -> None:
    assert {header_words(h) for h in ("AccountId", "account_id", "Account ID", "Account.Id")} == {"account id"}
    assert header_words("Renewal_Date__c") == "renewal date"
    assert header_words("Associated Company IDs") == "associated company ids"
    assert header_words("¿El negocio está cerrado?") == "el negocio esta cerrado"
    assert slug("Clínicas Bahía Serena, S.L.") == "clinicas-bahia-serena-s-l"
