"""Markup that a reader of rendered Markdown never sees.

Invariant: what is removed here is invisible in every common renderer; the characters removed are counted.
"""

import re
from itertools import pairwise

from knowledge.parsers.visibility import style_hides

_COMMENT_LABEL = re.compile(r"^[ \t]{0,3}\[(?://|comment|_)\]:[ \t]*(?:#|<>)?.*$", re.I | re.M)
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)((?:\s[^<>]{0,2000})?)>")
_STYLE = re.compile(r"\bstyle\s*=\s*(\"[^\"]*\"|'[^']*')", re.I)
_HIDDEN_ATTRIBUTE = re.compile(r"(?:^|\s)hidden(?:\s|=|/|$)", re.I)
_NEVER_SHOWN = frozenset({"script", "style", "template", "noscript"})
_FENCED = re.compile(r"^ {0,3}(?:```|~~~)", re.M)


def without_hidden_markup(text: str) -> tuple[str, int]:
    """Return the text without comments and hidden elements, and how many letters and digits were removed."""
    if "<" not in text and "]:" not in text:
        return text, 0
    parts: list[str] = []
    hidden = 0
    for index, piece in enumerate(_split_at_fences(text)):
        if index % 2:
            parts.append(piece)  # code shows its markup
            continue
        visible, count = _without_comments(piece)
        visible, more = _without_elements(visible)
        parts.append(visible)
        hidden += count + more
    return "".join(parts), hidden


def visible_length(text: str) -> int:
    """Letters and digits: what counts as hidden text."""
    return sum(character.isalnum() for character in text)


def _split_at_fences(text: str) -> list[str]:
    """Pieces outside and inside code fences, in turns."""
    marks = [match.start() for match in _FENCED.finditer(text)]
    bounds = [0, *marks, len(text)]
    return [text[start:end] for start, end in pairwise(bounds)]


def _without_comments(text: str) -> tuple[str, int]:
    parts: list[str] = []
    hidden = position = 0
    while (start := text.find("<!--", position)) >= 0:
        end = text.find("-->", start + 4)
        if end < 0:
            break
        parts.append(text[position:start])
        hidden += visible_length(text[start + 4 : end])
        position = end + 3
    rest = "".join([*parts, text[position:]])
    labels = _COMMENT_LABEL.findall(rest)
    hidden += sum(visible_length(label) for label in labels)
    return (_COMMENT_LABEL.sub("", rest) if labels else rest), hidden


def _without_elements(text: str) -> tuple[str, int]:
    """Drop each element that hides itself, up to its own closing tag (or the end of the piece)."""
    parts: list[str] = []
    position = hidden = depth = 0
    hiding = ""
    start = 0
    for tag in _TAG.finditer(text):
        closing, name = tag.group(1), tag.group(2).lower()
        if not hiding and not closing and _hides(name, tag.group(3)):
            hiding, depth, start = name, 1, tag.start()
            parts.append(text[position:start])
        elif hiding and name == hiding:
            depth += -1 if closing else 1
            if depth == 0:
                hidden += visible_length(text[start : tag.end()])
                hiding, position = "", tag.end()
    if hiding:
        hidden += visible_length(text[start:])
        position = len(text)
    return "".join([*parts, text[position:]]), hidden


def _hides(name: str, attributes: str) -> bool:
    if name in _NEVER_SHOWN:
        return True
    style = _STYLE.search(attributes)
    return (style is not None and style_hides(style.group(1)[1:-1])) or bool(_HIDDEN_ATTRIBUTE.search(attributes))
