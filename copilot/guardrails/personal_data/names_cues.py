"""What stands around a name in business text, in Spanish and English.

Invariant: every expression looks at no more than `REACH` characters, so its time does not depend on the text's length.
Patterns are matched against text without case and accents (`flat`), which has the same length.
"""

import re

REACH = 60

TITLE = re.compile(
    r"(?<!\w)(?:mr|mrs|ms|miss|mx|dr|dra|drs|prof|profesora?|sr|sra|srta|sres|don|dona|d|dna|lic|licda|ing|"
    r"arq|sir|mme|herr|"
    r"frau|senor|senora|senorita|doctor|doctora|professor|maestro|abg|cpa|rev|lord|lady)(?:\.[ \t]{0,3}|[ \t]{1,3})\Z"
)
GREETING = re.compile(
    r"(?<!\w)(?:hola|hi|hey|hello|dear|estimad[oa]s?|querid[oa]s?|apreciad[oa]s?|buen[oa]s(?: dias| tardes| noches)?|"
    r"good (?:morning|afternoon|evening)|gracias|thanks|thank you|sorry|perdon|perdona|enhorabuena|felicidades|"
    r"congratulations|congrats|okay|ok|vale|bienvenid[oa]|welcome|senor[a]? mi[ao]|adios|bye|oye|"
    r"mira)[,!:]?[ \t]{1,3}\Z"
)
NAME_LABEL = re.compile(
    r"(?<!\w)(?:nombres?(?: y apellidos?| completo)?|apellidos?|(?:first|last|full|given|family|"
    r"maiden)? ?name|surname|"
    r"medic[oa]|responsable(?: clinic[oa])?|remitido por|firmado(?: por)?|fdo\.?|signed(?: by)?|contacto?|"
    r"person of contact|persona de contacto|contact person|attn\.?|at\.?|a/a|fao|atencion de|attention|"
    r"titular|cc|bcc|"
    r"account holder|assigned to|asignad[oa] a|reported by|owner|propietari[oa]|prepared by|preparado por|created by|"
    r"creado por|approved by|aprobado por|modified by|account manager|sales rep|vendedora?|representante(?: legal)?|"
    r"(?:legal )?representative|interlocutora?|autora?|author|attendees?|asistentes?|participantes?|"
    r"speaker|host|moderadora?|secretari[oa]|secretary|chair|preside|encargad[oa](?: de \w{1,20})?|champion|"
    r"detractora?|"
    r"firma|beneficiary|beneficiari[oa]|emergency contact|reference|manager|gerente|signatory|empleado|employee|user|"
    r"customer name|client name|comentario interno|comment|from|de|to|para)[ \t]{0,3}[:\uff1a][ \t]{0,8}\Z"
)
INTRODUCTION = re.compile(
    r"(?<!\w)(?:my name is|name is|name was|named|called|i am|i'm|this is|it's|you're through to|soy|me llamo|"
    r"se llama|"
    r"mi nombre es|habla|le atiende|les atiende|atentamente|llamad[oa]|call me|go by|known as|was called|is called|"
    r"named (?:him|her)|speaking with|last name\?|first name\?|your name\?|nombre\?|on the account\? user:|"
    r"born)[ \t]{1,3}\Z"
)
LIST_LINK = re.compile(r"(?:,? (?:y|e|and|or|o|u|&|with|con|to|a) |, ?|; ?| / |/| \+ |\n?- )")
CLOSING = re.compile(
    r"(?:regards|sincerely|cheers|thanks|thank you|saludos?|atentamente|atte|abrazos?|gracias|cordialmente|"
    r"best|yours|"
    r"cordiales|atenta|atento|respectfully|un saludo|faithfully|truly)[,.!]?\s{1,4}\Z"
)

