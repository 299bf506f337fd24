"""A brief written again as a colleague asked.

Invariants: what was asked changes which sections there are and how long they are, never what a sentence says; what the
writer without a model could not follow is said in the notes. What is missing or contradictory is never shortened away.
"""

from dataclasses import replace

from copilot.domain.drafts import Section
from copilot.domain.language import Language
from copilot.workflows.brief.context import BriefContext
from copilot.workflows.brief.written import Written
from copilot.workflows.instructions import Instruction, read_instruction, shortened

_NAMES: dict[str, tuple[str, ...]] = {
    "summary": ("resumen", "en dos frases", "introduccion", "summary", "two sentences", "introduction"),
    "changes": ("que ha cambiado", "cambios recientes", "novedades", "what has changed", "recent changes", "news"),
    "people": ("personas", "contactos", "postura", "people", "contacts", "stakeholders"),
    "opportunities": ("oportunidades", "oportunidad", "opportunities", "opportunity", "pipeline"),
    "trends": ("soporte", "uso", "satisfaccion", "tendencias", "support", "usage", "satisfaction", "trends"),
    "commitments": ("compromisos", "compromiso", "promesas", "commitments", "commitment", "promises"),
    "renewal": ("renovacion", "riesgo", "riesgos", "renewal", "risk", "risks"),
    "next_steps": ("proximos pasos", "siguientes pasos", "next steps", "suggested steps", "recomendaciones"),
    "data_problems": ("lo que falta", "datos que faltan", "contradicciones", "what is missing", "data problems"),
}
"""How people call the sections."""
_ALWAYS_WHOLE = frozenset({"data_problems"})


def read(text: str) -> Instruction:
    """What of a request the rules understand for a brief."""
    return read_instruction(text, names=_NAMES)


def honoured(written: Written, context: BriefContext) -> Written:
    """What was written, with the request carried out as far as rules can, and notes on the rest."""
    wanted = context.instruction
    if wanted is None:
        return written
    by_rules = written.provenance.writer == "offline"
    sections = wanted.honoured_in(written.sections)
    if wanted.shorter and by_rules:
        sections = shortened(sections, whole=_ALWAYS_WHOLE)
    notes = [*written.provenance.notes, *_notes(wanted, context, sections=sections, by_rules=by_rules)]
    return replace(written, sections=sections, provenance=written.provenance.model_copy(update={"notes": tuple(notes)}))


def _notes(wanted: Instruction, context: BriefContext, *, sections: tuple[Section, ...], by_rules: bool) -> list[str]:
    notes = []
    if wanted.not_understood and by_rules:
        asked = "; ".join(
            f"«{clause}»" if context.language is Language.ES else f"“{clause}”" for clause in wanted.not_understood
        )
        notes.append(context.say(
            es=f"El redactor sin modelo no ha podido seguir esta parte de la petición: {asked}.",
            en=f"The writer without a model could not follow this part of the request: {asked}.",
        ))  # fmt: skip
    if (wanted.leave_out or wanted.keep_only) and not _followed(wanted, sections):
        notes.append(context.say(
            es="No se han quitado apartados: no habría quedado ninguno.",
            en="No section was left out: none would have remained.",
        ))  # fmt: skip
    return notes


def _followed(wanted: Instruction, sections: tuple[Section, ...]) -> bool:
    return not any(section.key in wanted.leave_out for section in sections)
