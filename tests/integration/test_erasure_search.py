"""The search of an erasure finds every row in which `redaction` sees the person, however the row spells them."""

import itertools
import json
import unicodedata
from collections.abc import Iterator
from typing import Any, Literal

from sqlalchemy import text

from copilot.domain.redaction import email_key, form_keys, name_forms, name_parts, part_key, phone_key
from copilot.store.database import Database, UnitOfWork
from copilot.store.erasure_tables import EVERY_ACCOUNT, Column, ScopedMarks, TableShape, TraceFinder, excerpts

HOME, ELSEWHERE = "account-home", "account-elsewhere"
SHAPE = TableShape(
    name="said",
    columns=(Column("plain", "text"), Column("held", "json"), Column("listed", "array")),
    key=("id",),
    every_column=frozenset({"id", "account_id", "plain", "held", "listed"}),
)
TABLE = "create temporary table said (id integer primary key, account_id text, plain text, held jsonb, listed text[])"
INVISIBLE = ("\u00ad", "\u200b", "\u200c", "\u200d", "\u2060", "\ufeff")
BETWEEN = (
    *(" ", "\u00a0", "\u202f", "\n", "\r\n", "\t", " - ", "-", "‐", "\u2011"),
    *(", ", "_", "'", "’", "\\", '"', "\x0b", "  \n "),
)
BETWEEN_DIGITS = (*BETWEEN, ".", "/", ") (", "\u2003", "\u2028", "\x85", "\x0c", "\x1c", "\x1f", "\x0b\x1d ", " \n\t")
FORMS: tuple[Literal["NFC", "NFD", "NFKC", "NFKD"], ...] = ("NFC", "NFD", "NFKC", "NFKD")
NAMES = (
    *("Begoña Arrieta Salvo", "Ilır Şahin", "İlker Işık", "Sofía Fiñana", "Jürgen Größmann", "Zoë Ångström-Ødegård"),
    *("Léa d'Œuvre", "Łukasz Żółć", "Νίκος Παππάς", "Юрий Чайкин", "김 민수", "がが りょう"),
    *("Dr. Aña Peña y Cruz", "Kim Li", "ﬁona Oﬃcer", "Ñ Ñañez", "O'Brien Ana", "Việt Nguyễn"),
)
EMAILS = ("begona.arrieta@tormes.example", "José+crm@Peñón.example", "İx@iıI.example", "o'brien_a%b@x-y.co.uk")
PHONES = ("+34 612 345 678", "(0) 91-555.01.23", "5551234", "+49 151 / 234 567 89")


def spelled(value: str) -> Iterator[str]:
    """A value in the ways in which systems and people write it."""
    cases = (value, value.upper(), value.lower(), value.title(), value.swapcase(), value.casefold())
    for case, form in itertools.product(cases, FORMS):
        yield unicodedata.normalize(form, case)
    yield value.replace("fi", "ﬁ").replace("ss", "ß").replace("s", "ſ")
    yield value.replace("i", "ı").replace("I", "İ")
    yield value.replace("K", "\u212a").replace("k", "\u212a").replace("A", "Ａ").replace("a", "ª").replace("o", "º")
    yield "".join(char + "\u0301" for char in value)
    for mark in INVISIBLE:
        yield mark.join(value)
        yield f"{value[:2]}{mark}{value[2:]}"


def names(name: str) -> Iterator[str]:
    words = name.split()
    orders = {tuple(words), (*words[1:], words[0]), tuple(words[:2]), (words[0][0], *words[1:]), tuple(words[::-1])}
    for order in orders:
        for between in BETWEEN:
            yield between.join(order)
        yield from spelled(" ".join(order))
    for word in words:
        yield from spelled(word)


def emails(address: str) -> Iterator[str]:
    yield from spelled(address)
    local, _, domain = address.rpartition("@")
    tagged_ways = (
        f"{local}+tag@{domain}",
        f"{local}%40{domain}",
        f"mailto:{address}?x",
        f"<{address}>,",
        f"{address}.",
    )
    for tagged in tagged_ways:
        yield from (tagged, tagged.upper())


def phones(number: str) -> Iterator[str]:
    digits = "".join(char for char in number if char.isdigit())
    yield number
    yield digits
    for between in BETWEEN_DIGITS:
        yield between.join(digits)
        yield f"00{between}34{between}{between.join((digits[:3], digits[3:6], digits[6:]))}"
    yield "".join(chr(ord("０") + int(digit)) for digit in digits)
    yield "²".join(digits)


def texts() -> list[str]:
    said = [*itertools.chain(*map(names, NAMES), *map(emails, EMAILS), *map(phones, PHONES))]
    said += [repr(one) for one in said[::7]] + [json.dumps(one) for one in said[::5]]
    around = ("{}", "Hoy, {}; y más… ½ ﬁn", "ok.{}\nEl 12% de €3.000", "🙂{}🙂")
    wrapped = [pattern.format(one) for pattern, one in zip(itertools.cycle(around), said, strict=False)]
    return list(dict.fromkeys(one for one in [*said, *wrapped] if "\x00" not in one))


def marks() -> ScopedMarks:
    everywhere = {email_key(address) for address in EMAILS} | {key for one in PHONES if (key := phone_key(one))}
    at_home: set[str] = set()
    for number, name in enumerate(NAMES):
        (at_home if number % 3 == 2 else everywhere).update(form_keys(sorted(name_forms(name))[:: 1 + number % 2]))
        at_home |= form_keys(name_forms(name)) | {part_key(part) for part in name_parts(name)}
    return ScopedMarks(frozenset(everywhere), {HOME: frozenset(at_home)})


def fill(uow: UnitOfWork) -> None:
    uow.session.execute(text(TABLE))
    places = itertools.cycle(
        [(account, column) for account in (HOME, ELSEWHERE, EVERY_ACCOUNT, None) for column in range(3)]
    )
    rows: list[dict[str, Any]] = []
    for said, _ in itertools.product(texts(), range(5)):
        account, column = next(places)
        rows.append(
            {
                "id": len(rows),
                "account_id": account,
                "plain": said if column == 0 else None,
                "held": json.dumps({"a": [1, {said: None} if len(rows) % 2 else {"b": said}]}) if column == 1 else None,
                "listed": ["x", said] if column == 2 else None,
            }
        )
    statement = "insert into said values (:id, :account_id, :plain, cast(:held as jsonb), :listed)"
    uow.session.execute(text(statement), rows)


def test_what_the_server_looks_for_first_leaves_nothing_out(database: Database) -> None:
    known = marks()
    with database.unit_of_work() as uow:
        fill(uow)
        found = {item.key["id"] for item in TraceFinder(uow, known).search(SHAPE)}
        rows = uow.session.execute(text("select id, account_id, plain, held, listed from said")).all()
    seen = {
        row.id: traces
        for row in rows
        if (traces := excerpts([row.plain, row.held, row.listed], known.of(row.account_id)))
    }
    assert 1_000 < len(seen) < len(rows) - 1_000
    assert [traces for row_id, traces in seen.items() if row_id not in found] == []
    assert found == set(seen)
