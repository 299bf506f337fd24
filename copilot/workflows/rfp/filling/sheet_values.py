"""What is written into one cell of a workbook: a listed value, a number, a day or a text.

Invariant: what is written satisfies the cell's validation and means what the answer says; else nothing is.
"""

from datetime import date
from decimal import Decimal

from copilot.domain.figures import FigureKind, extract_figures
from copilot.domain.language import Language
from copilot.domain.questionnaires import AnswerForm, Question
from copilot.domain.rfp_answers import RfpAnswer
from copilot.workflows.rfp.filling.filled import Unwritable
from copilot.workflows.rfp.filling.saying import allowed_value, in_open_place, prose, words_beside
from copilot.workflows.rfp.filling.sheet_cells import Value, cell_text
from copilot.workflows.rfp.filling.sheet_formats import Shown
from copilot.workflows.rfp.filling.sheet_parts import Content
from copilot.workflows.rfp.filling.sheet_rules import Rules

_HUNDRED = Decimal(100)
_TRUE_WORDS = {True: "TRUE", False: "FALSE"}


def answer_value(
    question: Question, answer: RfpAnswer, *, rules: Rules, shown: Shown, own_comment: bool
) -> tuple[Value, str]:
    """The value for the answer's cell, and the text for the comment's, if it has one. Raises Unwritable."""
    if rules.closed:
        value = _listed(question, answer, rules)
        return value, prose(answer) if own_comment else words_beside(str(value), answer)
    number = _number_or_day(question, answer, rules=rules, shown=shown, own_comment=own_comment)
    if number is not None:
        return number, prose(answer) if own_comment else ""
    said = in_open_place(question, answer, own_comment=own_comment)
    text = cell_text(said.value)
    if not rules.allow(text):
        raise Unwritable
    return text, said.comment


def comment_value(text: str, *, rules: Rules) -> str:
    """The text for a comment's cell. Raises Unwritable."""
    clean = cell_text(text)
    if rules.closed or not rules.allow(clean):
        raise Unwritable
    return clean


def _listed(question: Question, answer: RfpAnswer, rules: Rules) -> Value:
    values: tuple[Content, ...] | None = rules.listed()
    if values is None:  # a list that a formula makes; what was read as choices is all that is known of it
        values = tuple(choice.text for choice in question.choices)
    value = values[allowed_value(question, answer, [_as_text(item) for item in values])]
    if not isinstance(value, bool) and not rules.allow(value):
        raise Unwritable
    return value


def _as_text(value: Content) -> str:
    if isinstance(value, bool):
        return _TRUE_WORDS[value]
    return value if isinstance(value, str) else f"{value.normalize():f}"


def _number_or_day(
    question: Question, answer: RfpAnswer, *, rules: Rules, shown: Shown, own_comment: bool
) -> Decimal | date | None:
    """The one figure of the answer where a figure is asked for. None: a text may stand here.

    In a place that takes any text, and without another one for the sentences, only an answer that is nothing else.

    Raises Unwritable if only a figure may, and the answer has none or several.
    """
    if answer.short is not None or answer.chosen:
        if rules.numeric or rules.day:
            raise Unwritable
        return None
    if rules.day or (question.form is AnswerForm.DATE and shown is Shown.DAY):
        day = only_day(prose(answer), language=answer.language)
        return _within(day if shown is Shown.DAY else None, rules, needed=rules.day)
    if rules.numeric or (question.form is AnswerForm.NUMBER and shown in {Shown.PLAIN, Shown.SHARE}):
        number = only_number(prose(answer), language=answer.language, as_share=shown is Shown.SHARE)
        alone = own_comment or rules.numeric or shown is Shown.SHARE or says_no_more(prose(answer))
        return _within(number if alone else None, rules, needed=rules.numeric)
    return None


def says_no_more(text: str) -> bool:
    """Whether a text is a figure and nothing else."""
    return not any(char.isalpha() for char in text)


def _within(value: Decimal | date | None, rules: Rules, *, needed: bool) -> Decimal | date | None:
    if value is not None and rules.allow(value):
        return value
    if needed:
        raise Unwritable
    return None


def only_day(text: str, *, language: Language) -> date | None:
    """The day that a text names, if it names one and no other."""
    days = {item.value for item in extract_figures(text, language=language) if item.kind is FigureKind.DATE}
    found = days.pop() if len(days) == 1 else None
    return found if isinstance(found, date) else None


def only_number(text: str, *, language: Language, as_share: bool) -> Decimal | None:
    """The number that a text states, if it states one and no other. `as_share`: 12 % is 0.12.

    A share or an amount of money is no plain number: written without its unit it would say something else.
    """
    figures = extract_figures(text, language=language)
    if len(figures) != 1:
        return None
    figure, value = figures[0], figures[0].value
    if not isinstance(value, Decimal) or figure.kind is FigureKind.AMOUNT or figure.unit is not None:
        return None
    if figure.kind is FigureKind.PERCENTAGE:
        return value / _HUNDRED if as_share else None
    return None if as_share else value
