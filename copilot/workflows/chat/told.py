"""Sentences that somebody wrote or said, ready to be quoted: of the passages that a search found, and of records.

Invariant: every sentence is the source's own characters and carries the evidence id that opens exactly these; text that
tries to instruct an assistant is set apart, never among them. Only what the viewer may read is read.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from itertools import groupby

from copilot.domain.account_facts import AccountFacts, PassageSpan
from copilot.domain.documents import BlockKind, DocumentKind, StoredDocument
from copilot.domain.evidence import Evidence, EvidenceKind
from copilot.domain.facts import passage_evidence_id
from copilot.domain.language import Language
from copilot.domain.records import Account
from copilot.errors import NotFound
from copilot.retrieval.search import Hit, SearchNotice
from copilot.store.account_facts import AccountFactsRepository
from copilot.store.documents import DocumentRepository
from copilot.workflows.chat.contract import Scene
from copilot.workflows.chat.kept_words import bring_back
from copilot.workflows.reading.instructions import split_off
from copilot.workflows.reading.people import Cast
from copilot.workflows.reading.sentences import read_sentences
from copilot.workflows.reading.types import Sentence, Side

_LONGEST_ROW = 320
"""Characters of a row that is quoted whole."""


@dataclass(frozen=True, slots=True)
class Told:
    """One sentence, who said it and when, and the evidence behind it."""

    text: str
    evidence: Evidence
    within: Evidence
    """The passage it stands in."""
    language: Language
    day: date
    title: str
    kind: DocumentKind
    speaker: str | None
    side: Side
    heading: str
    """Nearest heading above it, the document's title where there is none."""
    passage_id: str
    rank: int
    """Place of its passage in the search, 0 first."""
    order: int
    """Reading order within what was found."""
    role: str | None = None
    """What the speaker is to their company, as the CRM says."""
    frame: tuple[Evidence, ...] = ()
    """Where who said it, when and under what title are fields of their own: these fields."""


@dataclass(frozen=True, slots=True)
class Telling:
    """What the passages found say; `withheld`: sentences that try to instruct an assistant, which are not shown."""

    sentences: tuple[Told, ...]
    withheld: int = 0
    poorer: tuple[SearchNotice, ...] = ()
    """Why more may be found before long."""


def tell(hits: Sequence[Hit], scene: Scene) -> Telling:
    """The sentences of these passages, in order of document and place."""
    bring_back([hit.passage_id for hit in hits if hit.evidence.account_id is None], uow=scene.uow)
    by_account: dict[str | None, list[Hit]] = defaultdict(list)
    for hit in hits:
        by_account[hit.evidence.account_id].append(hit)
    ranks = {hit.passage_id: rank for rank, hit in enumerate(hits)}
    sentences: list[Told] = []
    withheld = 0
    for account_id, group in by_account.items():
        found, kept_out = _of_account(account_id, group, scene=scene, ranks=ranks, first=len(sentences))
        sentences += found
        withheld += kept_out
    return Telling(tuple(sentences), withheld)


def _of_account(
    account_id: str | None, hits: Sequence[Hit], *, scene: Scene, ranks: dict[str, int], first: int
) -> tuple[list[Told], int]:
    documents = list(_documents(hits, scene))
    facts = _facts(account_id, scene)
    spans = [
        PassageSpan(hit.passage_id, hit.document_id, hit.evidence.start or 0, hit.evidence.end or 0) for hit in hits
    ]
    read = read_sentences(documents, passages=spans, cast=Cast(facts, documents), today=scene.today)
    read = tuple(_by_bullet(read, {item.id for item in documents if "presentation" in item.media_type}))
    read = tuple(_by_row(read, {item.id: item for item in documents}))
    clean, instructions = split_off(read, {item.id: item.text for item in documents})
    by_id = {item.id: item for item in documents}
    hit_of = {hit.passage_id: hit for hit in hits}
    roles = {contact.name: contact.title for contact in facts.contacts}
    told = [
        _told(
            item,
            hit_of[item.passage_id],
            by_id[item.document_id],
            rank=ranks[item.passage_id],
            order=first + place,
            role=roles.get(item.speaker or ""),
        )
        for place, item in enumerate(clean)
    ]
    return told, len(instructions)


