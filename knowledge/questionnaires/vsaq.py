"""Questionnaires in the JSON format of VSAQ, with their conditional questions.

Invariant: every item that takes a value is one question, whatever else the file holds; the condition of a question
names keys of choices only and includes those of the blocks around it. Tips advise and are never questions.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from copilot.domain.document_messages import DocumentMessage, document_message
from copilot.domain.language import Language
from copilot.domain.question_conditions import all_of, depends_on, replaced
from copilot.domain.questionnaires import (
    AnswerForm,
    Choice,
    Doubt,
    Limit,
    Place,
    Question,
    Questionnaire,
    QuestionnaireFormat,
    Skipped,
    SkipReason,
)
from knowledge.parsers.dates import title_from_name
from knowledge.parsers.decoding import decode
from knowledge.parsers.text_building import Cleaner, unreadable
from knowledge.parsers.web_page import visible_text
from knowledge.questionnaires import asking
from knowledge.questionnaires.loose_json import loads

_BLOCKS = frozenset({"block", "questiongroup"})
_GROUPS = {"radiogroup": AnswerForm.CHOICE, "checkgroup": AnswerForm.CHOICES}
_SINGLE = frozenset({"check", "yesno", "radio"})
_FORMS = {
    "check": AnswerForm.YES_NO,
    "yesno": AnswerForm.YES_NO,
    "upload": AnswerForm.FILE,
    "date": AnswerForm.DATE,
    "number": AnswerForm.NUMBER,
}
_SILENT = frozenset({"spacer"})
_DEEPEST = 60
_YES_NO = {Language.ES: ("Sí", "No"), Language.EN: ("Yes", "No")}


@dataclass(frozen=True, slots=True)
class _Item:
    """One item with what the blocks around it say."""

    content: dict[str, Any]
    address: str
    """Its id, or `#<n>`: how many items stand before it."""
    headings: tuple[str, ...]
    conditions: tuple[str, ...]
    """Of the blocks around it and its own, outermost first."""

    @property
    def kind(self) -> str:
        return str(self.content.get("type", "")).lower()

    def words(self, name: str = "text") -> str:
        """A text of the item without markup."""
        return _plain(self.content.get(name))


@dataclass(slots=True)
class _Reading:
    language: Language
    today: date
    keys: dict[str, str]
    """What stands for an atom of a condition: the condition of a tip, the key of a check box."""
    questions: list[Question] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    instructions: list[str] = field(default_factory=list)
    unreadable_conditions: int = 0

    def read(self, items: Sequence[_Item]) -> None:
        """Walk the items in order; what is said right before a question without words asks it."""
        before: _Item | None = None
        for item in items:
            if item.kind in _BLOCKS:
                pass
            elif item.kind == "info":
                self.instructions.append(item.words())
            elif item.kind == "tip":
                self._skip_tip(item)
            elif item.kind not in _SILENT:
                self._ask(item, before=before)
            before = item

    def _ask(self, item: _Item, *, before: _Item | None) -> None:
        choices = _choices(item, language=self.language)
        text, guidance, doubt = item.words(), _guidance(item), ""
        if not text and before is not None and before.kind == "info":
            text = self.instructions.pop()
        if not text:
            text, doubt = _text_around(item, choices), Doubt.STATEMENT.value
        identifier = item.address
        if any(identifier == question.id for question in self.questions):
            identifier = f"{identifier}#{len(self.questions)}"
        given = _plain(item.content.get("default"))
        self.questions.append(
            Question(
                id=identifier,
                text=text,
                place=Place(address=item.address),
                answer_place=Place(address=item.address),
                section=item.headings,
                guidance=guidance,
                form=_form(item, text=text, choices=choices),
                choices=choices,
                mandatory=_mandatory(item, text=text),
                limit=_limit(item, text=f"{text} {guidance}"),
                condition=self._condition(item),
                language=asking.language_of([text]) if len(text.split()) > 5 else self.language,
                given=given,
                doubt=Doubt.FILLED.value if given and not doubt else doubt,
            )
        )

    def _condition(self, item: _Item) -> str:
        try:
            return all_of(*(replaced(condition, by=self.keys) for condition in item.conditions))
        except ValueError:
            self.unreadable_conditions += 1
            return ""

    def _skip_tip(self, item: _Item) -> None:
        told = "\n".join(filter(None, (item.words(), item.words("why"))))
        if told:
            self.skipped.append(Skipped(place=Place(address=item.address), text=told, reason=SkipReason.INSTRUCTION))


def read(content: bytes, *, name: str, today: date) -> Questionnaire:
    """Read a questionnaire or an extension of one. Raises UnreadableFile if it is neither, or no JSON at all."""
    text, warnings = decode(content)
    try:
        whole = loads(text)
    except ValueError as error:
        raise unreadable(DocumentMessage.DAMAGED, found="JSON") from error
    roots = _roots(whole)
    items = list(_items(roots, headings=(), conditions=(), depth=0))
    language = asking.language_of([item.words() for item in items])
    reading = _Reading(language=language, today=today, keys=_stand_ins(items))
    reading.read(_without_title(items))
    if not reading.questions:
        raise unreadable(DocumentMessage.NO_QUESTIONS)
    title = items[0].words() if items[0].kind in _BLOCKS else ""
    deadline = next(filter(None, (asking.deadline_in(said, today=today) for said in reading.instructions)), None)
    return Questionnaire(
        title=title or title_from_name(name),
        format=QuestionnaireFormat.VSAQ,
        language=language,
        questions=tuple(reading.questions),
        instructions=tuple(reading.instructions),
        deadline=deadline[0] if deadline else None,
        deadline_text=deadline[1] if deadline else "",
        skipped=tuple(reading.skipped),
        warnings=(*warnings, *_warnings(whole, reading)),
    )


def _roots(whole: Any) -> list[Any]:
    if isinstance(whole, dict):
        for name in ("questionnaire", "extensions"):
            if isinstance(whole.get(name), list):
                return list(whole[name])
    raise unreadable(DocumentMessage.NOT_A_QUESTIONNAIRE)


def _warnings(whole: dict[str, Any], reading: _Reading) -> Iterator[str]:
    found: list[tuple[DocumentMessage, dict[str, int]]] = []
    if "questionnaire" not in whole:
        found.append((DocumentMessage.EXTENSION_ALONE, {}))
    if reading.unreadable_conditions:
        found.append((DocumentMessage.CONDITIONS_NOT_READ, {"count": reading.unreadable_conditions}))
    for code, values in found:
        yield document_message(code, values, language=reading.language)[0]


def _items(
    roots: Sequence[Any], *, headings: tuple[str, ...], conditions: tuple[str, ...], depth: int, start: int = 0
) -> Iterator[_Item]:
    if depth > _DEEPEST:
        raise unreadable(DocumentMessage.NESTED_TOO_DEEPLY)
    count = start
    for content in roots:
        if not isinstance(content, dict):
            raise unreadable(DocumentMessage.DAMAGED, found="JSON")
        met = (*conditions, str(content.get("cond") or ""))
        item = _Item(content, address=str(content.get("id") or f"#{count}"), headings=headings, conditions=met)
        yield item
        count += 1
        inner = content.get("items") or []
        if not isinstance(inner, list):
            raise unreadable(DocumentMessage.DAMAGED, found="JSON")
        below = (*headings, item.words()) if item.kind in _BLOCKS and item.words() else headings
        for found in _items(inner, headings=below, conditions=met, depth=depth + 1, start=count):
            yield found
            count += 1


def _without_title(items: list[_Item]) -> list[_Item]:
    """The one block around everything names the questionnaire: it is no section."""
    title = items[0].words() if items else ""
    if not title or items[0].kind not in _BLOCKS or any(item.headings[:1] != (title,) for item in items[1:]):
        return items
    return [
        _Item(item.content, address=item.address, headings=item.headings[1:], conditions=item.conditions)
        for item in items
    ]


def _stand_ins(items: Sequence[_Item]) -> dict[str, str]:
    """Conditions name tips (`^tip`: it is shown) and check boxes (`box` for `box/yes`): what choices stand for them."""
    found: dict[str, str] = {}
    for item in items:
        try:
            shown = all_of(*(replaced(condition, by=found) for condition in item.conditions))
            depends_on(shown)
        except ValueError:
            continue  # what asks for it is refused in its turn
        found[f"^{item.address}"] = shown
        if item.kind == "tip":
            found[item.address] = shown
        elif item.kind in _SINGLE:
            found[item.address] = f"{item.address}/yes"
    return found


def _choices(item: _Item, *, language: Language) -> tuple[Choice, ...]:
    if item.kind in ("check", "yesno"):
        yes, no = _YES_NO[language]
        return tuple(
            Choice(key=f"{item.address}/{key}", text=_plain(item.content.get(key)) or text)
            for key, text in (("yes", yes), ("no", no))
        )
    listed = item.content.get("choices")
    if not isinstance(listed, list):
        return ()
    return tuple(
        Choice(key=str(key), text=_plain(text) or str(key))
        for entry in listed
        if isinstance(entry, dict)
        for key, text in entry.items()
    )


def _form(item: _Item, *, text: str, choices: Sequence[Choice]) -> AnswerForm:
    if item.kind in _GROUPS:
        return _GROUPS[item.kind]
    if item.kind in _FORMS:
        return _FORMS[item.kind]
    if choices:
        return AnswerForm.CHOICE
    said = asking.form_of(text, choices=())
    return said if said in (AnswerForm.NUMBER, AnswerForm.DATE) else AnswerForm.TEXT


def _text_around(item: _Item, choices: Sequence[Choice]) -> str:
    """A group without words of its own goes on under its heading, or is known by what it offers."""
    offered = " / ".join(choice.text for choice in choices)
    return ": ".join(filter(None, (item.headings[-1] if item.headings else "", offered))) or item.address


def _guidance(item: _Item) -> str:
    return "\n".join(filter(None, (item.words(name) for name in ("placeholder", "inputTitle", "title"))))


def _mandatory(item: _Item, *, text: str) -> bool | None:
    required = item.content.get("required")
    return required if isinstance(required, bool) else asking.is_mandatory(text)


def _limit(item: _Item, *, text: str) -> Limit:
    longest = str(item.content.get("maxlength", ""))
    stated = longest.isdecimal() and int(longest[:9]) > 0
    return Limit(characters=int(longest[:9])) if stated else asking.limit_in(text)


def _plain(value: object) -> str:
    if not isinstance(value, str):
        return ""
    shown = visible_text(value)[0] if "<" in value or "&" in value else value
    return Cleaner().clean(shown).strip()
