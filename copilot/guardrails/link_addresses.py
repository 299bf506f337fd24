"""Finds everything in a text that a mail program, a browser or a Markdown reader would turn into a link or an image.

Invariant: an address is found whatever it is wrapped in, and `text[start:end]` is exactly what was found. Linear time:
every repetition is bounded.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

_MOST = 50
"""Per text. By then it is held anyway."""


class Shape(StrEnum):
    """How an address or markup is written."""

    URL = "url"
    BARE = "bare"
    """A domain without a scheme, which mail programs link all the same."""
    MAIL = "mail"
    SCHEME = "scheme"
    """`javascript:`, `data:` and the like."""
    MARKUP = "markup"
    """HTML, a Markdown link or image."""


@dataclass(frozen=True, slots=True)
class Found:
    """One of them at `text[start:end]`; `host` in lower case, without the name and password before an `@`."""

    shape: Shape
    start: int
    end: int
    value: str
    host: str = ""


_ENDINGS = (
    "com|net|org|io|co|es|mx|cl|ar|pe|br|uk|us|eu|ie|fr|de|it|pt|info|biz|dev|app|ai|cloud|online|site|shop|xyz|top|"
    "club|live|link|click|ly|me|tv|gg|to|cc|ru|cn|tk|ml|ga|cf|gq|example|test"
)
_TAGS = (
    "a|abbr|area|audio|b|base|blockquote|body|br|button|canvas|center|code|div|embed|em|font|form|frame|frameset|h[1-6]|"
    "head|hr|html|i|iframe|image|img|input|ins|li|link|map|marquee|math|meta|object|ol|option|p|param|picture|pre|"
    "script|select|source|span|strong|style|sub|sup|svg|table|tbody|td|template|textarea|th|title|tr|track|u|ul|use|"
    "video"
)
_MARKUP = re.compile(
    rf"<(?=\s{{0,3}}/?\s{{0,3}}[a-zA-Z])\s{{0,3}}/?\s{{0,3}}(?i:{_TAGS})(?=[\s/>])[^<>]{{0,500}}>?|<!--|<!\[CDATA\[|<!(?i:doctype)\b"
    r"|!\[[^\[\]\n]{0,300}\](?:\([^()\n]{0,1500}\)|\[[^\[\]\n]{0,100}\])"
    r"|(?<!\\)\[[^\[\]\n]{1,300}\]\(\s{0,3}[^()\s][^()\n]{0,1500}\)"
    r"|^[ ]{0,3}\[[^\[\]\n]{1,100}\]:\s{1,4}\S{1,1500}",
    re.MULTILINE,
)
_SCHEME = re.compile(
    r"(?<![\w])(?i:javascript|vbscript|livescript|jscript)\s{0,3}(?::|&colon;|&#0{0,4}58;?)\s{0,3}\S{1,500}"
    r"|(?<![\w])(?i:data)\s{0,2}:\s{0,2}(?i:[a-z]{2,20}/[a-z0-9.+-]{1,40}|;base64)[;,]\S{0,500}"
    r"|(?<![\w])(?i:file|smb|blob|ms-\w{2,20}|search-ms|intent|vscode)\s{0,2}:/{1,3}\S{1,500}"
)
_URL = re.compile(
    r"(?<![\w])(?:(?i:h(?:tt|xx)ps?|ftps?|wss?|tel|sms|mailto)\s{0,2}:\s{0,2}[/\\]{0,3}(?=\S)|(?i:www)\.(?=\w)|"
    r"(?<![:/\\\w.])[/\\]{2}(?=[\w-]{1,63}\.))[^\s<>\"«»“”|]{1,2000}"
)
_MAIL = re.compile(r"(?<![\w.+%-])[\w.+%-]{1,64}@(?:[\w-]{1,63}\.){1,6}[^\W\d_]{2,24}(?![\w@])")
_BARE = re.compile(
    rf"(?<![\w@./\\-])(?:[\w-]{{1,63}}\.){{1,6}}(?:{_ENDINGS}|{_ENDINGS.upper()}|xn--[\w-]{{2,59}})(?![\w@-]|\.\w)"
    r"(?:[:/?#][^\s<>\"«»“”]{0,1500})?"
)
_AUTHORITY = re.compile(r"^(?:[a-zA-Z][\w+.-]{0,20}\s{0,2}:)?\s{0,2}[/\\]{0,3}([^/\\?#\s]{0,300})")
_SEARCHES = (
    (Shape.MARKUP, _MARKUP, ("<", "[")),
    (Shape.SCHEME, _SCHEME, (":", "&")),
    (Shape.URL, _URL, (":", ".", "//", "\\")),
    (Shape.MAIL, _MAIL, ("@",)),
    (Shape.BARE, _BARE, (".",)),
)
"""What is looked for, in order, and the characters without which it cannot be there."""
_TRAILING = ".,;:!?…'’)]}>*_"


def addresses_in(text: str) -> Iterator[Found]:
    """Everything found, at most 50, in the order of shapes; what lies inside a URL is not found again."""
    count = 0
    taken: list[tuple[int, int]] = []
    for shape, pattern, signs in _SEARCHES:
        if not any(sign in text for sign in signs):
            continue
        for match in pattern.finditer(text):
            start, end = match.start(), _end(text, match.start(), match.end(), shape)
            if any(first < end and start < last for first, last in taken):
                continue
            count += 1
            if count > _MOST:
                return
            if shape is not Shape.MARKUP:
                taken.append((start, end))
            value = text[start:end]
            yield Found(shape=shape, start=start, end=end, value=value, host=_host(value, shape))


def host_of(url: str) -> str:
    """Host of a URL in lower case, without name, password and port."""
    match = _AUTHORITY.match(url)
    authority = match.group(1) if match else ""
    return authority.rsplit("@", 1)[-1].split(":", 1)[0].strip(".").lower()


def has_name_before_host(url: str) -> bool:
    """`https://ours.example@theirs.example`: what stands before the `@` is no address."""
    match = _AUTHORITY.match(url)
    return match is not None and "@" in match.group(1)


def skeleton(host: str) -> str:
    """What a host looks like to a hurried reader: look-alike letters of other scripts and digits as Latin letters."""
    plain = "".join(_LOOKS_LIKE.get(char, char) for char in unicodedata.normalize("NFKD", host.lower()))
    kept = "".join(char for char in plain if not unicodedata.combining(char))
    for pair, letter in (("rn", "m"), ("vv", "w"), ("cl", "d")):
        kept = kept.replace(pair, letter)
    return kept


def mixes_scripts(host: str) -> bool:
    """Whether a label mixes scripts, is encoded (`xn--`), or is foreign letters that read as Latin ones."""
    if "xn--" in host or any(len(_scripts(label)) > 1 for label in host.split(".")):
        return True
    return any(not _scripts(label) <= {"LATIN"} and skeleton(label).isascii() for label in host.split("."))


def _scripts(label: str) -> set[str]:
    return {unicodedata.name(char, "UNKNOWN").split(" ", 1)[0] for char in label if char.isalpha()}


def _end(text: str, start: int, end: int, shape: Shape) -> int:
    """Without the punctuation of the sentence around it."""
    if shape is Shape.MARKUP:
        return end
    while end > start + 1 and text[end - 1] in _TRAILING:
        if text[end - 1] == ")" and text.count("(", start, end) >= text.count(")", start, end):
            break
        end -= 1
    return end


def _host(value: str, shape: Shape) -> str:
    match shape:
        case Shape.URL:
            if value.lower().startswith(("mailto", "tel", "sms")):
                return value.rsplit("@", 1)[-1].split("?", 1)[0].strip(".").lower() if "@" in value else ""
            return host_of(value)
        case Shape.MAIL:
            return value.rsplit("@", 1)[-1].lower()
        case Shape.BARE:
            return host_of(f"//{value}")
        case _:
            return ""


_LOOKS_LIKE = {
    "0": "o", "1": "l", "3": "e", "5": "s", "ı": "i", "l": "l", "|": "l",
    "а": "a", "в": "b", "е": "e", "к": "k", "м": "m", "н": "h", "о": "o", "р": "p", "с": "c", "т": "t", "у": "y",
    "х": "x", "і": "i", "ј": "j", "ѕ": "s", "ԁ": "d", "ո": "n", "ѵ": "v", "ԝ": "w", "ӏ": "l", "һ": "h", "ԛ": "q",
    "α": "a", "ε": "e", "ι": "i", "κ": "k", "ν": "v", "ο": "o", "ρ": "p", "τ": "t", "υ": "u", "χ": "x", "η": "n",
    "ɑ": "a", "ɡ": "g", "ɩ": "i", "ʟ": "l", "օ": "o", "ս": "u", "ց": "g",
}  # fmt: skip
