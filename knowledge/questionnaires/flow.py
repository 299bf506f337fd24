"""Finds questions in running text: paragraphs, lists, headings and what stands between them.

Invariant: every block ends up in a question or in what was skipped, with the reason; a block that could be either is
decided by what stands around it, never by its format alone.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from copilot.domain.questionnaires import SkipReason
from knowledge.questionnaires import asking
from knowledge.questionnaires.blocks import Block, Flow, Table, says
from knowledge.questionnaires.drafting import Draft, Found
from knowledge.questionnaires.options import Options, gap_in, is_placeholder, options_in, without_gaps
from knowledge.questionnaires.style import Style, is_label, is_marked, strong_question, style_of

_WORDS = re.compile(r"[^\W_]{2,}")
_LONG_PROSE = 45
_FAR_PARENT = 3
_SIGNED_WITHIN = 5
_TITLE_WORDS = 12
_SHORT_LABEL = 9


@dataclass(slots=True)
class Assembler:
    """Walks the blocks of one file once."""

    found: Found
    flow: Flow
    fillable: bool
    """Whether answers can be written into the file, so that empty paragraphs count as places."""
    table: Callable[["Assembler", Table], None] | None = None
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
        for part in self.flow[self.index + 1 :]:
            if isinstance(part, Table) or part.text or part.control or part.choices:
                distance -= 1
                if distance == 0:
                    return part
        return None

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
        self.found.drafts.append(draft)
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
        for step in _STEPS:
            if step(self, block):
                return
        self.skip(block, SkipReason.OTHER)


Step = Callable[[Assembler, Block], bool]


def _empty(reader: Assembler, block: Block) -> bool:
    if block.text:
        return False
    if reader.open is not None and (block.control or block.choices):
        reader.open.place(block.control or block.address)
        reader.open.options += [(choice, "") for choice in block.choices]
        reader.open.given += [block.given] if block.given else []
    elif reader.open is not None and reader.fillable and not reader.open.answer:
        reader.open.place(block.address, firm=False)
    elif block.given:
        reader.found.skip(block.given, block.address, SkipReason.OTHER)
    return True


def _told_by_reader(reader: Assembler, block: Block) -> bool:
    if block.reason is None:
        return False
    reader.skip(block, block.reason)
    return True


def _title(reader: Assembler, block: Block) -> bool:
    if not block.title:
        return False
    reader.heading(block, level=0)
    return True


def _answer(reader: Assembler, block: Block) -> bool:
    """`Answer: ____`, a line of underscores, a text that stands for the answer."""
    if block.number:
        return False
    mark = says("answer", "line", block.text) or says("answer", "bare", block.text)
    text = block.text[mark.end() :].strip() if mark else block.text
    if not mark and (without_gaps(text) or not gap_in(text)) and not is_placeholder(text):
        return False
    if reader.open is None:
        reader.skip(block, SkipReason.OTHER)
        return True
    options = options_in(text)
    if options is not None:
        _take_options(reader, reader.open, options, block)
    else:
        rest = without_gaps(text)
        reader.open.given += [rest] if rest and not is_placeholder(rest) else []
    reader.open.place(block.control or block.address)
    reader.open.options += [(choice, "") for choice in block.choices]
    reader.open.given += [block.given] if block.given else []
    reader.answering = True
    return True


def _comment(reader: Assembler, block: Block) -> bool:
    mark = says("answer", "comment", block.text)
    if mark is None or block.number or reader.open is None or block.level:
        return False
    rest = without_gaps(block.text[mark.end() :])
    if rest and not is_placeholder(rest):
        return False
    if reader.open.firm or reader.open.options:
        reader.open.comment = reader.open.comment or block.control or block.address
    else:
        reader.open.place(block.control or block.address)
    reader.open.guidance.append(without_gaps(block.text))
    return True


def _options(reader: Assembler, block: Block) -> bool:
    """`☐ Yes ☐ No` below a question, or after its words."""
    options = options_in(block.text)
    if options is None:
        return False
    if options.before and not says("options", "words", options.before):
        draft = reader.ask(block, text=options.before, statement=not _asks(reader, options.before))
    elif reader.open is None:
        reader.skip(block, SkipReason.OTHER)
        return True
    else:
        draft = reader.open
        if options.before or block.number:
            draft.guidance.append(f"{block.number} {options.before}".strip())
    _take_options(reader, draft, options, block)
    return True


def _take_options(reader: Assembler, draft: Draft, options: Options, block: Block) -> None:
    boxes = options.boxed
    draft.options += [(text, block.address if boxes else "") for text in options.texts]
    draft.given += options.ticked
    draft.place(block.control or block.address)
    if options.after:
        draft.guidance.append(options.after)
        if gap_in(options.after_as_written) or says("answer", "comment", options.after):
            draft.comment = draft.comment or block.address
    reader.answering = False


def _heading(reader: Assembler, block: Block) -> bool:
    if not block.level or (is_marked(block.text) and not says("heading", "passive", block.text)):
        return False
    if strong_question(block.text, reader.found.language) and _has_place_below(reader):
        return False
    reader.heading(block, level=block.level)
    return True


def _likely_heading(reader: Assembler, block: Block) -> bool:
    """Not marked as a heading, but written like one."""
    words = len(block.text.split())
    if block.level or words > _TITLE_WORDS or is_marked(block.text) or gap_in(block.text) or block.choices:
        return False
    level = _level_by_looks(reader, block)
    if not level or (_has_place_below(reader) and not _opens_list(reader)):
        return False
    if strong_question(block.text, reader.found.language) and not says("heading", "numbered", block.text):
        return False
    reader.heading(block, level=level)
    return True


def _level_by_looks(reader: Assembler, block: Block) -> int:
    text = block.text
    if says("heading", "numbered", block.whole) or says("heading", "named", text):
        return 2
    if text.endswith((".", ";", ",", "…")):
        return 0
    letters = [character for character in text if character.isalpha()]
    if len(letters) > 3 and all(character.isupper() for character in letters) and not block.item:
        return 2
    if reader.style.is_parent_number(block.number, reader.flow, reader.index):
        return 2 + block.number.count(".")
    if block.bold and not reader.style.bold_questions and not text.endswith(":"):
        return 3
    return 3 if block.bold and _opens_list(reader) else 0


def _opens_list(reader: Assembler) -> bool:
    """What follows is a question with a place of its own, not the place for an answer to this."""
    after = reader.next_block()
    return isinstance(after, Block) and strong_question(after.text, reader.found.language)


def _instruction(reader: Assembler, block: Block) -> bool:
    if block.level or says("follow_up", "yes", block.text):
        return False
    is_told = asking.is_instruction(block.text, language=reader.found.language) or asking.is_example(
        block.text, language=reader.found.language
    )
    marked = is_marked(block.text)
    placed = (marked and (block.number or _has_place_below(reader))) or (block.item and gap_in(block.text))
    is_told = is_told or (reader.is_passive and not placed)
    if not is_told or (block.item and marked):
        return False
    open_ = reader.open
    belongs = not (reader.answering or reader.is_passive or block.item) and reader.style.numbered
    if belongs and open_ is not None and open_.number and not open_.firm and not open_.given:
        open_.guidance.append(block.whole)
        return True
    reader.skip(block, SkipReason.INSTRUCTION)
    return True


def _not_for_answers(reader: Assembler, block: Block) -> bool:
    """Signatures, closing words, the asker's own details that are filled in."""
    if block.number or is_marked(block.text):
        return False
    signs = says("own", "signer", block.text) and _is_near_signature(reader)
    if signs or says("own", "signature", block.text) or says("own", "closing", block.text):
        reader.skip(block, SkipReason.OTHER)
        reader.close()
        return True
    own = says("own", "details", block.text)
    if own and without_gaps(block.text[own.end() :]) and not gap_in(block.text) and not block.control:
        reader.skip(block, SkipReason.OWN_DETAILS)
        return True
    return False


