"""Packages of Office documents: a zip of XML parts.

Invariant: the same parts give the same bytes, whatever the day, the machine and its compression library: dates are
fixed, order is given, nothing is compressed. Text reaches XML escaped and without the characters it may not hold.
"""

import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from xml.sax.saxutils import escape, quoteattr

from copilot.domain.drafts import Draft
from copilot.domain.language import Language

Part = tuple[str, str]
"""Name in the package, and XML without its declaration."""

_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)
RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_CORE = "http://schemas.openxmlformats.org/package/2006/metadata/core-properties"
_CORE_TYPE = "application/vnd.openxmlformats-package.core-properties+xml"


@dataclass(frozen=True, slots=True)
class Properties:
    """What a document says about itself."""

    title: str
    language: Language
    written_at: datetime

    @classmethod
    def of(cls, draft: Draft) -> "Properties":
        """Those of a draft's files."""
        return cls(draft.title, draft.language, draft.written_at)


def allowed_in_xml(text: str) -> str:
    """`text` without the characters that XML may not or should not hold."""
    return _NOT_IN_XML.sub("", text)


def xml_text(text: str) -> str:
    """`text` as the content of an element."""
    return escape(allowed_in_xml(text))


def xml_attribute(text: str) -> str:
    """`text` as the value of an attribute, with its quotes."""
    return quoteattr(allowed_in_xml(text))


def package(
    properties: Properties, *, main: str, main_type: str, types: Sequence[Part], parts: Sequence[Part]
) -> bytes:
    """A whole document. `main` is the name of its first part, `types` the content types of the others by name."""
    overrides = [(main, main_type), ("docProps/core.xml", _CORE_TYPE), *types]
    content_types = (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        + "".join(f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, kind in overrides)
        + "</Types>"
    )
    rels = relationships(
        [
            (f"{OFFICE}/officeDocument", main),
            (
                "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties",
                "docProps/core.xml",
            ),
        ]
    )
    everything = [
        ("[Content_Types].xml", content_types),
        ("_rels/.rels", rels),
        ("docProps/core.xml", _core_properties(properties)),
        *parts,
    ]
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for name, content in everything:
            entry = zipfile.ZipInfo(name, _ZIP_EPOCH)
            entry.create_system = 0  # else it tells the operating system
            archive.writestr(entry, (_DECLARATION + content).encode())
    return stream.getvalue()


def relationships(targets: Sequence[tuple[str, str]]) -> str:
    """Pairs of type and target; ids are `rId1` and so on."""
    items = "".join(
        f'<Relationship Id="rId{number}" Type="{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, start=1)
    )
    return f'<Relationships xmlns="{RELATIONSHIPS}">{items}</Relationships>'


def _core_properties(properties: Properties) -> str:
    written = properties.written_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    dates = "".join(
        f'<dcterms:{name} xsi:type="dcterms:W3CDTF">{written}</dcterms:{name}>' for name in ("created", "modified")
    )
    return (
        f'<cp:coreProperties xmlns:cp="{_CORE}" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{xml_text(properties.title)}</dc:title><dc:creator>Sales Copilot</dc:creator>"
        f"<dc:language>{properties.language.value}</dc:language>{dates}</cp:coreProperties>"
    )
