"""Emails as messages: the same bytes every time, headers that nothing can break into, both languages."""

import hashlib
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Any

import pytest

from copilot.domain.destinations import Attachment, Destination, Email, Mailbox
from copilot.domain.drafts import Draft, DraftKind, Section, Segment
from copilot.domain.language import Language
from copilot.domain.rendering import render_deliverables, render_redacted
from copilot.domain.rendering_email import MESSAGE_FILE, ascii_address, recipients_of
from copilot.errors import InputError
from tests.approvals_builders import draft_about

HOSTILE = [
    "Marta\r\nBcc: eve@elsewhere.example",
    "Marta\nX: y",
    "Marta\x00\x0b\x0c\x1b[2J",
    "Marta\u2028Bcc: eve@elsewhere.example",
    "Marta\u2029\u0085Bcc: eve@elsewhere.example",
    'Marta" <eve@elsewhere.example>, "x',
    "Marta <eve@elsewhere.example>",
    "Marta, Eve",
    "=?utf-8?q?=0D=0ABcc:_eve@elsewhere.example?=",
    "\u202eatraM",
    "Márta, " + "Ñ" * 300,
    "x" * 2000,
    "🙂" * 60,
    "\\",
    '"',
]


def email(**changes: Any) -> Email:
    plain: dict[str, Any] = {
        "sender": Mailbox(address="lucia@tramontia.example", name="Lucía Ferrer"),
        "to": (Mailbox(address="marta@tormes.example", name="Marta Ruiz"),),
        "subject": "Su renovación",
        "message_id": "<m1@tramontia.example>",
    }
    return Email(**(plain | changes))


def draft(envelope: Email, *texts: str, language: Language = Language.ES, title: str = "") -> Draft:
    segments = tuple(Segment(id=f"text.{number}", text=text) for number, text in enumerate(texts or ("Hola.",)))
    plain = draft_about((), kind=DraftKind.FOLLOW_UP, language=language)
    sections = (Section(key="text", title=title, segments=segments),)
    return plain.model_copy(update={"sections": sections, "destination": Destination.EMAIL, "email": envelope})


def rendered(envelope: Email, *texts: str, files: dict[str, bytes] | None = None, **options: Any) -> bytes:
    return render_deliverables(draft(envelope, *texts, **options), attachments=files)[MESSAGE_FILE]


def parsed(content: bytes) -> EmailMessage:
    message = message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


@pytest.mark.parametrize("language", list(Language))
def test_the_same_draft_gives_the_same_bytes_and_both_forms_say_the_same(language: Language) -> None:
    texts = ("¿Cómo está, Íñigo? <b>84.000 €</b> & más.", "línea uno\nlínea dos")
    content = rendered(email(), *texts, language=language, title="Próximos pasos")
    assert content == rendered(email(), *texts, language=language, title="Próximos pasos")
    message = parsed(content)
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain.get_content().split() == " ".join(["Próximos pasos", *texts]).split()
    assert "&lt;b&gt;84.000 €&lt;/b&gt; &amp; más." in html.get_content()
    assert f'lang="{language.value}"' in html.get_content()
    assert message["Content-Language"] == language.value
    assert (message["Date"], message["Bcc"]) == (None, None)


def test_lines_are_short_ascii_and_end_as_the_standard_says() -> None:
    content = rendered(email(), "ñ" * 5000, ".", "From here", "--text-x--", "a " * 3000)
    assert content.isascii()
    lines = content.split(b"\r\n")
    assert b"\n" not in b"".join(lines)
    assert b"\r" not in b"".join(lines)
    assert max(map(len, lines)) <= 78
    assert not [line for line in lines if line == b"." or line.startswith(b"From ")]
    plain = parsed(content).get_body(("plain",))
    assert plain is not None
    assert plain.get_content().count("ñ") == 5000


@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
def test_no_name_and_no_subject_makes_a_header_or_a_recipient(value: str) -> None:
    to = Mailbox(address="marta@tormes.example", name=value)
    message = parsed(rendered(email(to=(to,), sender=to, subject=value)))
    wanted = ["Content-Language", "Content-Type", "From", "MIME-Version", "Message-ID", "Subject", "To"]
    assert sorted(message.keys()) == wanted
    for header in ("To", "From"):
        assert [each.addr_spec for each in message[header].addresses] == ["marta@tormes.example"]
    assert not message.defects
    shown = str(message["Subject"])
    assert not [char for char in shown if ord(char) < 32 or char in "\u2028\u2029\u202e\u0085"]


