"""How answers quote, date and name: the same in every step.

Invariant: a quotation is the source's own characters (spaces made single, marks of emphasis left out), cut only at a
word and visibly; what frames it is in the conversation's language.
"""

from collections.abc import Iterable
from datetime import date

from copilot.domain.documents import DocumentKind
from copilot.domain.language import Language
from copilot.workflows.brief.context import shorten
from copilot.workflows.chat.contract import Line, Scene

QUOTE_LENGTH = 420
"""Characters. Long enough that a sentence of a contract stays whole."""
_SAYS = {
    DocumentKind.TRANSCRIPT: ("dijo", "said"),
    DocumentKind.EMAIL: ("escribió", "wrote"),
    DocumentKind.NOTE: ("anotó", "noted"),
}
_SOURCE_LANGUAGES = {Language.ES: ("en español", "in Spanish"), Language.EN: ("en inglés", "in English")}
NO_FACT = "states_no_fact"
"""Why a line of an answer may go without evidence."""


def quote(scene: Scene, text: str, *, limit: int = QUOTE_LENGTH) -> str:
    """`text` between the marks of the conversation's language."""
    short = shorten(plain(text), limit)
    return f"«{short}»" if scene.language is Language.ES else f"“{short}”"


def plain(text: str) -> str:
    """One line, without marks of emphasis."""
    return " ".join(text.replace("**", "").split())


def day(scene: Scene, value: date) -> str:
    """The day, without the year where it is the current one."""
    return scene.format.day(value) if value.year != scene.today.year else scene.format.day_of_year(value)


def on_day(scene: Scene, value: date) -> str:
    """`El 21 de octubre` / `On 21 October`."""
    return scene.say(es=f"El {day(scene, value)}", en=f"On {day(scene, value)}")


def verb(scene: Scene, kind: DocumentKind) -> str:
    """How a person of this kind of text says something."""
    es, en = _SAYS.get(kind, ("escribió", "wrote"))
    return scene.say(es=es, en=en)


def in_language(scene: Scene, language: Language) -> str:
    """` (in Spanish)` where a source is in another language than the conversation; else nothing."""
    if language is scene.language:
        return ""
    es, en = _SOURCE_LANGUAGES[language]
    return f" ({scene.say(es=es, en=en)})"


def said(text: str) -> Line:
    """A line that states no fact, such as that nothing was found."""
    return Line(text=text, evidence_ids=(), uncited_reason=NO_FACT)


def cited(text: str, evidence_ids: Iterable[str]) -> Line:
    """A line and what it rests on, each source once."""
    return Line(text=text, evidence_ids=tuple(dict.fromkeys(evidence_ids)))
