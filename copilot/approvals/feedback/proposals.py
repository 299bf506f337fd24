"""Proposals as managers see and decide them.

Invariants: deciding changes no prompt and no document, it records who decided and gives a text to work from; the
examples are ids of items, of which everybody opens those they may see.
"""

from copilot.approvals.feedback.texts import failure
from copilot.domain.access import Role, Viewer
from copilot.domain.feedback import Proposal, ProposalState, ProposalTarget
from copilot.domain.language import Language
from copilot.errors import NotAllowed, NotFound
from copilot.store.audit import AuditLog
from copilot.store.database import UnitOfWork
from copilot.store.feedback import FeedbackRepository
from copilot.store.proposals import ProposalRepository

_DECIDERS = frozenset({Role.MANAGER, Role.ADMIN})
_EXPORT: dict[ProposalTarget, dict[Language, str]] = {
    ProposalTarget.PROMPT: {
        Language.ES: (
            "# Propuesta de cambio de instrucciones: {about}\n\n"
            "Tipo de borrador: {kind}. Idioma: {language}. Correcciones: {items}, de {people} personas.\n\n"
            "Qué hacer: lea los ejemplos, copie la última versión del texto de instrucciones al número siguiente, "
            "cambie la copia, apúntela en `prompts/manifest.toml` con su SHA-256 y actualice las instantáneas. Las "
            "versiones publicadas no se tocan.\n\n## Ejemplos\n\n{examples}\n"
        ),
        Language.EN: (
            "# Proposed change of a prompt: {about}\n\n"
            "Kind of draft: {kind}. Language: {language}. Corrections: {items}, by {people} people.\n\n"
            "What to do: read the examples, copy the newest version of the prompt to the next number, change the copy, "
            "add it to `prompts/manifest.toml` with its SHA-256 and update the snapshots. Released versions stay as "
            "they are.\n\n## Examples\n\n{examples}\n"
        ),
    },
    ProposalTarget.KNOWLEDGE: {
        Language.ES: (
            "# Propuesta de corrección del conocimiento: {about}\n\n"
            "Tipo de borrador: {kind}. Idioma: {language}. Correcciones: {items}, de {people} personas.\n\n"
            "Qué hacer: abra los ejemplos, vea qué fuente citan las frases corregidas, y corrija o retire esa fuente "
            "(documento, respuesta guardada o campo del CRM) donde nace. La próxima importación la recoge.\n\n"
            "## Ejemplos\n\n{examples}\n"
        ),
        Language.EN: (
            "# Proposed correction of the knowledge: {about}\n\n"
            "Kind of draft: {kind}. Language: {language}. Corrections: {items}, by {people} people.\n\n"
            "What to do: open the examples, see which source the corrected sentences cite, and correct or withdraw "
            "that source (document, stored answer or CRM field) where it comes from. The next import picks it up.\n\n"
            "## Examples\n\n{examples}\n"
        ),
    },
}


class Proposals:
    """Stateless; every method works inside the caller's unit of work."""

    def of(self, viewer: Viewer, *, uow: UnitOfWork) -> tuple[Proposal, ...]:
        """Every proposal, open ones first, with the examples that the viewer may see. Raises NotAllowed."""
        if not may_decide(viewer):
            raise failure(NotAllowed, "managers_only", viewer)
        found = ProposalRepository(uow).all()
        named = {item_id for proposal in found for item_id in proposal.items}
        visible = FeedbackRepository(uow).visible_items(named, viewer=viewer) if named else frozenset()
        return tuple(
            item.model_copy(update={"items": tuple(one for one in item.items if one in visible)}) for item in found
        )

    def decide(self, proposal_id: str, *, accept: bool, note: str | None, viewer: Viewer, uow: UnitOfWork) -> Proposal:
        """Accept or decline an open proposal; the id may be shortened. Raises NotAllowed or NotFound."""
        found = self.find(proposal_id, viewer=viewer, uow=uow)
        state = ProposalState.ACCEPTED if accept else ProposalState.DECLINED
        if not ProposalRepository(uow).decide(
            found.id, state=state, decided_by=viewer.user_id, note=(note or "").strip() or None
        ):
            raise failure(NotFound, "no_proposal", viewer)
        AuditLog(uow).append(
            f"proposal.{state.value}",
            actor_id=viewer.user_id,
            subject=f"proposal:{found.id}",
            details={"target": found.target.value, "about": found.about, "draft_kind": found.draft_kind.value},
        )
        return self.find(found.id, viewer=viewer, uow=uow)

    def find(self, proposal_id: str, *, viewer: Viewer, uow: UnitOfWork) -> Proposal:
        """The one proposal whose id starts so. Raises NotAllowed or NotFound."""
        found = [item for item in self.of(viewer, uow=uow) if item.id.startswith(proposal_id)]
        if not proposal_id or len(found) != 1:
            raise failure(NotFound, "no_proposal", viewer)
        return found[0]


def may_decide(viewer: Viewer) -> bool:
    """Whether the viewer sees and decides proposals."""
    return viewer.role in _DECIDERS


def export_text(proposal: Proposal, *, language: Language) -> str:
    """A text in Markdown to start the change from; examples by reference."""
    return _EXPORT[proposal.target][language].format(
        about=proposal.about,
        kind=proposal.draft_kind.value,
        language=proposal.language.value,
        items=len(proposal.items),
        people=proposal.people,
        examples="\n".join(f"- {item}" for item in proposal.items) or "-",
    )
