"""What filling a questionnaire gives back, and what it refuses to do.

Invariant: whatever could not be written where it belongs is named; nothing is left out in silence.
"""

from dataclasses import dataclass

from copilot.errors import InputError, UnreadableFile


@dataclass(frozen=True, slots=True)
class Filled:
    """A questionnaire with answers in it."""

    name_suffix: str
    """What the file's name ends in, with its dot: `.xlsx`."""
    media_type: str
    content: bytes
    unplaced: tuple[str, ...] = ()
    """Ids of questions, in the file's order, whose answer had no place in the file or did not fit what the place
    allows; also those of whose answer only the value is there, for want of a place for its words."""


class Unwritable(Exception):
    """This answer cannot be written into this place; the question is reported as not placed."""


def broken() -> UnreadableFile:
    """The file is not what it was when it was read."""
    return UnreadableFile(
        "The questionnaire's file cannot be filled in.", hint="Hand the original file in again, as a new project."
    )


def too_long() -> InputError:
    """An answer does not fit a cell."""
    return InputError(
        "An answer is longer than a cell of a workbook can be.", hint="Shorten it to at most 32,767 characters."
    )
