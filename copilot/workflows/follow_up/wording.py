"""The sentences of a follow-up in one language, form of address and tone, from `wordings.toml`.

Invariant: wordings are data and deterministic; a tone changes how something is said, never what is said.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from copilot.domain.language import Language
from copilot.workflows.follow_up.choices import Manner, Register, Variant

_FILE = Path(__file__).with_name("wordings.toml")
_FAR = frozenset({Register.USTED, Register.FORMAL})
_SPAIN = "ES"


class Wording:
    """Words for one email."""

    def __init__(self, manner: Manner, *, readers: int, country: str | None) -> None:
        """`readers`: how many it is addressed to. Spain says `vosotros` to several people it calls `tú`."""
        tables = _tables()[manner.language.value]
        tone = manner.variant.value if manner.variant is not Variant.SHORTER else Variant.PLAIN.value
        self._said: Mapping[str, str] = {**tables["plain"], **tables.get(tone, {})}
        self._far = manner.register in _FAR
        self._forms: Mapping[str, str] = tables["forms"][_form(manner, readers=readers, country=country)]

    def __call__(self, key: str, **values: str) -> str:
        """The sentence with its gaps filled. KeyError if there is no such sentence."""
        # A sentence may come in two distances: `greeting_near` and `greeting_far`.
        for name in (f"{key}_far" if self._far else f"{key}_near", key):
            if name in self._said:
                return self._said[name].format(**self._forms, **values)
        raise KeyError(key)


def sentences_of(language: Language) -> frozenset[str]:
    """The keys of all sentences, without their distance."""
    plain = _tables()[language.value]["plain"]
    return frozenset(key.removesuffix("_near").removesuffix("_far") for key in plain)


def _form(manner: Manner, *, readers: int, country: str | None) -> str:
    if manner.language is Language.EN:
        return manner.register.value
    if manner.register is Register.USTED:
        return "usted" if readers == 1 else "ustedes"
    if readers == 1:
        return "tu"
    return "vosotros" if country in {_SPAIN, None} else "ustedes"


@cache
def _tables() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))
