"""Invented questionnaires in Word, PDF, Markdown and as text, each with what is to be found in it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

Expected = tuple[str, str | None]
"""The question as written, and the address of its answer's place."""


@dataclass(slots=True)
class Sample:
    """One file and the questions in it, in order."""

    name: str
    content: bytes
    expected: Sequence[Expected]
    sections: Sequence[str] = ()
    """The innermost heading of each question, where it is checked."""


@dataclass(slots=True)
class WordFile:
    """Builds a Word document and counts its paragraphs as the reader does."""

    document: Any = field(default_factory=Document)
    expected: list[Expected] = field(default_factory=list)

    @property
    def next(self) -> str:
        """The address that the next paragraph gets."""
        return f"p{len(self.document.paragraphs)}"

    def say(self, *texts: str, style: str | None = None, bold: bool = False) -> "WordFile":
        """Add paragraphs that are no questions."""
        for text in texts:
            paragraph = self.document.add_paragraph(style=style)
            paragraph.add_run(text).bold = bold or None
        return self

    def head(self, text: str, level: int = 1) -> "WordFile":
        """Add a heading; 0 is the title."""
        self.document.add_heading(text, level)
        return self

    def ask(self, text: str, *below: str, shown: str = "", style: str | None = None, bold: bool = False) -> "WordFile":
        """Add a question (`shown`: as the paragraph has it) and what stands below; its first takes the answer."""
        self.say(shown or text, style=style, bold=bold)
        self.expected.append((text, self.next if below else None))
        return self.say(*below)

    def ask_here(self, text: str, *, shown: str, style: str | None = None) -> "WordFile":
        """Add a question with the place for its answer in the same paragraph."""
        self.expected.append((text, self.next))
        return self.say(shown, style=style)

    def table(self, rows: Sequence[Sequence[str]], *, asks: Sequence[tuple[int, str, str | None]] = ()) -> Any:
        """Add a table; `asks` are row, question and the address of the answer in it, such as `r1c2`."""
        index = len(self.document.tables)
        table = self.document.add_table(rows=len(rows), cols=max(map(len, rows)))
        for row, texts in enumerate(rows):
            for column, text in enumerate(texts):
                table.cell(row, column).text = text
        self.expected += [(text, f"t{index}{place}" if place else None) for _, text, place in asks]
        return table

    def xml(self, body: str) -> None:
        """Add a paragraph written as XML."""
        self.document.add_paragraph()._p.addprevious(parse_xml(f"<w:p {nsdecls('w')}>{body}</w:p>"))
        last = self.document.paragraphs[-1]._p
        last.getparent().remove(last)

    def done(self, name: str) -> Sample:
        """The file."""
        stream = BytesIO()
        self.document.save(stream)
        return Sample(name, stream.getvalue(), tuple(self.expected))
