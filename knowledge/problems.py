"""Raising what stops an import, with the words from the catalogue.

Invariant: no module of the import words an error itself; both languages are in `copilot.domain.import_messages`.
"""

from typing import TypeVar

from copilot.domain.import_messages import ImportMessage, import_message
from copilot.errors import InputError, MappingError, UnreadableFile

Problem = TypeVar("Problem", bound=InputError)


def unreadable(code: ImportMessage, **values: str | int) -> UnreadableFile:
    """The error for a file that cannot be used."""
    return _error(UnreadableFile, code, **values)


def bad_mapping(code: ImportMessage, **values: str | int) -> MappingError:
    """The error for a mapping that does not fit."""
    return _error(MappingError, code, **values)


def bad_input(code: ImportMessage, **values: str | int) -> InputError:
    """The error for anything else the person said."""
    return _error(InputError, code, **values)


def _error(kind: type[Problem], code: ImportMessage, **values: str | int) -> Problem:
    message, remedy = import_message(code, values)
    return kind(message, hint=remedy)
