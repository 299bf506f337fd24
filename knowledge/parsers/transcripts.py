"""Call transcripts: who said what, and when.

Invariant: what was said is in the text word for word, each turn under its speaker's name; timestamps are kept beside
the text (`Block.seconds`), never in it.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from copilot.domain.documents import BlockKind, DocumentKind
from knowledge.parsers.dates import stated_date
from knowledge.parsers.text_building import DocumentText, Metadata

_TIME = r"[\[(]?(?P<{name}>\d{{1,2}}:\d{{2}}(?::\d{{2}})?)(?:[.,]\d{{1,3}})?[\])]?"
_NAME = r"(?P<speaker>[^\W\d_][\w.'’-]*(?:[ ][\w.'’-]+){0,4})"
_INLINE_TURN = re.compile(
    rf"(?:{_TIME.format(name='before')}[ \t]*[-–—|]?[ \t]*)?{_NAME}(?:[ ]?\([^()]{{1,40}}\))?"
    rf"(?:[ \t]+{_TIME.format(name='after')})?[ \t]*:(?:[ \t]+(?P<said>.*)|[ \t]*)$"
)
_TURN_HEADER = re.compile(rf"{_NAME}(?:[ ]?\([^()]{{1,40}}\))?[ \t]+[-–—|]?[ \t]*{_TIME.format(name='after')}[ \t]*$")
_TIMED_HEADER = re.compile(rf"{_TIME.format(name='before')}[ \t]+[-–—|]?[ \t]*{_NAME}[ \t]*$")
_LONGEST_TURN_START = 400
_WALL_CLOCK_FROM = 1800
_LABEL_WORDS = """
    q a p r pregunta respuesta question answer nota note notas notes fecha date hora time asunto subject título titulo
    title asistentes attendees participantes participants duración duracion duration cliente customer client account
    cuenta llamada call reunión reunion meeting lugar location idioma language resumen summary tema topic agenda
    organizador organizer host grabación recording acción accion action acciones actions próximos siguiente riesgo risk
    objetivo goal contexto context estado status importante important todo warning decisión decision
    """
_LABELS = frozenset(_LABEL_WORDS.split())
_DATE_LABELS = frozenset({"fecha", "date"})
_TITLE_LABELS = frozenset({"title", "título", "titulo", "asunto", "subject", "llamada", "call", "reunión", "meeting"})


@dataclass(frozen=True, slots=True)
class Turn:
    """What one person says before another one speaks."""

    said: str
    speaker: str | None = None
    seconds: int | None = None


@dataclass(slots=True)
class Transcript:
    """Turns in order, and the lines that stood above them."""

    turns: list[Turn] = field(default_factory=list)
    header: list[str] = field(default_factory=list)
    title: str = ""

    def stated_date(self) -> datetime | None:
        """The date that a header line labels as such."""
        for label, value in self.labelled():
            if label in _DATE_LABELS and (found := stated_date(value)):
                return found
        return None

    def stated_title(self) -> str:
        """The title from the file's head, or the empty string."""
        return self.title or next((value for label, value in self.labelled() if label in _TITLE_LABELS), "")

    def labelled(self) -> list[tuple[str, str]]:
        """Header lines of the form `Label: value`, the label in lower case."""
        pairs = (line.partition(":") for line in self.header)
        return [(label.strip().lower(), value.strip()) for label, colon, value in pairs if colon and value.strip()]


def write_transcript(transcript: Transcript, text: DocumentText, metadata: Metadata) -> None:
    """Add the turns to `text`, one block each, joining what one speaker says in a row, and fill in `metadata`."""
    metadata.kind = DocumentKind.TRANSCRIPT
    metadata.title = transcript.stated_title() or metadata.title
    metadata.authored_at = transcript.stated_date() or metadata.authored_at
    metadata.participants = tuple(dict.fromkeys(turn.speaker for turn in transcript.turns if turn.speaker))
    text.add("\n".join(transcript.header))
    for turn in joined(transcript.turns):
        said = f"{turn.speaker}: {turn.said}" if turn.speaker else turn.said
        text.add(said, kind=BlockKind.BODY, speaker=turn.speaker, seconds=turn.seconds)


