"""Delivers webhooks: signed, to a checked address, a bounded number of times.

Invariant: an attempt is claimed before it is made and settled after it, each in a transaction of its own, so that a
killed process loses none; what is sent is what was queued, and nothing of the answer is kept but its status.
"""

import asyncio
import json
import ssl
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import httpx

from copilot.domain.notifications import NotificationRules
from copilot.errors import InputError
from copilot.notifications import signing
from copilot.notifications.addresses import AddressRefused, checked_url, port_of, resolved
from copilot.store.audit import AuditLog
from copilot.store.database import Database
from copilot.store.webhooks import Delivery, DeliveryState, Webhook, WebhookRepository
from copilot.telemetry import get_logger

_log = get_logger(__name__)
_AT_ONCE = 16
_LEASE = timedelta(minutes=10)
"""After this a delivery that was begun and not settled counts as cut off."""
_MOST_UNREACHED = 2 * _AT_ONCE
"""After so many that could not be reached the rest waits for the next run: dead receivers must not keep a worker."""
_USER_AGENT = "sales-copilot-webhooks"


@dataclass(frozen=True, slots=True)
class Attempt:
    """How one attempt went. `error_code` None: it arrived."""

    status_code: int | None = None
    error_code: str | None = None


class WebhookSender:
    """See the module docstring."""

    def __init__(
        self,
        database: Database,
        *,
        rules: NotificationRules,
        private_addresses: bool = False,
        dry_run: bool = False,
        timeout_seconds: float = 10.0,
        trusted: ssl.SSLContext | None = None,
    ) -> None:
        """`trusted`: whom to believe that they are a receiver; None: the authorities that this machine trusts."""
        self._database = database
        self._rules = rules
        self._private = private_addresses
        self._dry_run = dry_run
        self._timeout = timeout_seconds
        self._trusted = trusted

    def run_due(self) -> int:
        """Make the deliveries that are due, several at once; returns how many arrived."""
        arrived = unreached = 0
        while unreached < _MOST_UNREACHED and (claimed := self._claim()):
            # A thread of its own: whoever calls may have a running loop in theirs.
            with ThreadPoolExecutor(max_workers=1) as executor:
                attempts = executor.submit(asyncio.run, self._attempt_all(claimed)).result()
            for (delivery, webhook), attempt in zip(claimed, attempts, strict=True):
                arrived += self._settle(delivery, webhook, attempt)
                unreached += attempt.status_code is None
        return arrived

    def _claim(self) -> tuple[tuple[Delivery, Webhook], ...]:
        with self._database.unit_of_work() as uow:
            return WebhookRepository(uow).claim_due(until=uow.clock.now() + _LEASE, limit=_AT_ONCE)

    async def _attempt_all(self, claimed: tuple[tuple[Delivery, Webhook], ...]) -> list[Attempt]:
        async with httpx.AsyncClient(
            verify=self._trusted or ssl.create_default_context(),
            trust_env=False,
            follow_redirects=False,
            timeout=self._timeout,
        ) as client:
            return list(await asyncio.gather(*(self._attempt(client, *pair) for pair in claimed)))

    async def _attempt(self, client: httpx.AsyncClient, delivery: Delivery, webhook: Webhook) -> Attempt:
        if self._dry_run:
            return Attempt(error_code="dry_run")
        try:
            # The client's own limits are for each read: a receiver that trickles would never reach them.
            async with asyncio.timeout(self._timeout):
                status = await self._post(client, delivery, webhook)
        except (AddressRefused, InputError):
            return Attempt(error_code="address_refused")
        except (TimeoutError, httpx.TimeoutException):
            return Attempt(error_code="timeout")
        except httpx.ConnectError as error:
            return Attempt(error_code="tls" if isinstance(_root(error), ssl.SSLError) else "unreachable")
        except (httpx.HTTPError, httpx.InvalidURL):
            return Attempt(error_code="broken_answer")
        if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            return Attempt(status_code=status)
        return Attempt(status_code=status, error_code="refused")

    async def _post(self, client: httpx.AsyncClient, delivery: Delivery, webhook: Webhook) -> int:
        """Send to the very address that was checked, under the receiver's own name; the answer's body is not read."""
        parts = checked_url(webhook.url)
        address = await resolved(parts, private=self._private)
        body = written(delivery.payload)
        now = self._database.clock.now()
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        request = client.build_request(
            "POST",
            httpx.URL(scheme=parts.scheme, host=str(address), port=port_of(parts), raw_path=path.encode("ascii")),
            content=body,
            headers={
                "host": parts.netloc,
                "content-type": "application/json",
                "user-agent": _USER_AGENT,
                **signing.headers_of(delivery.id, body, keys=webhook.secrets, sent_at=now),
            },
            extensions={"sni_hostname": parts.hostname or ""},
        )
        response = await client.send(request, stream=True)
        await response.aclose()
        return response.status_code

    def _settle(self, delivery: Delivery, webhook: Webhook, attempt: Attempt) -> bool:
        failed = attempt.error_code is not None
        exhausted = delivery.attempts >= self._rules.webhook_attempts or attempt.error_code == "dry_run"
        state = DeliveryState.DELIVERED if not failed else DeliveryState.FAILED if exhausted else DeliveryState.PENDING
        with self._database.unit_of_work() as uow:
            repository, now = WebhookRepository(uow), uow.clock.now()
            settled = repository.settle(
                delivery.id,
                attempts=delivery.attempts,
                state=state,
                status_code=attempt.status_code,
                error_code=attempt.error_code,
                next_attempt_at=now + self._rules.pause(delivery.attempts),
            )
            if not settled:
                return False
            if not failed:
                repository.succeeded(webhook.id)
            elif attempt.error_code != "dry_run":
                off_before = now - timedelta(hours=self._rules.webhook_off_after_hours)
                if repository.failed(webhook.id, off_before=off_before):
                    AuditLog(uow).append("webhook.switched_off", actor_id="system", subject=f"webhook:{webhook.id}")
        _log.info("webhook.attempted", webhook=webhook.id, state=state.value, error=attempt.error_code)
        return not failed


def written(payload: dict[str, Any]) -> bytes:
    """The body: the same bytes for every attempt, so that the receiver sees the same message."""
    return json.dumps(payload, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def _root(error: BaseException) -> BaseException:
    while error.__cause__ is not None or error.__context__ is not None:
        error = error.__cause__ or error.__context__ or error
    return error
