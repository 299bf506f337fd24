"""Who wrote an email or speaks in a call: we or the customer.

Invariant: what somebody outside wrote is never marked as ours. Only an address of one of our own domains makes a
sender ours; an email without a sender that can be read counts as the customer's.
"""

from collections.abc import Collection, Iterable

from copilot.domain.documents import DocumentKind, ParsedDocument
from copilot.domain.evidence import Origin
from copilot.domain.records import Direction

_ANYBODYS = frozenset(
    {"gmail.com", "googlemail.com", "hotmail.com", "outlook.com", "live.com", "yahoo.com", "yahoo.es", "icloud.com"}
    | {"proton.me", "protonmail.com", "hotmail.es", "outlook.es", "msn.com", "aol.com", "gmx.com", "telefonica.net"}
)
"""Domains of mailbox providers: an address there says nothing about the company."""


def with_direction(document: ParsedDocument, *, own_domains: Collection[str]) -> ParsedDocument:
    """The document with direction and origin set; notes, contracts and knowledge stay internal.

    `own_domains` are lower case. A call has no direction, but the customer's words are in it.
    """
    if document.kind is DocumentKind.TRANSCRIPT:
        return document.model_copy(update={"origin": Origin.CUSTOMER})
    if document.kind is not DocumentKind.EMAIL:
        return document
    sender, *recipients = document.participants or ("",)
    if domain_of(sender) not in own_domains:
        return document.model_copy(update={"direction": Direction.INBOUND, "origin": Origin.CUSTOMER})
    among_us = bool(recipients) and all(domain_of(address) in own_domains for address in recipients)
    direction = Direction.INTERNAL if among_us else Direction.OUTBOUND
    return document.model_copy(update={"direction": direction, "origin": Origin.INTERNAL})


def own_domains(addresses: Iterable[str]) -> frozenset[str]:
    """Domains of our own addresses, without those that anybody can have."""
    return frozenset(filter(None, map(domain_of, addresses))) - _ANYBODYS


def domain_of(address: str) -> str:
    """The domain of an email address, in lower case; empty if it is none."""
    return address.rpartition("@")[2].strip().lower() if "@" in address else ""
