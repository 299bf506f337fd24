"""What is said next to a sentence that answers, where the answer goes on there.

Invariant: pure; only the sentence right after it in the same passage, by the same speaker, and never one that asks.
"""

import re

import numpy as np
from numpy.typing import NDArray

from copilot.domain.folding import flat
from copilot.guardrails.grounding.states import Array

_FOUND, _MORE = 0.8, 0.3
"""How alike a word of the question and one of the next sentence are, and by how much more than in the first."""
_GOES_ON = re.compile(
    r"^\W*(?:(?:and|but|or|so|otherwise|also|instead|then|however|except|after (?:that|this|it)|before (?:that|it)|"
    r"above (?:that|this|it)|below (?:that|this|it)|beyond (?:that|this|it)|from then|until then|in (?:that|this) case|"
    r"in return|in exchange|if not|it|they|that|this|these|those|both|the (?:former|latter|rest|other|second))|"
    r"(?:y|pero|o|si no|en caso contrario|tambien|ademas|en cambio|entonces|sin embargo|salvo|despues|antes de eso|"
    r"por encima|por debajo|a partir de (?:ahi|entonces)|hasta entonces|en (?:ese|este|tal) caso|a cambio|eso|esto|"
    r"esta|este|esa|ese|estas|estos|ambos|ambas|el resto|l[oa]s? (?:otr[oa]s?|segund[oa])))\b"
)


def goes_on(text: str) -> bool:
    """Whether a sentence opens by taking up the one before it."""
    return _GOES_ON.match(flat(text)) is not None


def adds(before: Array, after: Array) -> NDArray[np.bool_]:
    """Of each pair of sentences, `[pairs, words]`: whether a word of the question is found in the second one, and was
    not in the first."""
    found: NDArray[np.bool_] = np.logical_or.reduce((after >= _FOUND) & (after - before >= _MORE), axis=1)
    return found
