"""What an answer says in the places that a questionnaire has for it.

Invariant: a closed list of values gets one of its own values that means what the answer says, or nothing; marks of
citations stay inside the company.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from copilot.domain.questionnaires import Limit, Question
from copilot.domain.rfp_answers import RfpAnswer
from copilot.workflows.rfp.filling.filled import Unwritable
from copilot.workflows.rfp.filling.wording import comparable, fitting, short_word

_MARK = re.compile(r"\s?\[(\d{1,3})\](?![(\w])")
_BETWEEN = "; "
_ENDS = (".", "!", "?", ":", ";", "…")


@dataclass(frozen=True, slots=True)
class Said:
    """Texts for the answer's place and the comment's; empty: nothing belongs there."""

    value: str
    comment: str = ""


def says_anything(answer: RfpAnswer) -> bool:
    """Whether there is anything to write."""
    return bool(answer.short or answer.chosen or prose(answer))


def prose(answer: RfpAnswer) -> str:
    """The sentences without marks of citations."""
    known = len(answer.evidence)
    text = " ".join(segment.text.strip() for segment in answer.segments if segment.text.strip())
    return _MARK.sub(lambda match: "" if 1 <= int(match.group(1)) <= known else match.group(), text).strip()


def in_open_place(question: Question, answer: RfpAnswer, *, own_comment: bool) -> Said:
    """For a place that takes any text. `own_comment`: an explanation has a place of its own.

    Raises Unwritable if the file names values, none of them is meant and nothing else may stand there, or if nothing
    fits the limit.
    """
    text = prose(answer)
    try:
        head = _head(question, answer)
    except Unwritable:  # the values that the file names lack this one; where words may stand, words say it
        if own_comment or not text:
            raise
        head = ""
    if own_comment:
        said = Said(head, text) if head else Said(text)
        _require_within(question.limit, said.comment or said.value)
        return said
    for candidate in (_joined(head, text), text, head):
        if candidate and _within(question.limit, candidate):
            return Said(candidate)
    raise Unwritable


def allowed_value(question: Question, answer: RfpAnswer, allowed: Sequence[str]) -> int:
    """Position of the allowed value that says what the answer says. Raises Unwritable."""
    found = None
    texts = chosen_texts(question, answer)
    if len(texts) == 1:
        found = same_value(texts[0], allowed)
    elif not texts:
        found = same_value(prose(answer), allowed) if answer.short is None else None
    if found is None and answer.short is not None and len(texts) <= 1:
        found = fitting(answer.short, allowed)
    if found is None:
        raise Unwritable
    return found


def chosen_texts(question: Question, answer: RfpAnswer) -> tuple[str, ...]:
    """What the chosen values are called in the file, in its order. Raises Unwritable for one it does not have."""
    named = {choice.key: choice.text for choice in question.choices}
    if not set(answer.chosen) <= named.keys():
        raise Unwritable
    return tuple(text for key, text in named.items() if key in answer.chosen)


def words_beside(value: str, answer: RfpAnswer) -> str:
    """The sentences that a value taken from a closed list leaves unsaid."""
    text = prose(answer)
    return "" if comparable(text).rstrip(".") == comparable(value).rstrip(".") else text


def same_value(text: str, allowed: Sequence[str]) -> int | None:
    """Position of the value that is written like `text`, case and blanks aside; the very same one first."""
    if text in allowed:
        return list(allowed).index(text)
    wanted = comparable(text)
    found = [place for place, value in enumerate(allowed) if comparable(value) == wanted]
    return found[0] if len(found) == 1 else None


def _head(question: Question, answer: RfpAnswer) -> str:
    """The chosen values, or the short form in the file's words where it has some, else in its language."""
    texts = chosen_texts(question, answer)
    if texts:
        return _BETWEEN.join(texts)
    if answer.short is None:
        return ""
    allowed = [choice.text for choice in question.choices]
    if not allowed:
        return short_word(answer.short, language=question.language)
    place = fitting(answer.short, allowed)
    if place is None:
        raise Unwritable
    return allowed[place]


def _joined(head: str, text: str) -> str:
    """`Yes. We encrypt ...`, without saying the short form twice."""
    if not head or not text:
        return head or text
    start, rest = comparable(text[: len(head)]), text[len(head) :]
    if start == comparable(head) and not rest[:1].isalnum():
        return text
    return f"{head} {text}" if head.endswith(_ENDS) else f"{head}. {text}"


def _require_within(limit: Limit, text: str) -> None:
    if not _within(limit, text):
        raise Unwritable


def _within(limit: Limit, text: str) -> bool:
    too_many_words = limit.words is not None and len(text.split()) > limit.words
    return not too_many_words and (limit.characters is None or len(text) <= limit.characters)
