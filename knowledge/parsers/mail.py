"""Email files (EML, RFC 5322).

Invariant: the text is the subject and what the plain version of the message says; quoted history and signatures are
blocks of their own; attachments and anything only the HTML version says are named in the warnings.
"""

import re
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import compat32

from copilot.domain.document_messages import DocumentMessage
from copilot.domain.documents import BlockKind, DocumentKind, ParsedDocument
from knowledge.parsers.dates import title_from_name
from knowledge.parsers.decoding import decode
from knowledge.parsers.mail_headers import Mail, addresses, header, message_ids, sent_at
from knowledge.parsers.quoting import split_message
from knowledge.parsers.text_building import DocumentText, Metadata, unreadable
from knowledge.parsers.web_page import visible_text

_MAX_DEPTH = 30
_MAX_MULTIPARTS = 200
_MULTIPART = re.compile(rb"^content-type:[ \t]*multipart/", re.I | re.M)
_WORD = re.compile(r"\w+")
_STUB_SHARE = 0.25
_DIFFERENCE_WORDS = 8
_DIFFERENCE_SHARE = 0.2
_ENCRYPTED_TYPES = frozenset({"multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"})


@dataclass(slots=True)
class _Body:
    """One stretch of the message in the versions it comes in."""

    plain: list[str] = field(default_factory=list)
    html: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Contents:
    bodies: list[_Body] = field(default_factory=list)
    attachments: list[tuple[str, int]] = field(default_factory=list)
    encodings: list[str] = field(default_factory=list)


def parse_mail(data: bytes, name: str) -> ParsedDocument:
    """Read one message. `participants` are the addresses, the sender's first; `author` is the sender's name."""
    if len(_MULTIPART.findall(data)) > _MAX_MULTIPARTS:
        raise unreadable(DocumentMessage.NESTED_TOO_DEEPLY)
    message: Mail = message_from_bytes(data.lstrip(b"\r\n"), policy=compat32)
    contents = _Contents()
    _collect(message, contents, depth=0)
    text = DocumentText(warnings=list(contents.encodings))
    metadata = _metadata(message, text, name=name)
    subject = header(message, "Subject")
    heading = " ".join(text.clean(subject).split())[:200] or None
    text.add(subject, kind=BlockKind.HEADING, heading=heading)
    for body in contents.bodies:
        _write(_chosen(body, text), text, heading=heading, author=metadata.author)
    for attached, size in contents.attachments:
        text.warn(DocumentMessage.ATTACHMENT, name=attached, kilobytes=(size + 1023) // 1024)
    return text.build(metadata, media_type="message/rfc822")


def _metadata(message: Mail, text: DocumentText, *, name: str) -> Metadata:
    senders = addresses(message, "From") or addresses(message, "Sender")
    receivers = [pair for field_name in ("To", "Cc") for pair in addresses(message, field_name)]
    replied = message_ids(message, "In-Reply-To") or message_ids(message, "References")[-1:]
    stated = header(message, "Date")
    sent = sent_at(message)
    if sent is None and stated:
        text.warn(DocumentMessage.BAD_DATE, value=text.clean(stated)[:80])
    return Metadata(
        title=header(message, "Subject") or title_from_name(name),
        kind=DocumentKind.EMAIL,
        authored_at=sent,
        author=(senders[0][0] or senders[0][1]) if senders else None,
        participants=tuple(dict.fromkeys(address for _, address in [*senders, *receivers])),
        message_id=next(iter(message_ids(message, "Message-ID")), None),
        in_reply_to=next(iter(replied), None),
    )


def _collect(part: Mail, contents: _Contents, *, depth: int, body: _Body | None = None) -> None:
    """Walk the parts. Inside `multipart/alternative`, `body` gathers the versions of one stretch."""
    if depth > _MAX_DEPTH:
        raise unreadable(DocumentMessage.NESTED_TOO_DEEPLY)
    kind = part.get_content_type()
    if kind in _ENCRYPTED_TYPES and "signed" not in str(part.get_param("smime-type", "")):
        raise unreadable(DocumentMessage.ENCRYPTED)
    payload = part.get_payload()
    if isinstance(payload, list) and part.get_content_maintype() == "multipart":
        if kind == "multipart/alternative" and body is None:
            body = _Body()
            contents.bodies.append(body)
        for child in payload:
            if isinstance(child, type(part)):
                _collect(child, contents, depth=depth + 1, body=body)
        return
    if _is_attached(part):
        contents.attachments.append(_attachment(part))
        return
    if body is None:
        body = _Body()
        contents.bodies.append(body)
    (body.html if kind == "text/html" else body.plain).append(_text_of(part, contents))


def _is_attached(part: Mail) -> bool:
    if part.get_content_type() not in {"text/plain", "text/html"}:
        return True
    return part.get_content_disposition() == "attachment" or bool(part.get_filename())


def _attachment(part: Mail) -> tuple[str, int]:
    payload = part.get_payload(decode=True)
    if isinstance(payload, bytes):
        size = len(payload)
    else:
        nested = part.get_payload()
        size = sum(len(str(child)) for child in nested) if isinstance(nested, list) else len(str(nested))
    return str(part.get_filename() or part.get_content_type())[:200], size


def _text_of(part: Mail, contents: _Contents) -> str:
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    charset = part.get_content_charset()
    if charset:
        try:
            text = data.decode(charset)
        except (LookupError, UnicodeDecodeError, ValueError):
            text, warnings = decode(data)
            contents.encodings.extend(warnings)
    else:
        text, warnings = decode(data)
        contents.encodings.extend(warnings)
    if str(part.get_param("format", "")).lower() == "flowed":
        return _unflowed(text, delete_space=str(part.get_param("delsp", "")).lower() == "yes")
    return text


def _unflowed(text: str, *, delete_space: bool) -> str:
    """Join the soft line ends of `format=flowed` (RFC 3676); the signature mark `-- ` is not one."""
    lines: list[str] = []
    soft = False
    for line in text.replace("\r\n", "\n").split("\n"):
        if soft and lines and not line.startswith(">") and line not in {"-- ", ""}:
            lines[-1] = (lines[-1][:-1] if delete_space else lines[-1]) + line.removeprefix(" ")
        else:
            lines.append(line)
        soft = line.endswith(" ") and line != "-- " and not line.startswith(">")
    return "\n".join(lines)


def _chosen(body: _Body, text: DocumentText) -> str:
    """The plain version, unless it is missing or a stub; what only the HTML hides or says is warned of."""
    plain = "\n".join(body.plain)
    if not body.html:
        return plain
    visible, hidden = visible_text("\n".join(body.html))
    if hidden:
        text.warn(DocumentMessage.HIDDEN_TEXT, count=hidden)
    in_plain, in_html = _words(text.clean(plain)), _words(text.clean(visible))
    if len(in_plain) < _STUB_SHARE * len(in_html):
        return visible
    only_html = in_html - in_plain
    if len(only_html) >= max(_DIFFERENCE_WORDS, _DIFFERENCE_SHARE * len(in_html)):
        text.warn(DocumentMessage.ALTERNATIVES_DIFFER)
    return plain


def _words(text: str) -> set[str]:
    return {word.casefold() for word in _WORD.findall(text)}


def _write(body: str, text: DocumentText, *, heading: str | None, author: str | None) -> None:
    split = split_message(text.clean(body), author=author)
    for segment in split.segments:
        if segment.kind is BlockKind.BODY:
            text.add_paragraphs(segment.text, heading=heading)
        else:
            text.add(segment.text, kind=segment.kind, heading=heading)
    if split.forwarded:
        text.warn(DocumentMessage.FORWARDED)
