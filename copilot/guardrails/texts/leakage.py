"""Rules about what belongs to another account, or to nobody outside the company."""

TEXTS: dict[str, dict[str, str]] = {
    "leak.other_account_name": {
        "es": "Nombra a «{quote}», otra empresa que no aparece en las fuentes de esta cuenta. "
        "Quite el nombre, o cite una fuente de esta cuenta que lo mencione.",
        "en": "It names “{quote}”, another company that the sources of this account do not mention. "
        "Take the name out, or cite a source of this account that mentions it.",
    },
    "leak.other_account_person": {
        "es": "Nombra a «{quote}», una persona de otra empresa que no aparece en las fuentes de esta cuenta. "
        "Quite el nombre, o cite una fuente de esta cuenta que lo mencione.",
        "en": "It names “{quote}”, a person at another company whom the sources of this account do not mention. "
        "Take the name out, or cite a source of this account that mentions it.",
    },
    "leak.other_account_address": {
        "es": "Contiene «{quote}», un dato de contacto de otra empresa. Quítelo.",
        "en": "It contains “{quote}”, contact details of another company. Take them out.",
    },
    "leak.other_account_amount": {
        "es": "El importe «{quote}» no está en las fuentes citadas y coincide con uno de otra cuenta. "
        "Compruebe de dónde sale antes de aprobar.",
        "en": "The amount “{quote}” is not in the sources cited and equals one of another account. "
        "Check where it comes from before you approve.",
    },
    "leak.customer_named": {
        "es": "El texto sale de la empresa y nombra a «{quote}», otra cuenta. "
        "Compruebe que podemos citarla como referencia.",
        "en": "The text leaves the company and names “{quote}”, another account. "
        "Check that we may name them as a reference.",
    },
    "leak.internal_source": {
        "es": "El texto sale de la empresa y cita algo que es solo interno ({what}). Quite la frase.",
        "en": "The text leaves the company and cites something internal ({what}). Take the sentence out.",
    },
    "leak.internal_words": {
        "es": "El texto sale de la empresa y repite palabras de un texto interno: «{quote}». Escríbalo de otro modo "
        "o quítelo.",
        "en": "The text leaves the company and repeats words of an internal text: “{quote}”. Write it differently or "
        "take it out.",
    },
    "leak.too_much_to_check": {
        "es": "El borrador nombra tantas cosas que no se han podido comparar todas con otras cuentas. Divídalo.",
        "en": "The draft names so many things that not all of them could be compared with other accounts. Split it.",
    },
}
