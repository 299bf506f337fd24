"""What is looked for in a draft, and what the detector of leaks says without a database."""

import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.domain.drafts import Audience
from copilot.domain.elsewhere import Elsewhere, ElsewhereKind
from copilot.domain.findings import Action, Finding
from copilot.guardrails.detector import Context
from copilot.guardrails.leakage import LeakageDetector
from copilot.guardrails.leakage_policy import LeakageRules
from copilot.guardrails.leakage_sought import OwnNames, names_in, sought_in
from copilot.guardrails.surroundings import Surroundings
from tests import approvals_builders as world

OWN = OwnNames.of(["Aceros Tormes, S.A.", "Marta Ruiz Gil", "Tramontia Dispatch"])


def found(text: str, *matches: Elsewhere) -> list[Finding]:
    draft = world.draft_about((), ((text, ()),))
    context = Context(draft=draft, current={}, surroundings=Surroundings(elsewhere=matches))
    return list(LeakageDetector().inspect(context))


def company(text: str, **changes: object) -> Elsewhere:
    return Elsewhere(kind=ElsewhereKind.ACCOUNT, text=text, accounts=frozenset({"acc_9"}), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("como Frigoríficos del Norte en mayo", {"Frigoríficos", "Frigoríficos del Norte", "Norte"}),
        ("con Coldwater & Finch hoy", {"Coldwater", "Coldwater & Finch", "Finch"}),
        ("de Polderwerk B.V., dijo", {"Polderwerk", "Polderwerk B", "Polderwerk B.V", "B", "B.V", "V"}),
        ("nada con mayúscula aquí", set()),
        ("a Marta Ruiz Gil de Aceros Tormes S.A. con Tramontia Dispatch", set()),
        ("a MARTA RUIZ GIL", set()),
        ("con Marta y con Tormes", set()),
        ("con Marta Solís", {"Marta Solís", "Solís"}),
        ("el 84 de 2027", set()),
        ("Ana; Bea", {"Ana", "Bea"}),
    ],
)
def test_stretches_that_can_be_names(text: str, expected: set[str]) -> None:
    assert set(names_in(text, own=OWN)) == expected


def test_what_is_sought_is_what_the_text_has_and_its_sources_do_not_say() -> None:
    text = "Ana Pérez (ana@x.example, +34 000 000 077) ofrece 61.584 € y 12 días, 500 € y 2027."
    sought = sought_in(world.draft_about((), ((text, ()),)), own=OWN)
    assert sought.emails == ("ana@x.example",)
    assert sought.phones == ("+34 000 000 077",)
    assert Decimal(61584) in sought.amounts
    assert Decimal(500) not in sought.amounts
    assert "Ana Pérez" in sought.names
    assert sought.complete


def test_a_name_inside_a_longer_word_is_none() -> None:
    assert found("Los Nortes y el Sur.", company("Norte")) == []
    assert [item.rule for item in found("Lo pidió Norte.", company("Norte"))] == ["leak.other_account_name"]


def test_a_word_counts_only_as_a_record_writes_it() -> None:
    assert found("Lo pidió Norte.", company("Norte", as_written=False)) == []
    assert found("Lo pidió Norte, al norte.", company("Norte")) == []
    assert len(found("Lo pidió Norte (hola@norte.example).", company("Norte"))) == 1


def test_the_longest_name_is_told_once() -> None:
    person = Elsewhere(ElsewhereKind.PERSON, "Ana Pérez", frozenset({"acc_9"}))
    longer = Elsewhere(ElsewhereKind.PERSON, "Ana Pérez Sol", frozenset({"acc_9"}))
    [item] = found("Llame a Ana Pérez Sol.", person, longer)
    assert (item.start, item.end) == (8, 21)


def test_what_is_held_inside_is_blocked_where_it_would_leave() -> None:
    assert [item.action for item in found("Como Sol Nuevo.", company("Sol Nuevo"))] == [Action.HOLD]
    draft = world.draft_about((), (("Como Sol Nuevo.", ()),), audience=Audience.EXTERNAL)
    context = Context(draft=draft, current={}, surroundings=Surroundings(elsewhere=(company("Sol Nuevo"),)))
    assert [item.action for item in LeakageDetector(LeakageRules()).inspect(context)] == [Action.BLOCK]


@pytest.mark.parametrize(
    "text",
    ["Ab " * 300_000, "A" * 1_000_000, "a@" * 400_000, "1 " * 400_000, "A & B, " * 120_000, "\ud800A \x00" * 200_000],
    ids=["names", "letters", "addresses", "digits", "joins", "broken"],
)
def test_a_hostile_megabyte_takes_moments(text: str) -> None:
    draft = world.draft_about((), ((text, ()),))
    started = time.perf_counter()
    sought = sought_in(draft, own=OWN)
    assert time.perf_counter() - started < 3
    assert not sought.complete


@given(st.text(max_size=300))
def test_no_text_breaks_it(text: str) -> None:
    draft = world.draft_about((), ((text, ()),))
    sought = sought_in(draft, own=OWN)
    for item in (*sought.names, *sought.emails, *sought.phones):
        assert item in text
        assert "\x00" not in item
        item.encode()
    matches = tuple(company(name) for name in sought.names)
    for seen in found(text, *matches):
        assert seen.start is not None
        assert 0 <= seen.start < (seen.end or 0) <= len(text)
