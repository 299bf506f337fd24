"""Finds questions in running text: paragraphs, lists, headings and what stands between them.

Invariant: a block that could be one thing or another is decided by what stands around it, never by its format alone.
"""

from collections.abc import Sequence

from copilot.domain.questionnaires import SkipReason
from knowledge.questionnaires import asking
from knowledge.questionnaires.blocks import Block, Flow, says
from knowledge.questionnaires.boxes import read_options, take_options
from knowledge.questionnaires.drafting import Found
from knowledge.questionnaires.neighbours import in_asking_list, is_form_label, is_near_signature
from knowledge.questionnaires.options import gap_in, is_placeholder, options_in, without_gaps
from knowledge.questionnaires.style import is_label, is_marked, strong_question
from knowledge.questionnaires.tabled import read_table
from knowledge.questionnaires.text_reader import Step, TextReader, asks, has_place_below

_LONG_PROSE = 45
_TITLE_WORDS = 12
_SHORT_LABEL = 9


def read_flow(found: Found, flow: Flow, *, fillable: bool) -> None:
    """Read everything; `fillable`: answers can be written into the file, so that empty paragraphs are places."""
    TextReader(found=found, flow=flow, fillable=fillable, steps=_STEPS, table=read_table).run()


def _empty(reader: TextReader, block: Block) -> bool:
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


def _told_by_reader(reader: TextReader, block: Block) -> bool:
    if block.reason is None:
        return False
    reader.skip(block, block.reason)
    return True


def _told_to_ask(reader: TextReader, block: Block) -> bool:
    return block.asked and _opened(reader, block)


def _title(reader: TextReader, block: Block) -> bool:
    if not block.title:
        return False
    reader.heading(block, level=0)
    return True


def _answer(reader: TextReader, block: Block) -> bool:
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
        take_options(reader, reader.open, options, block)
    else:
        rest = without_gaps(text)
        reader.open.given += [rest] if rest and not is_placeholder(rest) else []
    reader.open.place(block.control or block.address)
    reader.open.limit = reader.open.limit or (mark.group() if mark else "")
    reader.open.options += [(choice, "") for choice in block.choices]
    reader.open.given += [block.given] if block.given else []
    reader.answering = True
    return True


def _comment(reader: TextReader, block: Block) -> bool:
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


def _heading(reader: TextReader, block: Block) -> bool:
    if not block.level or (is_marked(block.text) and not says("heading", "passive", block.text)):
        return False
    if strong_question(block.text, reader.found.language) and has_place_below(reader):
        return False
    reader.heading(block, level=block.level)
    return True


def _likely_heading(reader: TextReader, block: Block) -> bool:
    """Not marked as a heading, but written like one."""
    words = len(block.text.split())
    if block.level or words > _TITLE_WORDS or is_marked(block.text) or gap_in(block.text) or block.choices:
        return False
    level = _level_by_looks(reader, block)
    if not level or (has_place_below(reader) and not _opens_list(reader)):
        return False
    if strong_question(block.text, reader.found.language) and not says("heading", "numbered", block.text):
        return False
    reader.heading(block, level=level)
    return True


def _level_by_looks(reader: TextReader, block: Block) -> int:
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


def _opens_list(reader: TextReader) -> bool:
    """What follows is a question with a place of its own, not the place for an answer to this."""
    after = reader.next_block()
    return isinstance(after, Block) and strong_question(after.text, reader.found.language)


def _instruction(reader: TextReader, block: Block) -> bool:
    if block.level or says("follow_up", "yes", block.text):
        return False
    is_told = asking.is_instruction(block.text, language=reader.found.language) or asking.is_example(
        block.text, language=reader.found.language
    )
    marked = is_marked(block.text)
    is_told = is_told or (not marked and not block.item and says("told", "each", block.text) is not None)
    placed = (marked and (block.number or has_place_below(reader))) or (block.item and gap_in(block.text))
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


def _not_for_answers(reader: TextReader, block: Block) -> bool:
    """Signatures, closing words, the asker's own details that are filled in."""
    if block.number or is_marked(block.text):
        return False
    signs = says("own", "signer", block.text) and is_near_signature(reader)
    if signs or says("own", "signature", block.text) or says("own", "closing", block.text):
        reader.skip(block, SkipReason.OTHER)
        reader.close()
        return True
    own = says("own", "details", block.text)
    if own and without_gaps(block.text[own.end() :]) and not gap_in(block.text) and not block.control:
        reader.skip(block, SkipReason.OWN_DETAILS)
        return True
    return False


def _follow_up(reader: TextReader, block: Block) -> bool:
    if reader.base is None or block.text.startswith(("(", "[")):
        return False
    if not says("follow_up", "yes", block.text) and not says("follow_up", "no", block.text):
        return False
    reader.ask(block)
    return True


def _guidance(reader: TextReader, block: Block) -> bool:
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


