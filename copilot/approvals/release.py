"""The release gate: the only way out.

Invariant 5: what is delivered is byte for byte what was approved, once; no live approval, no delivery. The
steps are queued -> sending -> released, failed or parked, each its own transaction, so that a process killed
between any two of them leaves a state from which the next run goes on. `sending` is committed immediately before the
first step that cannot be taken back, and the end is recorded immediately after it: what is cut off in between, and
cannot be repeated without harm, is parked for a person.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from copilot.approvals.entries import SYSTEM, subject_of
from copilot.approvals.policy import Policy, load_policy
from copilot.approvals.release_prepare import Objection, Preparation, Waits, stored_delivery
from copilot.approvals.sinks import Delivery, Sink
from copilot.approvals.sinks.choice import choose_sinks
from copilot.domain.review_items import ReviewState
from copilot.errors import Conflict, CopilotError, DatabaseUnavailable, OutcomeUnknown, UnavailableError
from copilot.guardrails.pipeline import Guardrails
from copilot.mail import MailTransport
from copilot.store.audit import AuditLog
from copilot.store.database import Database, UnitOfWork
from copilot.store.releases import (
    OUTCOME_UNKNOWN,
    UNDER_WAY,
    End,
    Release,
    ReleaseRepository,
    ReleaseState,
    sole_deliverer,
)
from copilot.store.reviews import ReviewRepository
from copilot.telemetry import get_logger

_log = get_logger(__name__)

CONNECTION_LOST = "connection_lost"
"""Error code of a delivery during which the other side fell silent, said by who delivered."""
_STATE_AFTER_OBJECTION = {
    "expired": ReviewState.EXPIRED,
    "evidence_changed": ReviewState.STALE,
    "policy_changed": ReviewState.STALE,
    "approver_not_entitled": ReviewState.STALE,
}
_OUT = (ReviewState.APPROVED, ReviewState.RELEASE_FAILED, ReviewState.STALE, ReviewState.EXPIRED)
"""States from which an item whose bytes did go out becomes RELEASED: the record follows what happened."""
_AUDITED = frozenset({"channel", "message_id", "sha256", "recipients", "sent", "confirmed", "instead_of", "digest"})
"""What the chain, which is never erased, keeps of a receipt: neither names (of folders, files and records, which may
be a customer's) nor what another machine says."""
_RECORDING_SECONDS = 60.0
"""How long to try to write down what happened, while the database is away."""


class _Stopped(Exception):
    """What was found immediately before the delivery began; nothing was delivered. None: it is not to begin."""

    def __init__(self, why: Objection | Waits | None) -> None:
        super().__init__()
        self.why = why


@dataclass(slots=True)
class _Attempt:
    """One delivery, from the first look to its end."""

    release: Release
    delivery: Delivery
    sink: Sink
    id: str | None = None
    """Set once `sending` is written, perhaps not yet committed."""


class ReleaseGate:
    """Delivers what is approved and due."""

    def __init__(
        self,
        database: Database,
        *,
        sinks: Mapping[str, Sink],
        guardrails: Guardrails | None = None,
        policy: Policy | None = None,
    ) -> None:
        self._database = database
        self._sinks = sinks
        self._policy = policy or load_policy()
        self._preparation = Preparation(self._policy, guardrails or Guardrails())

    def run_due(self) -> int:
        """Deliver everything that is due, and finish what a killed process left. Returns how many went out."""
        with self._database.unit_of_work() as uow:
            due = ReleaseRepository(uow).due()
        return sum(self._run_readable(item_id) is ReleaseState.RELEASED for item_id in due)

    def _run_readable(self, item_id: str) -> ReleaseState | None:
        """One item that makes no sense, cannot be settled now or is being changed holds up no other.

        It stays as it is, and the next run looks at it again. Raises DatabaseUnavailable: that concerns them all.
        """
        try:
            return self.run(item_id)
        except ValueError as error:  # also what pydantic raises, and characters that a protocol cannot carry
            _log.error("release.unreadable", item=item_id, kind=type(error).__name__)
        except Conflict:
            _log.info("release.changed_meanwhile", item=item_id)
        except DatabaseUnavailable:
            raise
        except CopilotError as error:
            _log.error("release.held_up", item=item_id, error=error.code)
        return None

    def run(self, item_id: str) -> ReleaseState | None:
        """Deliver one item. None: another process is at it, it waits, or nothing is to be done."""
        with sole_deliverer(self._database, item_id) as mine:
            return self._run_alone(item_id) if mine else None

    def _run_alone(self, item_id: str) -> ReleaseState | None:
        with self._database.unit_of_work() as uow:
            releases = ReleaseRepository(uow)
            release = releases.get(item_id)
            if release is None or release.state not in UNDER_WAY:
                return None
            sink = self._sinks.get(release.sink)
            if release.state is ReleaseState.SENDING:
                settled = self._finish_cut_off(release, sink, uow=uow)
                if settled is not None or not releases.back_to_queue(item_id):
                    return settled
            elif not release.is_due(uow.clock.now()):
                return None
            if sink is None:
                return self._refuse(release, "unknown_destination", uow=uow)
            prepared = self._preparation.prepare(release, uow=uow)
            if not isinstance(prepared, Delivery):
                return self._stop(release, prepared, uow=uow)
            attempt = _Attempt(release, prepared, sink)
            # What can be done again without harm is looked at once; anything else once more before it begins.
            if sink.repeatable and not self._start(attempt, uow=uow):
                return None
        return self._deliver(attempt)

    def _deliver(self, attempt: _Attempt) -> ReleaseState | None:
        begin = _nothing if attempt.sink.repeatable else (lambda: self._begin(attempt))
        try:
            receipt = attempt.sink.deliver(attempt.delivery, begin=begin)
        except _Stopped as stopped:
            with self._database.unit_of_work() as uow:
                return self._stop(attempt.release, stopped.why, uow=uow)
        except DatabaseUnavailable:
            self._take_back(attempt)
            raise
        except OutcomeUnknown:
            return self._end(attempt, End(ReleaseState.PARKED, receipt=_known(attempt), error_code=CONNECTION_LOST))
        except CopilotError as error:
            return self._not_delivered(attempt, error)
        return self._end(attempt, End(ReleaseState.RELEASED, receipt=receipt))

    def _begin(self, attempt: _Attempt) -> None:
        """Look once more and commit `sending`, as the last thing before what cannot be taken back."""
        try:
            with self._database.unit_of_work() as uow:
                prepared = self._preparation.prepare(attempt.release, uow=uow)
                if not isinstance(prepared, Delivery):
                    raise _Stopped(prepared)
                if not self._start(attempt, uow=uow):
                    raise _Stopped(None)
        except Conflict:
            # Somebody changed the item at this moment; the next run sees it as it is then.
            raise _Stopped(None) from None

    def _start(self, attempt: _Attempt, *, uow: UnitOfWork) -> bool:
        attempt_id = uow.clock.new_id().hex
        item_id, channel = attempt.release.review_item_id, attempt.sink.channel
        if not ReleaseRepository(uow).start(item_id, attempt_id=attempt_id, channel=channel):
            return False
        attempt.id = attempt_id
        return True

    def _stop(self, release: Release, why: Objection | Waits | None, *, uow: UnitOfWork) -> ReleaseState | None:
        """Write down why nothing was begun."""
        if isinstance(why, Objection):
            return self._refuse(release, why.code, uow=uow)
        if why is not None:
            ReleaseRepository(uow).wait(release.review_item_id, waits_for=why.rule, until=why.until)
            _log.info("release.waits", rule=why.rule)
        return None

    def _refuse(self, release: Release, code: str, *, uow: UnitOfWork) -> ReleaseState | None:
        ReleaseRepository(uow).hold(release.review_item_id)
        if not ReleaseRepository(uow).refuse(release.review_item_id, error_code=code):
            return None
        return self._follow(release.review_item_id, End(ReleaseState.FAILED, error_code=code), uow=uow)

    def _not_delivered(self, attempt: _Attempt, error: CopilotError) -> ReleaseState | None:
        """Come back later if that can help, else give up. Nothing was delivered."""
        wait = self._policy.delivery.wait_after(attempt.release.tries)
        if attempt.sink.tried_again and isinstance(error, UnavailableError) and wait is not None:
            return self._persist(lambda uow: self._postpone(attempt, error.code, wait, uow=uow))
        if attempt.id is not None:
            return self._end(attempt, End(ReleaseState.FAILED, error_code=error.code))
        return self._persist(lambda uow: self._refuse(attempt.release, error.code, uow=uow))

    def _postpone(self, attempt: _Attempt, code: str, wait: timedelta, *, uow: UnitOfWork) -> None:
        item_id, until = attempt.release.review_item_id, uow.clock.now() + wait
        ReleaseRepository(uow).hold(item_id)
        if ReleaseRepository(uow).postpone(item_id, waits_for=code, until=until, attempt_id=attempt.id):
            self._reopen(item_id, uow=uow)
            details = {"error": code, "until": until.isoformat()}
            AuditLog(uow).append("release.postponed", actor_id=SYSTEM, subject=subject_of(item_id), details=details)
            _log.info("release.postponed", error=code)

    def _take_back(self, attempt: _Attempt) -> None:
        """The database went away as the delivery was about to begin: whatever it kept, nothing was delivered."""
        attempt_id, item_id = attempt.id, attempt.release.review_item_id
        if attempt_id is None:
            return

        def undo(uow: UnitOfWork) -> None:
            ReleaseRepository(uow).hold(item_id)
            if ReleaseRepository(uow).take_back(item_id, attempt_id=attempt_id):
                self._reopen(item_id, uow=uow)

        self._persist(undo)

    def _reopen(self, item_id: str, *, uow: UnitOfWork) -> None:
        """Somebody may have parked the delivery while its outcome was unknown to them."""
        ReviewRepository(uow).move(item_id, to=ReviewState.APPROVED, allowed_from=(ReviewState.RELEASE_FAILED,))

    def _end(self, attempt: _Attempt, end: End) -> ReleaseState | None:
        return self._persist(
            lambda uow: self._finish(attempt.release.review_item_id, end, attempt_id=attempt.id, uow=uow)
        )

    def _finish_cut_off(self, release: Release, sink: Sink | None, *, uow: UnitOfWork) -> ReleaseState | None:
        """Settle a delivery that a killed process began. None: it left no trace and can be done again without harm.

        Raises UnavailableError if its traces cannot be looked at now.
        """
        same_way = sink is not None and release.channel in {None, sink.channel}
        item_id = release.review_item_id
        ReleaseRepository(uow).hold(item_id)
        if sink is None or not same_way or not sink.repeatable:
            parked = End(ReleaseState.PARKED, receipt=_traces(release, uow=uow), error_code=OUTCOME_UNKNOWN)
            return self._finish(item_id, parked, uow=uow)
        entry = ReviewRepository(uow).get_unfiltered(item_id)
        found = None if entry is None else stored_delivery(entry.item, uow=uow)
        try:
            receipt = None if found is None else sink.delivered(found[1])
        except UnavailableError:
            raise
        except CopilotError as error:
            # Looking again would find the same: a person has to.
            _log.error("release.traces_unreadable", item=item_id, error=error.code)
            parked = End(ReleaseState.PARKED, receipt=_traces(release, uow=uow), error_code=OUTCOME_UNKNOWN)
            return self._finish(item_id, parked, uow=uow)
        return None if receipt is None else self._finish(item_id, End(ReleaseState.RELEASED, receipt=receipt), uow=uow)

    def _finish(self, item_id: str, end: End, *, uow: UnitOfWork, attempt_id: str | None = None) -> ReleaseState | None:
        releases = ReleaseRepository(uow)
        releases.hold(item_id)
        if not releases.finish(item_id, end, attempt_id=attempt_id):
            _log.error("release.outcome_not_recorded", item=item_id, state=end.state.value, error=end.error_code)
            return None
        return self._follow(item_id, end, uow=uow)

    def _follow(self, item_id: str, end: End, *, uow: UnitOfWork) -> ReleaseState:
        """Move the item after its delivery, and tell the audit chain."""
        reviews = ReviewRepository(uow)
        if end.state is ReleaseState.RELEASED:
            reviews.move(item_id, to=ReviewState.RELEASED, allowed_from=_OUT)
        else:
            after = _STATE_AFTER_OBJECTION.get(end.error_code or "", ReviewState.RELEASE_FAILED)
            reviews.move(item_id, to=after, allowed_from=(ReviewState.APPROVED,), reason=end.error_code)
        told = {key: value for key, value in (end.receipt or {}).items() if key in _AUDITED}
        AuditLog(uow).append(
            f"release.{end.state.value}",
            actor_id=SYSTEM,
            subject=subject_of(item_id),
            details=told | ({"error": end.error_code} if end.error_code else {}),
        )
        _log.info("release.finished", state=end.state.value, error=end.error_code)
        return end.state

    def _persist(self, write: Callable[[UnitOfWork], "ReleaseState | None"]) -> ReleaseState | None:
        """Write down what happened, also if the database is away for a while: only this process knows it."""
        give_up = time.monotonic() + _RECORDING_SECONDS
        while True:
            try:
                with self._database.unit_of_work() as uow:
                    return write(uow)
            except (DatabaseUnavailable, Conflict):
                if time.monotonic() > give_up:
                    raise
                time.sleep(0.2)


def run_due_releases(
    database: Database,
    *,
    exports: Path,
    guardrails: Guardrails | None = None,
    policy: Policy | None = None,
    mail: MailTransport | None = None,
    returns_to: str | None = None,
    dry_run: bool = False,
) -> int:
    """Deliver everything due; returns how many drafts went out. Files go to the folder `exports`.

    `mail` None: approved emails are written there, too, for a person to send.
    """
    sinks = choose_sinks(exports, mail=mail, returns_to=returns_to, dry_run=dry_run)
    return ReleaseGate(database, sinks=sinks, guardrails=guardrails, policy=policy).run_due()


def _nothing() -> None:
    """A repeatable delivery has begun when the gate starts it."""


def _known(attempt: _Attempt) -> dict[str, str]:
    """By what to look for a message whose fate is unknown."""
    email = attempt.delivery.email
    return {"channel": attempt.sink.channel} | ({"message_id": email.message_id} if email else {})


def _traces(release: Release, *, uow: UnitOfWork) -> dict[str, str]:
    entry = ReviewRepository(uow).get_unfiltered(release.review_item_id)
    found = None if entry is None else stored_delivery(entry.item, uow=uow)
    email = found[1].email if found else None
    channel = {"channel": release.channel} if release.channel else {}
    return channel | ({"message_id": email.message_id} if email else {})
