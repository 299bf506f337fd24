"""Makes a questionnaire of what was found on sheets: names questions, links follow-ups, reads languages and dates.

Invariant: ids follow from sheet and cell; a question that follows another's yes or no names that other's choice.
"""

import re
from collections.abc import Sequence
from datetime import date

from copilot.domain.document_messages import DocumentMessage, document_message, localise
from copilot.domain.language import Language, detect
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
from knowledge.parsers.text_building import unreadable
from knowledge.questionnaires import asking
from knowledge.questionnaires.blocks import says
from knowledge.questionnaires.finding import Finding, Findings
from knowledge.questionnaires.grid import Sheet, address, one_line
from knowledge.questionnaires.layout import matches

_KINDS = {"yes": "yes", "no": "no", "partly": "partly", "not_applicable": "na"}
_RULE_FORMS = {"whole": AnswerForm.NUMBER, "decimal": AnswerForm.NUMBER, "date": AnswerForm.DATE}
_YES_NO = {Language.ES: ("Sí", "No"), Language.EN: ("Yes", "No")}
_OWN_LANGUAGE_WORDS = 5
_LONGEST_BETWEEN = 6
_PLACEHOLDER_DASHES = re.compile(r"[\s\-–—_.…?]*")

Notice = tuple[DocumentMessage, dict[str, str | int]]


def assemble(
    findings: Findings,
    *,
    format_: QuestionnaireFormat,
    name: str,
    today: date,
    notices: Sequence[Notice] = (),
    title: str = "",
    warnings: Sequence[str] = (),
) -> Questionnaire:
    """The questionnaire. Raises UnreadableFile if nothing in the file asks."""
    if not findings.questions:
        raise unreadable(DocumentMessage.NO_QUESTIONS)
    prior = asking.language_of(
        [*(finding.text for finding in findings.questions), *(left.text for left in findings.left)]
    )
    language = detect(" \n".join(finding.text for finding in findings.questions), prior=prior)
    several = _names_sheets(findings.questions)
    questions = _linked(
        [_question(finding, language=language, named=several) for finding in findings.questions], language=language
    )
    instructions = [left.text for left in findings.left if left.reason is SkipReason.INSTRUCTION]
    others = [left.text for left in findings.left if left.reason is not SkipReason.INSTRUCTION]
    deadline = next(filter(None, (asking.deadline_in(text, today=today) for text in (*instructions, *others))), None)
    return Questionnaire(
        title=findings.title or title or title_from_name(name),
        format=format_,
        language=language,
        questions=tuple(questions),
        instructions=tuple(instructions),
        deadline=deadline[0] if deadline else None,
        deadline_text=deadline[1] if deadline else "",
        skipped=tuple(
            Skipped(place=left.sheet.place(left.spot), text=left.text, reason=left.reason) for left in findings.left
        ),
        warnings=(
            *(document_message(code, values, language=language)[0] for code, values in notices),
            *(localise(warning, language=language) for warning in warnings),
        ),
    )


def _names_sheets(findings: Sequence[Finding]) -> bool:
    """Sheets are headings where several of them ask."""
    return len({finding.sheet.index for finding in findings}) > 1


def _question(finding: Finding, *, language: Language, named: bool) -> Question:
    sheet = finding.sheet
    identity = f"s{sheet.index}{address(*finding.spot).lower()}"
    given = _given(finding)
    choices = _choices(finding, identity)
    is_titled = named and sheet.part and not matches("sheet", "generic", sheet.name)
    text = one_line(finding.text)
    return Question(
        id=identity,
        text=text,
        place=sheet.place(finding.spot),
        number=finding.number,
        section=(*((one_line(sheet.name),) if is_titled else ()), *finding.section),
        guidance="\n".join(finding.guidance),
        form=_form(finding, [choice.text for choice in choices]),
        choices=choices,
        answer_place=sheet.place(finding.answer) if finding.answer is not None else None,
        comment_place=_comment_place(finding),
        mandatory=finding.mandatory,
        limit=_limit(finding),
        language=detect(text, prior=language) if len(text.split()) >= _OWN_LANGUAGE_WORDS else language,
        given=given,
        hidden=sheet.is_hidden(finding.spot),
        doubt=_doubt(finding, given),
    )


def _given(finding: Finding) -> str:
    if finding.offers:
        return ""
    spots = [spot for _, spot in finding.options if spot is not None]
    if not spots and finding.answer is not None:
        spots = [finding.answer]
    return " | ".join(text for spot in spots if (text := finding.sheet.text(spot)))


def _choices(finding: Finding, identity: str) -> tuple[Choice, ...]:
    found: dict[str, Choice] = {}
    for index, (text, spot) in enumerate(finding.options, start=1):
        key = f"{identity}_{_KINDS.get(asking.value_kind(text), str(index))}"
        key = key if key not in found else f"{identity}_{index}"
        found[key] = Choice(key=key, text=one_line(text), place=finding.sheet.place(spot) if spot else None)
    return tuple(found.values())


def _form(finding: Finding, choices: Sequence[str]) -> AnswerForm:
    if not choices and finding.rule is not None and finding.rule.kind in _RULE_FORMS:
        return _RULE_FORMS[finding.rule.kind]
    form = asking.form_of(finding.text, choices=choices)
    if not choices and finding.form not in (None, AnswerForm.TEXT):
        return finding.form
    return AnswerForm.YES_NO if finding.yes_or_no and form is AnswerForm.TEXT else form


def _comment_place(finding: Finding) -> Place | None:
    if finding.comment is None or finding.comment == finding.answer:
        return None
    return finding.sheet.place(finding.comment)


def _limit(finding: Finding) -> Limit:
    longest = finding.rule.longest if finding.rule is not None else None
    if longest is not None and finding.limit.characters is None:
        return Limit(words=finding.limit.words, characters=longest)
    return finding.limit


def _doubt(finding: Finding, given: str) -> str:
    if given and not says("answer", "placeholder", given) and not _PLACEHOLDER_DASHES.fullmatch(given):
        return Doubt.FILLED.value
    if finding.answer is None:
        return Doubt.NO_ANSWER_PLACE.value
    return Doubt.STATEMENT.value if finding.statement else ""


def _linked(questions: list[Question], *, language: Language) -> list[Question]:
    """`If yes, ...` is to be answered after the question above it."""
    found: list[Question] = []
    parent: int | None = None
    for question in questions:
        when = next((when for when in ("yes", "no") if says("follow_up", when, question.text)), "")
        if when and parent is not None and _belongs(found[parent], question, len(found) - parent):
            asked = _with_choices(found[parent], language=language)
            key = f"{asked.id}_{when}"
            if any(choice.key == key for choice in asked.choices):
                found[parent] = asked
                found.append(question.model_copy(update={"condition": key}))
                continue
        parent = len(found)
        found.append(question)
    return found


def _belongs(parent: Question, child: Question, distance: int) -> bool:
    return parent.place.part == child.place.part and distance <= _LONGEST_BETWEEN


def _with_choices(question: Question, *, language: Language) -> Question:
    if question.choices:
        return question
    texts = _YES_NO[question.language if question.language in _YES_NO else language]
    choices = tuple(
        Choice(key=f"{question.id}_{kind}", text=text) for kind, text in zip(("yes", "no"), texts, strict=True)
    )
    return question.model_copy(update={"choices": choices})


def lists_only(sheet: Sheet, row: int) -> bool:
    """Whether all that stands in a row are values that drop-downs take from there."""
    return all(any(area.holds((row, column)) for area in sheet.lists) for column in sheet.rows[row])
