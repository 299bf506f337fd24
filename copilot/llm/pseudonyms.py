"""Personal data leaves for a model only as pseudonyms, the same person always under the same one.

Invariant 7: every known name, and every email address and telephone number, is replaced before a text goes out;
what comes back is restored, whatever ending the model put on a pseudonym.
"""

import re
from collections.abc import Iterable

from copilot.domain.folding import flat

_EMAIL = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(
    r"(?<![\w.,/$€£-])(?:\(\d{2,4}\)[\s.-]?\d{3,4}[\s.-]?\d{3,4}|(?:\+\d{1,3}[\s.-]?)?\d{1,4}(?:[\s.-]\d{2,4}){2,5})(?![\w%/]|[.,]\d)"
)
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_SHORTEST_NAME = 3
_FEWEST_PHONE_DIGITS = 9
_PARTICLES = frozenset("de del la las los van von da di y e san santa mac mc".split())  # noqa: SIM905
_TITLES = re.compile(r"\b(?:mr|mrs|ms|dr|sr|sra|srta|don|doña|ing|lic)\.?\s+$", re.I)


class Pseudonyms:
    """A two-way table for one question to a model. Built from the people known around the account."""

    def __init__(self, names: Iterable[str]) -> None:
        self._by_key: dict[str, str] = {}
        self._originals: dict[str, str] = {}
        self._people = self._patterns(sorted({name.strip() for name in names if name.strip()}))

    def hide(self, text: str) -> str:
        """Replace names, email addresses and telephone numbers."""
        hidden = _EMAIL.sub(lambda match: self._token("EMAIL", match.group()), text)
        hidden = _PHONE.sub(self._phone, hidden)
        for pattern, name in self._people:
            hidden = self._replace(hidden, pattern, name)
        return hidden

    def restore(self, text: str) -> str:
        """Put the originals back. Spacing, case and endings (`Person 1's`, `PERSON_1s`) are tolerated."""
        return _TOKEN.sub(self._original, text)

    def unknown(self, text: str) -> list[str]:
        """Pseudonyms in `text` that were never given out: the model made somebody up."""
        found = (f"{match[1].upper()}_{int(match[2])}" for match in _TOKEN.finditer(text))
        return sorted({token for token in found if token not in self._originals})

    def _patterns(self, names: list[str]) -> list[tuple[re.Pattern[str], str]]:
        """Whole names first, then each part that belongs to one person only; shared parts stand for themselves."""
        patterns: list[tuple[re.Pattern[str], str]] = []
        owners: dict[str, set[str]] = {}
        for name in names:
            for part in name.split():
                if len(part) >= _SHORTEST_NAME and flat(part) not in _PARTICLES:
                    owners.setdefault(part, set()).add(name)
        for name in sorted(names, key=len, reverse=True):
            patterns.append((_words(name), name))
            short = _without_second_family_name(name)
            if short != name:
                patterns.append((_words(short), name))
        for part, people in sorted(owners.items(), key=lambda item: (-len(item[0]), item[0])):
            patterns.append((_words(part), next(iter(people)) if len(people) == 1 else part))
        return patterns

    def _replace(self, text: str, pattern: re.Pattern[str], name: str) -> str:
        plain, pieces, position = flat(text), [], 0
        for match in pattern.finditer(plain):
            if " " not in match.group() and not text[match.start()].isupper():
                continue  # `rob the bank`: a single part is a name only where it is written like one
            start = _TITLES.sub("", text[position : match.start()])
            pieces += [start, self._token("PERSON", name)]
            position = match.end()
        return "".join([*pieces, text[position:]])

    def _phone(self, match: re.Match[str]) -> str:
        digits = sum(char.isdigit() for char in match.group())
        if digits < _FEWEST_PHONE_DIGITS or _ISO_DATE.search(match.group()):
            return match.group()
        return self._token("PHONE", match.group())

    def _token(self, kind: str, original: str) -> str:
        key = f"{kind}:{flat(original)}"
        if key not in self._by_key:
            number = sum(1 for known in self._by_key if known.startswith(kind)) + 1
            self._by_key[key] = f"{kind}_{number}"
            self._originals[self._by_key[key]] = original
        return self._by_key[key]

    def _original(self, match: re.Match[str]) -> str:
        token = f"{match[1].upper()}_{int(match[2])}"
        known = self._originals.get(token)
        return match.group() if known is None else known + (match[3] or "")


_TOKEN = re.compile(r"\b(person|email|phone)[_\s-]?(\d{1,3})(?:(?<=\d)(['’]s|['’])|(?<=\d)s\b|\b)", re.I)


def _words(name: str) -> re.Pattern[str]:
    """The words of a name, in any case and with or without accents (matched against flattened text)."""
    parts = r"\s+".join(re.escape(flat(part)) for part in name.split())
    return re.compile(rf"(?<![\w@.]){parts}(?![\w@])")


def _without_second_family_name(name: str) -> str:
    """`Begoña Arrieta Salvo` is often written `Begoña Arrieta`."""
    parts = name.split()
    return " ".join(parts[:2]) if len(parts) > 2 and flat(parts[1]) not in _PARTICLES else name
