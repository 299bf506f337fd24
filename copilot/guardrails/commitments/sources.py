"""Which of the sources that a sentence cites may carry a commitment of ours.

Invariant: only the price book, contracts and shared knowledge that we wrote ourselves do. What a customer wrote, an
email, a call or a note shows that something was said, never that it may be promised.
"""

import re
from collections.abc import Iterable, Iterator

from copilot.domain.documents import DocumentKind
from copilot.domain.evidence import Evidence, EvidenceKind, Origin
from copilot.domain.facts import parse_evidence_id
from copilot.domain.folding import flat
from copilot.guardrails.commitments.cues import cues
from copilot.guardrails.commitments.kinds import CommitmentKind
from copilot.guardrails.commitments.reading import speaks_of
from copilot.guardrails.commitments.rules import CommitmentRules
from copilot.guardrails.detector import Context

_LIBRARY_ENTRY = "library_entry"
_PRICE_RECORDS = frozenset({"price_book_entry", "product"})
_STANDARD = re.compile(
    r"\b(?:iso(?:/iec)? ?\d{4,5}|27001|27017|27018|22301|soc ?[123]|esquema nacional de seguridad|ens|hipaa|fedramp|"
    r"pci[ -]?dss|tisax|nis ?2|dora|c5)\b"
)
_SENTENCE = re.compile(r"[^.!?\n;]{1,600}")
_NUMBER_IN_NAME = re.compile(r"\d{4,5}")
_GOVERNMENT = "esquema nacional de seguridad"


def price_records(cited: Iterable[Evidence]) -> frozenset[str]:
    """Ids of the price book's lines and products among the sources."""
    addresses = (parse_evidence_id(item.id) for item in cited if item.kind is EvidenceKind.RECORD)
    return frozenset(
        address.subject_id for address in addresses if address is not None and address.record_type in _PRICE_RECORDS
    )


def approved(cited: Iterable[Evidence], context: Context, rules: CommitmentRules) -> tuple[Evidence, ...]:
    """The sources that are a contract, a policy or an approved answer of ours."""
    return tuple(
        item
        for item in cited
        if _is_contract(item, context, rules) or _is_shared(item, context) or _is_of_the_library(item, context)
    )


def contracts(cited: Iterable[Evidence], context: Context, rules: CommitmentRules) -> tuple[Evidence, ...]:
    """The sources that are a contract."""
    return tuple(item for item in cited if _is_contract(item, context, rules))


def carries(source: Evidence, kind: CommitmentKind, clause: str) -> bool:
    """Whether an approved source speaks of what the clause promises, with the standards it names."""
    named = frozenset(_standards(flat(clause))) if kind is CommitmentKind.SECURITY else frozenset()
    return speaks_of(source.text, kind) and named <= frozenset(_affirmed(flat(source.text)))


def _is_contract(item: Evidence, context: Context, rules: CommitmentRules) -> bool:
    document = context.surroundings.cited_documents.get(item.document_id or "")
    if document is None or item.kind is not EvidenceKind.PASSAGE or item.origin is not Origin.INTERNAL:
        return False
    if document.kind is DocumentKind.CONTRACT:
        return True
    named = flat(f"{document.path} {document.title}")
    return document.kind is DocumentKind.KNOWLEDGE and any(word in named for word in rules.contract_names)


def _is_shared(item: Evidence, context: Context) -> bool:
    document = context.surroundings.cited_documents.get(item.document_id or "")
    return (
        document is not None
        and document.kind is DocumentKind.KNOWLEDGE
        and item.kind is EvidenceKind.PASSAGE
        and item.origin is Origin.INTERNAL
        and item.visibility is not None
    )


def _is_of_the_library(item: Evidence, context: Context) -> bool:
    """An approved answer, as long as it is that today."""
    address = parse_evidence_id(item.id)
    if address is None or address.record_type != _LIBRARY_ENTRY:
        return False
    now = context.current.get(item.id)
    return now is not None and now.content_hash == item.content_hash


def _affirmed(plain: str) -> Iterator[str]:
    """Standards that some sentence names without denying them."""
    denied = cues().stance["negated"]
    for match in _SENTENCE.finditer(plain):
        if not denied.search(match.group()):
            yield from _standards(match.group())


def _standards(plain: str) -> Iterator[str]:
    for match in _STANDARD.finditer(plain):
        number = _NUMBER_IN_NAME.search(match.group())
        name = "ens" if match.group() == _GOVERNMENT else match.group()
        yield number.group() if number else re.sub(r"[ -]", "", name)
