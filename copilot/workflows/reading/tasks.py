"""How notes open a task: a verb in its bare form, somebody who is to do it, a verb in the future.

Invariant: only the opening words are judged; what a person says of the present or the past opens none.
"""

import re

from copilot.domain.folding import flat
from copilot.domain.language import Language
from copilot.workflows.reading.cues import cue

_MARKS = re.compile(r"(?:[-*•–▪·☐☑→>_\s]|\d{1,2}[.)]\s|\[[ xX]?\])+")


def opens_task(text: str, *, language: Language) -> bool:
    """Whether words after an owner's name say what is to be done: `enviar la oferta`, `to send it`, `will call`."""
    plain = flat(unmarked_line(text))
    return bool(cue("notes", "act").match(plain)) or (
        language is Language.ES and bool(cue("notes", "act_spanish").match(plain))
    )


def unmarked_line(text: str) -> str:
    """Without the mark of a list item or a box to tick."""
    marks = _MARKS.match(text)
    return text[marks.end() :] if marks else text
