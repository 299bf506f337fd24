"""A large company to write briefs about: 10,000 accounts with records and texts, made by the database itself.

Invariant: the same texts and sizes give the same data. Identifiers are those that an import would give, so that
every citation can be read again.
"""

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from copilot.domain.documents import DocumentKind, ParsedDocument
from copilot.domain.language import detect
from copilot.store.database import Database
from knowledge.parsers.reading import parse

OWNER = "owner@bench.invalid"
TODAY = date(2026, 11, 16)
_KINDS = (DocumentKind.EMAIL, DocumentKind.TRANSCRIPT, DocumentKind.NOTE)
_MOST_BYTES = 5_000_000
_STATEMENTS = Path(__file__).with_name("large_company.sql")


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is."""

    accounts: int = 10_000
    passages: int = 100_000
    """Half belong to accounts, half to the shared knowledge."""


def sample_texts(folder: Path) -> list[ParsedDocument]:
    """Real emails, calls and notes to hand out, from a folder of documents."""
    paths = sorted(path for path in folder.rglob("*") if path.suffix in {".eml", ".vtt", ".md", ".txt"})
    parsed = (parse(path, max_bytes=_MOST_BYTES) for path in paths)
    return [item for item in parsed if item.kind in _KINDS and item.text]


def fill(database: Database, *, size: Size, texts: list[ParsedDocument]) -> None:
    """Insert everything with set-based statements. One admin may see all of it."""
    values = {
        "accounts": size.accounts,
        "per_account": size.passages // 2 // size.accounts,
        "shared": size.passages // 2,
        "samples": len(texts),
        "today": TODAY,
        "owner": OWNER,
    }
    with database.unit_of_work() as uow:
        run = uow.session.connection().exec_driver_sql
        run("create temporary table sample (place integer, kind text, language text, body text, blocks jsonb)")
        for number, item in enumerate(texts):
            blocks = json.dumps([block.model_dump(mode="json") for block in item.blocks])
            language = item.language or detect(item.text).value
            row = (number, item.kind.value, language, item.text, blocks)
            run("insert into sample values (%s, %s, %s, %s, %s)", row)
        for statement in _statements():
            run(statement, values)
    with database.unit_of_work() as uow:
        uow.session.connection().exec_driver_sql("analyze")


def _statements() -> list[str]:
    source = _STATEMENTS.read_text(encoding="utf-8")
    code = "\n".join(line for line in source.splitlines() if not line.startswith("--"))
    return [part.strip() for part in code.split(";\n") if part.strip()]