def joined(turns: list[Turn]) -> list[Turn]:
    """Merge neighbouring turns of the same speaker; the time is that of the first."""
    found: list[Turn] = []
    said: list[str] = []
    for turn in turns:
        if not turn.said.strip():
            continue
        if found and found[-1].speaker == turn.speaker:
            said.append(turn.said.strip())
            continue
        _close(found, said)
        found.append(turn)
        said = [turn.said.strip()]
    _close(found, said)
    return found


def _close(found: list[Turn], said: list[str]) -> None:
    if found:
        found[-1] = Turn(said=" ".join(said), speaker=found[-1].speaker, seconds=found[-1].seconds)


def seconds_of(stamp: str) -> int:
    """`12:40` or `1:02:03` as seconds."""
    total = 0
    for part in stamp.split(":"):
        total = total * 60 + int(part)
    return total


def read_transcript(text: str) -> Transcript | None:
    """Return the turns if the lines of `text` are a conversation, else None.

    They are when at least two names each open two turns or more. Understood are `Name: said`, `[00:12] Name: said`,
    `Name (Company) 0:12` above what was said, and `00:12 Name` likewise.
    """
    lines = text.split("\n")
    openings = [_opening(line) for line in lines]
    counts = Counter(opening.speaker for opening in openings if opening is not None)
    regulars = {speaker for speaker, count in counts.items() if count >= 2}
    if len(regulars) < 2 or sum(counts[speaker] for speaker in regulars) < 4:
        return None
    first = next(index for index, opening in enumerate(openings) if opening and opening.speaker in regulars)
    transcript = Transcript(header=[line.strip() for line in lines[:first] if line.strip()])
    if transcript.header and ":" not in transcript.header[0]:
        transcript.title = transcript.header[0].lstrip("# ").strip()
    transcript.turns = _from_start(_turns(lines[first:], openings[first:]))
    return transcript


def _turns(lines: list[str], openings: list[Turn | None]) -> list[Turn]:
    turns: list[Turn] = []
    said: list[str] = []
    for line, opening in zip(lines, openings, strict=True):
        if opening is None:
            said.append(line.strip())
            continue
        if turns:
            turns[-1] = _with_said(turns[-1], said)
        turns.append(opening)
        said = [opening.said]
    if turns:
        turns[-1] = _with_said(turns[-1], said)
    return turns


def _with_said(turn: Turn, said: list[str]) -> Turn:
    return Turn(said=" ".join(filter(None, said)), speaker=turn.speaker, seconds=turn.seconds)


def _from_start(turns: list[Turn]) -> list[Turn]:
    """Times of day become seconds since the first turn."""
    first = next((turn.seconds for turn in turns if turn.seconds is not None), None)
    if first is None or first < _WALL_CLOCK_FROM:
        return turns
    return [
        Turn(
            said=turn.said, speaker=turn.speaker, seconds=None if turn.seconds is None else max(0, turn.seconds - first)
        )
        for turn in turns
    ]


def _opening(line: str) -> Turn | None:
    """The start of a turn, with what is said on the same line."""
    start = line.strip()[:_LONGEST_TURN_START]
    match = _INLINE_TURN.match(start) or _TURN_HEADER.match(start) or _TIMED_HEADER.match(start)
    if match is None:
        return None
    parts = match.groupdict()
    speaker = parts["speaker"].strip()
    if speaker.split()[0].lower() in _LABELS or not speaker[0].isupper():
        return None
    stamp = parts.get("before") or parts.get("after")
    said = line.strip()[match.start("said") :] if parts.get("said") else ""
    return Turn(said=said, speaker=speaker, seconds=seconds_of(stamp) if stamp else None)
