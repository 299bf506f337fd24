"""Where a webhook may go, and how its message is signed."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest

from copilot.clock import FixedClock
from copilot.errors import InputError
from copilot.notifications import signing
from copilot.notifications.addresses import checked_url, may_be_reached


@pytest.mark.parametrize(
    ("address", "public", "allowed"),
    [
        ("93.184.216.34", True, True),
        ("2606:2800:220:1::1", True, True),
        ("10.1.2.3", False, True),
        ("192.168.0.1", False, True),
        ("127.0.0.1", False, True),
        ("::1", False, True),
        ("fd00::1", False, True),
        ("::ffff:10.1.2.3", False, True),
        ("169.254.169.254", False, False),
        ("::ffff:169.254.169.254", False, False),
        ("fe80::1", False, False),
        ("fec0::1", False, False),
        ("0.0.0.0", False, False),  # noqa: S104 - an address to refuse
        ("::", False, False),
        ("224.0.0.1", False, False),
        ("255.255.255.255", False, False),
        ("100.64.0.1", False, False),
        ("64:ff9b::a01:203", False, False),
        ("2002:a01:203::1", False, False),
        ("2001:0:1::1", False, False),
    ],
)
def test_which_addresses_may_be_reached(address: str, public: bool, allowed: bool) -> None:
    assert may_be_reached(ip_address(address), private=False) is public
    assert may_be_reached(ip_address(address), private=True) is allowed


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hooks.company.example",
        "ftp://hooks.company.example",
        "http://hooks.company.example/",
        "https://",
        "https://user:password@hooks.company.example/",
        "https://hooks.company.example/#part",
        "https://hooks.company.example:99999/",
        "https://[::1/",
        "https://hooks.company.example/\nhost: x",
        "https://hooks.company.example\\@evil.example/",
        "https://mañana.example/",
        "https://169.254.169.254/latest",
        "https://" + "x" * 3_000,
    ],
)
def test_an_address_that_no_receiver_has_is_refused_in_words(url: str) -> None:
    with pytest.raises(InputError) as refused:
        checked_url(url, language="es")
    assert "https://avisos.empresa.example" in refused.value.hint


def test_the_signature_is_that_of_the_published_form() -> None:
    """Computed independently with `openssl dgst -sha256 -hmac`, from the form that the specification gives."""
    key = "whsec_" + "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
    headers = signing.headers_of("msg_1", b'{"a":1}', keys=[key], sent_at=datetime(2026, 11, 16, 9, tzinfo=UTC))
    assert headers["webhook-timestamp"] == "1794819600"
    assert headers["webhook-signature"] == "v1,4vMicdK/BnKPFRDHgxHAcXcw4QaBq2ICpN/Yfs8iPsY="


@pytest.mark.parametrize("change", ["body", "id", "time", "key", "late", "version", "nothing"])
def test_a_message_that_was_changed_is_not_genuine(clock: FixedClock, change: str) -> None:
    key, body = signing.new_secret(), b'{"type":"review.approved"}'
    headers = signing.headers_of("msg_1", body, keys=[signing.new_secret(), key], sent_at=clock.now())
    if change == "late":
        clock.advance(timedelta(minutes=6))
    changed = {
        "id": {"webhook-id": "msg_2"},
        "time": {"webhook-timestamp": str(int(clock.now().timestamp()) + 1)},
        "version": {"webhook-signature": headers["webhook-signature"].replace("v1,", "v2,")},
    }.get(change, {})
    genuine = signing.is_genuine(
        headers | changed,
        body + (b" " if change == "body" else b""),
        key=signing.new_secret() if change == "key" else key,
        now=clock.now(),
    )
    assert genuine is (change == "nothing")
