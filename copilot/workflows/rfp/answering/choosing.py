"""Which of the allowed values an answer takes.

Invariant: a value is taken only if the source says what the value says. "Yes, and we also review them every month" is
more than "yes", and needs a source for all of it.
"""

import re
from collections.abc import Sequence

from copilot.domain.folding import flat
from copilot.domain.questionnaires import AnswerForm, Choice, Question
from copilot.domain.rfp_answers import ShortForm
from copilot.guardrails.grounding.vocabulary import FUNCTION_WORDS
from copilot.guardrails.grounding.words import words_of
from copilot.workflows.rfp.answering.claims import negating_words
from copilot.workflows.rfp.answering.fitting import terms_of
from copilot.workflows.rfp.answering.quantities import meets
from copilot.workflows.rfp.answering.short_form import said_outright

_OPENING = re.compile(r"^\W*(?:yes|no|si|partially|partly|parcialmente|n/?a|not applicable|no aplica|no procede)\b\W*")
_MOST_LEFT = 12


def chosen_by_short(choices: Sequence[Choice], short: ShortForm | None) -> tuple[str, ...]:
    """The one value that says this short form and no more."""
    if short is None:
        return ()
    bare = [item for item in choices if said_outright(f"{item.text}.") is short and not _more(item.text)]
    return (bare[0].key,) if len(bare) == 1 else ()


def chosen_by_words(question: Question, texts: Sequence[str]) -> tuple[str, ...]:
    """Values that the sentences of facts state in all their words; for one value, only if no other is stated too."""
    if question.form not in (AnswerForm.CHOICE, AnswerForm.CHOICES):
        return ()
    found = tuple(item.key for item in question.choices if any(_states(text, item, question) for text in texts))
    return found if question.form is AnswerForm.CHOICES or len(found) == 1 else ()


def offers_yes_and_no(choices: Sequence[Choice]) -> bool:
    """Whether the values are a yes and a no, however they go on."""
    said = {said_outright(f"{item.text} .") for item in choices}
    return {ShortForm.YES, ShortForm.NO} <= said


def _more(text: str) -> bool:
    return bool(_OPENING.sub("", flat(text)).strip(" .,;:!"))


def _states(text: str, choice: Choice, question: Question) -> bool:
    """Whether a sentence has every word that the value has beyond the question."""
    asked = {term for word in words_of(question.text) for term in terms_of(word.folded)}
    wanted = [word for word in words_of(choice.text) if word.is_word and word.folded not in FUNCTION_WORDS]
    own = [word for word in wanted if not terms_of(word.folded) & asked]
    if not own or len(own) > _MOST_LEFT or negating_words(choice.text) or negating_words(text):
        return False
    said = {term for word in words_of(text) for term in terms_of(word.folded)}
    return all(terms_of(word.folded) & said for word in own) and meets(choice.text, text)
