"""The demo company's documents and a real company's published policies, read whole."""

import os
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from copilot.domain.documents import BlockKind, DocumentKind, ParsedDocument
from copilot.domain.language import Language
from copilot.settings import Settings
from knowledge.chunking import MAX_CHARACTERS, cut
from knowledge.parsers import is_document, parse
from tests.documents_builders import MAX_BYTES, assert_offsets_hold

DEMO = Path(__file__).parents[2] / "knowledge" / "demo"
POLICIES = Settings().benchmarks_dir / "datica_policies"


def demo_files(*folders: str) -> list[Path]:
    found = [path for folder in folders for path in sorted((DEMO / folder).rglob("*")) if path.is_file()]
    return [path for path in found if is_document(path)]


def words(text: str) -> Counter[str]:
    return Counter(text.split())


def check(document: ParsedDocument) -> None:
    """Offsets hold, and every word the author wrote is in a passage exactly once."""
    assert_offsets_hold(document)
    passages = cut(document)
    assert all(document.text[p.start : p.end] == p.text and len(p.text) <= MAX_CHARACTERS for p in passages)
    own = [b for b in document.blocks if b.kind not in (BlockKind.QUOTED, BlockKind.SIGNATURE)]
    written = words(" ".join(document.text[b.start : b.end] for b in own))
    assert words(" ".join(p.text for p in passages)) == written
    assert {p.language for p in passages} <= set(Language)


def test_every_demo_document_is_read() -> None:
    files = demo_files("accounts", "knowledge", "knowledge-managers")
    assert len(files) > 200
    suffixes = {path.suffix for path in files}
    assert {".md", ".txt", ".html", ".docx", ".xlsx", ".pptx", ".pdf", ".eml", ".vtt"} <= suffixes
    for path in files:
        check(parse(path, max_bytes=MAX_BYTES))


def test_demo_languages_and_kinds() -> None:
    for language in Language:
        for path in demo_files(f"knowledge/{language}"):
            assert parse(path, max_bytes=MAX_BYTES).language == language, path.name
    expected = {"emails": DocumentKind.EMAIL, "calls": DocumentKind.TRANSCRIPT, "notes": DocumentKind.NOTE}
    for path in demo_files("accounts"):
        document = parse(path, max_bytes=MAX_BYTES)
        if path.parent.name in expected:
            assert document.kind is expected[path.parent.name], path.name
            assert document.authored_at is not None, path.name
        if path.parent.name == "calls":
            assert len(document.participants) >= 2, path.name


def truths() -> list[tuple[Path, str, str]]:
    """Quotes of the demo's known story with the file each is in."""
    found: list[tuple[Path, str, str]] = []
    for truth in sorted((DEMO / "truth").glob("*.toml")):
        told = tomllib.loads(truth.read_text(encoding="utf-8"))
        quoted = list(told.get("commitment", []))
        quoted += [value for item in told.get("contradiction", []) for value in item.get("values", [])]
        folder = DEMO / "accounts" / truth.stem
        located = [item for item in quoted if "/" in str(item.get("source", "")) and item.get("quote")]
        found.extend((folder / item["source"], item["quote"], item["source"]) for item in located)
    return found


def test_quotes_of_the_known_story_are_in_one_passage() -> None:
    quotes = truths()
    assert len(quotes) > 20
    missing = []
    for path, quote, source in quotes:
        document = parse(path, max_bytes=MAX_BYTES)
        if not any(" ".join(quote.split()) in " ".join(p.text.split()) for p in cut(document)):
            missing.append(f"{source}: {quote}")
    assert missing == []


def test_planted_instructions_are_passages_like_others_or_said_to_be_hidden() -> None:
    planted = [
        (DEMO / "accounts" / truth.stem / item["source"], item["quote"])
        for truth in sorted((DEMO / "truth").glob("*.toml"))
        for item in tomllib.loads(truth.read_text(encoding="utf-8")).get("injection", [])
    ]
    seen = set()
    for path, quote in planted:
        document = parse(path, max_bytes=MAX_BYTES)
        shown = " ".join(quote.split()) in " ".join(document.text.split())
        hidden = any(line.startswith("Text hidden from the eye") for line in document.warnings)
        assert shown or hidden
        seen.add(shown)
    assert seen == {True, False}


@pytest.mark.skipif(not POLICIES.is_dir(), reason="the public benchmarks are not on this machine")
def test_published_policies_are_read_whole() -> None:
    files = sorted(POLICIES.glob("*.md"))
    assert len(files) == 24
    for path in files:
        document = parse(path, max_bytes=MAX_BYTES)
        check(document)
        assert document.language == "en"
        assert document.title in path.read_text(encoding="utf-8")


def test_unreadable_by_permission_is_said(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_text("x", encoding="utf-8")
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user reads everything")
    with pytest.raises(Exception, match="cannot be opened"):
        parse(path, max_bytes=MAX_BYTES)
