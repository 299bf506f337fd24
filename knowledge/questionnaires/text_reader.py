"""Walks the blocks of running text: the question that is open, the headings in force, what comes next.

Invariant: every block is taken by the first step that knows it, or left out by name; what no rule kept is left out by
name at the end, never in silence.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from copilot.domain.questionnaires import SkipReason
from knowledge.questionnaires import asking
from knowledge.questionnaires.blocks import Block, Flow, Table, says
from knowledge.questionnaires.drafting import Draft, Found
from knowledge.questionnaires.options import gap_in, is_placeholder, options_in, without_gaps
from knowledge.questionnaires.style import Style, is_marked, style_of

_WORDS = re.compile(r"[^\W_]{2,}")
_FAR_PARENT = 3
_LOOK_BACK = 10


@dataclass(slots=True)
class TextReader:
    """Walks the blocks of one file once."""

    found: Found
    flow: Flow
    fillable: bool
    """Whether answers can be written into the file, so that empty paragraphs count as places."""
    steps: Sequence["Step"]
    """Tried in order; the first that takes a block has it."""
    table: Callable[["TextReader", Table], None] | None = None
    style: Style = field(default_factory=Style)
    headings: list[tuple[int, str]] = field(default_factory=list)
    open: Draft | None = None
    """The question that what follows may belong to."""
    answering: bool = False
    """An answer has begun: text that follows may go on with it."""
    base: Draft | None = None
    """The last question that `If yes, ...` can refer to."""
    index: int = 0
    """Of the block that is being read."""

    def run(self) -> None:
        """Read everything."""
        self.style = style_of([block for block in self.flow if isinstance(block, Block)], self.found.language)
        self._settle_title()
        self.walk()
        self._keep_rest()

    def _settle_title(self) -> None:
        """A file that opens with its only heading of the highest level is named by it."""
        blocks = [part for part in self.flow if isinstance(part, Block) and part.text]
        levels = [block.level for block in blocks if block.level]
        first = blocks[0] if blocks else None
        if first is None or any(block.title for block in blocks) or not first.level or first.number:
            return
        if levels.count(first.level) == 1 and min(levels) == first.level and not is_marked(first.text):
            named = replace(first, title=True)
            self.flow = [named if part is first else part for part in self.flow]

    def _keep_rest(self) -> None:
        """A last look: what no rule kept is left out by name, never in silence."""
        kept = self.found.words()
        for part in self.flow:
            cells = [part] if isinstance(part, Block) else [cell for row in part.rows for cell in row]
            for cell in cells:
                if not kept.issuperset(_WORDS.findall(cell.text)) and not is_placeholder(cell.text):
                    self.found.skip(cell.text, cell.address, SkipReason.OTHER)

    def walk(self) -> None:
        """Read everything in the style that is known."""
        for index, part in enumerate(self.flow):
            self.index = index
            if isinstance(part, Block):
                self._block(part)
            elif self.table is not None:
                self.table(self, part)

    @property
    def section(self) -> tuple[str, ...]:
        """Headings in force, outermost first."""
        return tuple(title for _, title in self.headings)

    @property
    def is_passive(self) -> bool:
        """Under a heading that introduces or instructs."""
        return bool(self.headings) and says("heading", "passive", self.headings[-1][1]) is not None

    def next_block(self, distance: int = 1) -> Block | Table | None:
        """What comes after the block that is being read, empty paragraphs apart."""
        for place in range(self.index + 1, len(self.flow)):  # a slice would copy the rest of a long text every time
            part = self.flow[place]
            if isinstance(part, Table) or part.text or part.control or part.choices:
                distance -= 1
                if distance == 0:
                    return part
        return None

    def previous_block(self) -> Block | Table | None:
        """What came before the block that is being read, empty paragraphs apart."""
        before = self.flow[max(0, self.index - _LOOK_BACK) : self.index]
        return next((part for part in reversed(before) if isinstance(part, Table) or part.text), None)

    def ask(self, block: Block, *, text: str = "", statement: bool = False) -> Draft:
        """Open a question."""
        said = text or block.text
        draft = Draft(
            text=without_gaps(said),
            address=block.address,
            number=block.number,
            section=self.section,
            statement=statement,
            item=block.item,
            indent=block.indent,
        )
        self.found.add(draft)
        self.open, self.answering = draft, False
        if says("follow_up", "yes", said) or says("follow_up", "no", said):
            self._put_under(draft, said)
        else:
            self.base = draft
        self._inline_places(draft, block, said)
        return draft

    def _put_under(self, draft: Draft, said: str) -> None:
        """`If yes, ...` belongs to the last question that can be answered so."""
        near = [self.base] if self.base is not None else []
        near += [other for other in self.found.drafts[-1 - _FAR_PARENT : -1][::-1] if other.section == draft.section]
        parent = next((other for other in near if other.is_yes_or_no()), None)
        if parent is not None:
            draft.parent = parent
            draft.when = "yes" if says("follow_up", "yes", said) else "no"

    def _inline_places(self, draft: Draft, block: Block, said: str) -> None:
        if block.choices:
            draft.options = [(choice, "") for choice in block.choices]
        if block.control or block.choices:
            draft.place(block.control or block.address)
            draft.given += [block.given] if block.given else []
        elif gap_in(said):
            draft.place(block.address)

    def heading(self, block: Block, *, level: int) -> None:
        """Enter a section."""
        while self.headings and self.headings[-1][0] >= level:
            self.headings.pop()
        if block.title:
            self.headings.clear()
            self.found.title = self.found.title or block.text
        else:
            self.headings.append((level, block.whole.rstrip(" :")))
        self.found.skip(block.whole, block.address, SkipReason.HEADING)
        self.close()
        self.base = None

    def skip(self, block: Block, reason: SkipReason) -> None:
        """Leave a block out."""
        self.found.skip(block.whole, block.address, reason)

    def close(self) -> None:
        """What follows does not belong to the question any more."""
        self.open, self.answering = None, False

    def _block(self, block: Block) -> None:
        for step in self.steps:
            if step(self, block):
                return
        self.skip(block, SkipReason.OTHER)


Step = Callable[[TextReader, Block], bool]
"""Takes the block and says so, or leaves it to the next step."""


def asks(reader: TextReader, text: str) -> bool:
    return asking.is_question(text, language=reader.found.language)


def has_place_below(reader: TextReader) -> bool:
    """Whether the next thing in the file is a place for an answer."""
    after = reader.next_block()
    if after is None:
        return False
    if isinstance(after, Table):
        return is_answer_box(after)
    if after.control or after.choices:
        return not without_gaps(after.text) or is_placeholder(after.text)
    if says("answer", "line", after.text) or says("answer", "bare", after.text) or is_placeholder(after.text):
        return not after.number
    if gap_in(after.text) and not without_gaps(after.text):
        return True
    options = options_in(after.text)
    return options is not None and (not options.before or bool(says("options", "words", options.before)))


def is_answer_box(table: Table) -> bool:
    """A table of one cell, or of rows of nothing, made to be written into."""
    cells = [cell for row in table.rows for cell in row if not cell.merged]
    if not cells or not table.fillable:
        return False
    texts = [without_gaps(cell.text) for cell in cells]
    if len(cells) == 1:
        text = texts[0]
        mark = says("answer", "line", text) or says("answer", "bare", text)
        return not text or is_placeholder(text) or mark is not None or options_in(text) is not None
    return not any(texts)
