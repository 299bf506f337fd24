"""How stretches of a document's text are to be shown: markers of Markdown out of sight, wrapped lines joined.

Invariant: runs put together are the text, character by character, so that offsets hold whatever the style; a style
is one of a fixed set of names and never comes from the document.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from copilot.domain.documents import Block, BlockKind

MARKDOWN, PDF, PLAIN = "text/markdown", "application/pdf", "text/plain"
SYNTAX = "syntax"
"""Characters that only say how others look; kept in the page, not shown."""
_PUNCTUATION = re.escape("\\`*_{}[]()#+-.!|>~")
# Every pattern is bounded and stops at its own marker, so that a hostile document costs no more than a long one.
_CODE = re.compile(r"(?<!`)(`{1,5})(?!`)([^`\n]+)\1")
_ESCAPE = re.compile(rf"\\(?=[{_PUNCTUATION}])")
_PAIRS = (
    ("strong", re.compile(r"(\*\*)(?=[^\s*])((?:[^*\n]|\*(?!\*)){1,2000})(?<=\S)(\*\*)")),
    ("strong", re.compile(r"(?<!\w)(__)(?=[^\s_])((?:[^_\n]|_(?!_)){1,2000})(?<=\S)(__)(?!\w)")),
    ("em", re.compile(r"(?<![\w*\\])(\*)(?=[^\s*])([^*\n]{1,2000}?)(?<=[^\s*\\])(\*)(?![\w*])")),
    ("em", re.compile(r"(?<![\w_\\])(_)(?=[^\s_])([^_\n]{1,2000}?)(?<=[^\s_\\])(_)(?![\w_])")),
)
_LINK = re.compile(r"!?(\[)[^\[\]\n]{1,500}(\])(\([^)\n]{0,2000}\))")
_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+|(?<=\S)[ \t]{1,9}#{1,9}[ \t]{0,9}$|^ {0,3}(?:=+|-+)[ \t]*$", re.MULTILINE)
_HIDDEN_LINE = re.compile(r"^ {0,3}(?:([-*_])(?:[ \t]*\1){2,}|`{3,}.*|~{3,}.*)[ \t]*$|^ {0,3}>[ \t]?", re.MULTILINE)
_BULLET = re.compile(r"^[ \t]*[-*+][ \t]+", re.MULTILINE)
_WRAP = re.compile(r"(?<=\S)\n(?![ \t]*(?:[-*+>|#]|\d+[.)]|\n))")
_KEY = re.compile(r"^[^:|\n]{1,60}:(?= )", re.MULTILINE)
_WRAPPED_FROM = 60
"""A line at least this long was broken for its width; a shorter one was meant to end there."""
_ALIGNED = re.compile(r"\S {3,}\S")


@dataclass(frozen=True, slots=True)
class Run:
    """Characters in one style; no style: as they are."""

    text: str
    style: str = ""


def styles_of(text: str, block: Block, *, media_type: str) -> list[str]:
    """The style of each character of the block."""
    content = text[block.start : block.end]
    canvas = _Canvas(content)
    if block.kind is BlockKind.TABLE:
        canvas.paint(_KEY, "key")
    elif media_type == MARKDOWN:
        _markdown(canvas, heading=block.kind is BlockKind.HEADING)
    if media_type in {MARKDOWN, PDF} and block.kind is BlockKind.BODY:
        _join_lines(canvas)
    if block.speaker and content.startswith(f"{block.speaker}:"):
        canvas.fill(0, len(block.speaker) + 1, SYNTAX)
    return canvas.styles


def is_aligned(text: str, block: Block, *, media_type: str) -> bool:
    """Whether columns of the text are lined up with spaces, so that only a fixed width shows them."""
    lines = text[block.start : block.end].splitlines() if media_type == PLAIN else []
    return sum(1 for line in lines if _ALIGNED.search(line)) > 1


def runs(text: str, styles: list[str]) -> Iterator[Run]:
    """`text` cut where the style changes."""
    cuts = [0, *(place for place in range(1, len(text)) if styles[place] != styles[place - 1]), len(text)]
    for begin, end in pairwise(cuts):
        if begin < end:
            yield Run(text[begin:end], styles[begin])


class _Canvas:
    """A style for each character; what is code keeps clear of every other marker."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.styles = [""] * len(text)

    def fill(self, begin: int, end: int, style: str) -> None:
        self.styles[begin:end] = [style] * (end - begin)

    def paint(self, pattern: re.Pattern[str], style: str) -> None:
        for match in pattern.finditer(self.text):
            if "code" not in self.styles[match.start() : match.end()]:
                self.fill(*match.span(), style)

    def found(self, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
        """Matches that neither touch code nor start or end at characters out of sight."""
        for match in pattern.finditer(self.text):
            inside = self.styles[match.start() : match.end()]
            if "code" not in inside and SYNTAX not in {inside[0], inside[-1]}:
                yield match


def _markdown(canvas: _Canvas, *, heading: bool) -> None:
    for match in _CODE.finditer(canvas.text):
        canvas.fill(*match.span(2), "code")
        canvas.fill(*match.span(1), SYNTAX)
        canvas.fill(match.end(2), match.end(), SYNTAX)
    if heading:
        canvas.paint(_HEADING, SYNTAX)
    canvas.paint(_HIDDEN_LINE, SYNTAX)
    for match in canvas.found(_BULLET):
        canvas.fill(*match.span(), "bullet")
    canvas.paint(_ESCAPE, SYNTAX)
    for match in canvas.found(_LINK):
        canvas.fill(match.start(), match.end(1), SYNTAX)
        canvas.fill(*match.span(2), SYNTAX)
        canvas.fill(*match.span(3), "soft")
    for style, pattern in _PAIRS:
        for match in canvas.found(pattern):
            for place in range(*match.span(2)):
                canvas.styles[place] = canvas.styles[place] or style
            canvas.fill(*match.span(1), SYNTAX)
            canvas.fill(*match.span(3), SYNTAX)


def _join_lines(canvas: _Canvas) -> None:
    for match in _WRAP.finditer(canvas.text):
        line_start = canvas.text.rfind("\n", 0, match.start()) + 1
        hard = canvas.text.endswith(("  ", "\\"), 0, match.start())
        if match.start() - line_start >= _WRAPPED_FROM and not hard:
            canvas.fill(*match.span(), "wrap")
