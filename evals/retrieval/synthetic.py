"""Builds the large collection of the speed measurement.

Invariant: the same seed and base texts give the same collection. Base texts are real and really embedded; the
others are derived, as embedding 100,000 would take an hour: a derived text joins two sentences each of two base
texts, its vector is the sum of their vectors plus a random direction half as long, scaled to length 1.
"""

import random
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from copilot.domain.access import Visibility
from copilot.domain.documents import Passage
from copilot.domain.language import Language, detect
from copilot.llm.embeddings.port import Embedder, Vectors, unit_rows
from copilot.store.database import UnitOfWork
from copilot.store.passages import PassageRepository, PendingPassage, passage_id, tidy_index
from copilot.store.tables.documents import DocumentRow
from evals.retrieval.collection import Collection, account_row, source_file_row
from evals.retrieval.datasets import read_beir, read_xquad

PASSAGES_PER_DOCUMENT = 5
_SENTENCE_END = re.compile(r"(?<=[.!?;:])\s+|\n+")
_NOISE = 0.5
_BATCH = 200
SELLER = "seller@bench.invalid"


@dataclass(frozen=True, slots=True)
class Base:
    """Real texts with their vectors, by language, and real questions with theirs."""

    sentences: list[list[str]]
    languages: list[str]
    vectors: Vectors
    questions: list[tuple[str, Language]]
    question_vectors: Vectors


def read_base(folder: Path, embedder: Embedder, *, texts: int, questions: int, seed: int) -> Base:
    """Sample and embed real texts and questions from the benchmark folders."""
    generator = random.Random(seed)
    xquad = read_xquad(folder / "xquad")
    documents, _ = read_beir(folder / "jupiterone_ccm")
    pieces = [piece for paragraphs in xquad.values() for context, _ in paragraphs for piece in _pieces(context)]
    pieces += [piece for document in documents for piece in _pieces(document.text)]
    for path in sorted((folder / "datica_policies").glob("*.md")):
        pieces += _pieces(path.read_text("utf-8"))
    chosen = generator.sample(pieces, min(texts, len(pieces)))
    asked = [(text, language) for language, paragraphs in xquad.items() for _, pairs in paragraphs for _, text in pairs]
    asked = generator.sample(asked, min(questions, len(asked)))
    languages = [detect(" ".join(piece)).value for piece in chosen]
    return Base(
        sentences=chosen,
        languages=languages,
        vectors=embedder.embed_passages([" ".join(piece) for piece in chosen], languages),
        questions=asked,
        question_vectors=np.stack([embedder.embed_query(text, language) for text, language in asked]),
    )


def _pieces(text: str) -> list[list[str]]:
    """Stretches of up to four sentences."""
    sentences = [part.strip() for part in _SENTENCE_END.split(text) if len(part.strip()) > 20]
    return [sentences[start : start + 4] for start in range(0, len(sentences), 4)]


