"""Mail over SMTP: the message goes out whole, to all its recipients or to none, and is never sent by guesswork.

Invariant: what is handed in is sent byte for byte, with a `Date` header in front; an error says whether nothing was
sent (MailUnavailable, MailRefused) or nobody can know (OutcomeUnknown). No mail and no password goes to another
machine without TLS, and no part of a message is logged.
"""

import re
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import format_datetime
from typing import NoReturn, Protocol
from urllib.parse import unquote, urlsplit

from copilot.clock import Clock, SystemClock
from copilot.errors import ConfigurationError, InputError, MailRefused, MailUnavailable, OutcomeUnknown
from copilot.settings import Settings
from copilot.telemetry import get_logger

_log = get_logger(__name__)

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_BARE_LINE_END = re.compile(rb"\r(?!\n)|(?<!\r)\n")
"""Some servers end a message at what others take for text; without these there is nothing to disagree about."""
_LONGEST_LINE = 998
"""Bytes without the line end, RFC 5322 section 2.1.1."""
_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9.-]{1,253}")
"""A dot-atom of RFC 5322 on both sides: nothing that could end the command it stands in."""
_URL_HINT = "Use COPILOT_SMTP_URL=smtps://USER:PASSWORD@HOST:465 or smtp://USER:PASSWORD@HOST:587."
_NO_REPLY = -1
"""What smtplib calls a reply that is none."""


class MailTransport(Protocol):
    """One way for a message to leave."""

    def send(
        self, message: bytes, *, sender: str, recipients: Sequence[str], begin: Callable[[], None] | None = None
    ) -> str:
        """Send to all or to nobody, and return the server's answer.

        `begin` is called once, when all recipients are accepted and before any of the message is handed over; if
        it raises, nothing is sent. Raises MailUnavailable or MailRefused (nothing was sent), OutcomeUnknown, or
        InputError for a message or an address that is not well formed.
        """
        ...


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where mail is handed in."""

    host: str
    port: int
    implicit_tls: bool
    """TLS from the first byte; otherwise STARTTLS, which only a server on this machine may lack."""
    user: str | None = None
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait, in seconds, for each answer of the server."""

    connect: float = 20.0
    reply: float = 60.0
    after_message: float = 600.0
    """RFC 5321 section 4.5.3.2.6: who gives up earlier sends the message twice."""

    @property
    def longest(self) -> timedelta:
        """After how long a message that was begun has been sent or not, if its process and this machine live."""
        return timedelta(seconds=3 * self.reply + self.after_message)


@dataclass(frozen=True)
class SmtpTransport:
    """A real mail server; see MailTransport. One connection a message: they are few, and their outcome matters."""

    server: SmtpServer
    clock: Clock = field(default_factory=SystemClock)
    patience: Patience = field(default_factory=Patience)
    context: ssl.SSLContext | None = None
    """Whom to trust; None: the authorities that this machine trusts."""

    def send(
        self, message: bytes, *, sender: str, recipients: Sequence[str], begin: Callable[[], None] | None = None
    ) -> str:
        _require_sendable(message, [sender, *recipients])
        dated = b"Date: " + format_datetime(self.clock.now()).encode("ascii") + b"\r\n" + message
        with self._session(sender) as session:
            with _nothing_sent():
                _address(session, sender=sender, recipients=recipients, size=len(dated))
            if begin is not None:
                begin()
            with _nothing_sent():
                code, text = session.docmd("DATA")
                if code != 354:
                    _refused(code, text)
            answer = _hand_over(session, dated, patience=self.patience.after_message)
        _log.info("mail.sent", recipients=len(recipients))
        return answer

    @contextmanager
    def _session(self, sender: str) -> Iterator[smtplib.SMTP]:
        """A connection over which mail may be handed in, closed afterwards."""
        with _nothing_sent():
            session = self._connect(sender)
        try:
            with _nothing_sent():
                self._log_in(session)
            yield session
            with suppress(OSError, smtplib.SMTPException):
                _wait_at_most(self.patience.connect, session)  # what matters is done
                session.quit()
        finally:
            session.close()

    def _connect(self, sender: str) -> smtplib.SMTP:
        # Left out, the library asks the name service for this machine's name.
        name, server = sender.rpartition("@")[2], self.server
        if server.implicit_tls:
            session: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, name, timeout=self.patience.connect, context=self._trusted()
            )
        else:
            session = smtplib.SMTP(server.host, server.port, name, timeout=self.patience.connect)
        _wait_at_most(self.patience.reply, session)
        return session

    def _log_in(self, session: smtplib.SMTP) -> None:
        server = self.server
        session.ehlo_or_helo_if_needed()
        if not server.implicit_tls:
            if session.has_extn("starttls"):
                session.starttls(context=self._trusted())
                session.ehlo()
            elif server.host not in _LOOPBACK:
                raise MailRefused("The mail server offers no encryption, so nothing is handed to it.", hint=_URL_HINT)
        if server.user is not None:
            session.login(server.user, server.password or "")

    def _trusted(self) -> ssl.SSLContext:
        return self.context or ssl.create_default_context()


def _wait_at_most(seconds: float, session: smtplib.SMTP) -> None:
    if session.sock is not None:
        session.sock.settimeout(seconds)


def _require_sendable(message: bytes, addresses: Sequence[str]) -> None:
    if len(addresses) < 2 or not all(_ADDRESS.fullmatch(address) for address in addresses):
        raise InputError("An address of this message cannot be used.", hint="Correct it, then file the draft again.")
    lines_end_well = message.endswith(b"\r\n") and _BARE_LINE_END.search(message) is None
    if not lines_end_well or max(map(len, message.split(b"\r\n"))) > _LONGEST_LINE:
        raise InputError("This message is not well formed, so it is not sent.")


