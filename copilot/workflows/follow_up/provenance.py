"""How a follow-up came to be, for whoever reviews it.

Invariant: what was worked out (people, language, form of address) is named with its reason; what a reviewer has to
look at before it leaves is said in the notes, in the language of who asked for it.
"""

from collections.abc import Iterator, Mapping

from copilot.domain.drafts import Provenance, content_hashes
from copilot.domain.evidence import Evidence
from copilot.workflows.follow_up.context import FollowUpContext

SOURCE, VARIANT, REGISTER, RECIPIENTS = "source_document", "variant", "register", "recipients_chosen"
LANGUAGE_FROM, REGISTER_FROM, PROPOSED = "language_from", "register_from", "attachments_proposed"


def explained(provenance: Provenance, context: FollowUpContext, *, evidence: Mapping[str, Evidence]) -> Provenance:
    """The writer's provenance with what was chosen and why."""
    parameters = {
        **provenance.parameters,
        SOURCE: context.talk.main.id,
        VARIANT: context.manner.variant.value,
        REGISTER: context.manner.register.value,
        RECIPIENTS: context.recipients.why,
        **context.manner.why,
    }
    proposed = {item.document_id: item.title for item in context.proposed}
    proposed |= {item.document_id: item.document_title for item in context.answers}
    if proposed:
        parameters[PROPOSED] = "; ".join(f"{title} ({key})" for key, title in proposed.items())
    hashes = content_hashes(evidence.values())
    notes = (*provenance.notes, *_notes(context, tuple(proposed.values())))
    return provenance.model_copy(update={"parameters": parameters, "evidence_hashes": hashes, "notes": notes})


def _notes(context: FollowUpContext, proposed: tuple[str, ...]) -> Iterator[str]:
    if proposed:
        names = context.base.format.listed(list(proposed))
        yield context.note(
            es=f"Puede servir de adjunto: {names}. Aquí no se guarda el archivo original: adjúntelo usted.",
            en=f"What could be attached: {names}. The original file is not kept here: attach it yourself.",
        )
    if not (context.points.said or context.points.asked or context.points.owed or context.points.questions):
        yield context.note(
            es="En la conversación no hay nada que se pueda repetir con certeza: añada usted el contenido.",
            en="Nothing in the conversation can be repeated with certainty: add what you want to say.",
        )
    strangers = [item.name for item in context.recipients.to if item not in context.talk.contacts]
    if strangers:
        names = context.base.format.listed(strangers)
        yield context.note(
            es=f"{names} no participó en la conversación que se resume: compruebe que puede leerla.",
            en=f"{names} took no part in the conversation that is summed up: check that they may read it.",
        )
    today = context.base.today
    late = [item for item in context.points.owed if item.due is not None and item.due.day < today]
    if late:
        yield context.note(
            es=f"Compromisos cuyo día ya pasó y de los que ningún texto dice que se cumplieran: {len(late)}.",
            en=f"Commitments whose day has passed and which no text shows to be kept: {len(late)}.",
        )
    if context.points.failed:
        yield context.note(
            es=f"Compromisos nuestros que, según un texto, no se cumplieron: {context.points.failed}. El correo no los "
            "repite: diga usted qué vale ahora.",
            en=f"Commitments of ours that a text says were not kept: {context.points.failed}. The email does not "
            "repeat them: say what holds now.",
        )
    if context.points.opening is not None and context.points.opening.language is not context.language:
        yield context.note(
            es="Las citas quedan en el idioma en que se dijeron, que no es el del correo.",
            en="Quotations stay in the language in which they were said, which is not the email's.",
        )
