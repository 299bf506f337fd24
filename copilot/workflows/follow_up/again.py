"""A follow-up written again as a colleague asked.

Invariants: what was asked changes tone, form of address, language, and which parts there are, never what a quoted
sentence says; what the writer without a model could not follow is said in the notes. Recipients stay those of the
version before; only their right to be written to is asked again.
"""

import re
from dataclasses import dataclass, replace
from typing import TypeVar

from copilot.domain.drafts import Draft
from copilot.domain.folding import flat
from copilot.domain.language import Language
from copilot.workflows.brief.written import Written
from copilot.workflows.follow_up import provenance
from copilot.workflows.follow_up.choices import FollowUpRequest, Register, Variant
from copilot.workflows.follow_up.context import FollowUpContext
from copilot.workflows.instructions import Instruction, read_instruction

ChoiceT = TypeVar("ChoiceT", Register, Variant)
_NAMES: dict[str, tuple[str, ...]] = {
    "recap": ("resumen", "lo hablado", "recap", "summary", "what was said"),
    "theirs": ("su parte", "lo suyo", "sus compromisos", "their side", "their commitments"),
    "ours": ("nuestra parte", "lo nuestro", "nuestros compromisos", "our side", "our commitments"),
    "answers": ("respuestas", "documentacion", "answers", "documentation"),
    "open_points": ("preguntas", "preguntas abiertas", "questions", "open questions"),
    "next_step": ("siguiente paso", "proximo paso", "next step"),
}
"""How people call the parts of an email."""
_TONES: tuple[tuple[Variant, re.Pattern[str]], ...] = (
    (
        Variant.WARMER,
        re.compile(r"\b(?:mas (?:calid|cercan|amable|cordial)\w*|warmer|friendlier|kinder|softer)\b"),
    ),
    (Variant.FIRMER, re.compile(r"\b(?:mas (?:firme|direct[oa]|clar[oa]|serio|seria)|firmer|more direct|stronger)\b")),
    (Variant.SHORTER, re.compile(r"\b(?:mas (?:cort[oa]|breve)|acort\w*|shorter|briefer|shorten)\b")),
)
_FORMS: tuple[tuple[Register, re.Pattern[str]], ...] = (
    (
        Register.USTED,
        re.compile(r"\b(?:de usted|con usted|mas formal|more formal(?:ly)?|formal tone)\b"),
    ),
    (
        Register.TU,
        re.compile(r"\b(?:de tu|tutea\w*|menos formal|mas informal|less formal|informal\w*)\b"),
    ),
)
_CLAUSES = re.compile(r"[.;,\n!]+|\s+(?:y|and)\s+", re.IGNORECASE)
_NEGATED = re.compile(r"\b(?:no|not|don't|sin|without|never|nunca)\b")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for changes, as far as rules understand it."""

    read: Instruction
    variant: Variant | None = None
    register: Register | None = None


def read(text: str) -> Asked:
    """What of a request the rules understand for an email."""
    understood = read_instruction(text, names=_NAMES)
    clauses = [part.strip() for part in _CLAUSES.split(text) if part.strip()]
    meant = [flat(part) for part in clauses if not _NEGATED.search(flat(part))]
    variant = next((one for part in meant for one, cue in _TONES if cue.search(part)), None)
    # What stands under a negation is not read as its opposite, and it is not dropped in silence either.
    refused = tuple(part for part in clauses if _NEGATED.search(flat(part)) and _speaks_of_manner(flat(part)))
    left = tuple(part for part in understood.not_understood if not _speaks_of_manner(flat(part)))
    return Asked(
        read=replace(understood, not_understood=(*left, *refused)),
        variant=variant or (Variant.SHORTER if understood.shorter and not refused else None),
        register=next((one for part in meant for one, cue in _FORMS if cue.search(part)), None),
    )


def _speaks_of_manner(plain: str) -> bool:
    return any(cue.search(plain) for _, cue in (*_TONES, *_FORMS))


def request_of(previous: Draft, asked: Asked | None) -> FollowUpRequest:
    """The request that the version before answers, with what was asked since."""
    told = previous.provenance.parameters
    changed = asked or Asked(read=Instruction(text=""))
    return FollowUpRequest(
        document_id=told.get(provenance.SOURCE),
        recipient_contact_ids=previous.recipients,
        language=changed.read.language or previous.language,
        register=changed.register or _known(Register, told.get(provenance.REGISTER)),
        variant=changed.variant or _known(Variant, told.get(provenance.VARIANT)) or Variant.PLAIN,
    )


def in_copy(previous: Draft) -> tuple[str, ...]:
    """Contacts who had the version before in copy."""
    return tuple(box.contact_id for box in previous.email.cc if box.contact_id) if previous.email else ()


def _known(kind: type[ChoiceT], value: str | None) -> ChoiceT | None:
    return kind(value) if value in {item.value for item in kind} else None


def honoured(written: Written, context: FollowUpContext) -> Written:
    """What was written with the parts that are wanted, and a note on what the rules could not follow."""
    wanted = context.instruction
    if wanted is None:
        return written
    notes = list(written.provenance.notes)
    if wanted.not_understood and written.provenance.writer == "offline":
        asked = "; ".join(
            f"«{clause}»" if context.viewer.language == Language.ES else f"“{clause}”"
            for clause in wanted.not_understood
        )
        notes.append(context.note(
            es=f"El redactor sin modelo no ha podido seguir esta parte de la petición: {asked}.",
            en=f"The writer without a model could not follow this part of the request: {asked}.",
        ))  # fmt: skip
    kept = {"greeting", "closing"}
    whole = [item for item in written.sections if item.key in kept]
    middle = wanted.honoured_in(item for item in written.sections if item.key not in kept)
    sections = (*whole[:1], *middle, *whole[1:])
    return replace(written, sections=sections, provenance=written.provenance.model_copy(update={"notes": tuple(notes)}))