def _by_bullet(sentences: Sequence[Sentence], slides: set[str]) -> Iterator[Sentence]:
    """Lines of slides are thoughts of their own, however long."""
    for item in sentences:
        if item.document_id not in slides or "\n" not in item.text:
            yield item
            continue
        start = item.start
        for line in item.text.split("\n"):
            if line.strip():
                first = start + len(line) - len(line.lstrip())
                yield replace(item, start=first, end=first + len(line.strip()), text=line.strip())
            start += len(line) + 1


def _by_row(sentences: Sequence[Sentence], documents: Mapping[str, StoredDocument]) -> Iterator[Sentence]:
    """Cells of one row say one thing together, unless there are very many, or one asks what the next one answers."""
    for row, group in groupby(sentences, key=lambda item: _row(item, documents[item.document_id])):
        cells = list(group)
        start, end = cells[0].start, cells[-1].end
        asks = any(cell.text.rstrip().endswith("?") for cell in cells)
        if row is None or len(cells) == 1 or asks or end - start > _LONGEST_ROW:
            yield from cells
        else:
            yield replace(cells[0], end=end, text=documents[cells[0].document_id].text[start:end])


def _row(sentence: Sentence, document: StoredDocument) -> tuple[str, str, int] | None:
    """Which row of a table it stands in; None: in none."""
    for block in document.blocks:
        if block.start <= sentence.start < block.end:
            is_row = block.kind is BlockKind.TABLE
            return (document.id, sentence.passage_id, block.start) if is_row else None
    return None


def _documents(hits: Sequence[Hit], scene: Scene) -> Iterator[StoredDocument]:
    repository = DocumentRepository(scene.uow)
    for document_id in dict.fromkeys(hit.document_id for hit in hits):
        try:
            document = repository.for_viewer(document_id, viewer=scene.viewer)
        except NotFound:
            continue  # removed since it was found
        if document.authored_at is None and document.imported_at.date() > scene.today:
            # What bears no date is as of its import; a business date before that must not hide it.
            document = document.model_copy(update={"imported_at": datetime.combine(scene.today, time(), UTC)})
        yield document


def _facts(account_id: str | None, scene: Scene) -> AccountFacts:
    """The people around the account; around shared knowledge there is nobody."""
    if account_id is not None:
        return AccountFactsRepository(scene.uow).gather(account_id, viewer=scene.viewer, today=scene.today)
    nobody = Account(source_system="-", source_id="-", as_of=scene.today, name="-")
    return AccountFacts(nobody, scene.today, (), (), (), (), (), (), (), {})


def _told(sentence: Sentence, hit: Hit, document: StoredDocument, *, rank: int, order: int, role: str | None) -> Told:
    return Told(
        text=sentence.text,
        evidence=Evidence(
            id=passage_evidence_id(sentence.passage_id, span=(sentence.start, sentence.end)),
            kind=EvidenceKind.PASSAGE,
            text=sentence.text,
            label=sentence.title,
            as_of=hit.evidence.as_of,
            origin=sentence.origin,
            account_id=hit.evidence.account_id,
            visibility=hit.evidence.visibility,
            document_id=sentence.document_id,
            start=sentence.start,
            end=sentence.end,
        ),
        within=hit.evidence,
        language=Language(hit.language) if hit.language in set(Language) else sentence.language,
        day=sentence.day,
        title=sentence.title,
        kind=sentence.kind,
        speaker=sentence.speaker,
        side=sentence.side,
        heading=_heading(document, sentence) or sentence.title,
        passage_id=sentence.passage_id,
        rank=rank,
        order=order,
        role=role,
    )


def _heading(document: StoredDocument, sentence: Sentence) -> str | None:
    for block in document.blocks:
        if block.start <= sentence.start < block.end:
            return block.heading
    return None
