"""Mail over SMTP against a real server: whole or not at all, and honest about what nobody can know."""

import ssl
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path

import pytest

from copilot.clock import FixedClock
from copilot.errors import ConfigurationError, InputError, MailRefused, MailUnavailable, OutcomeUnknown
from copilot.mail import DryRunTransport, SmtpTransport, open_transport, read_server
from copilot.settings import Settings
from tests.release_builders import SHORT, MailServer

MESSAGE = b"From: a@tramontia.example\r\nSubject: x\r\n\r\n.\r\n..two\r\nFrom here\r\n"
SENDER, MARTA, PEDRO = "a@tramontia.example", "marta@tormes.example", "pedro@tormes.example"


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 11, 16, 9, tzinfo=UTC))


def test_the_message_arrives_byte_for_byte_with_a_date_in_front(clock: FixedClock) -> None:
    with MailServer().running() as server:
        answer = server.transport(clock).send(MESSAGE, sender=SENDER, recipients=[MARTA, PEDRO])
    [(sender, recipients, content)] = server.taken
    assert (sender, recipients) == (SENDER, (MARTA, PEDRO))
    assert content == b"Date: Mon, 16 Nov 2026 09:00:00 +0000\r\n" + MESSAGE
    assert answer == "250 2.0.0 queued as 4F1"


@pytest.mark.parametrize(
    ("behaviour", "error"),
    [
        pytest.param({"on_mail": "451 4.3.0 later"}, MailUnavailable, id="sender-later"),
        pytest.param({"on_mail": "553 5.1.8 no"}, MailRefused, id="sender-never"),
        pytest.param({"on_recipient": {PEDRO: "451 4.7.1 greylisted"}}, MailUnavailable, id="one-greylisted"),
        pytest.param({"on_recipient": {PEDRO: "550 5.1.1 unknown"}}, MailRefused, id="one-refused"),
        pytest.param(
            {"on_recipient": {MARTA: "550 5.1.1 unknown", PEDRO: "451 4.7.1 greylisted"}}, MailRefused, id="both"
        ),
        pytest.param({"drop_at": "recipient"}, MailUnavailable, id="hangs-up-before"),
        pytest.param({"on_data": "452 4.3.1 full"}, MailUnavailable, id="message-later"),
        pytest.param({"on_data": "554 5.6.0 spam"}, MailRefused, id="message-never"),
    ],
)
def test_a_refusal_leaves_nothing_with_anybody(
    clock: FixedClock, behaviour: dict[str, object], error: type[Exception]
) -> None:
    with MailServer(**behaviour).running() as server, pytest.raises(error):  # type: ignore[arg-type]
        server.transport(clock).send(MESSAGE, sender=SENDER, recipients=[MARTA, PEDRO])
    assert server.taken == []


@pytest.mark.parametrize("behaviour", [{"drop_at": "end of message"}, {"silent_for": 3.0}], ids=["hangs-up", "silent"])
def test_after_the_message_was_handed_over_silence_means_nobody_knows(
    clock: FixedClock, behaviour: dict[str, object]
) -> None:
    with MailServer(**behaviour).running() as server, pytest.raises(OutcomeUnknown):  # type: ignore[arg-type]
        server.transport(clock).send(MESSAGE, sender=SENDER, recipients=[MARTA])
    assert len(server.taken) == 1


def test_nobody_there_is_nothing_sent(clock: FixedClock) -> None:
    with MailServer().running() as server:
        transport = server.transport(clock)
    with pytest.raises(MailUnavailable):
        transport.send(MESSAGE, sender=SENDER, recipients=[MARTA])


def test_what_must_happen_before_happens_after_the_recipients_and_can_stop_it(clock: FixedClock) -> None:
    def stop() -> None:
        raise KeyError("recalled")

    with MailServer().running() as server:
        with pytest.raises(KeyError):
            server.transport(clock).send(MESSAGE, sender=SENDER, recipients=[MARTA], begin=stop)
        begun: list[str] = []
        server.on_recipient[MARTA] = "550 no"
        with pytest.raises(MailRefused):
            server.transport(clock).send(MESSAGE, sender=SENDER, recipients=[MARTA], begin=lambda: begun.append("x"))
    assert (server.taken, begun) == ([], [])


