"""Cuts a parsed document into the passages that are indexed and cited.

Invariant: `document.text[passage.start:passage.end] == passage.text`; passages do not overlap; everything the author
wrote is in exactly one passage. Quoted history and signatures are in none: they are indexed where first sent, or never.
"""

import re
from dataclasses import dataclass, field

from copilot.domain.documents import Block, BlockKind, ParsedDocument, Passage
from copilot.domain.language import Language, detect
from knowledge.sentences import spans

MAX_CHARACTERS = 900
"""About 200 tokens of Spanish or English (4.3 to 4.8 characters each): what one embedding holds well."""
_ROOM_UNDER_HEADING = 300
_PER_LINE = re.IGNORECASE | re.MULTILINE
_QUESTION_LINE = re.compile(
    r"^(?:pregunta|question|requisito|requirement|control|consulta)\b[^:\n]{0,60}:", re.I | re.M
)
_ANSWER_LINE = re.compile(r"^(?:respuesta|answer|response|contestación|reply)\b[^:\n]{0,60}:", _PER_LINE)


def cut(document: ParsedDocument) -> tuple[Passage, ...]:
    """Return the passages of `document` in order.

    Paragraphs and speaker turns are grouped up to `MAX_CHARACTERS` within one heading and page; a longer one is cut at
    sentence ends. Table rows stay whole while they fit; a row of questions and answers is a passage of its own. A
    heading opens the passage that follows it. Each passage's language is detected, the document's being the prior.
    """
    return _Cutter(document).cut()


@dataclass(slots=True)
class _Span:
    start: int
    end: int
    block: Block


@dataclass(slots=True)
class _Cutter:
    document: ParsedDocument
    passages: list[Passage] = field(default_factory=list)
    current: list[_Span] = field(default_factory=list)
    has_body: bool = False

    def cut(self) -> tuple[Passage, ...]:
        for block in self.document.blocks:
            if block.kind in (BlockKind.QUOTED, BlockKind.SIGNATURE):
                self._flush()
            elif block.kind is BlockKind.HEADING and block.end - block.start <= MAX_CHARACTERS:
                self._heading(block)
            elif block.kind is BlockKind.TABLE and self._is_answer(block):
                if self.has_body:
                    self._flush()
                self._body(block)
                self._flush()
            else:
                self._body(block)
        self._flush()
        return tuple(self.passages)

    def _heading(self, block: Block) -> None:
        if self.has_body or self._is_elsewhere(block, same_heading=False) or self._overflows(block.end):
            self._flush()
        self.current.append(_Span(start=block.start, end=block.end, block=block))

    def _body(self, block: Block) -> None:
        if self.has_body and self._is_elsewhere(block):
            self._flush()
        if self.has_body and self._overflows(block.end):
            self._flush()
        limit = MAX_CHARACTERS
        if self.current:
            limit -= block.start - self.current[0].start
            if limit < _ROOM_UNDER_HEADING and self._overflows(block.end):
                self._flush()
                limit = MAX_CHARACTERS
        for start, end in self._spans(block, first_limit=limit):
            if self._overflows(end):
                self._flush()
            self.current.append(_Span(start=start, end=end, block=block))
            self.has_body = True

    def _spans(self, block: Block, *, first_limit: int) -> list[tuple[int, int]]:
        """The block's spans, the first leaving room for the headings above it."""
        text = self.document.text
        if block.end - block.start <= first_limit:
            return [(block.start, block.end)]
        return spans(text, start=block.start, end=block.end, limit=first_limit)

    def _overflows(self, end: int) -> bool:
        return bool(self.current) and end - self.current[0].start > MAX_CHARACTERS

    def _is_elsewhere(self, block: Block, *, same_heading: bool = True) -> bool:
        """Whether the block is on another page or under another heading than what is being gathered."""
        if not self.current:
            return False
        last = self.current[-1].block
        return last.page != block.page or (same_heading and last.heading != block.heading)

    def _is_answer(self, block: Block) -> bool:
        row = self.document.text[block.start : block.end]
        return _QUESTION_LINE.search(row) is not None and _ANSWER_LINE.search(row) is not None

    def _flush(self) -> None:
        gathered, self.current, self.has_body = self.current, [], False
        if not gathered:
            return
        start, end = gathered[0].start, gathered[-1].end
        text = self.document.text[start:end]
        speakers = {span.block.speaker for span in gathered}
        prior = Language(self.document.language) if self.document.language in tuple(Language) else None
        self.passages.append(
            Passage(
                ordinal=len(self.passages),
                start=start,
                end=end,
                text=text,
                page=gathered[0].block.page,
                heading=gathered[-1].block.heading,
                speaker=speakers.pop() if len(speakers) == 1 else None,
                language=detect(text, prior=prior).value,
            )
        )
