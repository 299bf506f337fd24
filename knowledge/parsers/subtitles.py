"""WebVTT and SubRip files, as meeting tools export them.

Invariant: every cue's words are kept; lines that belong to no cue are counted, not dropped in silence.
"""

import re
from collections import Counter
from html import unescape

from copilot.domain.document_messages import DocumentMessage
from copilot.domain.documents import ParsedDocument
from copilot.domain.language import Language
from knowledge.parsers.dates import file_name_date, title_from_name
from knowledge.parsers.decoding import decode
from knowledge.parsers.text_building import DocumentText, Metadata
from knowledge.parsers.transcripts import Transcript, Turn, write_transcript

_TIMING = re.compile(r"\s*(?:(\d{1,4}):)?(\d{1,2}):(\d{2})[.,]\d{1,3}[ \t]*-->")
_VOICE = re.compile(r"<v(?:\.[^\s<>]*)?[ \t]+([^<>]{1,200})>")
_TAG = re.compile(r"</?[a-zA-Z0-9.:][^<>]{0,200}>")
_NAMED = re.compile(r"([^\W\d_][\w.'’-]*(?:[ ][\w.'’()-]+){0,4}):[ ]+(?=\S)")
_LANGUAGE = re.compile(r"Language:[ \t]*(es|en)\b", re.I)


def parse_subtitles(data: bytes, name: str) -> ParsedDocument:
    """Read cues into turns. Speakers are voice tags (`<v Name>`) or, if a name returns, `Name: ` openings."""
    source, warnings = decode(data)
    text = DocumentText(warnings=warnings)
    metadata = Metadata(title=title_from_name(name), authored_at=file_name_date(name))
    reader = _Reader(text.clean(source).split("\n"))
    reader.read()
    transcript = reader.transcript
    transcript.turns = _with_named_speakers(transcript.turns)
    metadata.language = reader.language
    write_transcript(transcript, text, metadata)
    if reader.stray:
        text.warn(DocumentMessage.BAD_CUES, count=reader.stray)
    return text.build(metadata, media_type="text/vtt")


class _Reader:
    """Walks the lines block by block; blocks are set apart by blank lines."""

    def __init__(self, lines: list[str]) -> None:
        self.transcript = Transcript()
        self.language: Language | None = None
        self.stray = 0
        self._lines = lines

    def read(self) -> None:
        block: list[str] = []
        for line in [*self._lines, ""]:
            if line.strip():
                block.append(line)
            elif block:
                self._block(block)
                block = []

    def _block(self, block: list[str]) -> None:
        first = block[0].strip()
        if first.startswith("WEBVTT") and not self.transcript.turns:
            self._head(block)
        elif first == "NOTE" or first.startswith(("NOTE ", "NOTE\t")):
            self._header_lines([first.removeprefix("NOTE"), *block[1:]])
        elif first in {"STYLE", "REGION"}:
            return
        else:
            self._cues(block)

    def _head(self, block: list[str]) -> None:
        self.transcript.title = block[0].strip().removeprefix("WEBVTT").strip(" \t-–—:")
        language = next((match for line in block[1:] if (match := _LANGUAGE.match(line.strip()))), None)
        if language:
            self.language = Language(language.group(1).lower())
        cues = next((index for index, line in enumerate(block) if _TIMING.match(line)), len(block))
        self._header_lines([line for line in block[1:cues] if not line.startswith(("Kind:", "Language:"))])
        if cues < len(block):
            self._cues(block[cues:])

    def _header_lines(self, lines: list[str]) -> None:
        self.transcript.header.extend(line.strip() for line in lines if line.strip())

    def _cues(self, block: list[str]) -> None:
        """A block holds one cue; tools that forget the blank line put several into one."""
        timed = [index for index, line in enumerate(block) if _TIMING.match(line)]
        before = timed[0] if timed else len(block)
        self.stray += max(0, before - 1) if timed else before
        for position, index in enumerate(timed):
            last = position + 1 == len(timed)
            payload = block[index + 1 :] if last else block[index + 1 : timed[position + 1]]
            if not last and len(payload) > 1 and payload[-1].strip().isdigit():
                payload = payload[:-1]
            self._payload(payload, seconds=_seconds(block[index]))

    def _payload(self, lines: list[str], *, seconds: int) -> None:
        pieces = _VOICE.split(" ".join(line.strip() for line in lines))
        self._turn(pieces[0], speaker=None, seconds=seconds)
        for speaker, said in zip(pieces[1::2], pieces[2::2], strict=True):
            self._turn(said, speaker=" ".join(unescape(speaker).split()), seconds=seconds)

    def _turn(self, said: str, *, speaker: str | None, seconds: int) -> None:
        plain = " ".join(unescape(_TAG.sub("", said)).split())
        if plain:
            self.transcript.turns.append(Turn(said=plain, speaker=speaker, seconds=seconds))


def _seconds(line: str) -> int:
    match = _TIMING.match(line)
    if match is None:
        return 0
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return hours * 3600 + minutes * 60 + seconds


def _with_named_speakers(turns: list[Turn]) -> list[Turn]:
    """Where no voice is tagged, a name before a colon that returns is a speaker, until the next one speaks."""
    if any(turn.speaker for turn in turns):
        return turns
    openings = [_NAMED.match(turn.said) for turn in turns]
    counts = Counter(match.group(1) for match in openings if match)
    found: list[Turn] = []
    speaker: str | None = None
    for turn, match in zip(turns, openings, strict=True):
        said = turn.said
        if match and counts[match.group(1)] >= 2:
            speaker, said = match.group(1), said[match.end() :]
        found.append(Turn(said=said, speaker=speaker, seconds=turn.seconds))
    return found
