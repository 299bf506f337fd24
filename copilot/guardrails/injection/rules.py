"""Wordings that speak to an assistant, in both languages.

Invariant: precise before complete: a wording is here only if people do not write it to each other in business.
"""

import re
from functools import lru_cache

from copilot.guardrails.injection.disguise import normalised

_QUOTE_LENGTH = 120
_SCAN_LIMIT = 200_000
"""Characters of one text that are looked at; evidence is a passage or a field, far below that."""

_FILLER = r"(?:[\w'’]{1,30} ){0,4}"
_ENGLISH = (
    (
        rf"\b(?:ignore|disregard|forget|override|bypass) {_FILLER}(?:previous|prior|above|earlier|preceding|all|any|"
        rf"your|system|safety|these|those) {_FILLER}(?:instructions?|prompts?|rules?|guidelines?|directions?|commands?|"
        r"guardrails?|policies|policy|safeguards?)\b"
    ),
    (
        r"\b(?:you are|act|behave|respond|reply) (?:now |from now on )?(?:as )?(?:a |an |the )?(?:dan|jailbroken|"
        r"unrestricted|unfiltered|developer mode)\b"
    ),
    (
        rf"\b(?:reveal|print|show|repeat|output|disclose|send|leak) {_FILLER}(?:system prompt|hidden prompt|"
        r"initial instructions|your instructions|your prompt|api keys?|other customers'? data)\b"
    ),
    (
        r"\b(?:note|message|instructions?|attention|reminder|important)[ ,]{0,3}(?:to|for) (?:the |any |all |your )?"
        r"(?:ai|a\.i\.|llm|language model|chatbot|assistants?|automated|copilot|bot|summari[sz]er)\b"
    ),
    (
        rf"\b(?:ai|llm|language model|chatbot|assistants?|copilot) {_FILLER}(?:must|should|shall|need to|"
        rf"needs to|has to|have to|are instructed to|is instructed to) {_FILLER}(?:say|state|write|approve|send|"
        r"report|mark|tell|recommend|ignore|include|omit|forward|offer|grant)\b"
    ),
    r"\bif you are an? (?:ai|llm|language model|assistant|chatbot|bot|automated)\b",
    r"\b(?:new|updated|revised) (?:system )?(?:instructions?|prompt)(?: follow)?\s*:",
    (
        rf"\bdo not (?:tell|inform|mention|reveal|alert|notify) {_FILLER}(?:user|human|reviewer|sales rep|"
        r"account manager|operator)\b"
    ),
)
_SPANISH = (
    (
        rf"\b(?:ignora|ignore|ignorad|ignoren|olvida|olvide|olviden|omite|omita|descarta|descarte|haz caso omiso de|"
        rf"haga caso omiso de|no hagas caso (?:a|de)|no tengas en cuenta|no tenga en cuenta|salta|saltate) {_FILLER}"
        rf"(?:instrucciones?|indicaciones|ordenes|reglas|normas|directrices|politicas|prompt|restricciones)\b"
    ),
    (
        rf"\b(?:revela|revele|muestra|muestre|imprime|imprima|repite|repita|envia|envie|filtra|divulga) {_FILLER}"
        r"(?:prompt (?:del )?(?:de )?sistema|prompt|instrucciones (?:iniciales|ocultas|del sistema|internas)|"
        r"claves? (?:de )?api|datos de otros clientes)\b"
    ),
    (
        r"\b(?:nota|mensaje|instruccion|instrucciones|aviso|atencion|importante)[ ,]{0,3}(?:para|a|al) "
        r"(?:el |la |los |cualquier |todo |su |vuestro |tu )?(?:ia|i\.a\.|inteligencia artificial|modelo de lenguaje|"
        r"asistentes?|chatbot|bot|copilot|copiloto|sistema automatico)\b"
    ),
    (
        rf"\b(?:asistente|ia|inteligencia artificial|modelo de lenguaje|chatbot|copiloto|bot) {_FILLER}(?:debe|debes|"
        rf"deberas|debera|tiene que|tienes que|ha de|has de) {_FILLER}(?:decir|indicar|escribir|aprobar|enviar|"
        r"informar|marcar|recomendar|ignorar|incluir|omitir|reenviar|ofrecer|conceder|afirmar|responder|aplicar)\b"
    ),
    r"\bsi eres (?:una? )?(?:ia|inteligencia artificial|modelo de lenguaje|asistente|chatbot|bot)\b",
    r"\b(?:nuevas|actualizacion de) (?:instrucciones|indicaciones)(?: del sistema)?\s*:",
    (
        r"\b(?:actua|actue|comportate|responde|responda|eres) (?:ahora |a partir de ahora )?(?:como )?(?:un |una )?"
        r"(?:dan|modelo sin (?:restricciones|filtros)|administrador del sistema|modo desarrollador)\b"
    ),
    (
        rf"\bno (?:se lo |le |les )?(?:digas|diga|menciones|mencione|informes|informe|avises|avise|comuniques) "
        rf"{_FILLER}(?:usuario|humano|revisor|revisora|comercial|gestor|gestora|operador)\b"
    ),
)
_MARKUP = (r"<\|?(?:im_start|im_end|system|endoftext)\|?>", r"\[/?(?:inst|system)\]", r"(?:^| )#{1,6} ?system\b")
_PATTERN = re.compile("|".join(f"(?:{rule})" for rule in (*_ENGLISH, *_SPANISH, *_MARKUP)))


@lru_cache(maxsize=4096)
def instruction_in(text: str) -> str | None:
    """The first words of `text` that read like an instruction to an assistant, normalised; None if none do.

    Linear in the length of `text`: every repetition in the rules is bounded.
    """
    match = _PATTERN.search(normalised(text[:_SCAN_LIMIT]))
    return None if match is None else match.group()[:_QUOTE_LENGTH].strip()
