"""Finds every message of the pages and errors, and keeps the Spanish catalogue complete: `make catalogues`.

Invariant: what this finds is what people can see; a test compares it with the catalogue.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from jinja2 import nodes

from api.localisation import catalogue_path
from api.web.templating import TEMPLATES, environment
from copilot import errors
from copilot.domain.language import Language
from copilot.domain.unseen import all_names

Message = str | tuple[str, str]
"""A text, or its singular and plural."""

_API = Path(__file__).parents[1]
_COPILOT = _API.parent / "copilot"
_MARKERS = frozenset({"_", "mark", "gettext"})
_ERRORS = frozenset(name for name, value in vars(errors).items() if isinstance(value, type))
_ERROR_PLACES = (
    "store",
    "retrieval",
    "workflows",
    "approvals",
    "identity",
    "notifications",
    "llm/metering.py",
    "people.py",
    "mail.py",
    "domain/rendering.py",
    "domain/rendering_email.py",
)
"""Parts of the product whose errors a page can show."""
_HEADER = """# Texts of the pages and errors. Kept complete by `make catalogues`; write the translations here.
msgid ""
msgstr ""
"Language: {language}\\n"
"Plural-Forms: {plurals}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""


def messages() -> set[Message]:
    """Every message that needs a translation."""
    found: set[Message] = set(all_names())
    for path in sorted(TEMPLATES.glob("*.html")):
        found.update(template_messages(path.read_text(encoding="utf-8")))
    for path in sorted(_API.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found.update(_marked(tree))
        found.update(_raised(tree))
    for place in _ERROR_PLACES:
        root = _COPILOT / place
        for path in sorted(root.rglob("*.py")) if root.is_dir() else [root]:
            found.update(_raised(ast.parse(path.read_text(encoding="utf-8"))))
    return found


def template_messages(source: str) -> Iterator[Message]:
    """Messages of one template."""
    for call in environment(Language.EN).parse(source).find_all(nodes.Call):
        if not isinstance(call.node, nodes.Name):
            continue
        texts = [item.value for item in call.args if isinstance(item, nodes.Const) and isinstance(item.value, str)]
        if call.node.name in _MARKERS and texts:
            yield texts[0]
        elif call.node.name == "ngettext" and len(texts) > 1:
            yield texts[0], texts[1]


def _calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            yield name, node


def _marked(tree: ast.AST) -> Iterator[Message]:
    for name, call in _calls(tree):
        if name in _MARKERS and call.args and (text := _text(call.args[0])):
            yield text


def _raised(tree: ast.AST) -> Iterator[Message]:
    """Message and hint of every typed error that is built from plain text."""
    for name, call in _calls(tree):
        if name in _ERRORS:
            hints = [item.value for item in call.keywords if item.arg == "hint"]
            for node in [*call.args[:1], *hints]:
                if text := _text(node):
                    yield text


def _text(node: ast.AST) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def update(language: Language = Language.ES) -> int:
    """Bring the catalogue up to date, keeping translations; returns how many messages still lack one."""
    path = catalogue_path(language)
    old = Catalog(locale=language.value)
    if path.exists():
        with path.open("rb") as file:
            old = read_po(file, locale=language.value)
    new = Catalog(locale=language.value, fuzzy=False)
    for message in sorted(messages(), key=str):
        known = old.get(message[0] if isinstance(message, tuple) else message)
        new.add(message, known.string if known else ("", "") if isinstance(message, tuple) else "")
    with path.open("wb") as file:
        # A header without dates: the file changes only when a message does.
        file.write(_HEADER.format(language=language.value, plurals=new.plural_forms).encode())
        write_po(file, new, width=0, omit_header=True)
    return sum(1 for item in new if item.id and not all(_strings(item.string)))


def _strings(value: object) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, (tuple, list)) else (str(value or ""),)


if __name__ == "__main__":
    update()
