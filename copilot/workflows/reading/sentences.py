"""Sentences of all texts of an account, with who said each and when."""

from collections.abc import Iterator, Sequence
from datetime import date

from copilot.domain.account_facts import PassageSpan
from copilot.domain.documents import Block, BlockKind, DocumentKind, StoredDocument
from copilot.domain.language import Language, detect
from copilot.domain.records import Direction
from copilot.workflows.reading.people import Cast
from copilot.workflows.reading.text import sentence_spans
from copilot.workflows.reading.types import Sentence, Side

_READ = frozenset({BlockKind.BODY, BlockKind.TABLE})


def read_sentences(
    documents: Sequence[StoredDocument], *, passages: Sequence[PassageSpan], cast: Cast, today: date
) -> tuple[Sentence, ...]:
    """All sentences that somebody wrote or said (no quoted history, no signatures), oldest text first."""
    by_document: dict[str, list[PassageSpan]] = {}
    for passage in passages:
        by_document.setdefault(passage.document_id, []).append(passage)
    found: list[Sentence] = []
    for document in sorted(documents, key=lambda item: (item.authored_at or item.imported_at, item.id)):
        if day_of(document) <= today:
            found += _of_document(document, by_document.get(document.id, []), cast=cast, first=len(found))
    return tuple(found)


def day_of(document: StoredDocument) -> date:
    """The day a text was written or a call was held; the import's where the text does not say."""
    return (document.authored_at or document.imported_at).date()


def _of_document(
    document: StoredDocument, passages: list[PassageSpan], *, cast: Cast, first: int
) -> Iterator[Sentence]:
    language = Language(document.language) if document.language else detect(document.text)
    default = _writer(document, cast)
    order = first
    for block in document.blocks:
        if block.kind not in _READ or _is_header(document, block):
            continue
        speaker, side, start = _speaker(document, block, cast, default)
        for begin, end in sentence_spans(document.text, start, block.end):
            passage = _passage(passages, begin, end)
            if passage is None:
                continue
            first_char, last_char = max(begin, passage.start), min(end, passage.end)
            yield Sentence(
                document_id=document.id,
                passage_id=passage.id,
                start=first_char,
                end=last_char,
                text=document.text[first_char:last_char],
                language=language,
                title=document.title,
                kind=document.kind,
                origin=document.origin,
                day=day_of(document),
                order=order,
                side=side,
                speaker=speaker,
            )
            order += 1


def _writer(document: StoredDocument, cast: Cast) -> tuple[str | None, Side]:
    """Author and side of a text that one person wrote."""
    if document.kind is DocumentKind.TRANSCRIPT:
        return None, Side.UNKNOWN
    if document.kind is DocumentKind.EMAIL:
        side = Side.CUSTOMER if document.direction == Direction.INBOUND.value else Side.US
        if not document.author or "@" in document.author:
            return None, side
        name, known = cast.resolve(document.author)
        return name, side if document.direction else known
    if document.kind is DocumentKind.NOTE:
        return cast.resolve(document.author)[0] if document.author else cast.signed(document.text), Side.US
    return None, Side.UNKNOWN


def _is_header(document: StoredDocument, block: Block) -> bool:
    """Title and participants above a transcript: nobody says them."""
    return document.kind is DocumentKind.TRANSCRIPT and block.speaker is None and bool(document.participants)


def _speaker(
    document: StoredDocument, block: Block, cast: Cast, default: tuple[str | None, Side]
) -> tuple[str | None, Side, int]:
    if block.speaker is None:
        return *default, block.start
    name, side = cast.resolve(block.speaker)
    prefix = f"{block.speaker}:"
    spoken = document.text.startswith(prefix, block.start)
    return name, side, block.start + (len(prefix) if spoken else 0)


def _passage(passages: list[PassageSpan], start: int, end: int) -> PassageSpan | None:
    """The passage that holds the sentence, or the one that holds most of it."""
    best, most = None, 0
    for passage in passages:
        if passage.start <= start and end <= passage.end:
            return passage
        shared = min(end, passage.end) - max(start, passage.start)
        if shared > most:
            best, most = passage, shared
    return best
