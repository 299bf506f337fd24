"""The messages of pages and errors in both languages.

Invariant: English texts are the keys; every key has a Spanish text (a test compares the code with the catalogue).
"""

from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

from copilot.domain.document_messages import localise
from copilot.domain.language import Language

LOCALES = Path(__file__).parent / "web" / "locales"


def catalogue_path(language: Language) -> Path:
    """The source file of a language's messages."""
    return LOCALES / language.value / "LC_MESSAGES" / "messages.po"


@cache
def translations(language: Language) -> NullTranslations:
    """The messages of a language, compiled in memory once per process."""
    if language is Language.EN:
        return NullTranslations()
    with catalogue_path(language).open("rb") as file:
        catalogue = read_po(file, locale=language.value)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)


def translate(message: str, *, language: Language) -> str:
    """The message in a language; unchanged where the catalogue does not have it, as somebody's name in a message.

    Nothing is kept: to look it up is as quick, and a name would stay in memory after its person was erased.
    """
    return str(translations(language).gettext(message)) if message else ""


def translate_error(message: str, *, language: Language) -> str:
    """An error's words in a language. Some parts of the product speak the viewer's language already."""
    if language is Language.EN or not message:
        return message
    found = translate(message, language=language)
    return found if found != message else localise(message, language=language)


def mark(message: str) -> str:
    """Mark a text for the catalogue where it is defined, to be translated where it is shown."""
    return message
