"""Rules about instructions that hide in texts."""

TEXTS: dict[str, dict[str, str]] = {
    "injection.in_source": {
        "es": "Una fuente escrita por terceros contiene lo que parecen instrucciones para el asistente: «{quote}». "
        "Se trata como dato; revise las frases que la citan.",
        "en": "A source written by a third party contains what look like instructions to the assistant: “{quote}”. "
        "It is treated as data; check the sentences that cite it.",
    },
    "injection.in_draft": {
        "es": "La frase contiene lo que parecen instrucciones para un asistente: «{quote}».",
        "en": "The sentence contains what look like instructions to an assistant: “{quote}”.",
    },
    "injection.in_input": {
        "es": "El texto contiene lo que parecen instrucciones para un asistente: «{quote}».",
        "en": "The text contains what look like instructions to an assistant: “{quote}”.",
    },
    "injection.out_of_place": {
        "es": "Entre lo que escribió un tercero hay un encargo que no parece dirigido a una persona: «{quote}». "
        "No se ha cumplido; compruebe que las frases que citan esta fuente no lo recogen.",
        "en": "Among what a third party wrote there is a task that does not seem meant for a person: “{quote}”. "
        "It was not carried out; check that the sentences that cite this source do not repeat it.",
    },
    "injection.hidden_text": {
        "es": "El texto esconde instrucciones donde una persona no las ve: «{quote}». "
        "No se han seguido; avise a seguridad y no confíe en esta fuente sin comprobarla.",
        "en": "The text hides instructions where a person does not see them: “{quote}”. "
        "They were not followed; tell security, and do not rely on this source before checking it.",
    },
    "injection.encoded": {
        "es": "El texto lleva instrucciones cifradas o escritas de forma que una persona no las lee: «{quote}». "
        "No se han seguido; avise a seguridad y no confíe en esta fuente sin comprobarla.",
        "en": "The text carries instructions that are encoded or written so that a person cannot read them: “{quote}”. "
        "They were not followed; tell security, and do not rely on this source before checking it.",
    },
    "injection.not_read_to_the_end": {
        "es": "El texto es demasiado largo para buscar instrucciones escondidas hasta el final. Divídalo en partes.",
        "en": "The text is too long to be searched for hidden instructions to its end. Split it into parts.",
    },
}