def _question(reader: TextReader, block: Block) -> bool:
    text, style = block.text, reader.style
    if not asks(reader, text):
        return False
    if block.number or block.level:
        return not _is_part(reader, block) and _opened(reader, block)
    if _is_part(reader, block):
        return False
    marked, placed = is_marked(text), gap_in(text) or block.control or block.choices
    if marked or placed or has_place_below(reader):
        if marked and style.numbered and not placed and not has_place_below(reader):
            return _unnumbered_among_numbered(reader, block)
        return _opened(reader, block)
    if style.numbered and reader.open is not None and not block.item:
        reader.open.guidance.append(text)
        return True
    if asking.is_requirement(text, language=reader.found.language) and not block.item and style.any_marked:
        return False
    if len(reader.found.drafts) > 1 and not block.item and all(draft.firm for draft in reader.found.drafts):
        return False  # every other question has a marked place for its answer
    return len(text.split()) <= 2 * _LONG_PROSE and _opened(reader, block)


def _unnumbered_among_numbered(reader: TextReader, block: Block) -> bool:
    """A further question, unless it is rhetoric in an introduction."""
    if len(block.text.split()) > _LONG_PROSE or (not reader.found.drafts and not block.item):
        return False
    return _opened(reader, block)


def _opened(reader: TextReader, block: Block) -> bool:
    reader.ask(block)
    return True


def _part(reader: TextReader, block: Block) -> bool:
    """Items that a question lists."""
    if not _is_part(reader, block) or reader.open is None:
        return False
    label = block.number or "-"
    reader.open.say(f"{label}{')' if label.isalnum() else ''} {without_gaps(block.text)}")
    if gap_in(block.text):
        reader.open.place(block.address)
    return True


def _is_part(reader: TextReader, block: Block) -> bool:
    question = reader.open
    if question is None or not block.item or reader.answering or block.control:
        return False
    if is_marked(block.text) or gap_in(block.text):
        return False
    listed = question.text.split("\n")[0].rstrip().endswith((":", "…", "...")) or "\n" in question.text
    deeper = block.indent > question.indent or (not question.item and bool(question.text))
    lettered = block.number.isalpha() and not question.number.isalpha()
    bulleted = not block.number and bool(question.number)
    asks_itself = has_place_below(reader) and asks(reader, block.text)
    if listed and (deeper or lettered or bulleted) and not asks_itself:
        return True
    return (
        block.indent > question.indent
        and not block.number
        and not asks(reader, block.text)
        and not has_place_below(reader)
    )


def _label(reader: TextReader, block: Block) -> bool:
    """`Legal name:` with room below or behind it, among others of its kind."""
    if not is_form_label(block) or reader.is_passive or block.level:
        return False
    following = reader.flow[reader.index + 1] if reader.index + 1 < len(reader.flow) else None
    room_below = reader.fillable and isinstance(following, Block) and not following.text and not following.given
    after = reader.next_block()
    lists = isinstance(after, Block) and after.item and not block.item
    beside = [part for part in (reader.previous_block(), after) if isinstance(part, Block)]
    in_form = any(is_form_label(other) and other.item == block.item for other in beside)
    if lists or not (room_below or in_form):
        return False
    draft = reader.ask(block, statement=not asks(reader, block.text))
    if not room_below:
        draft.place(block.address)
    return True


def _statement(reader: TextReader, block: Block) -> bool:
    """Not a question by its words, but it stands where questions stand."""
    placed = gap_in(block.text) or block.control or block.choices
    below = has_place_below(reader) and (not reader.answering or bool(block.number) or block.bold)
    label = is_label(block.text) and len(block.text.split()) <= _SHORT_LABEL
    if placed or (below and (block.item or block.level or label or len(block.text.split()) <= _LONG_PROSE)):
        reader.ask(block, statement=True)
        return True
    sibling = (block.number and reader.style.has_siblings(block.number)) or (block.item and in_asking_list(reader))
    if sibling and not reader.is_passive and not reader.answering:
        reader.ask(block, statement=True)
        return True
    return False


def _goes_on(reader: TextReader, block: Block) -> bool:
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


def _prose_instruction(reader: TextReader, block: Block) -> bool:
    """Running text before the first question introduces."""
    if reader.found.drafts or block.item:
        return False
    reader.skip(block, SkipReason.INSTRUCTION if len(block.text.split()) > _SHORT_LABEL else SkipReason.OTHER)
    return True


_STEPS: Sequence[Step] = (
    _empty,
    _told_by_reader,
    _told_to_ask,
    _title,
    _answer,
    _heading,
    _likely_heading,
    _comment,
    read_options,
    _not_for_answers,
    _follow_up,
    _guidance,
    _instruction,
    _question,
    _part,
    _label,
    _statement,
    _goes_on,
    _prose_instruction,
)
