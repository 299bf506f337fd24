"""A document's text cut into blocks to read, with the cited characters marked.

Invariant: every character of the text is in exactly one block, in order; what is marked is exactly `[start, end)`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from api.web.text_styles import Run, is_aligned, runs, styles_of
from copilot.domain.documents import Block, BlockKind, StoredDocument


@dataclass(frozen=True, slots=True)
class Piece:
    """Characters that are cited or not. `first` holds for the first cited ones of the document."""

    text: str
    marked: bool = False
    first: bool = False
    runs: tuple[Run, ...] = ()
    """The same characters by style."""


@dataclass(frozen=True, slots=True)
class ViewBlock:
    """A block to show. `page` is given where it differs from the block before."""

    kind: BlockKind
    pieces: tuple[Piece, ...]
    page: int | None = None
    speaker: str | None = None
    time: str | None = None
    aligned: bool = False
    """Columns are lined up with spaces."""

    @property
    def marked(self) -> bool:
        """Whether any of it is cited."""
        return any(piece.marked for piece in self.pieces)


def view_blocks(document: StoredDocument, *, start: int | None = None, end: int | None = None) -> list[ViewBlock]:
    """The blocks in reading order with `[start, end)` marked, if that lies within the text."""
    text = document.text
    valid = start is not None and end is not None and 0 <= start < end <= len(text)
    span = (start or 0, end or 0) if valid else (0, 0)
    found: list[ViewBlock] = []
    page: int | None = None
    marked_before = False
    for block in _covering(document.blocks, length=len(text)):
        pieces = tuple(_pieces(document, block, span, first=not marked_before))
        if not any(piece.text.strip() for piece in pieces):
            continue
        found.append(
            ViewBlock(
                kind=block.kind,
                pieces=pieces,
                page=block.page if block.page != page else None,
                speaker=block.speaker,
                time=None if block.seconds is None else f"{block.seconds // 60}:{block.seconds % 60:02d}",
                aligned=is_aligned(text, block, media_type=document.media_type),
            )
        )
        page = block.page
        marked_before = marked_before or found[-1].marked
    return found


def grouped(blocks: list[ViewBlock]) -> list[tuple[BlockKind, list[ViewBlock]]]:
    """Runs of blocks of one kind, so that quoted history folds once."""
    groups: list[tuple[BlockKind, list[ViewBlock]]] = []
    for block in blocks:
        if groups and groups[-1][0] is block.kind:
            groups[-1][1].append(block)
        else:
            groups.append((block.kind, [block]))
    return groups


def _covering(blocks: tuple[Block, ...], *, length: int) -> Iterator[Block]:
    """The blocks in order, the characters between them as body text, overlaps cut off."""
    position = 0
    for block in sorted(blocks, key=lambda item: (item.start, item.end)):
        if block.start > position:
            yield Block(kind=BlockKind.BODY, start=position, end=block.start, page=block.page)
        begin, stop = max(block.start, position), min(block.end, length)
        if begin < stop:
            yield block.model_copy(update={"start": begin, "end": stop})
        position = max(position, stop)
    if position < length:
        yield Block(kind=BlockKind.BODY, start=position, end=length)


def _pieces(document: StoredDocument, block: Block, span: tuple[int, int], *, first: bool) -> Iterator[Piece]:
    text, styles = document.text, styles_of(document.text, block, media_type=document.media_type)

    def piece(begin: int, stop: int, *, marked: bool = False) -> Piece:
        part = text[begin:stop]
        shown = tuple(runs(part, styles[begin - block.start : stop - block.start]))
        return Piece(part, marked=marked, first=marked and first, runs=shown)

    begin, stop = max(block.start, span[0]), min(block.end, span[1])
    if begin >= stop:
        yield piece(block.start, block.end)
        return
    if block.start < begin:
        yield piece(block.start, begin)
    yield piece(begin, stop, marked=True)
    if stop < block.end:
        yield piece(stop, block.end)