@pytest.mark.parametrize(
    "name", ["Marta Ruiz", "Íñigo Núñez-Gómez", "Ruiz, Marta", 'O\'Neill "Bob"', "李小龙", "Søren Ångström " * 5, ""]
)
def test_names_arrive_as_they_are(name: str) -> None:
    content = rendered(email(to=(Mailbox(address="marta@tormes.example", name=name),), subject=name))
    # The newer parser of the standard library keeps the space between two encoded words, which the standard drops.
    raw = message_from_bytes(content, policy=policy.compat32)
    shown, address = parseaddr(str(make_header(decode_header(raw["To"].replace("\r\n", "")))))
    assert (shown if "," not in name else name, address) == (" ".join(name.split()), "marta@tormes.example")
    assert str(parsed(content)["Subject"]) == " ".join(name.split())


@pytest.mark.parametrize(
    "address",
    ["", "marta", "marta@", "@x.example", "a b@x.example", "a@x.example\r\nRCPT TO:<b@x.example>", "a@b@c.example",
     "josé@x.example", "a..b@x.example", ".a@x.example", "a@-x.example", "<a@x.example>", "a@x.example,b@x.example",
     "x" * 65 + "@x.example", "a@" + "x" * 300],
)  # fmt: skip
def test_an_address_that_is_none_is_refused_when_the_draft_is_filed(address: str) -> None:
    with pytest.raises(InputError):
        rendered(email(to=(Mailbox(address=address),)))


def test_a_domain_with_accents_is_written_as_servers_take_it() -> None:
    assert ascii_address("marta@ñandú.example") == "marta@xn--and-6ma2c.example"
    both = email(cc=(Mailbox(address="marta@tormes.example"), Mailbox(address="x@ñandú.example")))
    assert recipients_of(both) == ("marta@tormes.example", "x@xn--and-6ma2c.example")


def test_the_thread_is_named_and_what_is_no_id_is_left_out() -> None:
    hostile = ("<q@x.example>\r\nBcc: eve@x.example", "q", "<>", "<a b@x.example>", "<q@x.example> <r@x.example>")
    references = ("<first@x.example>", *hostile, *(f"<{number}@x.example>" for number in range(40)))
    message = parsed(rendered(email(in_reply_to="<q@x.example>\r\nX: y", references=references)))
    assert message["In-Reply-To"] is None
    found = str(message["References"]).split()
    assert (found[0], found[-1], len(found)) == ("<first@x.example>", "<39@x.example>", 20)
    with pytest.raises(InputError):
        rendered(email(message_id="<m1@x.example>\r\nX: y"))


@pytest.mark.parametrize(
    ("name", "media_type", "wanted"),
    [
        ("informe.pdf", "application/pdf", "application/pdf"),
        ("Año 2026 – resumen.docx", "text/x\r\nX: y", "application/octet-stream"),
        ('a"; filename="b.exe', "multipart/mixed", "application/octet-stream"),
        ("../../etc/passwd", "message/rfc822", "application/octet-stream"),
        ("x\r\nContent-Type: text/html", "text/html", "text/html"),
        ("ñ" * 300, "text/plain", "text/plain"),
    ],
)
def test_what_is_attached_arrives_whole_under_a_harmless_name(name: str, media_type: str, wanted: str) -> None:
    content = bytes(range(256)) * 9
    attached = Attachment(name=name, media_type=media_type, sha256=hashlib.sha256(content).hexdigest())
    message = parsed(rendered(email(attachments=(attached,)), files={name: content}))
    [part] = list(message.iter_attachments())
    assert part.get_payload(decode=True) == content
    assert part.get_content_type() == wanted
    shown = part.get_filename()
    assert shown
    assert not set(shown) & set("/\\\r\n\x00")
    with pytest.raises(InputError):
        rendered(email(attachments=(attached,)), files={name: content + b"x"})
    with pytest.raises(InputError):
        rendered(email(attachments=(attached,)))


def test_an_overwritten_email_can_be_rendered_whatever_is_left_of_it() -> None:
    attached = Attachment(name="x.pdf", media_type="application/pdf", sha256="0")
    files = render_redacted(draft(email(to=(Mailbox(address="█████"),), attachments=(attached,))))
    assert files == {"attachments/x.pdf": b"", MESSAGE_FILE: b"Hola.\n"}
