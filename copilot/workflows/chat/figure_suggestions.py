"""Questions that could follow an answer about figures.

Invariant: a suggestion is one that the planner without a model understands, about what was just shown.
"""

from copilot.domain.plans import StepKind
from copilot.workflows.chat.figure_told import Told

_MOST = 3


def suggestions_for(kind: StepKind, told: Told) -> tuple[str, ...]:
    """At most three, in the conversation's language."""
    scene, result = told.scene, told.result
    names = list(dict.fromkeys(row.account_name for row in result.rows))
    found: list[str] = []
    if kind is StepKind.COMPARE and names:
        found.append(scene.say(es=f"¿Qué riesgos hay en {names[0]}?", en=f"What are the risks at {names[0]}?"))
    elif names:
        found.append(scene.say(es=f"Resumen de {names[0]}", en=f"Brief on {names[0]}"))
    if len(names) > 1:
        found.append(
            scene.say(es=f"Compara {names[0]} y {names[1]}", en=f"Compare {names[0]} and {names[1]}")
        )  # fmt: skip
    return tuple(found[:_MOST])
