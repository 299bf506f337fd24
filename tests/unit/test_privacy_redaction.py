"""Traces of one person in texts: found however they are written, overwritten without moving anything."""

import itertools
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.domain.redaction import (
    FILLER,
    PlainMarks,
    email_key,
    form_keys,
    name_forms,
    name_parts,
    part_key,
    phone_key,
    redact,
    redact_bytes,
    redact_json,
    spans,
)
from copilot.store.erasure_suppressions import HashedMarks, digest_of
from copilot.store.erasure_tables import _ACCENTED, _ODD

NAME, EMAIL, PHONE = "Begoña Arrieta Salvo", "begona.arrieta@tormes.example", "+34 612 345 678"


def marks_of(name: str = NAME, email: str = EMAIL, phone: str = PHONE) -> PlainMarks:
    keys = form_keys(name_forms(name)) | {part_key(part) for part in name_parts(name)} | {email_key(email)}
    return PlainMarks(frozenset(keys | {phone_key(phone) or ""}))


MARKS = marks_of()


@pytest.mark.parametrize(
    "trace",
    [
        "Begoña Arrieta Salvo",
        "BEGOÑA ARRIETA SALVO",
        "begoña arrieta",
        "Begona Arrieta",
        "Begon\u0303a Arrieta",
        "Arrieta Salvo, Begoña",
        "Arrieta, Begoña",
        "B. Arrieta",
        "Begoña",
        "Arrieta",
        "Be\u00adgo\u200bña Arrieta",
        "Begoña\nArrieta",
        "begona-arrieta",
        "begona_arrieta",
        "begona.arrieta@tormes.example",
        "Begona.Arrieta@Tormes.Example",
        "begona.arrieta+crm@tormes.example",
        "begona.arrieta%40tormes.example",
        "+34 612 345 678",
        "0034612345678",
        "612 34 56 78",
        "612.345.678",
        "(612) 345-678",
        "(+34) 612345678",
    ],
    ids=lambda trace: trace.encode("ascii", "backslashreplace").decode(),
)
@pytest.mark.parametrize("around", ["{}", "Hola: {} saluda.", "De: «{}» <x>", "mailto:{}?subject=1", "a, {}; b"])
def test_a_trace_is_overwritten_and_what_is_around_it_stays(trace: str, around: str) -> None:
    text = around.format(trace)
    covered = redact(text, MARKS)
    assert len(covered) == len(text)
    before, _, after = around.partition("{}")
    assert covered.startswith(before)
    assert covered.endswith(after)
    middle = covered[len(before) : len(text) - len(after)]
    assert set(middle) <= {FILLER, "\n"}


@pytest.mark.parametrize(
    "text",
    [
        "Salvador Arrietas",
        "salvo que cambie",
        "begonia",
        "otra.persona@tormes.example",
        "begona.arrieta@otra.example.org"[6:],
        "612 345 679",
        "Pedido 61234567",
        "2026-11-16T09:00:00Z",
        "48.000 € por 240 licencias",
        "",
    ],
)
def test_what_is_somebody_or_something_else_stays(text: str) -> None:
    marks = PlainMarks(MARKS.keys - {part_key("arrieta"), part_key("begona")})
    assert redact(text, marks) == text


def test_a_number_inside_a_longer_run_of_digits_takes_only_itself() -> None:
    assert redact("Ref. 000000001612345678900001", MARKS) == f"Ref. 000000001{FILLER * 9}900001"


def test_json_is_overwritten_in_keys_and_values_and_keeps_its_shape() -> None:
    value = {"Begoña Arrieta": [1, 2.5, None, True, {"x": ["B. Arrieta", "Juan"]}], "n": "612345678"}
    covered = redact_json(value, MARKS)
    assert next(iter(covered.values()))[:4] == [1, 2.5, None, True]
    assert next(iter(covered.values()))[4] == {"x": [FILLER * 10, "Juan"]}
    assert covered["n"] == FILLER * 9


@given(st.binary(max_size=30), st.binary(max_size=30))
def test_bytes_keep_their_number_and_the_others_their_values(before: bytes, after: bytes) -> None:
    planted = f" {NAME} ".encode()
    content = before + planted + after
    covered = redact_bytes(content, PlainMarks(frozenset(form_keys({"begona arrieta salvo"}))))
    assert len(covered) == len(content)
    assert covered.startswith(before)
    assert covered.endswith(after)
    assert NAME.encode() not in covered


def test_a_short_number_tells_nobody() -> None:
    assert phone_key("ext. 12 34") is None


_PIECES = st.sampled_from(
    [NAME, NAME.upper(), "Begoña", "B. Arrieta", EMAIL, EMAIL.upper(), PHONE, "612345678", "Juan Pedraza", "@", "+34",
     "salvo", " ", "\n", ", ", "<", ">", "█", "\u202e", "\u0301", "\ud800", "\x00", "12", "a" * 70]
)  # fmt: skip
_TEXTS = st.lists(_PIECES | st.text(max_size=12), max_size=14).map("".join)


@given(_TEXTS)
def test_nothing_moves_and_nothing_is_left(text: str) -> None:
    covered = redact(text, MARKS)
    found = spans(text, MARKS)
    assert len(covered) == len(text)
    assert spans(covered, MARKS) == []
    assert redact(covered, MARKS) == covered
    kept = [index for index in range(len(text)) if not any(start <= index < end for start, end in found)]
    assert all(covered[index] == text[index] for index in kept)
    assert all(first[1] < second[0] for first, second in itertools.pairwise(found))


@given(_TEXTS)
def test_keyed_hashes_find_the_same_as_the_keys(text: str) -> None:
    secret = b"a key of this test"
    hashed = HashedMarks(digests=frozenset(digest_of(key, secret=secret) for key in MARKS.keys), key=secret)
    assert spans(text, hashed) == spans(text, MARKS)


@given(_TEXTS, _TEXTS)
def test_a_planted_name_and_address_never_survive(before: str, after: str) -> None:
    planted = f"{NAME}; {EMAIL}"
    covered = redact(f"{before} {planted} {after}", MARKS)
    there = covered[len(before) + 1 :][: len(planted)]
    assert not any(character.isalnum() for character in there)


@pytest.mark.parametrize("hostile", ["a" * 200_000, "1 " * 100_000, "@" * 200_000, "A." * 100_000, "\u0301" * 200_000])
def test_a_hostile_text_takes_no_time_to_speak_of(hostile: str) -> None:
    assert len(redact(hostile, MARKS)) == len(hostile)


def test_what_is_looked_at_roughly_first_lets_every_spelling_through() -> None:
    """Each character that is not odd is one letter without its accent, and of those that have one, the wildcard's."""
    odd, loose = re.compile(_ODD), re.compile("[\u0300-\u036f\u00ad\u200b\u200c\u200d\u2060\ufeff]")
    certain = [char for char in map(chr, range(1, 0xD800)) if not odd.match(char)]
    assert "ñ" in certain
    for char in certain:
        plain = loose.sub("", unicodedata.normalize("NFKD", char)).lower()
        assert len(plain) == 1, char
        if not char.isascii() and plain.isascii() and plain.isalnum():
            assert _ACCENTED.match(plain), char
