"""Is the draft in the language asked for?"""

import re
from collections.abc import Iterable

from copilot.domain.findings import Action, Finding, Severity
from copilot.domain.language import Language, detect
from copilot.guardrails.detector import Context, finding

_QUOTED = re.compile(r"«[^«»]{0,2000}»|“[^“”]{0,2000}”|\"[^\"]{0,2000}\"")
_NAME = re.compile(
    r"\b[^\W\d_a-záéíóúñü][\w’'.-]{0,40}(?:(?: (?:de|del|la|las|los|y|of|the|and)){1,2} (?=[^\W\d_a-záéíóúñü]))?"
)
"""A word with a capital, and the small words between two such: names and titles keep their own language."""
_NAMES = {
    Language.ES: {"asked.es": "español", "asked.en": "Spanish"},
    Language.EN: {"asked.es": "inglés", "asked.en": "English"},
}
_SENTENCE_WORDS = 8
"""A shorter segment is often a name, a title or a quotation, and no language can be read off it."""


class LanguageDetector:
    """Compares each sentence with the language asked for. Quotations keep the language of their author."""

    name = "language"

    def inspect(self, context: Context) -> Iterable[Finding]:
        """See the class docstring. A draft that is mostly in the other language is a high risk."""
        asked = context.draft.language
        judged, foreign = 0, []
        for segment in context.draft.segments():
            own_words = _NAME.sub(" ", _QUOTED.sub(" ", segment.text))
            if len(own_words.split()) < _SENTENCE_WORDS:
                continue
            judged += 1
            if detect(own_words, prior=asked) is not asked:
                foreign.append(segment)
        severity = Severity.HIGH if len(foreign) * 2 > judged else Severity.MEDIUM
        for segment in foreign:
            yield finding("language.not_as_asked", severity, Action.FLAG, segment=segment, values=_NAMES[asked])
