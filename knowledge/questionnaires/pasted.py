"""Questionnaires pasted as plain text, mostly from a mail: greeting, questions, deadline, signature.

Invariant: lines are counted from 1 as pasted; every line is in a question or in what was skipped.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from copilot.domain.document_messages import DocumentMessage
from copilot.domain.language import Language
from copilot.domain.questionnaires import Questionnaire, QuestionnaireFormat, SkipReason
from knowledge.parsers.dates import title_from_name
from knowledge.parsers.decoding import decode
from knowledge.parsers.text_building import Cleaner, unreadable
from knowledge.questionnaires.asking import language_of
from knowledge.questionnaires.blocks import Block, says
from knowledge.questionnaires.drafting import Found
from knowledge.questionnaires.flow import read_flow
from knowledge.questionnaires.lines import Line, block_of, joined, sentences, width_of
from knowledge.questionnaires.style import is_marked, strong_question

_QUOTED = re.compile(r"^(?:>\s?)+")
_RULE = re.compile(r"^[\s\-=_*~#]{3,}$")
_SUBJECT = re.compile(r"^(?:subject|asunto)\s*:\s*(?:(?:re|fwd?|rv)\s*:\s*)*(.+)$", re.IGNORECASE)
_MOST_AFTER_SIGNATURE = 12
_LONGEST = 2_000_000
_TITLES = {Language.ES: "Preguntas pegadas", Language.EN: "Pasted questions"}


def read(content: bytes, *, name: str, today: date) -> Questionnaire:
    """Read a text file. Raises UnreadableFile if it is no text or asks nothing."""
    text, warnings = decode(content)
    return read_text(text, title=title_from_name(name), today=today, warnings=warnings)


def read_text(text: str, *, title: str = "", today: date, warnings: Sequence[str] = ()) -> Questionnaire:
    """Read what was pasted. Raises UnreadableFile if it asks nothing or is too long."""
    if len(text) > _LONGEST:
        raise unreadable(DocumentMessage.TOO_LONG)
    cleaned = Cleaner().clean(text)
    lines = [
        Line(_QUOTED.sub("", line).rstrip(), number, hard=line.endswith("  "))
        for number, line in enumerate(cleaned.split("\n"), start=1)
        if not _RULE.match(line)
    ]
    language = language_of([line.text for line in lines if line.text.strip()])
    found = Found(language=language, today=today, warnings=list(warnings))
    flow = list(_blocks(lines, language))
    read_flow(found, flow, fillable=False)
    subject = next((match.group(1) for line in lines if (match := _SUBJECT.match(line.text.strip()))), "")
    found.title = found.title or subject.strip()
    return found.questionnaire(QuestionnaireFormat.TEXT, title=title or _TITLES[language])


def _blocks(lines: Sequence[Line], language: Language) -> Iterator[Block]:
    width = width_of(lines)
    signed, asked, in_thread = 0, False, False
    for group in joined(list(_apart(lines)), width=width):
        block = block_of(group)
        in_thread = in_thread or (asked and says("mail", "thread", block.text) is not None)
        if in_thread:
            yield replace(block, reason=SkipReason.OTHER)
            continue
        asked = asked or strong_question(block.text, language)
        reason = _mail_part(block) if len(sentences(block, language=language)) == 1 else None
        if says("mail", "signature", block.text) and not block.item:
            signed = _MOST_AFTER_SIGNATURE
        elif signed and (is_marked(block.text) or (block.item and strong_question(block.text, language))):
            signed = 0
        if reason is not None or signed:
            signed = max(0, signed - 1)
            yield replace(block, reason=reason or SkipReason.OTHER)
        else:
            for sentence in sentences(block, language=language):
                roundabout = says("asked", "indirect", sentence.text) is not None
                yield replace(sentence, reason=_mail_part(sentence), asked=roundabout)


def _apart(lines: Sequence[Line]) -> Iterator[Line]:
    """Lines of a letter stand alone: greeting, headers, the closing."""
    for line in lines:
        text = line.text.strip()
        alone = any(says("mail", kind, text) for kind in ("greeting", "signature", "header", "thread"))
        if alone:
            yield Line("", line.number)
        yield replace(line, hard=line.hard or alone)


def _mail_part(block: Block) -> SkipReason | None:
    if block.item:
        return None
    if says("mail", "request", block.text) and not says("mail", "greeting", block.text):
        return SkipReason.INSTRUCTION
    kinds = ("greeting", "signature", "header", "small_talk", "thread")
    return SkipReason.OTHER if any(says("mail", kind, block.text) for kind in kinds) else None
