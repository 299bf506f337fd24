"""Sends people what waits for them: at once with pauses, or as one digest a day.

Invariants: what a person may no longer see, or is no longer right, is dropped unsent; a mail that may have gone out
is never sent again (a lost one is in the queue all the same); one mail at a time for one person, whoever sends.
"""

from dataclasses import dataclass
from datetime import timedelta

from copilot.domain.access import Role, Viewer
from copilot.domain.notifications import MailMode, NotificationKind, NotificationRules
from copilot.errors import InputError, MailRefused, MailUnavailable, OutcomeUnknown
from copilot.mail import MailTransport
from copilot.notifications.emails import Line, written_mail
from copilot.notifications.links import Links
from copilot.notifications.recipients import still_concerns
from copilot.store.alerts import AlertRepository
from copilot.store.brief_schedules import BriefScheduleRepository
from copilot.store.database import Database, UnitOfWork
from copilot.store.notifications import Notification, NotificationRepository, Wishes
from copilot.store.people import PeopleRepository
from copilot.store.rfp_questions import RfpQuestionRepository
from copilot.store.webhooks import WebhookRepository
from copilot.telemetry import get_logger

_log = get_logger(__name__)
_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class _Mail:
    """What goes to one person now."""

    reader: Viewer
    wishes: Wishes
    ids: tuple[str, ...]
    lines: tuple[Line, ...]
    message_id: str


class Mailer:
    """See the module docstring."""

    def __init__(
        self,
        database: Database,
        *,
        transport: MailTransport | None,
        sender: str | None,
        links: Links,
        rules: NotificationRules,
    ) -> None:
        """`transport` or `sender` None: no mail server is configured, so nothing is sent and old news is dropped."""
        self._database = database
        self._transport = transport
        self._sender = sender
        self._links = links
        self._rules = rules

    def run_due(self) -> int:
        """Send every mail that is due; returns how many went out."""
        with self._database.unit_of_work() as uow:
            repository = NotificationRepository(uow)
            repository.drop_old(before=uow.clock.now() - timedelta(days=self._rules.forget_after_days))
            people = repository.people_with_news()
        if self._transport is None or self._sender is None:
            return 0
        return sum(self._write_to(user_id, self._transport, self._sender) for user_id in people)

    def _write_to(self, user_id: str, transport: MailTransport, sender: str) -> bool:
        with self._database.unit_of_work() as uow:
            mail = self._taken(user_id, sender=sender, uow=uow)
        if mail is None:
            return False
        message = written_mail(
            mail.reader,
            mail.lines,
            preferences=mail.wishes.preferences,
            links=self._links,
            sender=sender,
            message_id=mail.message_id,
            unsubscribe_token=mail.wishes.unsubscribe_token,
            most_lines=self._rules.most_lines,
        )
        try:
            transport.send(message, sender=sender, recipients=[mail.reader.email])
        except MailUnavailable:
            self._try_again(mail)
            return False
        except (MailRefused, InputError):
            self._settle(mail, "dropped", reason="refused")
            return False
        except OutcomeUnknown:
            self._settle(mail, "sent", reason="outcome_unknown")
            return False
        self._settle(mail, "sent")
        return True

    def _taken(self, user_id: str, *, sender: str, uow: UnitOfWork) -> _Mail | None:
        """What is due for this person, taken so that nobody else sends it; None: nothing is."""
        repository, reader = NotificationRepository(uow), PeopleRepository(uow).by_id(user_id)
        news = repository.take_news(user_id)
        if reader is None:
            repository.settle([notice.id for notice in news], state="dropped", reason="left")
            return None
        wishes = repository.wishes(user_id)
        if wishes.preferences.mode is MailMode.NONE:
            repository.settle([notice.id for notice in news], state="dropped", reason="unwanted")
            return None
        due = wishes.preferences.due(now=uow.clock.now(), last_mail_at=wishes.last_mail_at, rules=self._rules)
        if not due:
            return None
        lines = self._right_ones(news, reader, wishes, uow=uow)
        if not lines or not repository.claim_turn(user_id, last_mail_at=wishes.last_mail_at):
            return None
        repository.settle(list(lines), state="sending")
        domain = sender.rpartition("@")[2].strip(">")
        return _Mail(reader, wishes, tuple(lines), tuple(lines.values()), f"<{uow.clock.new_id().hex}@{domain}>")

    def _right_ones(
        self, news: tuple[Notification, ...], reader: Viewer, wishes: Wishes, *, uow: UnitOfWork
    ) -> dict[str, Line]:
        """Notification id -> line, of what is still right and may be seen; the others are dropped."""
        lines: dict[str, Line] = {}
        for notice in news:
            line = None if notice.kind in wishes.preferences.muted else _line(notice, reader, uow=uow)
            if line is None:
                reason = "unwanted" if notice.kind in wishes.preferences.muted else "no_longer_right"
                NotificationRepository(uow).settle([notice.id], state="dropped", reason=reason)
            else:
                lines[notice.id] = line
        return lines

    def _settle(self, mail: _Mail, state: str, *, reason: str | None = None) -> None:
        with self._database.unit_of_work() as uow:
            NotificationRepository(uow).settle(mail.ids, state=state, reason=reason)
        _log.info("notification.settled", notices=len(mail.ids), state=state, reason=reason)

    def _try_again(self, mail: _Mail) -> None:
        """Nothing was sent: as if it had not been begun."""
        with self._database.unit_of_work() as uow:
            repository = NotificationRepository(uow)
            repository.settle(mail.ids, state="pending")
            repository.give_turn_back(mail.reader.user_id, last_mail_at=mail.wishes.last_mail_at)
        _log.warning("notification.waits", notices=len(mail.ids))


