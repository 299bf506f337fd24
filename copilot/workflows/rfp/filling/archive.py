"""Office packages with some of their parts replaced.

Invariant: every part that is not replaced keeps its name, its place and its bytes.
"""

import io
import posixpath
import zipfile
import zlib
from collections.abc import Mapping

from lxml import etree

from copilot.domain.ooxml import OFFICE
from copilot.workflows.rfp.filling.filled import broken

_STRICT_OFFICE = "http://purl.oclc.org/ooxml/officeDocument/relationships"
_UNREADABLE = (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, RuntimeError, KeyError, OSError)
"""What the standard library raises for a broken, encrypted or oddly compressed archive."""
_MOST_BYTES = 1 << 30
"""Of all parts together, unpacked."""


class Archive:
    """An Office document as its parts."""

    def __init__(self, content: bytes) -> None:
        """Raises UnreadableFile if it is no archive, or unpacks to more than can be held."""
        self._content = content
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                if sum(info.file_size for info in archive.infolist()) > _MOST_BYTES:
                    raise broken()
                self._names = frozenset(archive.namelist())
        except _UNREADABLE as error:
            raise broken() from error

    def has(self, name: str) -> bool:
        """Whether there is such a part."""
        return name in self._names

    def read(self, name: str) -> bytes:
        """The bytes of a part. Raises UnreadableFile if there is none."""
        try:
            with zipfile.ZipFile(io.BytesIO(self._content)) as archive:
                return archive.read(name)
        except _UNREADABLE as error:
            raise broken() from error

    def tree(self, name: str) -> etree._Element:
        """The root of a part of XML. Raises UnreadableFile."""
        return parsed(self.read(name))

    def targets(self, name: str) -> dict[str, tuple[str, str]]:
        """Relationships of a part: id -> (type without its namespace, name of the part it leads to)."""
        folder, base = posixpath.split(name)
        rels = posixpath.join(folder, "_rels", f"{base}.rels")
        if not self.has(rels):
            return {}
        return {
            item.get("Id", ""): (_kind(item.get("Type", "")), _resolved(folder, item.get("Target", "")))
            for item in self.tree(rels)
            if isinstance(item.tag, str) and item.get("TargetMode") != "External"
        }

    def main_part(self) -> str:
        """Name of the part that the document begins with. Raises UnreadableFile."""
        for kind, target in self.targets("").values():
            if kind == "officeDocument":
                return target
        raise broken()

    def with_parts(self, changed: Mapping[str, bytes]) -> bytes:
        """The package with these parts replaced; without any, the very bytes it was read from.

        Raises UnreadableFile if another part is damaged.
        """
        if not changed:
            return self._content
        try:
            return self._rewritten(changed)
        except _UNREADABLE as error:
            raise broken() from error

    def _rewritten(self, changed: Mapping[str, bytes]) -> bytes:
        stream = io.BytesIO()
        with (
            zipfile.ZipFile(io.BytesIO(self._content)) as before,
            zipfile.ZipFile(stream, "w") as after,
        ):
            after.comment = before.comment
            for info in before.infolist():
                content = changed.get(info.filename)
                after.writestr(_entry(info), before.read(info) if content is None else content)
        return stream.getvalue()


def parsed(content: bytes) -> etree._Element:
    """The root of an XML text, read without following anything. Raises UnreadableFile."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, strip_cdata=False, huge_tree=False)
    try:
        return etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise broken() from error


def written(root: etree._Element) -> bytes:
    """The part again, declared as Office declares it."""
    return etree.tostring(root.getroottree(), xml_declaration=True, encoding="UTF-8", standalone=True)


def local(element: etree._Element) -> str:
    """Name of an element without its namespace; empty for a comment."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def relationship(element: etree._Element, name: str = "id") -> str:
    """The value of an attribute of the relationships' namespace, in either edition of the standard."""
    return element.get(f"{{{OFFICE}}}{name}") or element.get(f"{{{_STRICT_OFFICE}}}{name}") or ""


def _entry(info: zipfile.ZipInfo) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(info.filename, info.date_time)
    entry.compress_type = info.compress_type if info.compress_type == zipfile.ZIP_STORED else zipfile.ZIP_DEFLATED
    entry.external_attr, entry.create_system, entry.comment = info.external_attr, info.create_system, info.comment
    return entry


def _kind(address: str) -> str:
    return address.rpartition("/")[2]


def _resolved(folder: str, target: str) -> str:
    if target.startswith("/"):
        return target.lstrip("/")
    return posixpath.normpath(posixpath.join(folder, target))