def _address(session: smtplib.SMTP, *, sender: str, recipients: Sequence[str], size: int) -> None:
    """Name sender and recipients; unless all are accepted, take everything back."""
    code, text = session.mail(sender, [f"size={size}"] if session.has_extn("size") else [])
    if code != 250:
        _refused(code, text)
    answers = [session.rcpt(recipient) for recipient in recipients]
    refused = [answer for answer in answers if answer[0] not in {250, 251}]
    if refused:
        with suppress(OSError, smtplib.SMTPException):
            session.rset()
        _refused(*max(refused, key=lambda answer: answer[0]))


def _hand_over(session: smtplib.SMTP, message: bytes, *, patience: float) -> str:
    """Everything after the server's go-ahead. From here on a lost connection leaves the outcome unknown."""
    stuffed = re.sub(rb"(?m)^\.", b"..", message)
    try:
        session.send(stuffed + b".\r\n")
        _wait_at_most(patience, session)
        code, text = session.getreply()
    except (OSError, smtplib.SMTPException) as error:
        _log.warning("mail.outcome_unknown", error=type(error).__name__)
        raise OutcomeUnknown(
            "The connection to the mail server was lost while the message was being handed over.",
            hint="Look for its Message-ID in the mail server's log or the Sent folder.",
        ) from error
    if 200 <= code < 300:
        return _readable(code, text)
    if 400 <= code < 600:
        _refused(code, text)
    raise OutcomeUnknown("The mail server gave an answer that says neither yes nor no.")


def _refused(code: int, text: bytes) -> NoReturn:
    """4xx, 421 and no answer at all pass; 5xx lasts."""
    answer = _readable(code, text)
    _log.warning("mail.refused", status=code)
    if 500 <= code < 600:
        raise MailRefused("The mail server refuses the message.", hint=answer)
    raise MailUnavailable("The mail server does not take the message now.", hint=answer)


def _readable(code: int, text: bytes) -> str:
    """The first line of an answer, e.g. `250 2.0.0 queued as 4F1`, without what could be somebody's address."""
    lines = text.decode("ascii", "replace").splitlines() or [""]
    words = [word for word in lines[0].split() if "@" not in word and word.isprintable()]
    return " ".join([str(code), *words])[:200]


@contextmanager
def _nothing_sent() -> Iterator[None]:
    """Turn what the library raises while no message has been handed over into errors that say so."""
    try:
        yield
    except smtplib.SMTPAuthenticationError as error:
        _refused_log_in(error)
    except smtplib.SMTPNotSupportedError as error:
        raise MailRefused("The mail server cannot do what is needed.", hint=_URL_HINT) from error
    except smtplib.SMTPResponseException as error:
        if error.smtp_code == _NO_REPLY:
            raise _unreachable() from error
        text = error.smtp_error if isinstance(error.smtp_error, bytes) else error.smtp_error.encode()
        _refused(error.smtp_code, text)
    except ssl.SSLCertVerificationError as error:
        raise MailRefused("The mail server's certificate is not trusted.", hint="Correct it on the server.") from error
    except (OSError, smtplib.SMTPException, socket.gaierror) as error:
        raise _unreachable() from error
    except UnicodeError:
        # The error holds what could not be encoded, perhaps the password: it goes no further.
        raise MailRefused(
            "The user, the password or the name of the mail server has characters that mail cannot carry.",
            hint=_URL_HINT,
        ) from None


def _refused_log_in(error: smtplib.SMTPAuthenticationError) -> NoReturn:
    if 400 <= error.smtp_code < 500:
        raise _unreachable() from error
    raise MailRefused("The mail server refuses the user or the password.", hint=_URL_HINT) from error


def _unreachable() -> MailUnavailable:
    return MailUnavailable("The mail server cannot be reached.", hint="Nothing was sent. Check COPILOT_SMTP_URL.")


@dataclass(frozen=True)
class DryRunTransport:
    """What stands in for the mail server in a dry run: nothing leaves."""

    def send(
        self, message: bytes, *, sender: str, recipients: Sequence[str], begin: Callable[[], None] | None = None
    ) -> str:
        _require_sendable(message, [sender, *recipients])
        if begin is not None:
            begin()
        _log.info("mail.dry_run", recipients=len(recipients))
        return "dry run: nothing was sent"


def open_transport(settings: Settings, *, clock: Clock | None = None) -> MailTransport | None:
    """What the settings ask for; None if they name no mail server. Connects when the first message is sent.

    Raises ConfigurationError.
    """
    if settings.dry_run:
        return DryRunTransport()
    if settings.smtp_url is None:
        return None
    return SmtpTransport(read_server(settings.smtp_url.get_secret_value()), clock=clock or SystemClock())


def read_server(url: str) -> SmtpServer:
    """`smtps://` (port 465) or `smtp://` (port 587), with user and password if asked. Raises ConfigurationError."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ConfigurationError("The address of the mail server cannot be read.", hint=_URL_HINT) from None
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname or parts.path.strip("/") or parts.query:
        raise ConfigurationError("The address of the mail server cannot be read.", hint=_URL_HINT)
    return SmtpServer(
        host=parts.hostname,
        port=port or (465 if parts.scheme == "smtps" else 587),
        implicit_tls=parts.scheme == "smtps",
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
    )
