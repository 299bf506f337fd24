"""Rules about personal data and secrets. `{masked}` shows at most the last characters of what was found."""

TEXTS: dict[str, dict[str, str]] = {
    "personal.credential": {
        "es": "Contiene lo que parece una contraseña o clave de acceso. Quítela del texto y cámbiela: "
        "quien la haya leído puede usarla.",
        "en": "It contains what looks like a password or access key. Take it out of the text and change it: "
        "whoever read it can use it.",
    },
    "personal.card": {
        "es": "Contiene el número de una tarjeta de pago ({masked}). Quítelo; para cobrar use el canal previsto.",
        "en": "It contains the number of a payment card ({masked}). Take it out; use the proper channel for payments.",
    },
    "personal.bank_account": {
        "es": "Contiene el número de una cuenta bancaria ({masked}). Quítelo si el destinatario no lo necesita.",
        "en": "It contains the number of a bank account ({masked}). Take it out unless the reader needs it.",
    },
    "personal.national_id": {
        "es": "Contiene el número de identidad o fiscal de una persona ({masked}). Quítelo si no es imprescindible.",
        "en": "It contains a person's identity or tax number ({masked}). Take it out unless it is indispensable.",
    },
    "personal.passport": {
        "es": "Contiene un número de pasaporte ({masked}). Quítelo si no es imprescindible.",
        "en": "It contains a passport number ({masked}). Take it out unless it is indispensable.",
    },
    "personal.date_of_birth": {
        "es": "Contiene la fecha de nacimiento de una persona ({masked}). Quítela: para vender no hace falta.",
        "en": "It contains a person's date of birth ({masked}). Take it out: selling does not need it.",
    },
    "personal.contact_detail": {
        "es": "El dato de contacto que termina en «{masked}» no aparece en las fuentes. Compruebe que es correcto.",
        "en": "The contact detail that ends in “{masked}” does not appear in the sources. Check that it is right.",
    },
    "personal.more": {
        "es": "Hay {count} datos personales más como los ya señalados. Revise el texto completo.",
        "en": "There are {count} more pieces of personal data like those already shown. Check the whole text.",
    },
}
