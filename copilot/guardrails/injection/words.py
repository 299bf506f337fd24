"""Classes of words that tell a task for an assistant from what people in business write to each other.

Invariant: folded (lower case, no accents), as the words that they are compared with; a word may be in several classes.
"""

import re
from collections.abc import Mapping

from copilot.domain.folding import flat

_TASK = """
    write compose draft create generate produce provide explain describe summarize summarise translate convert list
    develop design invent imagine pretend roleplay act compute calculate solve define outline paraphrase rephrase
    rewrite reword narrate continue complete classify compare contrast discuss analyze analyse recite sing tell give
    show teach simulate emulate elaborate illustrate demonstrate answer respond reply return print output repeat say
    state recommend suggest name identify decode encode spell count sort rank brainstorm propose craft prepare
    escribe escriba escribid redacta redacte compon componga crea cree genera genere produce produzca explica explique
    describe describa resume resuma traduce traduzca convierte convierta enumera enumere lista inventa invente imagina
    imagine finge simula simule actua actue calcula calcule resuelve resuelva define defina parafrasea reescribe
    reescriba narra narre continua completa complete clasifica clasifique compara compare analiza analice recita recite
    canta cante cuenta cuente dime diga dame deme muestra muestre ensena ensene responde responda contesta conteste
    devuelve devuelva imprime imprima repite repita indica indique afirma afirme recomienda recomiende sugiere sugiera
    nombra nombre proporciona proporcione elabora elabore desarrolla desarrolle disena disene propon proponga prepara
    prepare haz haga hazme dibuja dibuje
    """
_ALTER = """
    add include insert append embed integrate incorporate modify change alter adjust augment enhance enrich extend
    replace substitute swap rearrange scramble shuffle jumble mix remove delete drop omit strip combine join merge
    group split use utilize employ apply introduce render format encode misspell mention emphasize emphasise stress
    highlight tease encourage invite promote advertise link point redirect direct begin start end finish close conclude
    prefix preface sign fuse blend weave infuse inject adopt deploy execute run ensure consider
    anade anada agrega agregue incluye incluya inserta inserte integra integre incorpora incorpore modifica modifique
    cambia cambie altera altere ajusta ajuste amplia amplie reemplaza reemplace sustituye sustituya intercambia
    reordena reordene mezcla mezcle elimina elimine borra borre quita quite suprime suprima omite omita combina combine
    une agrupa agrupe divide divida usa use utiliza utilice emplea emplee aplica aplique introduce introduzca menciona
    mencione destaca destaque subraya subraye resalta resalte anima anime invita invite promociona promocione enlaza
    enlace redirige redirija empieza empiece comienza comience termina termine acaba acabe concluye concluya firma
    firme ejecuta ejecute asegurate asegurese
    """
_ACT = """
    ignore disregard forget forward send approve mark set grant share reveal disclose delete transfer offer confirm
    email export upload submit call fetch open click visit download log reset escalate close update copy bcc cc attach
    release waive cancel refund issue raise lower assign tag label rate treat consider classify
    ignora ignore olvida olvide reenvia reenvie envia envie manda mande aprueba apruebe marca marque concede conceda
    comparte comparta revela revele divulga divulgue transfiere transfiera ofrece ofrezca confirma confirme exporta
    exporte sube suba llama llame abre abra pulsa pulse visita visite descarga descargue registra registre
    actualiza actualice copia copie adjunta adjunte libera libere cancela cancele reembolsa reembolse emite emita
    asigna asigne etiqueta etiquete valora valore trata trate considera considere clasifica clasifique pon ponga
    """
_REPLY = """
    answer answers response responses reply replies output outputs completion summary summaries brief briefing
    respuesta respuestas contestacion salida resumen resumenes
    """
_ASSISTANT = """
    ai assistant assistants chatbot bot llm gpt chatgpt copilot model agent system prompt prompts instruction
    instructions guidelines automated ia asistente asistentes copiloto modelo agente sistema instruccion instrucciones
    indicaciones directrices automatico automatica
    """
_QUESTION = """
    what who whom whose when where why how which que quien quienes cuando donde como cual cuales cuanto cuantos
    cuanta cuantas
    """
