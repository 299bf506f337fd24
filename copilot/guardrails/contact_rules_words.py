"""Does somebody ask to be left alone? In Spanish and English, as people write it in business mail.

Invariant: only a request about the writer ("me", "us", "nos") counts, so that ending a contract or taking a user off
a licence is none.
"""

import re

_GAP = r"[^\n.!?]{0,40}?"
_ASKS = re.compile(
    rf"""
    \b(?:darme|darnos|dadme|dadnos|deme|denme|denos|dennos|me\ den|me\ de|nos\ den|nos\ de)\ de\ baja
        (?!\ (?:del?\ )?(?:contrato|servicio|licencia|usuario|plataforma|cuenta))\b
    | \bno\ (?:me|nos)\ (?:escrib|mand|envi|llam|contact|molest)\w{{1,8}}(?:{_GAP}\b(?:mas|nunca|otra\ vez))
    | \bno\ (?:vuelv|volv)\w{{1,6}}\ a\ (?:escribirme|escribirnos|llamarme|llamarnos|contactarme|contactarnos)
    | \bdej\w{{1,4}}\ de\ (?:escribirme|escribirnos|mandarme|enviarme|llamarme|contactarme|enviarnos|llamarnos)
    | \bno\ (?:quiero|queremos|deseo|deseamos)\ (?:seguir\ )?(?:recib|que\ (?:me|nos)\ (?:escrib|llam|contact))\w{{0,6}}
    | \b(?:borr|elimin|quit|sac|saqu)\w{{1,5}}(?:me|nos)\ de\ (?:la|su|tu|vuestra|sus)\ (?:lista|base|envios)
    | \bunsubscribe\ (?:me|us|my|our)\b | \b(?:please|kindly)\ unsubscribe\b
    | \b(?:remove|take)\ (?:me|us|my\ (?:name|email|address))\ (?:off|from|out\ of)\ (?:your|the|this|any)\b
    | \bstop\ (?:emailing|e-mailing|contacting|writing\ to|calling|messaging|mailing)\ (?:me|us)\b
    | \b(?:do\ not|don't|never|please\ don't)\ (?:email|e-mail|contact|call|write\ to|message)\ (?:me|us)\b
        (?:{_GAP}\b(?:again|anymore|any\ more|further|ever))?
    | \b(?:i|we)\ (?:do\ not|don't|no\ longer)\ (?:want|wish)\ to\ (?:receive|hear|get|be\ contacted)\b
    | \bopt(?:ing)?\ (?:me|us)\ out\b | \bi\ (?:am\ |would\ like\ to\ |want\ to\ )opt(?:ing)?\ out\b
    """,
    re.VERBOSE,
)


def asks_to_be_left_alone(flat_text: str) -> bool:
    """Whether a text, folded by `copilot.domain.folding.flat`, has such a request."""
    return _ASKS.search(" ".join(flat_text.split())) is not None
