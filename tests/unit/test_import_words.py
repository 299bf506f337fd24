"""Every word of the import exists in Spanish and English."""

import ast
import re
from pathlib import Path
from string import Formatter

import pytest

from copilot.domain import data_issues, import_messages
from copilot.domain.import_messages import ImportMessage, import_message, localise
from copilot.domain.language import Language
from knowledge import report_texts
from knowledge.fields import FIELDS

SOURCES = Path(__file__).parents[2] / "knowledge"
CODE = re.compile(
    r"(?:assumed|account|document|duplicate|ignored|opportunity|record|reference|row|skipped|table|ticket|type|unassigned"
    r"|value)\.[a-z_]+"
)


def names(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}


def codes_in_sources() -> set[str]:
    found = set()
    for path in [*SOURCES.glob("*.py"), *(SOURCES / "connectors").glob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value):
                found.add(node.value)
    return found - {"type.strip"}


def test_every_code_has_words() -> None:
    known = set(data_issues.TEXTS) | set(report_texts._TEXTS)
    assert codes_in_sources() - known == set()
    assert len(codes_in_sources()) > 40
    assert set(FIELDS) <= set(report_texts._TEXTS)


@pytest.mark.parametrize("code", sorted(data_issues.TEXTS))
def test_issue_texts_have_both_languages_and_the_same_details(code: str) -> None:
    spanish, english = data_issues.TEXTS[code][Language.ES], data_issues.TEXTS[code][Language.EN]
    assert names(spanish) == names(english)
    assert "{" not in data_issues.describe(code, {}, language=Language.ES)


def test_a_suggestion_is_part_of_the_sentence_only_when_there_is_one() -> None:
    code = "reference.unknown_product"
    assert data_issues.describe(code, {"value": "GTXPro", "suggestion": "GTX Pro"}, language=Language.EN) == (
        "The product “GTXPro” is not in the catalogue (perhaps “GTX Pro”?)."
    )
    assert data_issues.describe(code, {"value": "X", "suggestion": None}, language=Language.ES) == (
        "El producto «X» no está en el catálogo."
    )


@pytest.mark.parametrize("message", list(ImportMessage))
def test_messages_come_back_in_spanish(message: ImportMessage) -> None:
    spanish, english = import_messages._TEXTS[message]
    assert names(spanish) == names(english)
    values: dict[str, str | int] = {name: f"<{name}>" for name in names(english)}
    said, remedy = import_message(message, values)
    assert localise(said, language=Language.ES) == import_message(message, values, language=Language.ES)[0]
    assert localise(remedy, language=Language.ES) == import_message(message, values, language=Language.ES)[1]
    assert remedy


def test_a_list_of_files_is_localised_line_by_line() -> None:
    text = "Files that cannot be read: 1. Nothing was imported.\n- a.csv: a.csv is empty.\n  → Check the path."
    assert localise(text, language=Language.ES) == (
        "Archivos que no se pueden leer: 1. No se ha importado nada.\n- a.csv: a.csv está vacío.\n"
        "  → Compruebe la ruta."
    )
    assert localise("something else", language=Language.ES) == "something else"
    assert localise(text, language=Language.EN) == text


@pytest.mark.parametrize("code", sorted(report_texts._TEXTS))
def test_report_words_have_the_same_placeholders(code: str) -> None:
    spanish, english = report_texts._TEXTS[code]
    assert names(spanish) == names(english)


def test_a_readers_warning_is_told_in_the_language_of_the_person() -> None:
    details = {"file": "a.eml", "value": "Text hidden from the eye was found and left out: 347 characters."}
    told = data_issues.describe("document.warning", details, language=Language.ES)
    assert told.startswith("a.eml: Se encontró texto oculto")
    assert data_issues.describe("document.warning", details, language=Language.EN).endswith("347 characters.")
