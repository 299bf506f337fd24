"""Document parsers, one file per format.

Invariant: `parse` returns a document whose offsets hold, or raises UnreadableFile saying what to do; nothing else.
"""

from knowledge.parsers.reading import is_document, parse

__all__ = ["is_document", "parse"]
