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
from copilot.guardrails.grounding.words import Word, words_of
from copilot.workflows.rfp.answering.claims import negating_words
from copilot.workflows.rfp.answering.clauses import is_planned
from copilot.workflows.rfp.answering.measured_values import measured
from copilot.workflows.rfp.answering.quantities import meets
from copilot.workflows.rfp.answering.sameness import all_names, names_of
from copilot.workflows.rfp.answering.short_form import said_outright

_OPENING = re.compile(r"^\W*(?:yes|no|si|partially|partly|parcialmente|n/?a|not applicable|no aplica|no procede)\b\W*")
_PARTLY = re.compile(
    r"^\W*(?:optional|opcional|(?:subject to|under|with) (?:conditions|restrictions)|conditional(?:ly)?|limited|"
    r"in part|(?:con|bajo|sujeto a) (?:condiciones|restricciones)|condicionad[oa]|limitad[oa])\W*$"
)
_PLANNED = re.compile(
    r"^\W*(?:planned|roadmap|(?:on the|in) roadmap|in progress|under way|not yet|previst[oa]|planificad[oa]|en curso|"
    r"en (?:desarrollo|proceso|hoja de ruta)|hoja de ruta|aun no|todavia no)\W*$"
)
_MOST_LEFT = 12


def chosen_by_short(
    choices: Sequence[Choice], short: ShortForm | None, *, texts: Sequence[str] = ()
) -> tuple[str, ...]:
    """The one value that says this short form and no more. `texts`: on which it rests; a plan may be a value too."""
    if short is None:
        return ()
    if short is ShortForm.NO and any(is_planned(text) for text in texts):
        planned = [item for item in choices if _PLANNED.match(flat(item.text))]
        if len(planned) == 1:
            return (planned[0].key,)
    bare = [item for item in choices if said_outright(f"{item.text}.") is short and not _more(item.text)]
    if short is ShortForm.PARTIAL and not bare:
        bare = [item for item in choices if _PARTLY.match(flat(item.text))]
    return (bare[0].key,) if len(bare) == 1 else ()


def chosen_by_words(question: Question, texts: Sequence[str]) -> tuple[str, ...]:
    """Values that the sentences state in all their words; for one value, only if no other is stated too."""
    if question.form not in (AnswerForm.CHOICE, AnswerForm.CHOICES):
        return ()
    by_measure = measured(question, texts)
    if by_measure is not None:
        return by_measure
    found = tuple(item.key for item in question.choices if any(_states(text, item, question) for text in texts))
    return found if question.form is AnswerForm.CHOICES or len(found) == 1 else ()


def _more(text: str) -> bool:
    return bool(_OPENING.sub("", flat(text)).strip(" .,;:!"))


def _states(text: str, choice: Choice, question: Question) -> bool:
    """Whether a sentence has every word that the value has beyond the question."""
    asked = all_names(question.text)
    wanted = [word for word in words_of(choice.text) if word.is_word and word.folded not in FUNCTION_WORDS]
    own = [word for word in wanted if not names_of(word.folded) & asked]
    if not own or len(own) > _MOST_LEFT or negating_words(choice.text) or negating_words(text):
        return False
    said = all_names(text)
    return all(_names(word) & said for word in own) and meets(choice.text, text)


def _names(word: Word) -> frozenset[str]:
    """Of a word; an abbreviation names one thing, and not what it is mostly used with (SAML, single sign-on)."""
    names = names_of(word.folded)
    return frozenset(name for name in names if not name.startswith("#")) if word.text.isupper() else names
