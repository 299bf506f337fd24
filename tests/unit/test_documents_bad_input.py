"""Files that cannot be used are refused with what to do about it."""

import os
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest

from copilot.domain.document_messages import DocumentMessage, document_message, localise
from copilot.domain.language import Language
from copilot.errors import UnreadableFile
from knowledge.parsers import archives, is_document, parse
from tests.documents_builders import MAX_BYTES, mail, parsed, pdf, slides, word, workbook

FROM = b"From: a@x.example\nTo: b@x.example\n"
OLE = bytes.fromhex("d0cf11e0a1b11ae1")


def reason(folder: Path, name: str, content: bytes) -> str:
    with pytest.raises(UnreadableFile) as caught:
        parsed(folder, name, content)
    assert caught.value.hint
    return caught.value.message


def _archive(*entries: tuple[str, bytes]) -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return stream.getvalue()


def _with_part(data: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        entries = [(item, archive.read(item)) for item in archive.namelist()]
    return _archive(*((item, change(content) if item == name else content) for item, content in entries))


A_WORD_FILE = word(lambda document: document.add_paragraph("Hola."))
A_WORKBOOK = workbook(lambda book: book.worksheets[0].append(["Hola"]))
A_DECK = slides(lambda deck: deck.slides.add_slide(deck.slide_layouts[6]))
A_PDF = pdf(lambda canvas: canvas.drawString(60, 700, "Hola."))

MISLABELLED = {
    "page as pdf": ("x.pdf", b"<!doctype html><html><body>Not found</body></html>", "PDF", "HTML"),
    "pdf as word": ("x.docx", A_PDF, "DOCX", "PDF"),
    "word as workbook": ("x.xlsx", A_WORD_FILE, "XLSX", "DOCX"),
    "text as mail": ("x.eml", b"Hola, esto no es un correo.", "EML", "text"),
    "text as subtitles": ("x.vtt", b"Hola.", "VTT", "text"),
    "text as page": ("x.html", b"Hola.", "HTML", "text"),
    "word as text": ("x.txt", A_WORD_FILE, "text", "DOCX"),
    "page as markdown": ("x.md", b"<html><body>x</body></html>", "Markdown", "HTML"),
}


@pytest.mark.parametrize(("name", "content", "named", "found"), MISLABELLED.values(), ids=MISLABELLED.keys())
def test_mislabelled_files(tmp_path: Path, name: str, content: bytes, named: str, found: str) -> None:
    assert reason(tmp_path, name, content) == f"The name says {named}, but the content is {found}."


REFUSED = {
    "empty": ("x.txt", b"", "empty"),
    "blank": ("x.md", b"\xef\xbb\xbf \r\n\x00", "empty"),
    "encrypted office": ("x.docx", OLE + b"\x00" * 64 + "EncryptedPackage".encode("utf-16-le"), "password"),
    "old office": ("x.doc", OLE + b"\x00" * 64, "DOC"),
    "old office renamed": ("x.txt", OLE + b"\x00" * 64, "Office 97-2003"),
    "outlook": ("x.msg", OLE + "__substg1.0_1".encode("utf-16-le"), "MSG"),
    "rtf": ("x.rtf", b"{\\rtf1 Hola}", "RTF"),
    "truncated pdf": ("x.pdf", b"%PDF-1.7\n1 0 obj", "damaged"),
    "truncated word": ("x.docx", A_WORD_FILE[:400], "damaged"),
    "text as word": ("x.docx", b"Hola.", "damaged"),
    "other archive as word": ("x.docx", _archive(("a.txt", b"x")), "damaged"),
    "word without a body": ("x.docx", _with_part(A_WORD_FILE, "word/document.xml", lambda _: b"<x"), "damaged"),
    "binary as text": ("x.txt", bytes(range(256)) * 20, "binary"),
    "picture as text": ("x.txt", b"\x89PNG\r\n\x1a\n" + b"\x00" * 50, "binary"),
    "deck without text": ("x.pptx", A_DECK, "no text"),
    "deep page": ("x.html", b"<html>" + b"<div>" * 5000 + b"deep", "deeply"),
    "deep mail": ("x.eml", FROM + b"Content-Type: multipart/mixed; boundary=b\n\n--b\n" * 300, "deeply"),
    "encrypted mail": ("x.eml", FROM + b"Content-Type: application/pkcs7-mime\n\nMII", "password"),
}  # fmt: skip


@pytest.mark.parametrize(("name", "content", "word_in_reason"), REFUSED.values(), ids=REFUSED.keys())
def test_refused_files(tmp_path: Path, name: str, content: bytes, word_in_reason: str) -> None:
    assert word_in_reason in reason(tmp_path, name, content)


def test_oversized_missing_and_irregular_files(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_bytes(b"x" * 2_097_152)
    with pytest.raises(UnreadableFile, match=r"2\.0 MB; the limit is 1\.0 MB"):
        parse(path, max_bytes=1_048_576)
    with pytest.raises(UnreadableFile, match="cannot be opened"):
        parse(tmp_path / "absent.txt", max_bytes=MAX_BYTES)
    (tmp_path / "folder.txt").mkdir()
    os.mkfifo(tmp_path / "pipe.txt")
    for name in ("folder.txt", "pipe.txt"):
        with pytest.raises(UnreadableFile, match="regular file"):
            parse(tmp_path / name, max_bytes=MAX_BYTES)


def test_archives_that_expand_too_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_EXPANDED_XML", 1_000_000)
    bomb = _with_part(A_WORD_FILE, "word/document.xml", lambda part: part + b" " * 5_000_000)
    assert len(bomb) < 100_000
    assert "too large" in reason(tmp_path, "x.docx", bomb)
    monkeypatch.setattr(archives, "MAX_ENTRIES", 3)
    assert "too large" in reason(tmp_path, "y.docx", A_WORD_FILE)


def test_entity_bombs(tmp_path: Path) -> None:
    declaration = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'
    for data, part, name in (
        (A_WORD_FILE, "word/document.xml", "x.docx"),
        (A_WORKBOOK, "xl/workbook.xml", "x.xlsx"),
        (A_DECK, "ppt/presentation.xml", "x.pptx"),
    ):
        for encoded in (declaration.encode(), declaration.encode("utf-16")):
            changed = _with_part(data, part, lambda _, content=encoded: content)  # type: ignore[misc]
            assert "dangerous XML" in reason(tmp_path, name, changed)
    renamed = _archive(("xl/workbook.xml", b"<x/>"), ("xl/sheet.png", b"  " + declaration.encode()))
    assert "dangerous XML" in reason(tmp_path, "x.xlsx", renamed)
    hidden = _with_part(A_WORD_FILE, "word/document.xml", lambda _: b'<?xml version="1.0" encoding="UTF-7"?><x/>')
    assert "dangerous XML" in reason(tmp_path, "x.docx", hidden)


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.md", b"x", True),
        ("a.docx", b"", True),
        ("a.doc", b"x", True),
        ("scan", A_PDF, True),
        ("mail.tmp", mail("Hola."), True),
        ("contrato.bak", A_WORD_FILE, True),
        ("a.csv", b"a;b\n1;2\n", False),
        ("a.csv", A_PDF, True),
        ("a.json", b"{}", False),
        ("a.png", b"\x89PNG", False),
        ("a.zip", _archive(("x", b"y")), False),
        ("noext", b"plain words", False),
    ],
)
def test_is_document(tmp_path: Path, name: str, content: bytes, expected: bool) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert is_document(path) is expected


