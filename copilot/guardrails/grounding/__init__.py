"""Is each sentence carried by the sources it cites, beyond its figures?

Invariant: rules say what is wrong in words that can be checked (a name, a quotation, a negation, who said it, how
firm it was); the learned score only ever says that a sentence is weakly supported, never that it is right.
"""

from copilot.guardrails.grounding.detector import GroundingDetector
from copilot.guardrails.grounding.verdict import Support, SupportVerdict, support

__all__ = ["GroundingDetector", "Support", "SupportVerdict", "support"]
