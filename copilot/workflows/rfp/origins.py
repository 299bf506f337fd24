"""How the words of several answers came to be, as the provenance of the one draft that holds them.

Invariant: a draft of which any sentence is a model's says so, with all that was spent on it; notes are kept once.
"""

from collections.abc import Iterable
from decimal import Decimal

from copilot.domain.drafts import Provenance
from copilot.domain.rfp_answers import RfpAnswer

_MODEL = "model"


def with_origins(provenance: Provenance, answers: Iterable[RfpAnswer]) -> Provenance:
    """The draft's provenance with that of the answers for which a model was asked."""
    asked = [answer.provenance for answer in answers if answer.provenance is not None]
    if not asked:
        return provenance
    by_model = [each for each in asked if each.writer == _MODEL]
    costs = [each.cost_usd for each in asked if each.model is not None]
    changes: dict[str, object] = {
        "input_tokens": sum(each.input_tokens for each in asked),
        "output_tokens": sum(each.output_tokens for each in asked),
        "cost_usd": sum((cost for cost in costs if cost is not None), Decimal(0)) if None not in costs else None,
        "notes": tuple(dict.fromkeys([*provenance.notes, *(note for each in asked for note in each.notes)])),
    }
    if by_model:
        last = by_model[-1]
        changes |= {
            "writer": _MODEL,
            "model": ", ".join(dict.fromkeys(each.model for each in by_model if each.model)),
            "prompt_id": last.prompt_id,
            "prompt_version": last.prompt_version,
            "prompt_sha256": last.prompt_sha256,
        }
    return provenance.model_copy(update=changes)
