"""Rules about how we speak of people and companies."""

TEXTS: dict[str, dict[str, str]] = {
    "tone.insult": {
        "es": "«{quote}» insulta a alguien. Dígalo con hechos o quítelo.",
        "en": "“{quote}” insults somebody. Say it with facts, or take it out.",
    },
    "tone.profanity": {
        "es": "«{quote}» es malsonante. Dígalo de otra manera.",
        "en": "“{quote}” is foul language. Put it differently.",
    },
    "tone.pressure": {
        "es": "«{quote}» presiona a quien lo lee: falsa urgencia, amenaza o culpa. "
        "Diga el plazo y su motivo, y nada más.",
        "en": "“{quote}” puts pressure on the reader: false urgency, a threat or guilt. "
        "State the deadline and its reason, and no more.",
    },
    "tone.disparages_competitor": {
        "es": "«{quote}» habla mal de un competidor. Compare hechos que se puedan probar o quítelo.",
        "en": "“{quote}” runs a competitor down. Compare facts that can be shown, or take it out.",
    },
    "tone.discrimination": {
        "es": "«{quote}» discrimina o se puede entender así. Quítelo.",
        "en": "“{quote}” discriminates, or can be read so. Take it out.",
    },
    "tone.sensitive_attribute": {
        "es": "«{quote}» revela algo íntimo de una persona (salud, religión, ideas, sindicato, orientación, origen, "
        "familia). La ley lo protege y no hace falta aquí: quítelo o diga solo desde cuándo no está disponible.",
        "en": "“{quote}” reveals something private about a person (health, religion, politics, union, orientation, "
        "origin, family). The law protects it and it is not needed here: take it out, or say only from when the "
        "person is unavailable.",
    },
}
