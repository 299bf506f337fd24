"""What an erasure is at, and why one did not end well; codes that say nothing about anybody."""

from enum import StrEnum


class Reason(StrEnum):
    """Why somebody is erased; a code, because words could name the person."""

    REQUEST = "request"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    OBJECTION = "objection"
    NO_LONGER_NEEDED = "no_longer_needed"
    UNLAWFUL = "unlawful"


class ErasureState(StrEnum):
    """Where an erasure that was asked for is."""

    WAITING = "waiting"
    """Nobody is at it: its turn comes, or it is tried again."""
    UNDER_WAY = "under_way"
    FAILED = "failed"
    """Nothing was erased, and nobody tries again by themselves."""
    DONE = "done"


class Step(StrEnum):
    """What is done one after the other, in one transaction."""

    TURN = "turn"
    """An import may be writing."""
    SEARCH = "search"
    OVERWRITE = "overwrite"
    CHECK = "check"
    FINISH = "finish"


class Trouble(StrEnum):
    """Why an attempt did not end well. `privacy.texts` says what to do about it."""

    LEFT = "left"
    CONFLICT = "conflict"
    STAFF = "staff"
    FILES = "files"
    DATABASE = "database"
    DISK = "disk"
    CUT_OFF = "cut_off"
    UNEXPECTED = "unexpected"
