"""Plain text: paragraphs, or a call transcript if that is what the lines are.

Invariant: every line of the file is in the text, in its order.
"""

from copilot.domain.documents import ParsedDocument
from knowledge.parsers.dates import file_name_date, title_from_name
from knowledge.parsers.decoding import decode
from knowledge.parsers.text_building import DocumentText, Metadata
from knowledge.parsers.transcripts import read_transcript, write_transcript


def parse_plain(data: bytes, name: str) -> ParsedDocument:
    """Read a text file; its date is the one in its name unless a transcript states its own."""
    source, warnings = decode(data)
    text = DocumentText(warnings=warnings)
    cleaned = text.clean(source)
    metadata = Metadata(title=title_from_name(name), authored_at=file_name_date(name))
    transcript = read_transcript(cleaned)
    if transcript is not None:
        write_transcript(transcript, text, metadata)
    else:
        text.add_paragraphs(cleaned)
    return text.build(metadata, media_type="text/plain")
