"""What a writer hands back.

Invariant: sections come with how they came to be; neither is known without the other.
"""

from dataclasses import dataclass

from copilot.domain.drafts import Provenance, Section


@dataclass(frozen=True, slots=True)
class Written:
    """What a writer hands back: the sections, and how they came to be."""

    sections: tuple[Section, ...]
    provenance: Provenance
