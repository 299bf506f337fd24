"""Words that turn a sentence round, or say how firm something is, in Spanish and English.

Invariant: everything is folded (no case, no accents); lists of the two languages may be used together, because a
word of one that means something else in the other is left out.
"""

FUNCTION_WORDS = frozenset(
    """
    a an the and or of to in on at for with by from as is are was were be been being have has had having do does did
    will would can could may might should must shall it its this that these those he she they them his her their him i
    you we us our your my me who whom which what when where while how there here than then so but if into about over
    after before between during through also some any all each other more most very just only own same up down out off
    again both few s t
    el la los las un una unos unas lo al del de y e o u que en con por para como mas pero su sus se si es son esta
    estan este estas estos ese esa eso esto aqui ya muy tambien porque cuando donde cual quien hay ser fue fueron era
    eran ha han hemos habia sido estar nos les le mi mis nuestro nuestra usted ustedes yo ella ellos entre sobre desde
    hasta segun durante tras ante cada todo toda todos todas otro otra
    """.split()  # noqa: SIM905 - a list this long reads better as text
)
NEGATIONS = frozenset(
    """
    not no never none nobody nothing neither nor without cannot unable fails failed refuses refused declined denied
    nunca jamas ningun ninguno ninguna nadie nada tampoco sin ni rechaza rechazo niega nego
    """.split()  # noqa: SIM905
)
_OPPOSITES = """
    increase decrease|increase fall|rise fall|rise drop|up down|high low|higher lower|more less|many few|wide narrow|
    large small|big small|major minor|expensive cheap|affordable expensive|accept reject|accept decline|agree disagree|
    approve reject|support oppose|allow prevent|start end|open close|first last|before after|early late|good bad|
    better worse|best worst|positive negative|easy difficult|easy hard|simple complex|success failure|succeed fail|
    win lose|won lost|buy sell|include exclude|add remove|improve worsen|strong weak|fast slow|quick slow|old new|
    long short|inside outside|internal external|public private|always never|everyone nobody|able unable|
    possible impossible|likely unlikely|satisfied dissatisfied|happy unhappy|interested uninterested|useful useless|
    safe unsafe|secure insecure|clear unclear|confirm deny|correct wrong|right wrong|present absent|gain loss|
    profit loss|help hinder|maximum minimum|male female|day night|monthly yearly|monthly annual|temporary permanent|
    free paid|active inactive|complete incomplete|enough insufficient|efficient inefficient|similar different|
    continue stop|keep lose|optional mandatory|optional required|available unavailable|rare frequent|often rarely|
    previous next|past future|former current|partial full|urgent trivial|month year|week month|day week|week year|
    today tomorrow|morning evening|north south|east west|left right|top bottom|upper lower|hot cold|warm cold|
    rich poor|friend enemy|victory defeat|peace war|life death|alive dead|general specific|clear vague|certain doubtful|
    true false|presence absence|usefulness uselessness|advantage disadvantage|benefit drawback|encourage discourage|
    minimize maximize|man woman|men women|husband wife|boy girl|father mother|brother sister|son daughter|
    basic advanced|supervised unsupervised|discrete continuous|static dynamic|local global|linear nonlinear|
    direct indirect|artificial natural|expand shrink|extend shorten|raise lower|boost reduce|remember forget|
    praise criticize|attack defend|arrive leave|enter exit|guilty innocent|question answer|teacher student|
    client agent|customer agent|seller buyer|employer employee|optimistic pessimistic|excited bored|remain leave|
    together apart|promote hinder|protect harm|urban rural|comprehensive limited|online offline|manual automatic|
    popular unpopular|known unknown|usual unusual|common rare|ancient modern|personal professional|group individual|
    single multiple|minority majority|show hide|reveal conceal|highlight ignore|trust distrust|hope fear|solve worsen|
    labeled unlabeled|reduce increase|grow shrink|admiration jealousy|
    aumentar disminuir|subir bajar|crecer caer|subida bajada|alto bajo|mayor menor|mas menos|mucho poco|amplio estrecho|
    grande pequeno|caro barato|aceptar rechazar|aprobar rechazar|apoyar oponerse|permitir impedir|empezar terminar|
    abrir cerrar|abierto cerrado|abierta cerrada|primero ultimo|antes despues|pronto tarde|bueno malo|buena mala|
    bien mal|mejor peor|positivo negativo|facil dificil|simple complejo|exito fracaso|ganar perder|ganada perdida|
    comprar vender|incluir excluir|anadir quitar|mejorar empeorar|fuerte debil|rapido lento|viejo nuevo|largo corto|
    dentro fuera|interno externo|publico privado|siempre nunca|posible imposible|satisfecho insatisfecho|
    contento descontento|util inutil|seguro inseguro|claro confuso|confirmar negar|correcto incorrecto|
    ventaja desventaja|
    maximo minimo|mensual anual|temporal permanente|gratis pago|activo inactivo|completo incompleto|igual distinto|
    continuar parar|mantener perder|opcional obligatorio|disponible agotado|anterior siguiente|pasado futuro|
    parcial total|a favor en contra
"""
_ASKED = """
    ask asks asked asking request requests requested requesting want wants wanted wish wishes hope hopes consider
    considering considered discuss discussed discussing suggest suggests suggested propose proposes proposed wonder
    might maybe perhaps possibly could would offer offers offered offering quote quoted think thinking evaluate
    evaluating explore exploring
    pide piden pidio pidieron pedir pedido solicita solicito solicitan quiere quieren querria quisiera gustaria espera
    considera considerar valora valorar valorando estudia estudiar estudiando plantea planteo propone propuso sugiere
    sugirio quiza quizas podria podriamos podrian ofrece ofrecio ofrecemos ofrecido pregunta pregunto duda tal
"""
_AGREED = """
    agree agrees agreed agreement accept accepts accepted commit commits committed promise promises promised confirm
    confirms confirmed guarantee guarantees guaranteed sign signs signed approve approves approved decided decide
    will shall ll deal done sold bought ordered renewed yes ok okay
    acuerda acordo acordaron acordado acuerdo acepta acepto aceptaron aceptado comprometio compromete comprometido
    promete prometio prometido confirma confirmo confirmado confirmaron garantiza garantizo garantizado firma firmo
    firmado firmaron aprueba aprobo aprobado aprobaron decide decidio decidido cerrado cerro hecho renovo renovado
    si vale conforme
"""
_SETTLED = """
    agreed accepted committed confirmed guaranteed signed approved bought ordered renewed
    acordo acordaron acordado acepto aceptaron aceptado comprometio comprometieron comprometido prometio prometieron
    confirmo confirmaron confirmado garantizo garantizaron garantizado firmo firmaron firmado aprobo
    aprobaron aprobado renovo renovaron renovado
"""
ASKED = frozenset(_ASKED.split())
"""Somebody wants it, thinks about it or offers it: nothing is settled."""
AGREED = frozenset(_AGREED.split())
"""Somebody bound themselves, or it happened. In a source it lets a sentence say so."""
SETTLED = frozenset(_SETTLED.split())
"""What a sentence says when it presents something as settled."""
FUTURE_ENDINGS = ("aremos", "eremos", "iremos", "are", "ere", "ire", "aran", "eran", "iran")
PRONOUNS = {
    "he": "she", "she": "he", "his": "her", "her": "his", "him": "her", "mr": "mrs", "mrs": "mr", "ms": "mr",
    "el": "ella", "ella": "el", "sr": "sra", "sra": "sr",
}  # fmt: skip
_FAILING = """
    fail fails failed failing refuse refuses refused lack lacks lacking lacked hardly barely avoid avoids avoided
    avoiding deny denies denied reject rejects rejected decline declines declined ignore ignores ignored hinder
    prevent prevents prevented stop stops stopped unlikely instead despite only
    falla fallo rechaza rechazo falta faltan apenas evita evito evitar niega nego ignora ignoro impide impidio
    detiene detuvo improbable pese solo
"""
FAILING = frozenset(_FAILING.split())
"""Words that turn a sentence round without being a negation."""
_QUANTIFIERS = """
    all every each always never only none some most many few several any entire whole completely fully half both
    todo toda todos todas cada siempre nunca solo ningun ninguno ninguna algunos algunas varios varias muchos muchas
    pocos pocas entero entera completo mitad ambos
"""
QUANTIFIERS = frozenset(_QUANTIFIERS.split())
NO_NAMES = frozenset(
    """
    january february march april may june july august september october november december monday tuesday wednesday
    thursday friday saturday sunday enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre
    diciembre lunes martes miercoles jueves viernes sabado domingo i i'll i'm i've i'd crm nps csat arr mrr tcv acv sla
    usd eur gbp mxn clp cop ars us uk eu ue ee uu p1 p2 p3 p4 q1 q2 q3 q4 h1 h2 t1 t2 t3 t4 ok kpi roi sso api pdf csv
    ceo cfo cio cto coo vp rfp faq it mr mrs ms dr sr sra d dona don spanish english
    """.split()  # noqa: SIM905
)
"""Written with a capital, yet no name of anybody: days, months, languages, the usual abbreviations of business."""


_PAIR = 2


def opposites() -> dict[str, frozenset[str]]:
    """Opposites of a word, both ways round, by the word itself."""
    found: dict[str, set[str]] = {}
    for pair in _OPPOSITES.replace("\n", " ").split("|"):
        sides = pair.split()
        if len(sides) == _PAIR:
            found.setdefault(sides[0], set()).add(sides[1])
            found.setdefault(sides[1], set()).add(sides[0])
    return {word: frozenset(others) for word, others in found.items()}


OPPOSITES = opposites()


def negates(folded: str) -> bool:
    """Whether a word turns the sentence round."""
    return folded in NEGATIONS or folded.endswith("n't")