def _is_near_signature(reader: Assembler) -> bool:
    """The name and the date beside a signature are no answers."""
    around = reader.flow[max(0, reader.index - _SIGNED_WITHIN) : reader.index + _SIGNED_WITHIN + 1]
    return any(isinstance(part, Block) and says("own", "signature", part.text) for part in around)


def _follow_up(reader: Assembler, block: Block) -> bool:
    if reader.base is None or block.text.startswith(("(", "[")):
        return False
    if not says("follow_up", "yes", block.text) and not says("follow_up", "no", block.text):
        return False
    reader.ask(block)
    return True


def _guidance(reader: Assembler, block: Block) -> bool:
    if reader.open is None or block.number:
        return False
    if block.note and not is_marked(block.text):
        reader.open.guidance.append(block.text)
        return True
    if not says("guidance", "start", block.text) or (is_marked(block.text) and not block.text.startswith(("(", "["))):
        return False
    if gap_in(block.text):
        reader.open.place(block.address)
    reader.open.guidance.append(without_gaps(block.text))
    return True


def _question(reader: Assembler, block: Block) -> bool:
    text, style = block.text, reader.style
    if not _asks(reader, text):
        return False
    if block.number or block.level:
        return not _is_part(reader, block) and _opened(reader, block)
    if _is_part(reader, block):
        return False
    marked, placed = is_marked(text), gap_in(text) or block.control or block.choices
    if marked or placed or _has_place_below(reader):
        if marked and style.numbered and not placed and not _has_place_below(reader):
            return _unnumbered_among_numbered(reader, block)
        return _opened(reader, block)
    if style.numbered and reader.open is not None and not block.item:
        reader.open.guidance.append(text)
        return True
    if asking.is_requirement(text, language=reader.found.language) and not block.item and style.any_marked:
        return False
    return len(text.split()) <= 2 * _LONG_PROSE and _opened(reader, block)


