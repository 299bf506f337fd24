"""Reads BEIR folders and XQuAD files, of any content.

Invariant: a folder of the format is read whole or refused with what is wrong; nothing is skipped silently.
"""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from copilot.domain.language import Language, detect
from copilot.errors import UnreadableFile
from evals.retrieval.collection import Question, SourceDocument

LANGUAGES = (Language.ES, Language.EN)


def read_beir(folder: Path) -> tuple[list[SourceDocument], list[Question]]:
    """`corpus.jsonl`, `*queries.jsonl` and `*qrels*.tsv`. Queries without a judged document are not asked.

    Raises UnreadableFile when one of the three is missing or not of the format.
    """
    corpus, queries, qrels = (_only(folder, pattern) for pattern in ("corpus.jsonl", "*queries.jsonl", "*qrels*.tsv"))
    judged = _judgements(qrels)
    documents = [
        SourceDocument(str(row["_id"]), row.get("title", ""), row["text"], _language(row))
        for row in _json_lines(corpus)
    ]
    questions = [
        Question(str(row["_id"]), row["text"], _language(row), judged[str(row["_id"])])
        for row in _json_lines(queries)
        if judged.get(str(row["_id"]))
    ]
    if not documents or not questions:
        raise UnreadableFile(f"{folder} holds no documents or no judged queries.")
    return documents, questions


def read_xquad(folder: Path) -> dict[Language, list[tuple[str, list[tuple[str, str]]]]]:
    """`xquad.<language>.json` for Spanish and English: paragraphs with their (question id, question).

    Raises UnreadableFile when a file is missing, or the two do not hold the same questions in the same order.
    """
    read = {language: _squad_paragraphs(_only(folder, f"*.{language.value}.json")) for language in LANGUAGES}
    first, second = ([[key for key, _ in questions] for _, questions in read[language]] for language in LANGUAGES)
    if first != second:
        raise UnreadableFile(f"The two files in {folder} do not hold the same questions in the same order.")
    return read


def _squad_paragraphs(path: Path) -> list[tuple[str, list[tuple[str, str]]]]:
    try:
        articles = json.loads(path.read_text("utf-8"))["data"]
        return [
            (paragraph["context"], [(item["id"], item["question"]) for item in paragraph["qas"]])
            for article in articles
            for paragraph in article["paragraphs"]
        ]
    except (KeyError, TypeError, ValueError) as error:
        raise UnreadableFile(f"{path} is not a SQuAD file.") from error


def _only(folder: Path, pattern: str) -> Path:
    found = sorted(folder.glob(pattern))
    if len(found) != 1:
        raise UnreadableFile(f"Expected one file {pattern} in {folder}, found {len(found)}.")
    return found[0]


def _json_lines(path: Path) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        if line.strip():
            try:
                yield json.loads(line)
            except ValueError as error:
                raise UnreadableFile(f"Line {number} of {path} is not JSON.") from error


def _judgements(path: Path) -> dict[str, dict[str, float]]:
    judged: dict[str, dict[str, float]] = {}
    with path.open(encoding="utf-8", newline="") as stream:
        for number, row in enumerate(csv.reader(stream, delimiter="\t"), start=1):
            if number == 1 and row[-1:] == ["score"]:
                continue
            try:
                query, document, grade = row[0], row[1], float(row[2])
            except (IndexError, ValueError) as error:
                raise UnreadableFile(f"Line {number} of {path} is not query, document, grade.") from error
            if grade > 0:
                judged.setdefault(query, {})[document] = grade
    return judged


def _language(row: dict[str, Any]) -> Language:
    stated = (row.get("metadata") or {}).get("language") if isinstance(row.get("metadata"), dict) else None
    return Language(stated) if stated in set(LANGUAGES) else detect(f"{row.get('title', '')} {row['text']}")
