"""The part of a page's style sheets that can hide text: rules for an element name, a class or an id.

Invariant: rules for particular media and selectors that depend on the element's surroundings are not applied; they
could only be misjudged.
"""

import re
from dataclasses import dataclass, field

from lxml import etree

from knowledge.parsers.visibility import declarations

_COMMENT = re.compile(r"/\*.*?\*/", re.S)
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_SIMPLE = re.compile(r"(?P<tag>[a-z][a-z0-9]*)?(?:\.(?P<class>[\w-]+)|#(?P<id>[\w-]+))?$", re.I)
_RELEVANT = re.compile(
    r"display|visibility|opacity|font-size|color|background|overflow|text-indent|position|mso-hide|clip", re.I
)
_LONGEST = 500_000


@dataclass(slots=True)
class Stylesheet:
    """Properties by (element name or `*`, `.class` / `#id` / nothing)."""

    rules: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, root: etree._Element) -> "Stylesheet":
        """Read every `style` element of the page."""
        sheet = cls()
        for element in root.iter("style"):
            if element.get("media", "all").lower() in {"all", "screen"} and element.text:
                sheet._read(element.text[:_LONGEST])
        return sheet

    def properties(self, element: etree._Element, tag: str) -> dict[str, str]:
        """The properties that apply to `element`, an id's before a class's before a name's."""
        if not self.rules:
            return {}
        found = dict(self.rules.get((tag, ""), {}))
        classes = [f".{name}" for name in (element.get("class") or "").split()]
        identifier = element.get("id")
        for suffix in [*classes, *([f"#{identifier}"] if identifier else [])]:
            found.update(self.rules.get(("*", suffix), {}))
            found.update(self.rules.get((tag, suffix), {}))
        return found

    def _read(self, source: str) -> None:
        plain = _outside_at_rules(_COMMENT.sub("", source).replace("<!--", "").replace("-->", ""))
        for selectors, body in _RULE.findall(plain):
            if not _RELEVANT.search(body):
                continue
            properties = declarations(body)
            for selector in selectors.split(","):
                match = _SIMPLE.match(selector.strip())
                if match and selector.strip():
                    self._add(match, properties)

    def _add(self, match: re.Match[str], properties: dict[str, str]) -> None:
        suffix = f".{match['class']}" if match["class"] else f"#{match['id']}" if match["id"] else ""
        self.rules.setdefault(((match["tag"] or "*").lower(), suffix), {}).update(properties)


def _outside_at_rules(source: str) -> str:
    """Drop `@media …{…{…}…}` and other at-rules, with their blocks."""
    parts: list[str] = []
    position = 0
    while (start := source.find("@", position)) >= 0:
        parts.append(source[position:start])
        brace, semicolon = source.find("{", start), source.find(";", start)
        if brace < 0 or 0 <= semicolon < brace:
            position = semicolon + 1 if semicolon >= 0 else len(source)
        else:
            position = _block_end(source, brace)
    return "".join([*parts, source[position:]])


def _block_end(source: str, brace: int) -> int:
    depth = 0
    for match in re.finditer(r"[{}]", source[brace:]):
        depth += 1 if match.group() == "{" else -1
        if depth == 0:
            return brace + match.end()
    return len(source)
