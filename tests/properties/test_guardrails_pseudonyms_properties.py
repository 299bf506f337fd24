"""Properties of pseudonyms over generated texts."""

import string

from hypothesis import given, settings
from hypothesis import strategies as st

from copilot.domain.folding import fold
from copilot.domain.pseudonyms import KnownPerson
from copilot.guardrails.pseudonyms import Vault
from copilot.guardrails.pseudonyms.streaming import StreamRestorer

PEOPLE = (
    KnownPerson("Begoña Arrieta Salvo", ("begona@arrieta.example",), ("+34 600 111 222",), frozenset({"acc_1"})),
    KnownPerson("Rob Tavares", ("rob@x.example",), ("+1 419 555 0142",), frozenset({"acc_1"})),
    KnownPerson("Ana Ruiz", ("ana.ruiz@x.example",), (), frozenset({"acc_1"})),
    KnownPerson("Ana Vega Íñiguez", (), ("020 7946 0321",), frozenset({"acc_1"})),
    KnownPerson("María de la Cruz", (), (), frozenset({"acc_1"})),
    KnownPerson("Sean O'Brien", (), (), frozenset({"acc_1"})),
)
KNOWN = [value for person in PEOPLE for value in (person.name, *person.emails, *person.phones)]
UNKNOWN = ["ES9121000418450200051332", "12345678Z", "other@y.example", "4111 1111 1111 1111", "GARC850101HDFRRL09"]
LIKE = ["PERSON_1", "Email_2", "PERSONA 3", "QUOTED_1", "person_1es", "CARD\\_1", "Person 1's"]
PROSE = [
    "renews",
    "el viernes",
    "at 12:40,",
    "84.000 €",
    "(see",
    "page 4)",
    "\n",
    "—",
    "¿",
    "“",
    "{",
    '"',
    "de la",
    "v4.18",
]

words = st.sampled_from([*KNOWN, *UNKNOWN, *LIKE, *PROSE]) | st.text(string.printable, max_size=6)
texts = st.lists(words, max_size=14).map(" ".join)
spellings = st.sampled_from([str.upper, str.lower, str.title, fold])


def vault() -> Vault:
    return Vault(PEOPLE)


def entitled(_source: str) -> bool:
    return True


@settings(max_examples=120, deadline=None)
@given(texts)
def test_nothing_known_leaves_and_an_entitled_reader_gets_the_text_back(text: str) -> None:
    table = vault()
    hidden = table.mask(text, source="acc_1")
    for value in [*KNOWN, *UNKNOWN[:3]]:
        assert value not in hidden
    assert table.restore(hidden, viewer_may_see=entitled).text == text


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(PEOPLE), spellings, texts)
def test_every_spelling_of_a_name_is_the_same_person(person: KnownPerson, spelling: object, around: str) -> None:
    table = vault()
    token = table.mask(person.name)
    written = spelling(person.name)  # type: ignore[operator]
    assert table.mask(f"{written}.") == f"{token}."
    hidden = table.mask(f"{around} : {written} : {around}")
    assert fold(written) not in fold(hidden)


@settings(max_examples=80, deadline=None)
@given(texts)
def test_a_reader_without_rights_never_sees_a_value(text: str) -> None:
    table = vault()
    hidden = table.mask(text, source="acc_1")
    shown = table.restore(hidden, viewer_may_see=lambda _: False).text
    for value in [*KNOWN, *UNKNOWN[:3]]:
        assert value not in shown


@settings(max_examples=120, deadline=None)
@given(texts, st.lists(st.integers(1, 9), min_size=1, max_size=12))
def test_any_cutting_of_a_stream_gives_what_the_whole_gives(text: str, sizes: list[int]) -> None:
    table = vault()
    table.mask(" ".join(KNOWN), source="acc_1")
    hidden = f"{table.mask(text, source='acc_1')} {text}"

    def restore(piece: str) -> str:
        return table.restore(piece, viewer_may_see=entitled).text

    stream = StreamRestorer(restore)
    out, position, turn = [], 0, 0
    while position < len(hidden):
        size = sizes[turn % len(sizes)]
        out.append(stream.feed(hidden[position : position + size]))
        position, turn = position + size, turn + 1
    assert "".join([*out, stream.finish()]) == restore(hidden)


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=60), st.lists(st.sampled_from(KNOWN), max_size=3))
def test_no_text_makes_a_vault_fail(text: str, values: list[str]) -> None:
    table = vault()
    hidden = table.mask(f"{text} {' '.join(values)} {text}", source="acc_1")
    table.restore(hidden, viewer_may_see=entitled)
    assert all(value not in hidden for value in values if value not in text)


def test_time_grows_linearly_with_hostile_text() -> None:
    for piece in ("a", "1 ", "@", "a.", "PERSON_", "Ana ", "{", "\\u00f1", "\u0301", "Ana, ", "%40a", "600 "):
        vault().mask(piece * (30_000 // len(piece)))