_SAID = (
    "said says asks asked told tell tells wants wanted thinks thought believes confirmed confirms called "
    "calls wrote writes "
    "replied replies mentioned mentions prefers insists insisted signed signs joined joins moved pinged "
    "forwarded agrees "
    "agreed decides decided promised promises worries hopes knows covers owns runs leads leads approved "
    "approves explained "
    "explains sent sends answered answers likes likes earns gave gives spoke speaks moderated unsubscribed "
    "reports flew "
    "dijo dice dicen pidio pide comenta comento cree quiere quieren confirma confirmo prefiere insiste "
    "insistio pregunta "
    "pregunto llamo llama escribio escribe firmo firma viaja decide decidio lleva llevara atiende revisara "
    "revisa revise "
    "enviara envia envio contesto contesta responde respondio opina teme exige acepta acepto propone propuso "
    "aprobo aprueba "
    "solicita solicito atendio explico explica recomienda recomendo manda mando trabaja gestiona coordina "
    "negocia lidera "
    "modero preside valido actualizo reenvia reenvio"
)
_SAID_VERBS = "|".join(sorted(set(_SAID.split())))
SAID_AFTER = re.compile(
    r",?[ \t](?:(?:me|nos|le|te|lo|la|no|ya|has|ha|also|then|will|tambien) )?" + f"(?:{_SAID_VERBS})(?!\\w)"
)
_ROLES = (
    "ceo|cfo|cto|coo|cio|ciso|cmo|vp|svp|evp|head|director|directora|jefe|jefa|gerente|manager|lead|buyer|responsable|"
    "president|presidente|presidenta|owner|founder|fundador|fundadora|comprador|compradora|engineer|ingeniero|ingeniera|"
    "consultant|consultor|consultora|analyst|analista|assistant|asistente|abogado|abogada|lawyer|counsel|developer|"
    "vicepresidente|vicepresidenta|chief|coordinador|coordinadora|administrator|administrador|administradora|secretary|"
    "procurement|purchasing|compras|account|sales|ventas|sistemas|treasury|tesoreria|mayor de edad|nacid[oa]|born|"
    "solutions|customer|product|warehouse|procuradora?|nuestr[oa] contacto"
)
ROLE_AFTER = re.compile(
    rf"(?:,|[ \t]?\(|[ \t]?[-–—|·]|\n)[ \t]?(?:(?:la|el|our|the|a|an|nuestr[oa]|su|their|del|de|is|es) ){{0,2}}"
    rf"(?:\w{{2,20}} ){{0,2}}(?:{_ROLES})(?!\w)"
)
CONTACT_AFTER = re.compile(
    r"[\s,;|·<(\[–—-]{0,4}(?:[\w.+-]{1,40}@|(?:e-?mail|correo|tel|telefono|phone|movil|mobile|cell)(?!\w)|"
    r"\+\d|dni|nif|nie|nºcol|n\.? ?col)"
)
SPEAKER_AFTER = re.compile(r"[ \t]?:(?=[ \t\"'«“]|$)")
VOCATIVE_AFTER = re.compile(
    r",? ?[?!]|, (?:can|could|would|please|will|do|does|did|are|is|i|i'm|te|me|le|se|puedes?|podrias?|por|que|"
    r"como|cuando|"
    r"he|lo|the|this|we|you|your|thanks|gracias|no|si|why|what|how|when|where|any|here)(?!\w)"
)
IS_AFTER = re.compile(
    r"[ \t](?:(?:is|was|es|era) (?:very|my|our|the new|out|on (?:leave|holiday)|in charge|nuestr[oa]|mi|quien|"
    r"el nuevo|la nueva|"
    r"muy|a \d)|is from|from \w{2,30} (?:is|was)|listed|esta de (?:baja|vacaciones)|reports? to|will be joining|took|"
    r"(?:me|nos|te|le|les) (?!\w{0,20}s\b))(?!\w)"
)
BEGAN_AFTER = re.compile(r"[ \t](?:began|started|spent|empezo|comenzo|trabajo|worked|retired|studied|estudio) \w")
PAST_AFTER = re.compile(r"[ \t]\w{2,20}(?:ed|aron) (?:the|an?|it|that|her|his|our|us|me|el|la|los|las|una?|que)(?!\w)")
OWNS_AFTER = re.compile(r"'s [a-z]")
LIVES_AFTER = re.compile(
    r"[ \t](?:is|was|has|had|will|would|could|can|didn't|doesn't|won't|never|always|also|just|es|era|tiene|"
    r"tenia|va|no|ya|se|"
    r"me|nos|te|le|lo|la) (?!the )\w"
)
QUOTED_AFTER = re.compile(r"[ \t]?: ?[\"«“]")
ASKED_AFTER = re.compile(r", (?:can|could|would|please|puedes|podrias|podria|me|te)(?!\w)")
KIN_AFTER = re.compile(
    r"'s (?:(?:new|old|own|direct) )?(?:kids?|son|daughter|brother|sister|mother|father|wife|husband|parents|"
    r"boss|manager|"
    r"assistant|calendar|desk|email|e-mail|address|phone|number|password|access|killers?|partner|name|"
    r"birthday|laptop|inbox)(?!\w)"
)
HOUSE_NUMBER_AFTER = re.compile(
    r",? ?(?:no\.? ?|nº ?|#)?\d{1,4}(?![\d/:.,-]\d)(?!\d| ?(?:%|usd|eur|€|\$|users|usuarios|dias|days))"
)
HOUSE_NUMBER_BEFORE = re.compile(r"(?<![\d/.,:-])\d{1,5}[ \t]\Z")
TOWARDS_PERSON = re.compile(
    r"(?<!\w)(?:(?:question|comment|e-?mail|mail|message|note|reply|feedback|quote|call|voicemail|complaint|"
    r"request) (?:from|by|of)|"
    r"(?:pregunta|comentario|correo|mensaje|nota|audio|respuesta|queja|reclamacion|consulta|llamada|firma|"
    r"visto bueno|peticion|opinion) de|"
    r"(?:assistant|married|reports?|reporting|according|talk|talking|speak|spoke|spoken|speaking|listen|hand(?:ed)?|"
    r"over|introduced?|grateful|escalated?|escala|reassign(?:ed)?|assigned|forwarded|belongs|write|wrote|"
    r"reply|said|give|gave|told|"
    r"thanks) to|(?:hable|hablo|hablar|hablado|llamar|llame|llama|llamado|preguntar|pregunto|pedir|pedi|pide|"
    r"asignado|"
    r"asignar|escrito|escribi|escribir|avisar|reenviar|mandar|mandado|corresponde|preguntale|dile|pedido|ofrecido|"
    r"presento|autorizo|esperando|conozco|respondi|reenviado) (?:a|con)|a la atencion de|de parte de|"
    r"a nombre de|a cargo de|"
    r"on behalf of|in the name of|signed by|sent by|written by|led by|firmad[oa] por|enviad[oa] por|la senora|"
    r"el senor|born|"
    r"el doctor|la doctora|concerts? by|(?:great )?(?:grandfather|grandmother|uncle|aunt|tio|tia) (?:was |"
    r"is )?(?:called|named)|"
    r"(?:spoke|speak|talk|talked|talking|meeting|met|met up|check|checked|sync|call|confirm(?:ed)?|in touch|"
    r"checking) with|"
    r"(?:hable|hablado|hablar|reunion|reunido|reunirme|quedado|llamada|cita|contacto|confirmado|confirmar|"
    r"videollamada|cerrar) con)[ \t]{1,2}\Z"
)
TOWARDS_PLACE = re.compile(
    r"(?<!\w)(?:(?:flew|fly|flying|returned|return|went|go|going|travel\w{0,4}|moved|move|drive|drove|came|"
    r"come|get|trip|ship\w{0,4}|"
    r"deliver\w{0,3}|exported?) (?:back )?to|(?:viaj\w{1,4}|fue|va|ir|llegar|llego|volver|volvio|envios?|"
    r"vuelo|mudo) a|based in|"
    r"(?:office|headquarters|sede|oficina|planta|almacen|sucursal|tienda|delegacion) (?:in|en|de)|ciudad de|"
    r"provincia:|localidad|"
    r"grew up in|lives? (?:in|on)|north side of|corner of|streets? of)[ \t:]{1,3}\Z"
)
THING_AFTER = re.compile(
    r"(?:'s)?[ \t](?:team|office|accounts?|plan|module|room|project|law|index|street|road|market|deal|"
    r"division|branch|"
    r"proposal|forecast|release|edition|model|method|chart|tier|tiers|status|program|fair|region|airport|university|"
    r"group|hospital|foundation|brothers|hermanos|e hijos|and sons|school|plc|ltd|inc|s\.?l\.?|s\.?a\.?|spa|gmbh|llc|"
    r"corp|company|bank|hotel|stores?|y asociados|and associates|is an? (?:\w{2,20} ){0,2}(?:company|brand|"
    r"bank|agency|"
    r"plant|city|country|product)|es una (?:marca|empresa|ciudad)|crece|factura|renueva)(?!\w)"
)
THING_BEFORE = re.compile(
    r"(?<!\w)(?:calle|c/|avda?\.?|avenida|plaza|paseo|sala|salon|proyecto|iniciativa|plan|modulo|marca|ley de|"
    r"ley|metodo|"
    r"metodologia|premio|colegio|hospital|universidad|instituto|fundacion|banco|grupo|talleres|bodegas|"
    r"transportes|aceros|"
    r"seguros|editorial|restaurante|hotel|casa|feria|ayuntamiento de|puerto|rio|villa|isla|torre|edificio|"
    r"project|room|"
    r"city of|university of|bank of|college|university|module|plan|initiative|street|mount|lake|port|fort|brand|"
    r"software|producto|product|captain|capitan|empresa|company|supplier|proveedor|vendor|holding|museo|"
    r"teatro|estadio|"
    r"san|santa|saint|st\.?|concert|song|album|"
    r"indice de|diagrama de|regla de|linea|gama|serie|plataforma)[ \t:]{1,3}\Z"
)