def test_is_document_never_raises(tmp_path: Path) -> None:
    assert is_document(tmp_path / "absent") is False
    assert is_document(tmp_path) is False


def test_wrong_name_without_extension_is_read_by_content(tmp_path: Path) -> None:
    assert parsed(tmp_path, "scan", A_PDF).text == "Hola."


VALUES: dict[str, str | int] = {
    "megabytes": "2.0", "limit": "1.0", "named": "PDF", "found": "HTML", "instead": "DOCX", "count": 3,
    "encoding": "DOS 850", "name": "a (b).pdf", "kilobytes": 12, "pages": "1, 2", "value": "03/04",
}  # fmt: skip


@pytest.mark.parametrize("code", DocumentMessage)
def test_every_message_reads_in_both_languages(code: DocumentMessage) -> None:
    english, remedy = document_message(code, VALUES)
    spanish, consejo = document_message(code, VALUES, language=Language.ES)
    assert english != spanish
    assert bool(remedy) == bool(consejo)
    assert "{" not in english + remedy + spanish + consejo
    assert localise(english, language=Language.ES) == spanish
    assert localise(remedy, language=Language.ES) == consejo
    assert localise(english, language=Language.EN) == english


def test_other_text_is_not_translated() -> None:
    assert localise("Something else.", language=Language.ES) == "Something else."
