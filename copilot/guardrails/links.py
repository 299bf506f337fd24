"""Does the draft carry a link, an image or an address that nobody of ours put there?

Invariant: what leaves the system links to our own domains and to addresses that a source of ours, cited by that very
sentence, contains letter for letter. So nothing that a third party wrote can add a link or an image.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from copilot.domain.drafts import Segment
from copilot.domain.evidence import Origin
from copilot.domain.findings import Action, Finding, Severity, Stage
from copilot.guardrails.detector import Context, Text, finding
from copilot.guardrails.link_addresses import (
    Found,
    Shape,
    addresses_in,
    has_name_before_host,
    mixes_scripts,
    skeleton,
)
from copilot.guardrails.link_rules import LinkRules

_ANYBODYS = frozenset(
    {
        "gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "hotmail.es", "live.com", "msn.com", "yahoo.com",
        "yahoo.es", "icloud.com", "me.com", "proton.me", "protonmail.com", "gmx.com", "aol.com", "mail.com",
    }
)  # fmt: skip
"""Mail domains where everybody can have an address; that a colleague has one does not make them ours."""
_TOKEN = re.compile(r"[A-Za-z0-9_=+-]{24,}")
_INNER_ADDRESS = re.compile(r"[?&#;=](?:https?:)?//|=www\.", re.IGNORECASE)
_SHORTEST_TOKEN = 16
_LONG_QUERY = 120
"""Characters behind the `?`. A link that a person would send is shorter."""
_QUOTE_LENGTH = 100
_HEAVY = (Severity.HIGH, Action.HOLD)
_MENTIONED = (Severity.MEDIUM, Action.FLAG)
_SHORTEST_LOOKALIKE = 5


@dataclass(frozen=True, slots=True)
class _Surroundings:
    ours: frozenset[str]
    """Domains that may be linked."""
    cited: str = ""
    """Texts of our own that the sentence cites, in lower case."""


class LinksDetector:
    """Finds addresses and markup that must not leave."""

    name = "links"

    def __init__(self, rules: LinkRules | None = None) -> None:
        self._allowed = frozenset((rules or LinkRules()).allowed_domains)

    def inspect(self, context: Context) -> Iterable[Finding]:
        """See the module docstring. Titles are looked at like sentences that cite nothing."""
        ours = self._allowed | (context.surroundings.own_domains - _ANYBODYS)
        draft = context.draft
        for title in (draft.title, *(section.title for section in draft.sections)):
            for item in _judged(title, _Surroundings(ours=ours), segment=None):
                yield item.model_copy(update={"start": None, "end": None})
        for segment in draft.segments():
            own = (item.text for item in context.cited(segment) if item.origin is Origin.INTERNAL)
            around = _Surroundings(ours=ours, cited="\n".join(own).lower())
            yield from _judged(segment.text, around, segment=segment)

    def inspect_text(self, text: Text) -> Iterable[Finding]:
        """In a text that leaves, the same; in what a person typed only what hides where it leads, as a warning.

        Without a draft nobody knows which mail addresses are ours, so one that might be another's weighs little.
        """
        around = _Surroundings(ours=self._allowed)
        for item in _judged(text.content, around, segment=None):
            if text.stage in {Stage.OUTPUT, Stage.ACTION}:
                mail = item.rule == "links.outside_mail_address"
                yield item.model_copy(update={"severity": Severity.LOW, "action": Action.FLAG}) if mail else item
            elif item.rule in {"links.dangerous_scheme", "links.disguised_address"}:
                yield item.model_copy(update={"severity": Severity.MEDIUM, "action": Action.FLAG})


def _judged(text: str, around: _Surroundings, *, segment: Segment | None) -> Iterator[Finding]:
    for found in addresses_in(text):
        rule = _rule(found, around)
        if rule is not None:
            weight = _MENTIONED if rule == "links.outside_address" and _is_bare_name(found) else _HEAVY
            span, values = (found.start, found.end), {"quote": _shortened(found.value)}
            yield finding(rule, *weight, segment=segment, span=span, values=values)


def _is_bare_name(found: Found) -> bool:
    """`Booking.com`: as often the name of a company as an address."""
    return found.shape is Shape.BARE and found.value.lower().strip(".") == found.host


def _rule(found: Found, around: _Surroundings) -> str | None:
    """What is wrong with it; None if nothing is."""
    if found.shape is Shape.MARKUP:
        return "links.markup"
    if found.shape is Shape.SCHEME:
        return "links.dangerous_scheme"
    if _is_disguised(found, around.ours):
        return "links.disguised_address"
    if _is_cited(found, around.cited):
        return None
    ours = _is_ours(found.host, around.ours)
    if found.shape is not Shape.MAIL and _carries_data(found.value, ours=ours):
        return "links.carries_data"
    if ours:
        return None
    by_mail = found.shape is Shape.MAIL or found.value.lower().startswith(("mailto", "tel", "sms"))
    return "links.outside_mail_address" if by_mail else "links.outside_address"


def _is_cited(found: Found, cited: str) -> bool:
    """Whether our own source has exactly this address, not only its beginning."""
    value = found.value.lower()
    at = cited.find(value)
    while at >= 0:
        before, after = cited[at - 1 : at], cited[at + len(value) : at + len(value) + 2]
        ends = not after or not (after[0].isalnum() or (after[0] in "/?#=&%-_.@" and after[1:2].isalnum()))
        if ends and not (before.isalnum() or before in {"@", "."}):
            return True
        at = cited.find(value, at + 1)
    return False


def _is_ours(host: str, ours: Iterable[str]) -> bool:
    return any(host == name or host.endswith(f".{name}") for name in ours)


def _is_disguised(found: Found, ours: frozenset[str]) -> bool:
    if found.shape is not Shape.MAIL and (has_name_before_host(_with_slashes(found)) or "\\" in found.value):
        return True
    host = found.host
    if mixes_scripts(host):
        return True
    return not _is_ours(host, ours) and any(_looks_like(host, name) for name in ours)


def _with_slashes(found: Found) -> str:
    """Mail addresses have an `@` of their own."""
    if found.value.lower().startswith(("mailto", "tel", "sms")):
        return ""
    return found.value if found.shape is Shape.URL else f"//{found.value}"


def _looks_like(host: str, name: str) -> bool:
    """Another domain that reads like ours: other letters, one letter off, or ours as a part of it."""
    if name in host or name.replace(".", "-") in host:
        return True
    shown, real = skeleton(host), skeleton(name)
    if shown == real or shown.endswith(f".{real}"):
        return True
    label, own = shown.split(".")[-2:][0], real.split(".")[-2:][0]
    return len(own) >= _SHORTEST_LOOKALIKE and label != own and _one_letter_off(label, own)


def _one_letter_off(one: str, other: str) -> bool:
    if abs(len(one) - len(other)) > 1:
        return False
    shorter, longer = sorted((one, other), key=len)
    at = next((place for place, char in enumerate(shorter) if char != longer[place]), len(shorter))
    if len(shorter) == len(longer):
        swapped = shorter[at : at + 2] == longer[at : at + 2][::-1] and shorter[at + 2 :] == longer[at + 2 :]
        return swapped or shorter[at + 1 :] == longer[at + 1 :]
    return shorter[at:] == longer[at + 1 :]


def _carries_data(url: str, *, ours: bool) -> bool:
    """A query or path that can carry something out: another address, a long token, a long query."""
    after_host = re.split(r"[/?#]", re.sub(r"^[^:/]{0,20}:?//", "", url), maxsplit=1)
    rest = after_host[1] if len(after_host) > 1 else ""
    query = url.split("?", 1)[1] if "?" in url else ""
    if _INNER_ADDRESS.search(unquote(url)):
        return True
    if ours:
        return False
    return len(query) > _LONG_QUERY or any(_is_token(match.group()) for match in _TOKEN.finditer(unquote(rest)))


def _is_token(word: str) -> bool:
    """Not a title with hyphens: digits and letters mixed without words."""
    parts = re.split(r"[-_=+]", word)
    return any(len(part) >= _SHORTEST_TOKEN and any(char.isdigit() for char in part) for part in parts)


def _shortened(words: str) -> str:
    shown = " ".join(words.split())
    return shown if len(shown) <= _QUOTE_LENGTH else f"{shown[: _QUOTE_LENGTH - 1]}…"