_BEFORE = {
    1.8: "said says asks asked told tell thanks dice dijo comenta comento pidio insiste insistio pregunto "
    "escribio llamo ask "
    "call contact email remind notify loop pregunta preguntale dile pidele llamar llame avisa avisar firma "
    "firman preside "
    "segun atiende recibio interviewed meet met congratulate felicitar introduce presento presentarte conozco "
    "llamado "
    "grandfather grandmother daughter son wife husband brother sister hijo hija esposa marido hermano hermana "
    "madre padre",
    1.2: "with con by have guardian manager jefe jefa jefe contacto contact buyer comprador intern becaria "
    "becario boss "
    "becaria colleague companero companera usuario user representative representante consultora consultor cfo "
    "ceo cto "
    "para per que soy reply",
    0.7: "to for por al entre between si if ni neither y e and or yo as como pero but because porque cuando "
    "when while "
    "sin without after until hasta",
    -1.2: "en in at desde hacia near around across via inside outside throughout over",
    -1.6: "el la los las the un una an our nuestro nuestra su este esta this that these my mi tu your their "
    "its del every "
    "cada otro another ese esa aquel new nuevo nueva",
}  # fmt: skip
_BEFORE[0.4] = "of de d'"
WORDS_BEFORE = {word: weight for weight, words in _BEFORE.items() for word in words.split()}
ARTICLE_OR_TO = "a"
"""An article in English, and what stands before a person in Spanish; weighed by the language."""
LAST_WORD = re.compile(r"([\w'.-]{1,20})[ \t]{1,2}\Z")
SENTENCE_START = re.compile(r"(?:^|[.!?:;…»\"”“]\s{0,4}|[\n\r>•*–—-]\s{0,4}|\d[.)] ?|[¿¡(\[«\"'“])\Z")
LINE_START = re.compile(r"(?:^|[\n\r>•*-])[ \t>*•?-]{0,4}\Z")
