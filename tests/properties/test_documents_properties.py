"""Whatever is in a file: offsets hold, every word is in one passage, and nothing but UnreadableFile is raised."""

import unicodedata
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from copilot.domain.documents import BlockKind
from copilot.errors import UnreadableFile
from knowledge.chunking import MAX_CHARACTERS, cut
from knowledge.parsers import is_document, parse
from knowledge.parsers.formats import EXTENSIONS
from knowledge.parsers.quoting import split_message
from knowledge.sentences import spans
from tests.documents_builders import MAX_BYTES, assert_offsets_hold, mail, pdf, sheet, slides, text_box, word

quick = settings(
    max_examples=120, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
STARTS = (
    b"", b"%PDF-1.7\n", b"PK\x03\x04", b"WEBVTT\n\n00:01.000 --> 00:02.000\n<v A>", b"<!doctype html><p style='",
    b"---\ntitle: x\n---\n", b"From: a@x.example\nSubject: =?utf-8?b?",
    b"From: a@x.example\nTo: b@x.example\nContent-Type: multipart/mixed; boundary=b\n\n--b\n",
    b"\xff\xfe", b"\xef\xbb\xbf", b"1\n00:00:01,000 --> 00:00:02,000\n", b"| a | b |\n|---|---|\n", b"# ",
)  # fmt: skip
VALID = {
    ".docx": word(lambda document: document.add_table(2, 2).cell(0, 0).add_paragraph("Hola")),
    ".xlsx": sheet(["a", "b"], ["c", "d"]),
    ".pptx": slides(lambda deck: text_box(deck.slides.add_slide(deck.slide_layouts[6]), "Hola")),
    ".pdf": pdf(lambda canvas: canvas.drawString(60, 700, "Hola.")),
    ".eml": mail("Hola.\n", html="<p>Hola.</p>"),
}


def survives(path: Path) -> None:
    """Parse, and check whatever comes out."""
    assert is_document(path) in {True, False}
    try:
        document = parse(path, max_bytes=MAX_BYTES)
    except UnreadableFile:
        return
    assert_offsets_hold(document)
    assert unicodedata.is_normalized("NFC", document.text)
    document.model_dump_json().encode()
    assert "\x00" not in document.model_dump_json().replace("\\u0000", "\x00")
    covered = 0
    for ordinal, passage in enumerate(cut(document)):
        assert passage.ordinal == ordinal
        assert document.text[passage.start : passage.end] == passage.text
        assert 0 < len(passage.text) <= MAX_CHARACTERS
        assert passage.start >= covered
        covered = passage.end


@quick
@given(st.sampled_from(sorted(EXTENSIONS)), st.sampled_from(STARTS), st.binary(max_size=400))
def test_arbitrary_bytes(tmp_path: Path, extension: str, start: bytes, rest: bytes) -> None:
    path = tmp_path / f"file{extension}"
    path.write_bytes(start + rest)
    survives(path)


@quick
@given(st.sampled_from(sorted(VALID)), st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=6)), max_size=5))
def test_damaged_files(tmp_path: Path, extension: str, damage: list[tuple[float, bytes]]) -> None:
    data = bytearray(VALID[extension])
    for position, replacement in damage:
        index = int(position * (len(data) - 1))
        data[index : index + len(replacement)] = replacement
    path = tmp_path / f"file{extension}"
    path.write_bytes(bytes(data))
    survives(path)


WORDS = st.text(st.characters(exclude_categories=()), max_size=300)


@quick
@given(st.sampled_from([".txt", ".md", ".html", ".vtt", ".eml"]), WORDS)
def test_arbitrary_text_with_surrogates_and_controls(tmp_path: Path, extension: str, text: str) -> None:
    prefix = {
        ".vtt": "WEBVTT\n\n00:01.000 --> 00:02.000\n",
        ".eml": "From: a@x.example\nSubject: s\n\n",
        ".html": "<html>",
    }
    path = tmp_path / f"file{extension}"
    path.write_bytes((prefix.get(extension, "") + text).encode("utf-8", "surrogatepass"))
    survives(path)


@quick
@given(
    st.lists(
        st.sampled_from(["a", "bb ", "Uno. ", "¿Dos? ", "\n", "\n\n", "- x\n", "Sr. B ", "x" * 40, ", "]), max_size=120
    )
)
def test_spans_cover_every_visible_character(pieces: list[str]) -> None:
    text = "".join(pieces).strip()
    found = spans(text, start=0, end=len(text), limit=60) if text else []
    position = 0
    for start, end in found:
        assert text[position:start].strip() == ""
        assert 0 < end - start <= 60
        position = end
    assert text[position:].strip() == ""


SENTENCES = st.lists(st.integers(3, 60).map(lambda n: "Esto " + "x" * n + " termina."), min_size=1, max_size=80)


@quick
@given(SENTENCES)
def test_no_cut_inside_a_sentence(sentences: list[str]) -> None:
    text = " ".join(sentences)
    for start, end in spans(text, start=0, end=len(text), limit=200):
        assert text[start:end].startswith("Esto")
        assert text[start:end].endswith("termina.")


LINES = st.sampled_from(
    ["Hola,", "", "Firmamos el lunes.", "> citado", "Un saludo,", "Ana", "-- ", "De: X", "Enviado: hoy", "Asunto: Y",
     "P.D. más",
     "El lun, 3 mar 2025, X <x@y.example> escribió:", "-----Mensaje original-----", "www.x.example"]
)  # fmt: skip


@quick
@given(st.lists(LINES, max_size=25))
def test_split_messages_lose_no_line(lines: list[str]) -> None:
    split = split_message("\n".join(lines), author="Ana Gil")
    kept = "\n".join(part.text for part in split.segments).split("\n")
    assert [line for line in kept if line.strip()] == [line for line in lines if line.strip()]
    assert all(part.kind is not BlockKind.HEADING for part in split.segments)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("quotes.eml", b"From: a@x.example\nTo: b@x.example\n\n" + b"On 1 at 2 @ x\n" * 60_000),
        ("header.eml", b"From: a@x.example\nTo: " + b"(" * 40_000 + b"\n\nx"),
        ("comments.md", b"<!--" * 200_000),
        ("tags.md", b"<div hidden>" * 80_000),
        ("tables.md", b"|-|-\n" * 100_000),
        ("blank.txt", b"\n" * 900_000 + b"x"),
        ("word.txt", b"x" * 900_000),
        ("names.txt", b"Ana Gil: a b c\n" * 60_000),
        ("voices.vtt", b"WEBVTT\n\n" + b"00:01.000 --> 00:02.000\n<v A>a\n\n" * 30_000),
        ("angles.vtt", b"WEBVTT\n\n00:01.000 --> 00:02.000\n" + b"<v " * 200_000),
        ("styles.html", b"<html><style>" + b"a{color:red}@media{" * 40_000 + b"</style><p>x"),
        ("tables.html", b"<html>" + b"<table><tr><th>a<td>b</table>" * 20_000),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
@pytest.mark.timeout(60)
def test_long_inputs_stay_linear(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    survives(path)