def _alerts_line(notice: Notification, reader: Viewer, *, uow: UnitOfWork) -> Line | None:
    """What is open now of what the day brought; None if somebody has seen to it all."""
    owners = (reader.user_id, None) if reader.role is Role.ADMIN else (reader.user_id,)
    since = notice.created_at - _DAY
    news = AlertRepository(uow).news(viewer=reader, owner_ids=owners, since=since, day=uow.clock.today())
    return Line(notice.kind, None, alerts=news) if news.told or news.held else None


def _briefs_line(notice: Notification, reader: Viewer, *, uow: UnitOfWork) -> Line | None:
    """What was made around then of accounts that they still see; None if nothing of it is."""
    made = BriefScheduleRepository(uow).counted(viewer=reader, since=notice.created_at - _HOUR)
    return Line(notice.kind, None, briefs=made) if made.made or made.failed else None


def _line(notice: Notification, reader: Viewer, *, uow: UnitOfWork) -> Line | None:
    if notice.kind is NotificationKind.WEBHOOK_OFF:
        webhook = None if notice.webhook_id is None else WebhookRepository(uow).get(notice.webhook_id)
        still_off = webhook is not None and not webhook.active
        return Line(notice.kind, None) if still_off and reader.role == "admin" else None
    if notice.kind is NotificationKind.SCORES:
        return Line(notice.kind, None) if reader.role is Role.ADMIN else None
    if notice.kind is NotificationKind.ALERTS:
        return _alerts_line(notice, reader, uow=uow)
    if notice.kind is NotificationKind.BRIEFS:
        return _briefs_line(notice, reader, uow=uow)
    if notice.rfp_project_id is not None:
        waits = RfpQuestionRepository(uow).waits_for(reader, project_id=notice.rfp_project_id)
        return Line(notice.kind, None, rfp_project_id=notice.rfp_project_id) if waits else None
    entry = None
    if notice.review_item_id is not None:
        try:
            entry = still_concerns(reader, notice.kind, notice.review_item_id, uow=uow)
        except ValueError as error:  # also what pydantic raises: one item that makes no sense stops no other news
            _log.error("notification.unreadable", item=notice.review_item_id, kind=type(error).__name__)
    return None if entry is None else Line(notice.kind, entry.item)