@dataclass(frozen=True, slots=True)
class Synthetic:
    """The collection's texts and vectors. The first half is shared, the second belongs to accounts in turn."""

    texts: list[str]
    languages: list[str]
    vectors: Vectors
    accounts: list[str]

    @property
    def shared(self) -> int:
        """Number of shared passages."""
        return len(self.texts) // 2

    def account_of(self, index: int) -> str | None:
        """Account of a passage, None if shared. Five passages in a row have one account."""
        if index < self.shared:
            return None
        return self.accounts[((index - self.shared) // PASSAGES_PER_DOCUMENT) % len(self.accounts)]


def derive(base: Base, *, passages: int, accounts: int, seed: int) -> Synthetic:
    """See the module docstring. Both base texts of a derived one are of the same language."""
    chooser = random.Random(seed)
    generator = np.random.default_rng(seed)
    by_language = {code: [i for i, item in enumerate(base.languages) if item == code] for code in set(base.languages)}
    first = [chooser.randrange(len(base.sentences)) for _ in range(passages)]
    second = [chooser.choice(by_language[base.languages[index]]) for index in first]
    texts = [
        " ".join([*chooser.sample(base.sentences[a], min(2, len(base.sentences[a]))), *base.sentences[b][:2]])
        for a, b in zip(first, second, strict=True)
    ]
    dimension = base.vectors.shape[1]
    noise = generator.normal(0, _NOISE / np.sqrt(dimension), (passages, dimension)).astype(np.float32)
    vectors = unit_rows(unit_rows(base.vectors[first] + base.vectors[second]) + noise)
    names = [f"acc_{number:020d}" for number in range(accounts)]
    return Synthetic(texts, [base.languages[index] for index in first], vectors, names)


def fill(collection: Collection, synthetic: Synthetic, *, model_id: str, visible: int) -> list[str]:
    """Store everything with its vectors; `visible` accounts belong to `SELLER`. Returns each text's passage id."""
    with collection.database.unit_of_work() as uow:
        uow.session.add(source_file_row("bench", uow.clock.now()))
        step = max(len(synthetic.accounts) // visible, 1)
        for number, account in enumerate(synthetic.accounts):
            row = account_row(account, uow.clock.today())
            row.owner_email = SELLER if number % step == 0 else f"colleague{number % 50}@bench.invalid"
            uow.session.add(row)
    ids: list[str] = []
    for start in range(0, len(synthetic.texts), _BATCH * PASSAGES_PER_DOCUMENT):
        stop = min(start + _BATCH * PASSAGES_PER_DOCUMENT, len(synthetic.texts))
        with collection.database.unit_of_work() as uow:
            for first in range(start, stop, PASSAGES_PER_DOCUMENT):
                ids += _add_document(uow, synthetic, range(first, min(first + PASSAGES_PER_DOCUMENT, stop)))
            _store_vectors(uow, synthetic, ids, range(start, stop), model_id=model_id)
    shared = synthetic.shared
    collection.shared.put(
        Visibility.STAFF, model_id=model_id, passage_ids=ids[:shared], vectors=synthetic.vectors[:shared]
    )
    with collection.database.unit_of_work() as uow:
        PassageRepository(uow).refresh_statistics(force=True)
    tidy_index(collection.database)
    return ids


def _add_document(uow: UnitOfWork, synthetic: Synthetic, numbers: range) -> list[str]:
    document_id = f"doc_{numbers[0]:020d}"
    account = synthetic.account_of(numbers[0])
    visibility = None if account else Visibility.STAFF.value
    uow.session.add(_document_row(document_id, account, visibility, now=uow.clock.now()))
    passages = []
    position = 0
    for ordinal, number in enumerate(numbers):
        text = synthetic.texts[number]
        end = position + len(text)
        passages.append(
            Passage(ordinal=ordinal, start=position, end=end, text=text, language=synthetic.languages[number])
        )
        position = end + 1
    PassageRepository(uow).add(document_id, passages, account_id=account, visibility=visibility)
    return [passage_id(document_id, passage) for passage in passages]


def _store_vectors(uow: UnitOfWork, synthetic: Synthetic, ids: list[str], numbers: range, *, model_id: str) -> None:
    repository = PassageRepository(uow)
    owned = [number for number in numbers if synthetic.account_of(number) is not None]
    pending = [
        PendingPassage(ids[number], synthetic.account_of(number), None, synthetic.languages[number], "")
        for number in owned
    ]
    repository.store_account_vectors(pending, synthetic.vectors[owned], model_id=model_id)
    repository.mark_embedded([ids[number] for number in numbers], model_id=model_id)


def _document_row(document_id: str, account: str | None, visibility: str | None, *, now: datetime) -> DocumentRow:
    return DocumentRow(
        id=document_id,
        source_file_id="bench",
        account_id=account,
        visibility=visibility,
        title="",
        kind="knowledge",
        text="",
        text_sha256="",
        blocks=[],
        media_type="text/plain",
        origin="internal",
        imported_at=now,
    )
