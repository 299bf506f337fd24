"""Characters that nobody sees, or that look like others, get a name; everything else is left alone."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.domain import unseen
from copilot.domain.unseen import names_in, pieces


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("pago\u200b final", "ZWSP"),
        ("\u202elatot\u202c", "RLO"),
        ("a\u2066b", "LRI"),
        ("so\u00adft", "SHY"),
        ("a\u200db", "ZWJ"),
        ("a\x00b", "U+0000"),
        ("a\U000e0041b", "U+E0041"),
        ("a\u3164b", "U+3164"),
        ("a\u2003b", "U+2003"),
        ("a\ufe0fb", "U+FE0F"),
        ("a\u2028b", "LS"),
        ("a\ue000b", "U+E000"),
        ("p\u0430ypal", "U+0430"),
        ("\u0440\u0430\u0443", "U+0440"),
        ("a \u0430 b", "U+0430"),
        ("\uff41bc", "U+FF41"),
        ("\U0001d407ola", "U+1D407"),
        ("8\u0664", "U+0664"),
    ],
    ids=ascii,
)
def test_what_cannot_be_seen_is_named(text: str, sign: str) -> None:
    assert sign in {sign for sign, _ in names_in(text)}


@pytest.mark.parametrize(
    "text",
    [
        "Ñandú, “q” – 84.000\u00a0€ 12\u202f%\n\tfin",
        "\U0001f468\u200d\U0001f469\u200d\U0001f467 \u260e\ufe0f 1\ufe0f\u20e3",
        "5 μm, Ω y α",
        "Ελλάδα и Россия",
        "",
    ],
    ids=ascii,
)
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert names_in(text) == {}


@pytest.mark.parametrize("around", ["{}", "a{}", "{}é", "1{}1", "{0}{0}"])
def test_what_is_taken_for_ordinary_needs_no_name_anywhere(around: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ordinary = [char for char in map(chr, range(0x3000)) if unseen._ORDINARY.fullmatch(char)]
    assert len(ordinary) > 500
    monkeypatch.setattr(unseen, "_ORDINARY", re.compile(r"(?!)"))
    assert [char for char in ordinary if names_in(around.format(char))] == []


@given(st.text(max_size=300))
def test_the_pieces_put_together_are_the_text(text: str) -> None:
    found = pieces(text)
    assert "".join(piece.text for piece in found) == text
    assert all(len(piece.text) == 1 for piece in found if piece.unseen)


@given(st.text(alphabet="ab\u200b\u202e\u2066\u0430 ", max_size=100))
def test_nothing_that_turns_the_text_around_is_left_in_what_is_shown(text: str) -> None:
    shown = "".join(piece.text for piece in pieces(text) if piece.unseen is None)
    assert not set(shown) & {"\u200b", "\u202e", "\u2066"}
