"""Who speaks in a text, and for which side.

Invariant: a side is stated only on a ground: a contact of the account, the direction of an email, the company named
beside the participant. Otherwise it is unknown.
"""

import re
from collections.abc import Iterable, Sequence

from copilot.domain.account_facts import AccountFacts
from copilot.domain.documents import DocumentKind, StoredDocument
from copilot.domain.records import Direction
from copilot.workflows.reading.names import same_person, words
from copilot.workflows.reading.types import Side

_WITH_COMPANY = re.compile(
    r"([^\W\d_][\w.'’-]*(?:\s+[\w.'’-]+){0,5}?(?:,\s*[^\W\d_][\w.'’-]*(?:\s+[\w.'’-]+){0,4}?)*)\s*\(([^()]{2,60})\)"
)
_HEADER_LINES = 8
_SIGNED_WITHIN = 240


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
        head = "\n".join(document.text.splitlines()[:_HEADER_LINES])
        for match in _WITH_COMPANY.finditer(head):
            theirs = bool(self._account_words & set(words(match[2])))
            for name in match[1].split(","):
                cleaned = name.strip()
                if len(words(cleaned)) >= 2 and self.resolve(cleaned)[1] is Side.UNKNOWN:
                    self._sides[cleaned] = Side.CUSTOMER if theirs else Side.US
        self._only_unknown(document)

    def _only_unknown(self, document: StoredDocument) -> None:
        """Speakers that no ground names stay unknown, but their full names are kept for first-name mentions."""
        for name in document.participants:
            if "@" not in name and len(words(name)) >= 2 and self.resolve(name)[1] is Side.UNKNOWN:
                self._sides.setdefault(name, Side.UNKNOWN)
