"""A message as numbers: what its words mean in context, and which cues of the rules stand in it.

Invariant: the same numbers in training and in use. Names, days and amounts stand as marks, so that what is learnt of
one customer holds for all.
"""

import re
from functools import cache

import numpy as np

from copilot.agent.planner.conditions import nouns
from copilot.agent.planner.cues import cue, hits, mark, pattern, table
from copilot.guardrails.grounding.states import WORD_STATES, Array

_TOKEN = re.compile(r"ACCT|PERSON|WHEN|AMOUNT|[^\W_]+|[%€$£?]")
_SPOKEN = {"ACCT": "Acme", "PERSON": "John", "WHEN": "yesterday", "AMOUNT": "fifty"}
"""What the network of word vectors reads in place of a mark."""
_MARKS = ("ACCT", "PERSON", "WHEN", "AMOUNT")
_MOST_WORDS = 80
_SECTIONS = (
    ("intents", "talk"), ("intents", "refuse"), ("intents", "wants"), ("facts", "people"), ("facts", "measure"),
    ("facts", "order"), ("facts", "activity"), ("facts", "links"),
)  # fmt: skip
_HEARD_MARKS = (
    "said", "said_to_us", "still", "rep_asked", "lost_why", "at_risk", "own_ones", "mine", "team", "all_deals",
    "closed", "joined", "renewing", "created", "resolved", "stage_moved", "personal", "owned", "drafting", "bypassing",
)  # fmt: skip


def tokens(work: str) -> list[str]:
    """The first words of a flattened message with its marks; never none."""
    return _TOKEN.findall(work)[:_MOST_WORDS] or ["?"]


def meaning(words: list[str]) -> Array:
    """`[words, depths * width]`: each word by itself and in its surroundings."""
    states = WORD_STATES.of([_SPOKEN.get(word, word) for word in words])
    return np.concatenate(list(states), axis=1)


@cache
def signal_names() -> tuple[str, ...]:
    """Names of what `signals` tells of, in order."""
    named = [f"{file}.{section}.{name}" for file, section in _SECTIONS for name in table(file)[section]]
    named += [f"fact.{'+'.join((*item.get('show', ()), *item.get('metrics', ())))}" for item in table("facts")["fact"]]
    named += [f"noun.{name}" for name in table("records")["nouns"]]
    named += [f"condition.{number}" for number in range(len(table("records")["condition"]))]
    named += [f"by.{name}" for name in table("records")["fields"]]
    return (*named, *(f"mark.{name}" for name in (*_HEARD_MARKS, *_MARKS)))


def signals(work: str) -> Array:
    """1 for each cue of the rules that stands in the message, else 0."""
    plain = re.sub(r"[¿¡]", "", work).strip()
    found = [
        cue(file, section, name).search(plain) is not None
        for file, section in _SECTIONS
        for name in table(file)[section]
    ]
    found += [pattern(item["words"]).search(work) is not None for item in table("facts")["fact"]]
    spoken = {noun.name for noun in nouns(work)}
    found += [name in spoken for name in table("records")["nouns"]]
    found += [any(hits(work, item["words"])) for item in table("records")["condition"]]
    rests = [work[match.end() :] for match in mark("by").finditer(work)]
    found += [
        any(hit.start == 0 for rest in rests for hit in hits(rest, lines))
        for lines in table("records")["fields"].values()
    ]
    found += [mark(name).search(work) is not None for name in _HEARD_MARKS]
    found += [name in work for name in _MARKS]
    return np.array(found, np.float32)
