"""The two working languages and how the product recognises them."""

from enum import StrEnum


class Language(StrEnum):
    """ISO 639-1 codes of the languages the product writes in."""

    ES = "es"
    EN = "en"
