"""Every text of the pages exists in both languages, and templates hold none of their own."""

import inspect
import re
from enum import StrEnum
from html.parser import HTMLParser

import pytest
from babel.messages.pofile import read_po

from api.localisation import catalogue_path, translate, translate_error
from api.web import catalogue, words
from api.web.templating import TEMPLATES, environment
from copilot.approvals.quality import faults
from copilot.domain import access, documents, drafts, evidence, findings, records, review_items
from copilot.domain.language import Language
from copilot.store import account_metrics

_PLACEHOLDER = re.compile(r"%\(\w+\)s")
_SHOWN_ATTRIBUTES = {"alt", "title", "placeholder", "aria-label", "data-busy", "data-label"}
_UNTRANSLATED = {"Sales copilot", "· Sales copilot", "Español", "English", "–", "UTC"}
_COMMANDS = re.compile(r"sales-copilot [\w -]+")


def test_every_message_has_a_spanish_text_with_the_same_placeholders() -> None:
    with catalogue_path(Language.ES).open("rb") as file:
        spanish = read_po(file, locale="es")
    problems = []
    for message in catalogue.messages():
        key = message if isinstance(message, str) else message[0]
        found = spanish.get(key)
        texts = [] if found is None else [found.string] if isinstance(found.string, str) else list(found.string or ())
        if not texts or not all(texts):
            problems.append(f"no Spanish text: {key!r}")
        elif any(set(_PLACEHOLDER.findall(text)) != set(_PLACEHOLDER.findall(key)) for text in texts):
            problems.append(f"other placeholders: {key!r}")
    assert not problems, "run `make catalogues` and translate:\n" + "\n".join(problems)


def test_the_catalogue_holds_nothing_that_is_not_used() -> None:
    with catalogue_path(Language.ES).open("rb") as file:
        spanish = read_po(file, locale="es")
    used = {message if isinstance(message, str) else message[0] for message in catalogue.messages()}
    known = {item.id if isinstance(item.id, str) else item.id[0] for item in spanish if item.id}
    assert known <= used, "run `make catalogues`"


class _Texts(HTMLParser):
    """Collects what a person could read in the markup that is left when expressions are taken out."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        self.found += [line.strip() for line in data.splitlines()]

    def handle_starttag(self, _tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if name in _SHOWN_ATTRIBUTES]


def literal_texts(source: str) -> list[str]:
    """Texts of a template that do not come from the catalogue."""
    tokens = environment(Language.EN).lex(source)
    markup = "".join(value if kind == "data" else "\n" for _, kind, value in tokens)
    texts = _Texts()
    texts.feed(markup)
    letters = [text for text in texts.found if re.search(r"[^\W\d_]{2,}", _COMMANDS.sub("", text))]
    return [text for text in letters if text not in _UNTRANSLATED]


@pytest.mark.parametrize("name", sorted(path.name for path in TEMPLATES.glob("*.html")))
def test_templates_hold_no_text_of_their_own(name: str) -> None:
    assert literal_texts((TEMPLATES / name).read_text(encoding="utf-8")) == []


def test_the_search_for_literal_texts_finds_them() -> None:
    assert literal_texts('<p>Hello {{ name }}</p><a title="Go on">{{ _("x") }}</a>') == ["Hello", "Go on"]


@pytest.mark.parametrize(
    ("table", "codes"),
    [
        (words.STATES, review_items.ReviewState),
        (words.TABLES["fault"], faults.Fault),
        (words.RISKS, findings.Risk),
        (words.SEVERITIES, findings.Severity),
        (words.ACTIONS, findings.Action),
        (words.DRAFT_KINDS, drafts.DraftKind),
        (words.AUDIENCES, drafts.Audience),
        (words.ROLES, access.Role),
        (words.VISIBILITIES, access.Visibility),
        (words.LIFECYCLES, records.Lifecycle),
        (words.ORIGINS, evidence.Origin),
        (words.LANGUAGES, Language),
        (words.DOCUMENT_KINDS, documents.DocumentKind),
        (words.ACTIVITY_KINDS, records.ActivityKind),
        (words.DIRECTIONS, records.Direction),
        (words.OPPORTUNITY_KINDS, records.OpportunityKind),
        (words.OPPORTUNITY_STATUSES, records.OpportunityStatus),
        (words.STANCES, records.Stance),
    ],
)
def test_every_code_has_a_word(table: dict[str, str], codes: type[StrEnum]) -> None:
    assert set(table) == {code.value for code in codes}


def test_every_record_field_has_a_word() -> None:
    fields = {name for kind in records.RECORD_TYPES for name in kind.model_fields}
    assert fields <= set(words.FIELDS)
    assert {kind.record_type for kind in records.RECORD_TYPES} == set(words.RECORD_TYPES)


def test_every_named_metric_has_a_word() -> None:
    named = set(re.findall(r"_number\(\"(\w+)\"", inspect.getsource(account_metrics)))
    assert named
    assert named <= set(words.METRICS)


def test_errors_are_said_in_the_readers_language() -> None:
    assert translate_error("The search is empty.", language=Language.ES) == "La búsqueda está vacía."
    assert translate_error("The search is empty.", language=Language.EN) == "The search is empty."
    assert translate_error("Ya está en español.", language=Language.ES) == "Ya está en español."
    assert translate("Accounts", language=Language.ES) == "Cuentas"
