"""Words in HTML that a person who looks at the page does not see.

Invariant: bounded, linear work on any input, broken markup included; used on raw texts. What is imported loses its
hidden text already in the parsers.
"""

import re
from collections.abc import Iterator
from itertools import islice

MOST_HIDDEN = 50
"""Comments of one text that are looked at."""
MOST_TAGS = 2_000
_TAG = re.compile(r"<([a-zA-Z][a-zA-Z0-9]{0,15})(\s[^<>]{1,1500})>")
_ATTRIBUTE = re.compile(
    r"\b(?:alt|title|aria-label|content|data-[a-z-]{1,20})\s{0,3}=\s{0,3}(?:\"([^\"]{8,1200})\"|'([^']{8,1200})')"
)
_HIDES = re.compile(
    r"display\s{0,2}:\s{0,2}none|visibility\s{0,2}:\s{0,2}(?:hidden|collapse)|font-size\s{0,2}:\s{0,2}[01](?:\.\d{1,3})?(?:px|pt|em|rem|%)?\s{0,2}(?:[;\"']|$)|"
    r"opacity\s{0,2}:\s{0,2}0(?:\.0\d{0,2})?\s{0,2}(?:[;\"']|$)|mso-hide\s{0,2}:\s{0,2}all|text-indent\s{0,2}:\s{0,2}-\d{3,6}|"
    r"(?:left|top)\s{0,2}:\s{0,2}-\d{3,6}|max-height\s{0,2}:\s{0,2}0|aria-hidden\s{0,2}=\s{0,2}[\"']?true|"
    r"(?:^|[;\"'\s])color\s{0,2}:\s{0,2}(?:transparent|white|#fff(?:fff)?\b|rgba?\(\s{0,2}255\s{0,2},\s{0,2}255\s{0,2},\s{0,2}255)|"
    r"\scolor\s{0,2}=\s{0,2}[\"']?(?:white|#fff(?:fff)?\b)|\shidden(?:\s|=|$)",
    re.IGNORECASE,
)
_LONGEST = 4_000
_CONDITION = "[if"


def hidden_in_markup(text: str) -> Iterator[tuple[int, int, str]]:
    """Comments, attributes and elements that hide themselves: start, end, the words without markup."""
    if "<" not in text:
        return
    yield from islice(_comments(text), MOST_HIDDEN)
    for tag in islice(_TAG.finditer(text), MOST_TAGS):
        for attribute in _ATTRIBUTE.finditer(tag.group(2)):
            group = 1 if attribute.group(1) is not None else 2
            start, end = attribute.span(group)
            yield tag.start(2) + start, tag.start(2) + end, attribute.group(group)
        if _HIDES.search(tag.group(2)):
            end = text.find(f"</{tag.group(1)}", tag.end(), tag.end() + _LONGEST)
            stop = end if end >= 0 else min(len(text), tag.end() + _LONGEST)
            yield tag.end(), stop, _words(text[tag.end() : stop])


def _comments(text: str) -> Iterator[tuple[int, int, str]]:
    """Comments, those apart that only tell a mail program what to draw."""
    position = 0
    while (start := text.find("<!--", position)) >= 0:
        end = text.find("-->", start + 4)
        if end < 0:
            return
        if not text.startswith(_CONDITION, start + 4):
            yield start + 4, end, _words(text[start + 4 : min(end, start + _LONGEST)])
        position = end + 3


def _words(markup: str) -> str:
    return re.sub(r"<[^<>]{0,1500}>", " ", markup).strip()
