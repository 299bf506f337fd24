"""Questions about what no record keeps: invoices, margins, somebody's lawyer, the languages that people speak.

Invariant: figures are never given in its place, whatever else of the question could be asked of records.
"""

from copilot.agent.planner.conditions import nouns
from copilot.agent.planner.cues import mark
from copilot.agent.planner.reading import Reading


def asks_unkept(reading: Reading) -> bool:
    """Whether the message asks for something of the kind. Tickets are filed under such topics."""
    spoken = {noun.name for noun in nouns(reading.work)}
    if "contacts" in spoken and mark("tongues").search(reading.work):
        return True
    return "tickets" not in spoken and mark("unkept").search(reading.work) is not None
