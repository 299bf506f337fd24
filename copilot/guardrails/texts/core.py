"""Rules about sources, figures, language and the pipeline itself."""

TEXTS: dict[str, dict[str, str]] = {
    "evidence.unknown": {
        "es": "Cita una fuente que no existe en este borrador. Compruebe la frase o quítela.",
        "en": "It cites a source that this draft does not have. Check the sentence or take it out.",
    },
    "evidence.unavailable": {
        "es": "Cita una fuente que ya no existe o que quien lo pide no puede ver. Vuelva a crear el borrador.",
        "en": "It cites a source that is gone or that the requester may not see. Create the draft again.",
    },
    "evidence.changed": {
        "es": "La fuente ha cambiado desde que se escribió. Vuelva a crear el borrador para usar el dato actual.",
        "en": "The source changed after this was written. Create the draft again to use the current data.",
    },
    "evidence.other_account": {
        "es": "Cita datos de otra cuenta. No deben aparecer en un borrador sobre esta.",
        "en": "It cites data of another account. They must not appear in a draft about this one.",
    },
    "grounding.number_not_in_evidence": {
        "es": "La cifra «{figure}» no aparece en las fuentes citadas.",
        "en": "The figure “{figure}” does not appear in the sources cited.",
    },
    "grounding.date_not_in_evidence": {
        "es": "La fecha «{figure}» no aparece en las fuentes citadas.",
        "en": "The date “{figure}” does not appear in the sources cited.",
    },
    "grounding.amount_not_in_evidence": {
        "es": "El importe «{figure}» no aparece en las fuentes citadas.",
        "en": "The amount “{figure}” does not appear in the sources cited.",
    },
    "grounding.percentage_not_in_evidence": {
        "es": "El porcentaje «{figure}» no aparece en las fuentes citadas.",
        "en": "The percentage “{figure}” does not appear in the sources cited.",
    },
    "grounding.direction_contradicts_evidence": {
        "es": "La frase dice que «{figure}» es una {said}, pero la fuente citada muestra lo contrario.",
        "en": "The sentence calls “{figure}” {said}, but the source cited shows the opposite.",
    },
    "grounding.figure_in_place_of_another": {
        "es": "«{figure}» aparece más veces que en las fuentes citadas y falta otra cifra de ellas. "
        "Compruebe que no se hayan intercambiado.",
        "en": "“{figure}” appears more often than in the sources cited, and another of their figures is missing. "
        "Check that they were not swapped.",
    },
    "grounding.figures_too_many": {
        "es": "La frase tiene demasiadas cifras para comprobarlas todas. Divídala en varias.",
        "en": "The sentence has too many figures to check them all. Split it up.",
    },
    "grounding.segment_without_evidence": {
        "es": "Esta frase no cita ninguna fuente.",
        "en": "This sentence cites no source.",
    },
    "grounding.uncited_fact": {
        "es": "Esta frase se presenta como texto de enlace, pero afirma un dato sin citar la fuente.",
        "en": "This sentence is marked as a lead-in, but it states a fact without a source.",
    },
    "language.not_as_asked": {
        "es": "El texto no parece estar en {asked}, el idioma pedido.",
        "en": "The text does not seem to be in {asked}, the language asked for.",
    },
    "draft.note": {
        "es": "Nota sobre cómo se escribió: {note}",
        "en": "Note on how this was written: {note}",
    },
    "text.hidden_characters": {
        "es": "La frase contiene caracteres invisibles o que cambian el orden de lectura.",
        "en": "The sentence contains characters that are invisible or change the reading order.",
    },
    "guardrail.failed": {
        "es": "El control «{detector}» no ha podido terminar, así que el borrador queda bloqueado. "
        "Vuelva a crearlo; si se repite, avise a quien administra el sistema.",
        "en": "The check “{detector}” could not finish, so the draft is blocked. "
        "Create it again; if it happens again, tell the administrator.",
    },
}
