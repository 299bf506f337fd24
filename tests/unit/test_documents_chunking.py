"""Passages: where documents are cut, and in which language each is."""

from pathlib import Path

import pytest

from copilot.domain.documents import Block, BlockKind, DocumentKind, ParsedDocument
from copilot.domain.language import Language, detect
from knowledge.chunking import MAX_CHARACTERS, cut
from tests.documents_builders import mail, parsed, sheet


def document_of(*blocks: tuple[BlockKind, str, str | None], language: str = "en") -> ParsedDocument:
    text, made = "", []
    for kind, content, label in blocks:
        text += "\n\n" if text else ""
        speaker = label if kind is BlockKind.BODY and label and label[0] == "@" else None
        heading = None if speaker else label
        made.append(Block(kind=kind, start=len(text), end=len(text) + len(content), heading=heading, speaker=speaker))
        text += content
    return ParsedDocument(
        title="x",
        kind=DocumentKind.KNOWLEDGE,
        text=text,
        blocks=tuple(made),
        media_type="text/plain",
        language=language,
    )


BODY, HEADING, TABLE = BlockKind.BODY, BlockKind.HEADING, BlockKind.TABLE


def test_headings_open_passages_and_paragraphs_are_grouped() -> None:
    document = document_of(
        (HEADING, "# Title", "Title"), (HEADING, "## One", "One"), (BODY, "First.", "One"), (BODY, "Second.", "One"),
        (HEADING, "## Two", "Two"), (BODY, "Third.", "Two"),
    )  # fmt: skip
    passages = cut(document)
    assert [p.text for p in passages] == ["# Title\n\n## One\n\nFirst.\n\nSecond.", "## Two\n\nThird."]
    assert [p.heading for p in passages] == ["One", "Two"]


def test_long_paragraphs_are_cut_at_sentence_ends_into_like_parts() -> None:
    sentence = "El Sr. Ruiz de Acme S.A. pagó 1.250,50 EUR el 3 de marzo, p. ej. por el soporte. "
    passages = cut(document_of((BODY, (sentence * 20).strip(), None), language="es"))
    assert len(passages) == 2
    assert all(p.text.endswith("soporte.") and p.text.startswith("El Sr.") for p in passages)
    assert abs(len(passages[0].text) - len(passages[1].text)) <= len(sentence)


def test_sentences_beyond_the_cap_are_cut_at_the_best_place() -> None:
    clauses = ", ".join(f"clause number {index} of a very long sentence" for index in range(60))
    passages = cut(document_of((BODY, clauses, None)))
    assert all(len(p.text) <= MAX_CHARACTERS for p in passages)
    assert all(p.text.endswith(",") for p in passages[:-1])
    assert " ".join(p.text for p in passages) == clauses
    giant = cut(document_of((BODY, "x" * 3000, None)))
    assert "".join(p.text for p in giant) == "x" * 3000


def test_speaker_turns_are_grouped_and_single_speakers_named() -> None:
    turns = [(BODY, f"@{name}: {'words ' * 60}end.", f"@{name}") for name in ("A", "B", "A")]
    passages = cut(document_of(*turns))
    assert [p.speaker for p in passages] == [None, "@A"]


def test_pages_are_not_mixed(tmp_path: Path) -> None:
    first = Block(kind=BODY, start=0, end=4, page=1)
    second = Block(kind=BODY, start=6, end=10, page=2)
    document = document_of((BODY, "Uno.", None)).model_copy(update={"text": "Uno.\n\nDos.", "blocks": (first, second)})
    assert [(p.page, p.text) for p in cut(document)] == [(1, "Uno."), (2, "Dos.")]


def test_quoted_history_and_signatures_are_in_no_passage(tmp_path: Path) -> None:
    body = "Aceptamos.\n\nUn saludo,\nMarta\n\nEl lun, 3 mar 2025 a las 10:22, X <x@y.example> escribió:\n> ¿Precio?\n"
    passages = cut(parsed(tmp_path, "x.eml", mail(body)))
    assert [p.text for p in passages] == ["Renovación del contrato\n\nAceptamos."]
    assert passages[0].heading == "Renovación del contrato"


def test_answers_are_passages_of_their_own_and_other_rows_are_grouped(tmp_path: Path) -> None:
    answers = sheet(["Question", "Answer"], ["SSO?", "Yes."], ["SCIM?", "No."])
    assert [p.text for p in cut(parsed(tmp_path, "a.xlsx", answers))] == [
        "Question: SSO?\nAnswer: Yes.",
        "Question: SCIM?\nAnswer: No.",
    ]
    prices = sheet(["Item", "Price"], ["A", "x"], ["B", "y"])
    assert len(cut(parsed(tmp_path, "b.xlsx", prices))) == 1


def test_a_document_of_headings_alone_is_still_found() -> None:
    assert [p.text for p in cut(document_of((HEADING, "Orden del día", "Orden del día")))] == ["Orden del día"]


@pytest.mark.parametrize(
    ("text", "prior", "expected"),
    [
        ("El contrato se renueva en enero y no hay cambios.", None, "es"),
        ("The contract renews in January and nothing changes.", None, "en"),
        ("Necesito el pricing del add-on with SSO for the sales team", Language.ES, "es"),
        ("OK, thanks", Language.ES, "es"),
        ("¿Presupuesto aprobado?", None, "es"),
        ("Budget approved?", None, "en"),
        ("12.500,00", Language.ES, "es"),
        ("", None, "en"),
        ("This is written in English and it is long enough to be sure.", Language.ES, "en"),
    ],
)
def test_language_detection(text: str, prior: Language | None, expected: str) -> None:
    assert detect(text, prior=prior) == expected


def test_passages_of_a_mixed_document_have_their_own_language() -> None:
    document = document_of(
        (HEADING, "Resumen", "Resumen"),
        (BODY, "El cliente quiere renovar el contrato y ampliar las licencias.", "Resumen"),
        (HEADING, "Quote", "Quote"), (BODY, "We want to renew the contract and to add more seats.", "Quote"),
        (HEADING, "Total", "Total"), (BODY, "38,00 EUR", "Total"), language="es",
    )  # fmt: skip
    assert [p.language for p in cut(document)] == ["es", "en", "es"]
