"""Comparable forms of text: folded values, header words, folder slugs.

Invariant: two spellings that differ only in case, accents or spacing have the same folded form.
"""

import re
import unicodedata

_LOWER_THEN_UPPER = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_ACRONYM_THEN_WORD = re.compile(r"(?<=[A-Z])(?=[A-Z][a-z]{2,})")
_NOT_WORD = re.compile(r"[^a-z0-9]+")
_CUSTOM_SUFFIX = re.compile(r"__[cr]\b", re.IGNORECASE)


def strip_accents(text: str) -> str:
    """Return the text without combining marks (`Peñíscola` -> `Peniscola`)."""
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def fold(text: str) -> str:
    """Lower case, no accents, single spaces: the form in which names are compared."""
    return " ".join(strip_accents(text).casefold().split())


def header_words(header: str) -> str:
    """The words of a column header, however they are joined.

    `AccountId`, `account_id`, `Account ID` and `Account.Id` are all `account id`; a Salesforce custom
    field (`Renewal_Date__c`) loses its suffix.
    """
    spaced = _CUSTOM_SUFFIX.sub("", strip_accents(header))
    spaced = _ACRONYM_THEN_WORD.sub(" ", _LOWER_THEN_UPPER.sub(" ", spaced))
    return _NOT_WORD.sub(" ", spaced.casefold()).strip()


def listed(text: str) -> frozenset[str]:
    """The comma-separated entries of a list written as text, folded."""
    return frozenset(fold(entry) for entry in text.split(",") if entry.strip())


def slug(name: str) -> str:
    """Folder name of an account: folded, everything else than letters and digits as one dash."""
    return _NOT_WORD.sub("-", fold(name)).strip("-")


def compact(text: str) -> str:
    """Folded letters and digits only, to compare spellings that differ in spacing or hyphens."""
    return _NOT_WORD.sub("", fold(text))
