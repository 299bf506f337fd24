"""Questions while they are being read, and what they become when all is read.

Invariant: ids follow from where questions stand, so the same file gives the same ids; the keys of a question's choices
begin with its id.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from copilot.domain.document_messages import DocumentMessage
from copilot.domain.language import Language
from copilot.domain.question_conditions import all_of
from copilot.domain.questionnaires import (
    MOST_QUESTIONS,
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
from knowledge.parsers.text_building import unreadable
from knowledge.questionnaires import asking
from knowledge.questionnaires.allowed import offered_in
from knowledge.questionnaires.blocks import says

_KINDS = {"yes": "yes", "no": "no", "partly": "partly", "not_applicable": "na"}
_OWN_LANGUAGE_WORDS = 5
_YES_NO = {Language.ES: ("Sí", "No"), Language.EN: ("Yes", "No")}
_MAIL = re.compile(r"[^\s@]{1,64}@\S+")  # its dots end no sentence
_DEADLINE = {Language.ES: "Fecha límite:", Language.EN: "Deadline:"}
_WORDS = re.compile(r"[^\W_]{2,}")
_MARKS = frozenset(
    word
    for words in ("answer response reply your vendor supplier bidder respuesta contestación proveedor licitador",)
    for form in (str.lower, str.capitalize, str.upper)
    for word in map(form, words.split())
)
"""Words that only mark the place of an answer."""
_FIRST_WORDS = re.compile(r"[,.;:(–—]")


@dataclass(slots=True)
class Draft:
    """A question that may go on."""

    text: str
    address: str
    number: str = ""
    section: tuple[str, ...] = ()
    guidance: list[str] = field(default_factory=list)
    options: list[tuple[str, str]] = field(default_factory=list)
    """Allowed values with the address of the box of each, or an empty one."""
    answer: str = ""
    firm: bool = False
    """The answer's place is marked as such; an empty paragraph below is only likely to be one."""
    comment: str = ""
    given: list[str] = field(default_factory=list)
    statement: bool = False
    """Not a question by its words."""
    parent: "Draft | None" = None
    when: str = ""
    """`yes` or `no`: the answer of the parent that it is to be answered after."""
    mandatory: bool | None = None
    limit: str = ""
    limit_above: str = ""
    """What says the limit of every answer of its table, where the question has none of its own."""
    form: AnswerForm | None = None
    """The form that the file names instead of values: `Date`, `Free text`."""
    item: bool = False
    indent: int = 0
    id: str = ""

    def say(self, text: str) -> None:
        """Add what goes on in the next paragraph."""
        self.text = f"{self.text}\n{text}".strip()

    def place(self, address: str, *, firm: bool = True) -> None:
        """Take this as the place of the answer; the first firm one stays."""
        if not self.firm:
            self.answer, self.firm = address, firm

    def is_yes_or_no(self) -> bool:
        """Whether the answer says yes or no, so that others can depend on it."""
        kinds = {asking.value_kind(_FIRST_WORDS.split(text)[0]) for text, _ in self.options}
        if self.options:
            return "yes" in kinds
        return self.statement or asking.form_of(self.text, choices=()) is AnswerForm.YES_NO

    def key(self, text: str, index: int) -> str:
        """The key of the choice with this text; only the first that says yes is `yes`."""
        kind = asking.value_kind(text)
        is_first = all(asking.value_kind(other) != kind for other, _ in self.options[:index])
        return f"{self.id}_{_KINDS.get(kind, index + 1) if is_first else index + 1}"


