"""Rules about what we promise."""

KIND_NAMES: dict[str, dict[str, str]] = {
    "price": {"es": "un precio", "en": "a price"},
    "discount": {"es": "un descuento", "en": "a discount"},
    "delivery": {"es": "un plazo de entrega", "en": "a delivery date"},
    "sla": {"es": "un nivel de servicio", "en": "a service level"},
    "roadmap": {"es": "una función futura", "en": "a future feature"},
    "legal": {"es": "una condición legal", "en": "a legal term"},
    "security": {"es": "una medida de seguridad o cumplimiento", "en": "a security or compliance measure"},
}
_NEEDS = {
    "price": {
        "es": "la entrada del libro de precios o un contrato",
        "en": "the price book entry or a contract",
    },
    "discount": {
        "es": "la política de descuentos o un contrato",
        "en": "the discount policy or a contract",
    },
    "delivery": {
        "es": "un contrato, un plan acordado o una respuesta aprobada",
        "en": "a contract, an agreed plan or an approved answer",
    },
    "sla": {
        "es": "el acuerdo de nivel de servicio, un contrato o una respuesta aprobada",
        "en": "the service level agreement, a contract or an approved answer",
    },
    "roadmap": {
        "es": "una hoja de ruta publicada o una respuesta aprobada",
        "en": "a published roadmap or an approved answer",
    },
    "legal": {
        "es": "un contrato, las condiciones generales o una respuesta aprobada",
        "en": "a contract, the general terms or an approved answer",
    },
    "security": {
        "es": "un certificado, una política de seguridad o una respuesta aprobada que lo diga",
        "en": "a certificate, a security policy or an approved answer that says so",
    },
}

TEXTS: dict[str, dict[str, str]] = {
    f"commitment.{kind}_without_evidence": {
        "es": f"Promete {{kind}} («{{quote}}») y entre sus fuentes falta {need['es']}. "
        "Cítela, quite la promesa o pida la aprobación de {approver}.",
        "en": f"It promises {{kind}} (“{{quote}}”), and its sources lack {need['en']}. "
        "Cite it, take the promise out, or ask {approver} to approve it.",
    }
    for kind, need in _NEEDS.items()
} | {
    "commitment.already_promised": {
        "es": "Repite algo que ya se dijo al cliente («{quote}»): {kind}. La fuente citada lo recoge; "
        "compruebe que sigue en pie.",
        "en": "It repeats what the customer was told before (“{quote}”): {kind}. The source cited has it; "
        "check that it still holds.",
    },
    "commitment.answer_without_evidence": {
        "es": "La respuesta «{quote}» nos compromete y no cita ningún contrato, política ni respuesta aprobada. "
        "Cítelos o pida la aprobación de {approver}.",
        "en": "The answer “{quote}” commits us and cites no contract, policy or approved answer. "
        "Cite one, or ask {approver} to approve it.",
    },
    "commitment.price_not_in_price_book": {
        "es": "El precio «{amount}» no es el del libro de precios vigente ({listed}). "
        "Corríjalo o pida la aprobación de {approver}.",
        "en": "The price “{amount}” is not the one in the current price book ({listed}). "
        "Correct it, or ask {approver} to approve it.",
    },
    "commitment.discount_over_limit": {
        "es": "Ofrece un {share} de descuento; el máximo es el {limit}. Redúzcalo antes de enviar el texto.",
        "en": "It offers a discount of {share}; the most that may be given is {limit}. Reduce it before this is sent.",
    },
    "commitment.discount_needs_approval": {
        "es": "Ofrece un {share} de descuento. Sin permiso se puede dar hasta el {free}; "
        "lo demás debe aprobarlo {approver}.",
        "en": "It offers a discount of {share}. Up to {free} may be given without asking; "
        "the rest must be approved by {approver}.",
    },
}