@pytest.mark.parametrize(
    "message",
    [b"no line end", b"a\nb\r\n", b"a\rb\r\n", b"x\r\n.\n.\r\n", b"x" * 999 + b"\r\n", b""],
    ids=["no-end", "bare-lf", "bare-cr", "smuggled", "long", "empty"],
)
def test_a_message_that_servers_read_differently_is_not_sent(clock: FixedClock, message: bytes) -> None:
    with MailServer().running() as server, pytest.raises(InputError):
        server.transport(clock).send(message, sender=SENDER, recipients=[MARTA])


@pytest.mark.parametrize(
    "address",
    ["a b@x.example", "a@x.example>\r\nDATA", "a", "<a@x.example>", "a@x@y", "", "josé@x.example", '"a,b"@x.example'],
)
def test_an_address_that_could_say_more_is_not_used(clock: FixedClock, address: str) -> None:
    with MailServer().running() as server, pytest.raises(InputError):
        server.transport(clock).send(MESSAGE, sender=SENDER, recipients=[MARTA, address])
    assert server.taken == []


def test_no_mail_and_no_password_in_clear_text_to_another_machine(
    clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with MailServer().running() as server:
        transport = SmtpTransport(read_server(f"smtp://u:p@127.0.0.1:{server.port}"), clock=clock, patience=SHORT)
        monkeypatch.setattr("copilot.mail._LOOPBACK", frozenset())
        with pytest.raises(MailRefused, match="encryption"):
            transport.send(MESSAGE, sender=SENDER, recipients=[MARTA])
    assert server.taken == []


def test_starttls_is_used_where_offered_and_an_unknown_certificate_refused(clock: FixedClock, tmp_path: Path) -> None:
    certificate, key = _own_certificate(tmp_path)
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(certificate, key)
    trusted = ssl.create_default_context(cafile=str(certificate))
    with MailServer().running(tls_context=served, require_starttls=True) as server:
        server.transport(clock, context=trusted).send(MESSAGE, sender=SENDER, recipients=[MARTA])
        with pytest.raises(MailRefused, match="certificate"):
            server.transport(clock).send(MESSAGE, sender=SENDER, recipients=[MARTA])
    assert len(server.taken) == 1


def _own_certificate(folder: Path) -> tuple[Path, Path]:
    from cryptography import x509  # comes with the vector store
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2120, 1, 1, tzinfo=UTC))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private = serialization.PrivateFormat.PKCS8
    paths[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, private, serialization.NoEncryption()))
    return paths


@pytest.mark.parametrize(
    "url", ["", "http://mail.example", "smtp://", "smtp://mail.example:x", "smtp://mail.example/box", "mail.example"]
)
def test_an_address_of_a_server_that_is_none_is_said_without_the_password(url: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read_server(url)
    assert "USER:PASSWORD" in str(caught.value)


def test_settings_choose_the_transport() -> None:
    assert open_transport(Settings()) is None
    url = "smtps://ana:s%40fe@mail.example"
    chosen = open_transport(Settings(smtp_url=url))
    assert isinstance(chosen, SmtpTransport)
    assert (chosen.server.port, chosen.server.implicit_tls, chosen.server.password) == (465, True, "s@fe")
    assert "s@fe" not in repr(chosen)
    assert isinstance(open_transport(Settings(smtp_url=url, dry_run=True)), DryRunTransport)


def test_a_dry_run_sends_nothing() -> None:
    assert "nothing was sent" in DryRunTransport().send(MESSAGE, sender=SENDER, recipients=[MARTA])
    with pytest.raises(InputError):
        DryRunTransport().send(MESSAGE, sender=SENDER, recipients=[])
