"""Formatted personal data in generated texts. Every number is generated, nobody's."""

import re
from collections.abc import Callable

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from stdnum import iban, luhn
from stdnum.ar import cuit
from stdnum.br import cpf
from stdnum.cl import rut
from stdnum.co import nit
from stdnum.es import nie
from stdnum.mx import curp

from copilot.domain.language import Language
from copilot.domain.personal_data import DataClass, Hints
from copilot.guardrails.personal_data.analysis import find_personal_data
from copilot.guardrails.personal_data.bank_accounts import is_clabe
from copilot.guardrails.personal_data.identifiers_spain import is_social_security_number

HINTS = Hints(language=Language.ES, countries=("ES", "MX"))
LETTERS_OF_DNI = "TRWAGMYFPDXBNJZSQVHLCKE"
PROSE = st.sampled_from(
    [
        "La renovación queda para enero y el cliente pide un 5 % más.",
        "Next steps: send the quote, then book the workshop.",
        "El proyecto, con 3 fases, empieza en marzo.",
        "We agreed on 12 seats in Q3.",
        "Gracias por su tiempo; seguimos hablando.",
        "Hubo 14 incidencias en el trimestre, ninguna grave.",
    ]
)
PIECES = st.lists(
    st.one_of(
        st.text(max_size=30),
        st.sampled_from(
            ["1", " ", "+34 ", "612 345 678", "12345678Z", "@", "a@b.es", "Calle Mayor 12", "ES91 2100 0418"]
        ),
        st.sampled_from(["password: x1y2z3", "-----BEGIN PRIVATE KEY-----", "83.44.190.12", "\ud800", "\x00", "DNI "]),
    ),
    max_size=12,
).map("".join)
RUNS = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def digits(count: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=count, max_size=count)


def dotted(number: str) -> str:
    return f"{int(number):,}".replace(",", ".")


def nif_of(number: str) -> str:
    return f"{number}{LETTERS_OF_DNI[int(number) % 23]}"


def nie_of(number: str) -> str:
    return f"X{number}{nie.calc_check_digit('X' + number)}"


def nss_of(person: str) -> str:
    return f"28/{person}/{int('28' + person) % 97:02d}"


def cuit_of(person: str) -> str:
    return f"20-{person}-{cuit.calc_check_digit('20' + person)}"


def rut_of(number: str) -> str:
    return f"{dotted(number)}-{rut.calc_check_digit(number)}"


def nit_of(number: str) -> str:
    return f"{dotted(number)}-{nit.calc_check_digit(number)}"


def cpf_of(number: str) -> str:
    return cpf.format(number + cpf._calc_check_digits(number))


def curp_of(number: str) -> str:
    start = f"BOXW{60 + int(number[0]):02d}0820HNERXN{number[1]}"
    return start + curp.calc_check_digit(start)


def iban_of(number: str) -> str:
    compact = "ES00" + number
    return iban.format("ES" + iban.calc_check_digits(compact) + number)


def card_of(number: str) -> str:
    whole = "4" + number + luhn.calc_check_digit("4" + number)
    return " ".join(whole[place : place + 4] for place in range(0, 16, 4))


def clabe_of(number: str) -> str:
    whole = next(number + str(last) for last in range(10) if is_clabe(number + str(last)))
    return f"{whole[:3]} {whole[3:6]} {whole[6:17]} {whole[17]}"


SCHEMES: list[tuple[DataClass, Callable[[str], str], int]] = [
    (DataClass.NATIONAL_ID, nif_of, 8),
    (DataClass.NATIONAL_ID, nie_of, 7),
    (DataClass.NATIONAL_ID, nss_of, 8),
    (DataClass.NATIONAL_ID, cuit_of, 8),
    (DataClass.NATIONAL_ID, rut_of, 8),
    (DataClass.NATIONAL_ID, nit_of, 9),
    (DataClass.NATIONAL_ID, cpf_of, 9),
    (DataClass.NATIONAL_ID, curp_of, 2),
    (DataClass.BANK_ACCOUNT, iban_of, 20),
    (DataClass.BANK_ACCOUNT, clabe_of, 17),
    (DataClass.CARD, card_of, 14),
]


@st.composite
def identifiers(draw: st.DrawFn) -> tuple[DataClass, str]:
    """A class, and a number of it with right check digits. It starts with what real ones start with: no zero."""
    data_class, make, length = draw(st.sampled_from(SCHEMES))
    number = draw(st.sampled_from("123456789")) + draw(digits(length - 1))
    return data_class, make(number)


@RUNS
@given(PIECES)
def test_spans_are_sorted_apart_and_at_their_place(text: str) -> None:
    end = 0
    for span in find_personal_data(text, hints=HINTS):
        assert end <= span.start < span.end <= len(text)
        assert text[span.start : span.end] == span.value
        assert 0 < span.score <= 1
        end = span.end


@RUNS
@given(PROSE, PROSE, identifiers())
def test_a_valid_identifier_in_prose_is_found(before: str, after: str, identifier: tuple[DataClass, str]) -> None:
    data_class, value = identifier
    spans = find_personal_data(f"{before} Queda anotado {value}. {after}", hints=HINTS)
    assert (data_class, value) in [(span.data_class, span.value) for span in spans]


@RUNS
@given(PROSE, PROSE, identifiers(), st.integers(1, 9))
def test_with_another_check_digit_it_is_not(
    before: str, after: str, identifier: tuple[DataClass, str], shift: int
) -> None:
    data_class, value = identifier
    last = value[-1]
    assume(last.isalnum())
    other = (
        str((int(last) + shift) % 10)
        if last.isdigit()
        else LETTERS_OF_DNI[(LETTERS_OF_DNI.index(last) + shift) % len(LETTERS_OF_DNI)]
    )
    assume(not (value.startswith("ES") and re.search("[0-9]", last)))  # the check digits stand in front
    spans = find_personal_data(f"{before} Queda anotado {value[:-1]}{other}. {after}", hints=HINTS)
    assert not [span for span in spans if span.data_class is data_class and value[:-1] in span.value]


@RUNS
@given(digits(20), st.integers(1, 97))
def test_an_iban_with_other_check_digits_is_not_found(number: str, shift: int) -> None:
    compact = "ES00" + number
    right = int(iban.calc_check_digits(compact))
    wrong = f"{(right + shift) % 100:02d}"
    assume(not iban.is_valid("ES" + wrong + number, check_country=False))
    spans = find_personal_data(f"Queda anotado ES{wrong} y luego {number[:4]}", hints=HINTS)
    assert not [span for span in spans if span.data_class is DataClass.BANK_ACCOUNT]


@RUNS
@given(digits(8))
def test_the_remainder_by_97_tells_a_social_security_number(person: str) -> None:
    assume(int(person) >= 10_000_000)
    right = int("28" + person) % 97
    assert is_social_security_number(f"28{person}{right:02d}")
    assert not is_social_security_number(f"28{person}{(right + 1) % 97:02d}")
