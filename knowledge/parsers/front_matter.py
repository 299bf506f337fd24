"""The metadata lines that may open a Markdown file, between two lines of `---`.

Invariant: a line that is not understood as metadata is kept as text; nothing between the marks is lost.
"""

import re
from dataclasses import dataclass, field

from copilot.domain.document_messages import DocumentMessage
from copilot.domain.documents import DocumentKind
from copilot.domain.language import Language
from knowledge.parsers.dates import stated_date
from knowledge.parsers.text_building import DocumentText, Metadata

_LINE = re.compile(r"([^\W\d_][\w .-]{0,40}?)\s*:(?:\s+(.*)|\s*)$")
_ITEM = re.compile(r"\s*-\s+(.+)$")
_LONGEST = 200
_KINDS = {
    "note": DocumentKind.NOTE,
    "nota": DocumentKind.NOTE,
    "notes": DocumentKind.NOTE,
    "notas": DocumentKind.NOTE,
    "contract": DocumentKind.CONTRACT,
    "contrato": DocumentKind.CONTRACT,
    "transcript": DocumentKind.TRANSCRIPT,
    "transcripción": DocumentKind.TRANSCRIPT,
    "transcripcion": DocumentKind.TRANSCRIPT,
    "knowledge": DocumentKind.KNOWLEDGE,
}
_TITLE = frozenset({"title", "título", "titulo"})
_DATE = frozenset({"date", "fecha"})
_AUTHOR = frozenset({"author", "autor", "autora"})
_KIND = frozenset({"kind", "type", "tipo"})
_LANGUAGE = frozenset({"lang", "language", "idioma"})
_PARTICIPANTS = frozenset({"participants", "participantes", "attendees", "asistentes"})


@dataclass(slots=True)
class FrontMatter:
    """Values by lower-case name, in the order of the file."""

    values: dict[str, list[str]] = field(default_factory=dict)
    other_lines: list[str] = field(default_factory=list)

    def apply(self, metadata: Metadata, text: DocumentText) -> None:
        """Fill `metadata` with what is known of; the rest becomes the document's first block."""
        rest = list(self.other_lines)
        for name, values in self.values.items():
            if not self._known(metadata, text, name=name, values=values):
                rest.append(f"{name}: {', '.join(values)}")
        text.add("\n".join(rest))

    def _known(self, metadata: Metadata, text: DocumentText, *, name: str, values: list[str]) -> bool:
        value = ", ".join(values)
        if name in _TITLE:
            metadata.title = value
        elif name in _AUTHOR:
            metadata.author = value or None
        elif name in _DATE:
            metadata.authored_at = stated_date(value)
            if metadata.authored_at is None and value:
                text.warn(DocumentMessage.BAD_DATE, value=value[:80])
        elif name in _PARTICIPANTS:
            metadata.participants = tuple(part.strip() for item in values for part in item.split(",") if part.strip())
        elif name in _KIND and value.lower() in _KINDS:
            metadata.kind = _KINDS[value.lower()]
        elif name in _LANGUAGE and value.lower()[:2] in tuple(Language):
            metadata.language = Language(value.lower()[:2])
        else:
            return False
        return True


def split_front_matter(lines: list[str]) -> tuple[FrontMatter, list[str]]:
    """Return the metadata and the lines after it; without an opening and a closing mark, no metadata."""
    if not lines or lines[0].strip() != "---":
        return FrontMatter(), lines
    for index in range(1, min(len(lines), _LONGEST)):
        if lines[index].strip() in ("---", "..."):
            return _read(lines[1:index]), lines[index + 1 :]
    return FrontMatter(), lines


def _read(lines: list[str]) -> FrontMatter:
    found = FrontMatter()
    current: list[str] | None = None
    for line in lines:
        item, named = _ITEM.match(line), _LINE.match(line)
        if item and current is not None:
            current.append(_unquoted(item.group(1)))
        elif named and not line.startswith((" ", "\t")):
            current = found.values.setdefault(named.group(1).strip().lower(), [])
            value = _unquoted(named.group(2) or "")
            if value.startswith("[") and value.endswith("]"):
                current.extend(_unquoted(part) for part in value[1:-1].split(",") if part.strip())
            elif value:
                current.append(value)
        elif line.strip():
            found.other_lines.append(line.strip())
    return found


def _unquoted(value: str) -> str:
    value = value.strip()
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1]
    return value
