"""Text of others, safe for a terminal.

Invariant: nothing that steers the terminal or that nobody would see is printed as it is, and nothing is left out.
"""

import unicodedata

from copilot.domain.unseen import Piece, pieces


def plain(text: str) -> str:
    """Text of others on one line; what nobody would see stands there by its code and name."""
    spaced = "".join(" " if char in "\n\r\t" else char for char in text)
    return "".join(piece.text if piece.unseen is None else _mark(piece) for piece in pieces(spaced))


def _mark(piece: Piece) -> str:
    """E.g. `‹U+200B ZERO WIDTH SPACE›`: Unicode's names are the same in every language."""
    code = f"U+{ord(piece.text):04X}"
    known = "CONTROL" if unicodedata.category(piece.text) == "Cc" else ""
    name = unicodedata.name(piece.text, known)
    letter = f"{piece.unseen.letter} = " if piece.unseen is not None and piece.unseen.letter else ""
    return f"‹{letter}{code} {name}".rstrip() + "›"
