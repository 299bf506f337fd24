"""Who speaks in a text, and for which side.

Invariant: a side is stated only on a ground: a contact of the account, the direction of an email, the company named
beside the participant. Otherwise it is unknown.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import dropwhile

from copilot.domain.account_facts import AccountFacts
from copilot.domain.documents import DocumentKind, StoredDocument
from copilot.domain.records import Direction
from copilot.workflows.reading.names import same_person, words
from copilot.workflows.reading.types import Side

_COMPANY = re.compile(r"\(([^()]{2,60})\)")
_NO_LIST_OF_NAMES = re.compile(r"[^\w.'’\-\s,]")
_MOST_WORDS = 6
_HEADER_LINE_LENGTH = 300
"""Characters; what a header says of who took part stands in so many, and the rest of a longer line is not read."""
_HEADER_LINES = 8
_SIGNED_WITHIN = 240
_MOST_SPEAKERS = 100
"""Of one text: every name is compared with every other."""


class Cast:
    """Names of the people around one account, with their sides."""

    def __init__(self, facts: AccountFacts, documents: Sequence[StoredDocument]) -> None:
        self._sides: dict[str, Side] = {contact.name: Side.CUSTOMER for contact in facts.contacts}
        self._account_words = {word for word in words(facts.account.name) if len(word) > 3}
        self._internal_addresses: set[str] = set()
        for name in facts.staff:
            self._sides.setdefault(name, Side.US)
        for document in documents:
            self._from_email(document)
        for document in documents:
            if document.kind is DocumentKind.TRANSCRIPT:
                self._from_header(document)

    def resolve(self, name: str) -> tuple[str, Side]:
        """The fullest way of writing the name that is known, and its side."""
        for known, side in self._sides.items():
            if same_person(known, name):
                return known, side
        spoken = words(name)
        if len(spoken) == 1:
            matches = [(known, side) for known, side in self._sides.items() if words(known)[:1] == spoken]
            if len(matches) == 1:
                return matches[0]
        return name, Side.UNKNOWN

    def mentioned(self, text: str) -> tuple[str, Side] | None:
        """The person whose first name opens `text`, if exactly one known person has it."""
        first = words(text)[:1]
        matches = [(known, side) for known, side in self._sides.items() if first and words(known)[:1] == first]
        return matches[0] if len(matches) == 1 else None

    def signed(self, text: str) -> str | None:
        """Which of our people an unsigned note names first, in its opening lines."""
        head = text[:_SIGNED_WITHIN]
        found = [(head.find(name), name) for name, side in self._sides.items() if side is Side.US and name in head]
        return min(found)[1] if found else None

    def known(self) -> Iterable[tuple[str, Side]]:
        """Every known name with its side."""
        return self._sides.items()

    def names(self) -> Iterable[str]:
        """Every known name."""
        return self._sides

    def _from_email(self, document: StoredDocument) -> None:
        if document.kind is not DocumentKind.EMAIL or not document.author or "@" in document.author:
            return
        if self.resolve(document.author)[1] is not Side.UNKNOWN:
            return
        side = {Direction.INBOUND.value: Side.CUSTOMER, Direction.OUTBOUND.value: Side.US}.get(document.direction or "")
        if side is not None:
            self._sides[document.author] = side

    def _from_header(self, document: StoredDocument) -> None:
        """`Marta Gil, Ana Ruiz (Our Company), John Roe (Their Company)`; a company covers the names before it."""
        for names, company in _with_companies(document.text):
            theirs = bool(self._account_words & set(words(company)))
            for name in names:
                if len(words(name)) >= 2 and self.resolve(name)[1] is Side.UNKNOWN:
                    self._sides[name] = Side.CUSTOMER if theirs else Side.US
        self._only_unknown(document)

    def _only_unknown(self, document: StoredDocument) -> None:
        """Speakers that no ground names stay unknown, but their full names are kept for first-name mentions."""
        for name in document.participants[:_MOST_SPEAKERS]:
            if "@" not in name and len(words(name)) >= 2 and self.resolve(name)[1] is Side.UNKNOWN:
                self._sides.setdefault(name, Side.UNKNOWN)


def _with_companies(text: str) -> Iterator[tuple[Sequence[str], str]]:
    """Names listed before a company in brackets, and that company, in the opening lines of a text."""
    head = "\n".join(line[:_HEADER_LINE_LENGTH] for line in text.splitlines()[:_HEADER_LINES])
    start = 0
    for match in _COMPANY.finditer(head):
        yield _listed_names(head[start : match.start()]), match[1]
        start = match.end()


def _listed_names(before: str) -> Sequence[str]:
    """The names between commas that a text ends with, in their order; a name begins with a letter.

    What is too long for a name ends the list: its last words are the first name.
    """
    names: list[str] = []
    for entry in reversed(_NO_LIST_OF_NAMES.split(before)[-1].split(",")):
        spoken = entry.split()
        tail = list(dropwhile(lambda word: not word[0].isalpha(), spoken[-_MOST_WORDS:]))
        if tail:
            names.append(" ".join(tail))
        if tail != spoken or not tail:
            break
    return names[::-1]
