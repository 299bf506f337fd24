"""Which names in the texts of an account are those of rivals, and from when on that can be known.

Invariant: a name is a rival's from the first sentence on that shows it (it quotes, it is compared with us …), never
because of a later one. It is neither ours, nor the customer's, nor one of the programs that everybody has.
"""

import re
from collections.abc import Mapping, Sequence

from copilot.domain.folding import flat
from copilot.workflows.reading.cues import words
from copilot.workflows.reading.statements import RIVAL, RIVAL_NAME, rival_names

_ONE_OF = r"(?:(?:the|la|el|las|los)\s+)?(?:(?:one|offer|quote|proposal|bid|price|that)\s+)?(?:(?:from|of|by|de)\s+)?"
_SHOWN = (
    rf"\bcompar\w+\s.{{0,60}}?\b(?:with|against|con)\s+{_ONE_OF}{RIVAL_NAME}",
    rf"\b(?:the\s+one|demo|demonstration|trial|pilot|presentation|tariff)\s+(?:from|by|of|with)\s+{RIVAL_NAME}",
    rf"\b(?:prueba|presentación|tarifa|precios?)\s+(?:de|con)\s+{RIVAL_NAME}",
    rf"\balready\s+(?:us(?:es?|ing)|work(?:s|ing)?\s+with)\s+{RIVAL_NAME}",
    rf"\bya\s+(?:usan?|utilizan?|trabajan?)\s+(?:con\s+)?{RIVAL_NAME}",
    rf"\b(?:evaluat|assess|consider|trial|pilot|shortlist)\w*\s+{RIVAL_NAME}",
    rf"\b(?:looking|looked|look)\s+into\s+(?:moving\s+to\s+)?{RIVAL_NAME}",
    rf"\b(?:approached|contacted|courted)\s+by\s+{RIVAL_NAME}",
    rf"\b(?:evalu|valor|estudi|prob|consider|baraj|sonde)(?:ar|ando|amos|emos|ado)\s+(?:a\s+)?{RIVAL_NAME}",
    rf"\b(?:alternativ|competidor|competitor|rival)\w*,?\s+(?:such\s+as|like|including|como|entre\s+ell[oa]s)\s+{RIVAL_NAME}",
    rf"\b(?:vendors?|suppliers?|providers?|proveedor(?:es)?),?\s+(?:such\s+as|like|como|llamad[oa])\s+{RIVAL_NAME}",
    rf"\b{RIVAL_NAME}\s+(?:is|would\s+be|comes\s+out|works\s+out)\s+(?:\w+\s+){{0,3}}(?:cheaper|less\s+expensive)\b",
    rf"\b{RIVAL_NAME}\s+(?:nos\s+)?(?:es|sale|saldría)\s+(?:\w+\s+){{0,3}}más\s+(?:barat|económic)",
    rf"\b{RIVAL_NAME}\s+(?:has\s+|have\s+)?(?:approached|undercut|courted)\b",
    rf"\b{RIVAL_NAME}\s+nos\s+(?:hace|ha\s+hecho|hizo|dio|da|pone|propone|promete)\s+(?:\w+\s+){{0,2}}(?:oferta|precio|descuento|condiciones)",
    rf"\b{RIVAL_NAME}'s\s+(?:offer|quote|bid|pricing|demo|platform)\b",
    rf"\b(?:pasar|cambiar|mover|saltar|ir)(?:nos|se|lo)?\s+(?:todo\s+)?a\s+{RIVAL_NAME}",
    rf"\b(?:go|going|went|sign|signing)\s+with\s+{RIVAL_NAME}",
)  # fmt: skip
PATTERNS = (*RIVAL, *(re.compile(pattern) for pattern in _SHOWN))
_CAPITAL = re.compile(r"[A-ZÁÉÍÓÚÑ]\w\w")
_OWN_WORDS = ("stop", "everyday_programs")


class Rivals:
    """Fed with sentences in the order in which they were said."""

    def __init__(self, known: frozenset[str]) -> None:
        """`known` are folded words of names that are no rivals."""
        self._known = known
        self._names: dict[str, re.Pattern[str]] = {}

    def heard(self, text: str) -> Sequence[str]:
        """The rivals that a sentence names, after what it says of them is taken in."""
        if not _CAPITAL.search(text):
            return ()
        for name in rival_names(text, self._known, patterns=PATTERNS):
            if not any(flat(name.split()[0]) in words(each) for each in _OWN_WORDS):
                self._names.setdefault(name, re.compile(rf"\b{re.escape(name)}\b"))
        found = [name for name, pattern in self._names.items() if pattern.search(text)]
        # `Nordwerk Group` and `Nordwerk` are one.
        return [name for name in found if not any(name != other and name in other for other in found)]

    @property
    def names(self) -> Mapping[str, re.Pattern[str]]:
        """Those heard of so far."""
        return self._names
