"""Whose words an email or a call holds."""

import pytest

from copilot.domain.documents import DocumentKind, ParsedDocument
from copilot.domain.evidence import Origin
from knowledge.correspondence import own_domains, with_direction

OURS = {"tramontia.example"}


def email(*participants: str) -> ParsedDocument:
    return ParsedDocument(
        title="t", kind=DocumentKind.EMAIL, text="x", blocks=(), media_type="message/rfc822", participants=participants
    )


@pytest.mark.parametrize(
    ("participants", "direction", "origin"),
    [
        (("ana@Tramontia.example", "luz@cliente.example"), "outbound", Origin.INTERNAL),
        (("ana@tramontia.example", "tom@tramontia.example"), "internal", Origin.INTERNAL),
        (("luz@cliente.example", "ana@tramontia.example"), "inbound", Origin.CUSTOMER),
        (("luz@tramontia.example.evil.example", "ana@tramontia.example"), "inbound", Origin.CUSTOMER),
        ((), "inbound", Origin.CUSTOMER),
        (("no address",), "inbound", Origin.CUSTOMER),
        (("ana@tramontia.example",), "outbound", Origin.INTERNAL),
    ],
)
def test_the_senders_domain_decides(participants: tuple[str, ...], direction: str, origin: Origin) -> None:
    filed = with_direction(email(*participants), own_domains=OURS)
    assert (filed.direction, filed.origin) == (direction, origin)


def test_a_call_holds_the_customers_words_and_a_note_is_ours() -> None:
    call = email().model_copy(update={"kind": DocumentKind.TRANSCRIPT})
    note = email().model_copy(update={"kind": DocumentKind.NOTE})
    assert with_direction(call, own_domains=OURS).origin is Origin.CUSTOMER
    assert with_direction(note, own_domains=OURS).origin is Origin.INTERNAL


def test_a_mailbox_provider_is_nobodys_own_domain() -> None:
    assert own_domains(["Ana@Tramontia.example", "owner@gmail.com", "nonsense"]) == OURS
