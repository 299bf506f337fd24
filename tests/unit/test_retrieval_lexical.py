"""Words and queries meet in the same lexemes."""

import pytest

from copilot.domain.folding import fold
from copilot.store.lexical import (
    has_identifier_or_quotes,
    is_identifier,
    passage_lexemes,
    query_lexemes,
    quoted,
    tsvector_literal,
)
from copilot.store.lexical_plan import LexemeStatistics, plan_lexical


@pytest.mark.parametrize(
    ("passage", "query", "language"),
    [
        ("La facturación trimestral", "facturacion", "es"),
        ("Las facturaciones", "facturación", "es"),
        ("Renovación del contrato", "RENOVACION", "es"),
        ("extensiones previstas", "extension", "es"),
        ("El año próximo", "ano proximo", "es"),
        ("The invoices were paid", "invoice", "en"),
        ("encrypted at rest", "encryption", "en"),
        ("Cifrado con AES-256 en reposo", "aes-256", "en"),
        ("Cifrado con AES-256 en reposo", "AES 256", "es"),
        ("Certified under ISO 27001", "iso 27001", "es"),
        ("Severity P1 in one hour", "p1", "es"),
        ("Login by SSO only", "sso", "es"),
        ("Artículo SKU-88/B", "sku-88/b", "en"),
        ("TLS 1.3 everywhere", "TLS 1.3", "es"),
    ],
)
def test_query_finds_the_word_whatever_its_form(passage: str, query: str, language: str) -> None:
    passage_language = "en" if passage.isascii() and language == "en" else "es"
    found = set(passage_lexemes(passage, passage_language))
    assert found & set(query_lexemes(query, language))


@pytest.mark.parametrize(
    ("passage", "passage_language", "query", "query_language"),
    [
        ("the red of the net", "en", "red", "es"),
        ("el contrato de la empresa", "es", "el de la", "es"),
        ("AES-128", "en", "AES-256", "en"),
        ("P10", "en", "P1", "en"),
    ],
)
def test_query_does_not_find_what_only_looks_alike(
    passage: str, passage_language: str, query: str, query_language: str
) -> None:
    shared = set(passage_lexemes(passage, passage_language)) & set(query_lexemes(query, query_language))
    assert shared <= {"=/aes"}


def test_stop_words_are_dropped_in_both() -> None:
    assert list(passage_lexemes("the of and in", "en")) == []
    assert query_lexemes("¿qué es lo que hay?", "es") == []


@pytest.mark.parametrize(
    ("query", "exact"),
    [
        ("cifrado AES-256", True),
        ('"plan de continuidad"', True),
        ("¿tienen SSO?", True),
        ("contrato 2027", True),
        ("In which year did they certify ISO 27001 for the second time?", False),
        ("renovación del contrato", False),
        ("RENOVACION DEL CONTRATO", False),
        ("Who owns the account?", False),
    ],
)
def test_exact_words_are_recognised(query: str, exact: bool) -> None:
    assert has_identifier_or_quotes(query) is exact


def test_identifier_is_a_digit_or_a_short_acronym() -> None:
    assert is_identifier("P1")
    assert is_identifier("GDPR")
    assert not is_identifier("URGENTE")
    assert not is_identifier("A")


def test_fold_drops_accents_and_case() -> None:
    assert fold("ÑANDÚ Pingüino") == "nandu pinguino"


def test_literal_escapes_what_would_end_it() -> None:
    assert quoted("it's \\ here") == "'it''s \\\\ here'"


def test_literal_counts_repetitions() -> None:
    literal, words = tsvector_literal("invoice invoice overdue", "en")
    assert literal == "'en/invoic':1,2 'en/overdu':3"
    assert words == 3


def test_very_long_text_and_word_stay_within_the_servers_limits() -> None:
    literal, words = tsvector_literal("x" * 5000 + " word" * 20_000, "en")
    assert words == 20_001
    assert all(len(part.encode()) < 2000 for part in literal.split("' '"))
    assert max(int(n) for n in literal.rsplit(":", 1)[1].split(",")) <= 16_383


def _statistics(**frequencies: int) -> LexemeStatistics:
    return LexemeStatistics(passages=100_000, average_words=50.0, frequencies=dict(frequencies))


def test_rare_words_weigh_more() -> None:
    plan = plan_lexical(["a", "b"], statistics=_statistics(a=5, b=50))
    assert plan is not None
    assert dict(zip(plan.lexemes, plan.weights, strict=True))["a"] > plan.weights[plan.lexemes.index("b")]


def test_few_matches_are_all_scored() -> None:
    plan = plan_lexical(["a", "b"], statistics=_statistics(a=5, b=50))
    assert plan is not None
    assert plan.complete
    assert plan.candidates == "'a' | 'b'"


def test_common_words_only_count_together_with_others() -> None:
    plan = plan_lexical(["rare", "common", "often"], statistics=_statistics(rare=20, common=2_000, often=3_000))
    assert plan is not None
    assert not plan.complete
    assert plan.candidates.split(" | ") == ["'rare'", "('common' & 'often')"]
    assert set(plan.lexemes) == {"rare", "common", "often"}


def test_without_statistics_the_work_is_bounded() -> None:
    plan = plan_lexical(["a"], statistics=LexemeStatistics())
    assert plan is not None
    assert not plan.complete


def test_nothing_to_look_for_is_no_plan() -> None:
    assert plan_lexical([], statistics=_statistics()) is None