def _unnumbered_among_numbered(reader: Assembler, block: Block) -> bool:
    """A further question, unless it is rhetoric in an introduction."""
    if len(block.text.split()) > _LONG_PROSE or (not reader.found.drafts and not block.item):
        return False
    return _opened(reader, block)


def _opened(reader: Assembler, block: Block) -> bool:
    reader.ask(block)
    return True


def _part(reader: Assembler, block: Block) -> bool:
    """Items that a question lists."""
    if not _is_part(reader, block) or reader.open is None:
        return False
    label = block.number or "-"
    reader.open.say(f"{label}{')' if label.isalnum() else ''} {without_gaps(block.text)}")
    if gap_in(block.text):
        reader.open.place(block.address)
    return True


def _is_part(reader: Assembler, block: Block) -> bool:
    question = reader.open
    if question is None or not block.item or reader.answering or block.control:
        return False
    if is_marked(block.text) or gap_in(block.text):
        return False
    listed = question.text.split("\n")[0].rstrip().endswith((":", "…", "...")) or "\n" in question.text
    deeper = block.indent > question.indent or (not question.item and bool(question.text))
    lettered = block.number.isalpha() and not question.number.isalpha()
    bulleted = not block.number and bool(question.number)
    asks_itself = _has_place_below(reader) and _asks(reader, block.text)
    if listed and (deeper or lettered or bulleted) and not asks_itself:
        return True
    return (
        block.indent > question.indent
        and not block.number
        and not _asks(reader, block.text)
        and not _has_place_below(reader)
    )


def _statement(reader: Assembler, block: Block) -> bool:
    """Not a question by its words, but it stands where questions stand."""
    placed = gap_in(block.text) or block.control or block.choices
    below = _has_place_below(reader) and (not reader.answering or bool(block.number) or block.bold)
    label = is_label(block.text) and len(block.text.split()) <= _SHORT_LABEL
    if placed or (below and (block.item or block.level or label or len(block.text.split()) <= _LONG_PROSE)):
        reader.ask(block, statement=True)
        return True
    open_ = reader.open
    in_list = open_ is not None and open_.item and not open_.number and block.indent == open_.indent
    sibling = reader.style.has_siblings(block.number) if block.number else block.item and in_list
    if sibling and not reader.is_passive and not reader.answering:
        reader.ask(block, statement=True)
        return True
    return False


def _goes_on(reader: Assembler, block: Block) -> bool:
    """Text of an answer that was begun, or of a question that broke off."""
    if reader.open is None:
        return False
    if reader.answering and not block.level and not block.number:
        reader.open.given.append(block.whole)
        return True
    if not reader.open.firm and reader.open.text[-1:] not in "?.:;!)" and block.text[:1].islower():
        reader.open.say(block.text)
        return True
    return False


def _prose_instruction(reader: Assembler, block: Block) -> bool:
    """Running text before the first question introduces."""
    if reader.found.drafts or block.item:
        return False
    reader.skip(block, SkipReason.INSTRUCTION if len(block.text.split()) > _SHORT_LABEL else SkipReason.OTHER)
    return True


def _asks(reader: Assembler, text: str) -> bool:
    return asking.is_question(text, language=reader.found.language)


def _has_place_below(reader: Assembler) -> bool:
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


_STEPS: Sequence[Step] = (
    _empty,
    _told_by_reader,
    _title,
    _answer,
    _heading,
    _likely_heading,
    _comment,
    _options,
    _not_for_answers,
    _follow_up,
    _guidance,
    _instruction,
    _question,
    _part,
    _statement,
    _goes_on,
    _prose_instruction,
)
