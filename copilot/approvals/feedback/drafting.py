"""Writes the style in force into a draft, between the writer and the guardrails.

Invariant: the guardrails check what a person will read, so style comes before them; the provenance names the versions
of the styles and each preference applied, so that a replay explains every word.
"""

from copilot.approvals.feedback.application import styled
from copilot.approvals.feedback.styles import Styles
from copilot.domain.access import Viewer
from copilot.domain.drafts import Draft
from copilot.store.database import UnitOfWork


def with_style(draft: Draft, *, viewer: Viewer, uow: UnitOfWork) -> Draft:
    """The draft in the style of the person who asked for it and of their team."""
    preferences, styles = Styles().in_force(viewer, language=draft.language, uow=uow)
    if not preferences:
        return draft
    written = styled(draft.sections, preferences, language=draft.language, audience=draft.audience)
    parameters = {
        **draft.provenance.parameters,
        "style": ", ".join(f"{style.scope} v{style.version}" for style in styles),
        "style_applied": "; ".join(f"{key} x{count}" for key, count in sorted(written.applied.items())) or "nothing",
    }
    if written.kept:
        parameters["style_not_applied_for_facts"] = str(written.kept)
    provenance = draft.provenance.model_copy(update={"parameters": parameters})
    return draft.model_copy(update={"sections": written.sections, "provenance": provenance})