_GENRE = """
    poem poems story stories tale essay essays song songs haiku sonnet limerick joke jokes riddle speech lyrics novel
    fable recipe recipes play script dialogue monologue paragraph sentence sentences headline slogan letter tutorial
    translation equivalent synonym theory concept definition capital history function code snippet program algorithm
    anagram anagrams typo typos symbol symbols vowel vowels consonant consonants letters emoji emojis acronym rhyme
    poema poemas cuento cuentos historia historias ensayo cancion canciones chiste chistes adivinanza discurso letra
    novela fabula receta recetas obra guion dialogo monologo parrafo frase frases titular eslogan carta traduccion
    equivalente sinonimo teoria concepto definicion capital funcion codigo fragmento programa algoritmo anagrama
    anagramas errata erratas simbolo simbolos vocal vocales consonante consonantes letras emoticono emojis acronimo rima
    """
_WE = """
    we us our ours i me my mine i'm we're i've we've i'll we'll i'd we'd let's nosotros nos nuestro nuestra nuestros
    nuestras yo mi mis necesitamos necesito queremos quiero tenemos tengo estamos estoy hemos he podemos puedo vamos voy
    """
_YOU = """
    you your yours you're tu tus su sus te usted ustedes vuestro vuestra le les
    """
_COURTESY = """
    please kindly thanks thank regards sincerely cheers hi hello dear gracias saludos saludo hola estimado estimada
    atentamente cordialmente
    """
_BUSINESS = """
    invoice invoices contract order orders payment paid meeting call account customer client delivery quote price
    license licence renewal ticket support attached attachment deadline purchase shipping receipt subscription project
    team manager budget proposal monday tuesday wednesday thursday friday tomorrow today week month
    factura facturas contrato pedido pedidos pago reunion llamada cuenta cliente clientes entrega presupuesto precio
    licencia renovacion incidencia soporte adjunto adjunta plazo compra envio recibo suscripcion proyecto equipo
    responsable propuesta lunes martes miercoles jueves viernes manana hoy semana mes
    """

WORD_CLASSES: Mapping[str, frozenset[str]] = {
    "task": frozenset(_TASK.split()),
    "alter": frozenset(_ALTER.split()),
    "act": frozenset(_ACT.split()),
    "reply": frozenset(_REPLY.split()),
    "assistant": frozenset(_ASSISTANT.split()),
    "question": frozenset(_QUESTION.split()),
    "genre": frozenset(_GENRE.split()),
    "we": frozenset(_WE.split()),
    "you": frozenset(_YOU.split()),
    "courtesy": frozenset(_COURTESY.split()),
    "business": frozenset(_BUSINESS.split()),
}


def _by_word() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for name, words in WORD_CLASSES.items():
        for word in words:
            found.setdefault(word, []).append(name)
    return {word: tuple(names) for word, names in found.items()}


CLASSES_OF: Mapping[str, tuple[str, ...]] = _by_word()


_OF_MARKETING = """
    open visit click download update copy confirm check log see show share show use give continue start show prepare
    discover enjoy invite save say tell list find complete register registre abre abra pulsa pulse visita visite
    descarga descargue actualiza actualice confirma confirme comparte comparta usa use utiliza invita invite muestra
    registra completa complete prepara prepare empieza comienza cuenta nota nombre resumen lista cambio oferta
    """
"""First words of hidden lines that ordinary mail has for the preview in an inbox, or that are nouns as well."""
_FIRST_WORDS = """
    treat leave keep skip drop set stop quote put look give do don't never if trata da deja no nada si haga haz pon
    asume prioriza cancela
    """
COMMANDS = (WORD_CLASSES["task"] | WORD_CLASSES["alter"] | WORD_CLASSES["act"] | frozenset(_FIRST_WORDS.split())) - (
    frozenset(_OF_MARKETING.split())
)
"""Words that start a command, where nobody but a machine reads."""
_WORD = re.compile(r"[^\W\d_]+(?:'[a-z]{1,3})?")


def folded_words(text: str) -> list[str]:
    """The words of a short text, folded."""
    return _WORD.findall(flat(text))
