"""Words and lines that every file of a draft has in common, in both languages.

Invariant: they depend on the draft alone.
"""

import re

from copilot.domain.drafts import Draft
from copilot.domain.evidence import Evidence, EvidenceKind, Origin
from copilot.domain.formatting import Formatter
from copilot.domain.language import Language

WORDS = {
    Language.ES: {
        "sources": "Fuentes",
        "date": "Datos a {day}",
        "by_model": "Redactado por el modelo {model}; las cifras se calculan con consultas.",
        "by_code": "Redactado sin modelo, a partir de los datos y los textos citados.",
        "contents": "Apartados",
        "internal": "interno",
        "customer": "cliente",
        "web": "web",
        "computed": "calculado",
        "how": "cómo se calcula",
        "due": "plazo",
        "draft": "Uso interno. Borrador hasta su aprobación.",
        "no_source": "sin fuente",
        "answers": "Respuestas",
        "section": "Apartado",
        "text": "Texto",
        "number": "N.º",
        "what": "Fuente",
        "day": "Fecha",
        "origin": "Procedencia",
        "quote": "Cita",
    },
    Language.EN: {
        "sources": "Sources",
        "date": "Data as of {day}",
        "by_model": "Written by the model {model}; figures are computed by query.",
        "by_code": "Written without a model, from the data and texts cited.",
        "contents": "Sections",
        "internal": "internal",
        "customer": "customer",
        "web": "web",
        "computed": "computed",
        "how": "how it is computed",
        "due": "due",
        "draft": "Internal use. A draft until it is approved.",
        "no_source": "no source",
        "answers": "Answers",
        "section": "Section",
        "text": "Text",
        "number": "No.",
        "what": "Source",
        "day": "Date",
        "origin": "Origin",
        "quote": "Quote",
    },
}

_DEADLINE = re.compile(r"^due_psg_[0-9a-f]+_[0-9]+: ")


def citation_numbers(draft: Draft) -> dict[str, int]:
    """Evidence id -> the number it is cited by, from 1 in the order of `draft.evidence`."""
    return {item.id: position for position, item in enumerate(draft.evidence, start=1)}


def citation_numbers_with_items(draft: Draft) -> list[tuple[int, Evidence]]:
    """Pairs of citation number and evidence, in order."""
    return list(enumerate(draft.evidence, start=1))


def origin_of(item: Evidence, *, language: Language) -> str:
    """Who wrote it, or that it was computed."""
    origin = {Origin.INTERNAL: "internal", Origin.CUSTOMER: "customer", Origin.WEB: "web"}[item.origin]
    return WORDS[language]["computed" if item.kind is EvidenceKind.METRIC else origin]


def about(item: Evidence, *, language: Language) -> str:
    """The day and the origin of a source."""
    return f"{Formatter(language).day(item.as_of)}, {origin_of(item, language=language)}"


def date_line(draft: Draft) -> str:
    """For which day the figures are."""
    day = Formatter(draft.language).day(draft.as_of)
    return WORDS[draft.language]["date"].format(day=day) + "."


def writer_line(draft: Draft) -> str:
    """Whether a model wrote it, and which."""
    words = WORDS[draft.language]
    if draft.provenance.writer == "model":
        return words["by_model"].format(model=draft.provenance.model or "")
    return words["by_code"]


def quoted(item: Evidence, *, language: Language) -> str:
    """What the evidence says on one line; a computed deadline without the id of the sentence it comes from."""
    shown = " ".join(item.text.split())
    return _DEADLINE.sub(f"{WORDS[language]['due']}: ", shown) if item.kind is EvidenceKind.METRIC else shown
