"""Signatures of webhooks as in Standard Webhooks: HMAC-SHA256 over id, time and body.

Invariant: the signature covers the exact bytes of the body, and the time, so that neither another body nor the same
one much later is believed. Source of the form: the specification of Standard Webhooks, version 1.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

PREFIX = "whsec_"
TOLERANCE = timedelta(minutes=5)
"""How old or early a message may be when its receiver reads it."""
_SECRET_BYTES = 32


def new_secret() -> str:
    """A fresh secret of 256 bits in the form that receivers' libraries read."""
    return PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def headers_of(message_id: str, body: bytes, *, keys: Sequence[str], sent_at: datetime) -> dict[str, str]:
    """The three headers of a message, with one signature for each secret."""
    stamp = str(int(sent_at.timestamp()))
    return {
        "webhook-id": message_id,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(f"v1,{_signature(message_id, stamp, body, key)}" for key in keys),
    }


def is_genuine(headers: Mapping[str, str], body: bytes, *, key: str, now: datetime) -> bool:
    """What a receiver checks: one of the signatures fits, and the message is of these minutes."""
    message_id, stamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not stamp.isdigit() or abs(now.timestamp() - int(stamp)) > TOLERANCE.total_seconds():
        return False
    expected = _signature(message_id, stamp, body, key).encode()
    given = (part.partition(",") for part in headers.get("webhook-signature", "").split(" "))
    return any(version == "v1" and hmac.compare_digest(value.encode(), expected) for version, _, value in given)


def _signature(message_id: str, stamp: str, body: bytes, key: str) -> str:
    try:
        secret = base64.b64decode(key.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        secret = b""
    if not secret:
        raise ValueError("a webhook secret is base64")
    signed = b".".join((message_id.encode(), stamp.encode(), body))
    return base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode()
