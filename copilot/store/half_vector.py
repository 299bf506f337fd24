"""How a query vector travels to pgvector: as the 770 bytes it is, not as 4,000 characters to write and to read.

Invariant: the bytes are those of pgvector's own binary form of `halfvec`: the dimension, two bytes of zero, then the
halves, all with the most significant byte first.
"""

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from psycopg.adapt import Dumper
from psycopg.pq import Format


@dataclass(frozen=True, slots=True)
class HalfVector:
    """A vector to be sent as a `halfvec`; the statement casts the parameter (`%(vector)s::halfvec`)."""

    values: NDArray[np.float32]


class HalfVectorDumper(Dumper):
    """Writes a HalfVector in binary form. Without a type id: the cast in the statement names the type."""

    format = Format.BINARY

    def dump(self, obj: HalfVector) -> bytes:
        """The parameter's bytes."""
        return struct.pack(">HH", len(obj.values), 0) + obj.values.astype(">f2").tobytes()