@dataclass(slots=True)
class Found:
    """Everything that is being read from one file, in order."""

    language: Language
    today: date
    drafts: list[Draft] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    title: str = ""
    warnings: list[str] = field(default_factory=list)

    def add(self, draft: Draft) -> None:
        """Take a question up. Raises UnreadableFile as soon as there are too many, however many would follow."""
        if len(self.drafts) == MOST_QUESTIONS:
            raise unreadable(DocumentMessage.TOO_MANY_QUESTIONS, limit=MOST_QUESTIONS)
        self.drafts.append(draft)

    def skip(self, text: str, address: str, reason: SkipReason) -> None:
        """Leave a stretch out; texts without any character are none."""
        if text.strip():
            self.skipped.append(Skipped(place=Place(address=address), text=text.strip(), reason=reason))

    def words(self) -> set[str]:
        """All words that were kept."""
        texts = [self.title, *(skipped.text for skipped in self.skipped)]
        for draft in self.drafts:
            texts += [draft.text, draft.number, draft.limit, *draft.guidance, *draft.given, *draft.section]
            texts += [text for text, _ in draft.options]
        return {word for text in texts for word in _WORDS.findall(text)} | _MARKS

    def questionnaire(self, format_: QuestionnaireFormat, *, title: str) -> Questionnaire:
        """What was found. Raises UnreadableFile if no question was."""
        if not self.drafts:
            raise unreadable(DocumentMessage.NO_QUESTIONS)
        for draft in self.drafts:
            draft.options = draft.options or [(value, "") for value in offered_in(draft.text)]
        _name(self.drafts)
        instructions = [skipped.text for skipped in self.skipped if skipped.reason is SkipReason.INSTRUCTION]
        deadline = self._deadline(instructions)
        children: dict[int, list[Draft]] = defaultdict(list)
        for draft in self.drafts:
            children[id(draft.parent)].append(draft)
        questions = tuple(self._question(draft, children[id(draft)]) for draft in self.drafts)
        return Questionnaire(
            title=self.title or title,
            format=format_,
            language=self.language,
            questions=questions,
            instructions=tuple(instructions),
            deadline=deadline[0] if deadline else None,
            deadline_text=deadline[1] if deadline else "",
            skipped=tuple(self.skipped),
            warnings=tuple(dict.fromkeys(self.warnings)),
        )

    def _deadline(self, instructions: Sequence[str]) -> tuple[date, str] | None:
        others = [skipped.text for skipped in self.skipped if skipped.reason is not SkipReason.INSTRUCTION]
        for text in (*instructions, *others):
            found = asking.deadline_in(_MAIL.sub("", text), today=self.today)
            if found is not None:
                return found
        return next(filter(None, (self._day_to_reply(text) for text in instructions)), None)

    def _day_to_reply(self, text: str) -> tuple[date, str] | None:
        """`Could you get back to us by 3 May?` has no word that means a deadline."""
        asked = says("mail", "request", text) or says("mail", "wanted", text)
        match = says("mail", "by", text) if asked else None
        found = (
            asking.deadline_in(f"{_DEADLINE[self.language]} {text[match.start() :]}", today=self.today)
            if match
            else None
        )
        return (found[0], " ".join(text.split())) if found else None

    def _question(self, draft: Draft, children: Sequence[Draft]) -> Question:
        guidance = "\n".join(draft.guidance)
        choices = _choices(draft, children=children, found=self)
        return Question(
            id=draft.id,
            text=draft.text,
            place=Place(address=draft.address),
            number=draft.number,
            section=draft.section,
            guidance=guidance,
            form=_form(draft, choices),
            choices=choices,
            answer_place=Place(address=draft.answer) if draft.answer else None,
            comment_place=_comment_place(draft),
            mandatory=draft.mandatory if draft.mandatory is not None else _mandatory(draft, guidance),
            limit=_limit(draft, guidance),
            condition=_condition(draft),
            language=_language(draft.text, default=self.language),
            given="\n".join(draft.given),
            doubt=_doubt(draft),
        )


def _name(drafts: Sequence[Draft]) -> None:
    taken: set[str] = set()
    for draft in drafts:
        base = re.sub(r"[\s&|!(),\"^]+", "-", draft.address)
        draft.id = base
        count = 2
        while draft.id in taken:
            draft.id = f"{base}-{count}"
            count += 1
        taken.add(draft.id)


def _choices(draft: Draft, *, children: Sequence[Draft], found: Found) -> tuple[Choice, ...]:
    if not draft.options and children:
        language = _language(draft.text, default=found.language)
        return tuple(
            Choice(key=f"{draft.id}_{kind}", text=text)
            for kind, text in zip(("yes", "no"), _YES_NO[language], strict=True)
        )
    return tuple(
        Choice(key=draft.key(text, index), text=text, place=Place(address=address) if address else None)
        for index, (text, address) in enumerate(draft.options)
    )


def _form(draft: Draft, choices: Sequence[Choice]) -> AnswerForm:
    form = asking.form_of(draft.text, choices=[choice.text for choice in choices])
    if not choices and draft.form not in (None, AnswerForm.TEXT):
        return draft.form
    if form is AnswerForm.YES_NO and not choices and draft.parent is not None:
        return asking.form_of(draft.text, choices=[])
    return form


def _comment_place(draft: Draft) -> Place | None:
    return Place(address=draft.comment) if draft.comment and draft.comment != draft.answer else None


def _mandatory(draft: Draft, guidance: str) -> bool | None:
    said = asking.is_mandatory(draft.text)
    return said if said is not None or not guidance else asking.is_mandatory(guidance)


def _limit(draft: Draft, guidance: str) -> Limit:
    for text in (draft.limit, draft.text, guidance, draft.limit_above):
        found = asking.limit_in(text) if text else Limit()
        if found != Limit():
            return found
    return Limit()


def _condition(draft: Draft) -> str:
    """Own parents first; a child of a child needs both."""
    conditions: list[str] = []
    below: Draft | None = draft
    while below is not None and below.parent is not None:
        conditions.insert(0, _key_when(below.parent, below.when))
        below = below.parent
    return all_of(*conditions)


def _key_when(parent: Draft, when: str) -> str:
    """The parent's choice that says yes or no; values that say neither leave the child without a condition."""
    for index, (text, _) in enumerate(parent.options):
        if asking.value_kind(_FIRST_WORDS.split(text)[0]) == when:
            return parent.key(text, index)
    return "" if parent.options else f"{parent.id}_{when}"


def _language(text: str, *, default: Language) -> Language:
    return asking.language_of([text]) if len(text.split()) > _OWN_LANGUAGE_WORDS else default


def _doubt(draft: Draft) -> str:
    if any(draft.given):
        return Doubt.FILLED.value
    return Doubt.STATEMENT.value if draft.statement else ""
