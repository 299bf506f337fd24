"""An email draft as the message that is sent, and who it is addressed to.

Invariant: the bytes depend on the draft and its attachments alone. No header can be begun, ended or altered by what
stands in a name, a subject or a thread id: control characters never reach one, and what does not fit is refused.
There is no `Date` here: it is dated when it is sent, see decision 0093.
"""

import base64
import binascii
import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from html import escape

from copilot.domain.destinations import Attachment, Email, Mailbox
from copilot.domain.drafts import Draft
from copilot.errors import InputError

MESSAGE_FILE = "message.eml"
ATTACHMENTS = "attachments/"
"""Before the names of what is attached, among the bytes kept with a version."""
_END = "\r\n"
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(r"(?=.{1,253}$)[A-Za-z0-9](?:[A-Za-z0-9-]{0,62})(?:\.[A-Za-z0-9][A-Za-z0-9-]{0,62})*")
_MESSAGE_ID = re.compile(r"<[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,120}@[A-Za-z0-9!#$%&'*+/=?^_`{|}~.:\[\]-]{1,120}>")
_MEDIA_TYPE = re.compile(r"(?!multipart/|message/)[a-z]{2,20}/[a-z0-9][a-z0-9.+-]{0,100}")
_PLAIN_WORDS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*")
_PLAIN_SUBJECT = re.compile(r"[ -~]*")
_TURNS_TEXT = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that change the direction of what follows: a name can read as another with them."""
_MOST_THREAD_IDS = 20
_WORD_BYTES = 42
"""UTF-8 bytes in one encoded word, so that it stays below the 75 characters of RFC 2047."""
_FOLD = 74
_STYLE = "font:15px/1.5 system-ui,-apple-system,'Segoe UI',sans-serif;color:#1c2430"


def render_message(draft: Draft, email: Email, attachments: Mapping[str, bytes]) -> bytes:
    """`message.eml`: headers, the text plain and as HTML, and what is attached. Lines end with CRLF.

    Raises InputError for an address, a thread id or an attachment that cannot be used.
    """
    seed = hashlib.sha256(email.message_id.encode()).hexdigest()[:24]
    body = _alternative(draft, boundary=f"text-{seed}")
    if email.attachments:
        parts = [body, *(_attached(item, attachments) for item in email.attachments)]
        body = _multipart("mixed", parts, boundary=f"all-{seed}")
    return "".join([*_headers(draft, email), body]).encode("ascii")


def recipients_of(email: Email) -> tuple[str, ...]:
    """Every address the message is handed in for, once, in order. Raises InputError."""
    return tuple(dict.fromkeys(ascii_address(box.address) for box in (*email.to, *email.cc)))


def ascii_address(address: str) -> str:
    """The address as mail servers take it: the domain in ASCII. Raises InputError if it is none."""
    local, at, domain = address.rpartition("@")
    try:
        ascii_domain = domain.encode("idna").decode("ascii") if domain else ""
    except UnicodeError:
        ascii_domain = ""
    usable = at and len(local) <= 64 and _LOCAL.fullmatch(local) and _DOMAIN.fullmatch(ascii_domain)
    if not usable:
        raise InputError("An address of this email cannot be used.", hint="Correct it in the contact's record.")
    return f"{local}@{ascii_domain}"


def plain_text(draft: Draft) -> str:
    """The draft as the reader of an email sees it: no citations, which are for us."""
    blocks = []
    for section in draft.sections:
        heading = [_line(section.title)] if section.title.strip() else []
        blocks.append("\n\n".join([*heading, *(_paragraph(segment.text) for segment in section.segments)]))
    return "\n\n".join(block for block in blocks if block) + "\n"


def _headers(draft: Draft, email: Email) -> Iterable[str]:
    if not _MESSAGE_ID.fullmatch(email.message_id):
        raise InputError("The Message-ID of this email cannot be used.")
    yield _folded("From", [_mailbox(email.sender)])
    yield _folded("To", [_mailbox(box) for box in email.to])
    if email.cc:
        yield _folded("Cc", [_mailbox(box) for box in email.cc])
    yield f"Subject: {_subject(email.subject)}{_END}"
    yield f"Message-ID: {email.message_id}{_END}"
    # Ids of other people's messages: one that is none is left out, and the thread is found by the others.
    if email.in_reply_to and _MESSAGE_ID.fullmatch(email.in_reply_to):
        yield f"In-Reply-To: {email.in_reply_to}{_END}"
    thread = [item for item in email.references if _MESSAGE_ID.fullmatch(item)]
    if thread:
        yield "References: " + f"{_END} ".join(_thread(thread)) + _END
    yield f"Content-Language: {draft.language.value}{_END}MIME-Version: 1.0{_END}"


def _thread(ids: list[str]) -> list[str]:
    """The first and the latest: by these a reader finds the thread, and headers do not grow without end."""
    kept = list(dict.fromkeys(ids))
    return kept if len(kept) <= _MOST_THREAD_IDS else [kept[0], *kept[1 - _MOST_THREAD_IDS :]]


def _folded(name: str, values: list[str]) -> str:
    """One value a line, so that no line has to be broken inside a name."""
    return f"{name}: " + f",{_END} ".join(values) + _END


def _mailbox(box: Mailbox) -> str:
    address, name = ascii_address(box.address), _line(box.name)
    if not name:
        return address
    # What reads like an encoded word would be decoded, and what comes out of it nobody has looked at.
    if name.isascii() and "=?" not in name:
        quoted = name if _PLAIN_WORDS.fullmatch(name) else '"' + re.sub(r'(["\\])', r"\\\1", name) + '"'
        if len(quoted) <= _FOLD:
            return f"{quoted} <{address}>"
    return f"{_encoded(name)}{_END} <{address}>"


def _subject(subject: str) -> str:
    text = _line(subject)
    plain = _PLAIN_SUBJECT.fullmatch(text) and len(text) <= _FOLD - len("Subject: ") and "=?" not in text
    return text if plain else _encoded(text)


def _encoded(text: str) -> str:
    """RFC 2047 encoded words, one a line, none of which splits a character."""
    words, piece = [], b""
    for char in text:
        encoded = char.encode()
        if len(piece) + len(encoded) > _WORD_BYTES:
            words.append(piece)
            piece = b""
        piece += encoded
    words.append(piece)
    return f"{_END} ".join(f"=?utf-8?b?{base64.b64encode(word).decode('ascii')}?=" for word in words)


def _line(text: str) -> str:
    """One line without control characters and without what turns the reading direction."""
    kept = "".join(" " if unicodedata.category(char) in {"Cc", "Zl", "Zp"} else char for char in text)
    return " ".join("".join(char for char in kept if char not in _TURNS_TEXT).split())


def _paragraph(text: str) -> str:
    """Lines as they are, without other control characters."""
    return "\n".join(_line(line) for line in text.splitlines()).strip()


def _alternative(draft: Draft, *, boundary: str) -> str:
    parts = [_text_part("plain", plain_text(draft)), _text_part("html", _html(draft))]
    return _multipart("alternative", parts, boundary=boundary)


def _multipart(kind: str, parts: list[str], *, boundary: str) -> str:
    """The boundary stands in no part: bodies are encoded so that no line of theirs begins with two dashes."""
    joined = "".join(f"--{boundary}{_END}{part}{_END}" for part in parts)
    return f'Content-Type: multipart/{kind}; boundary="{boundary}"{_END}{_END}{joined}--{boundary}--{_END}'


def _text_part(subtype: str, text: str) -> str:
    encoded = binascii.b2a_qp(text.replace("\n", _END).encode(), istext=True).decode("ascii")
    # What is between two soft breaks can begin like a boundary, an mbox separator or the end of a message.
    safe = re.sub(r"(?m)^(?:-|\.|F(?=rom ))", lambda found: f"={ord(found.group()):02X}", _crlf(encoded))
    return (
        f'Content-Type: text/{subtype}; charset="utf-8"{_END}Content-Transfer-Encoding: quoted-printable'
        f"{_END}{_END}{safe}"
    )


def _html(draft: Draft) -> str:
    blocks = []
    for section in draft.sections:
        heading = f"<h2>{escape(_line(section.title))}</h2>\n" if section.title.strip() else ""
        paragraphs = "".join(
            f"<p>{'<br>'.join(escape(_paragraph(segment.text)).splitlines())}</p>\n" for segment in section.segments
        )
        blocks.append(heading + paragraphs)
    return (
        f'<!doctype html>\n<html lang="{draft.language.value}">\n<head><meta charset="utf-8">'
        f"<title>{escape(_line(draft.email.subject if draft.email else draft.title))}</title></head>\n"
        f'<body style="{_STYLE}">\n{"".join(blocks)}</body>\n</html>\n'
    )


def _attached(item: Attachment, attachments: Mapping[str, bytes]) -> str:
    content = attachments.get(item.name)
    if content is None or hashlib.sha256(content).hexdigest() != item.sha256:
        raise InputError("What is attached to this email is not what it names.", hint="Attach the files again.")
    media_type = (
        item.media_type.lower() if _MEDIA_TYPE.fullmatch(item.media_type.lower()) else "application/octet-stream"
    )
    encoded = base64.encodebytes(content).decode("ascii")
    return (
        f"Content-Type: {media_type}{_END}Content-Transfer-Encoding: base64{_END}"
        f"Content-Disposition: attachment; {_file_name(item.name)}{_END}{_END}{_crlf(encoded)}"
    )


def _file_name(name: str) -> str:
    """RFC 2231 for anything but plain letters. One name only, so that no two readers show different ones."""
    shown = _line(name).replace("/", "-").replace("\\", "-") or "attachment"
    if len(shown) <= 60 and re.fullmatch(r"[A-Za-z0-9._ -]+", shown):
        return f'filename="{shown}"'
    encoded = "".join(chr(byte) if byte < 128 and chr(byte).isalnum() else f"%{byte:02X}" for byte in _short(shown))
    return f"{_END} filename*=utf-8''{encoded}"


def _short(name: str) -> bytes:
    """At most 200 bytes that end with a whole character."""
    return name.encode()[:200].decode("utf-8", "ignore").encode()


def _crlf(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\n", _END)
