"""Numbers that the countries of Latin America give to people and companies.

Invariant: as in `identifiers_spain`.
"""

import re

from stdnum.ar import cuit
from stdnum.br import cnpj, cpf
from stdnum.cl import rut
from stdnum.co import nit
from stdnum.do import cedula as dominican_cedula
from stdnum.ec import ci as ecuadorian_ci
from stdnum.mx import curp, rfc
from stdnum.pe import ruc
from stdnum.uy import rut as uruguayan_rut
from stdnum.ve import rif

from copilot.guardrails.personal_data.places import cue
from copilot.guardrails.personal_data.scheme import AFTER_NO_NUMBER, END, Scheme, always, has_no_dash


def _is_rfc(value: str) -> bool:
    return rfc.is_valid(value, validate_check_digits=True)


def _never(_: str) -> bool:
    return False


_MEXICO = (
    Scheme(
        name="mx.curp",
        pattern=re.compile(
            rf"{AFTER_NO_NUMBER}[A-Z]{{4}}[ -]?[0-9]{{6}}[ -]?[HMX][A-Z]{{5}}[ -]?[0-9A-Z][0-9]{END}", re.IGNORECASE
        ),
        is_valid=curp.is_valid,
        words=cue(r"curp|clave [uú]nica(?: de registro)?(?: de poblaci[oó]n)?"),
        is_plain=_never,
        takes_any=True,
    ),
    Scheme(
        name="mx.rfc",
        pattern=re.compile(
            rf"{AFTER_NO_NUMBER}[A-ZÑ&]{{3,4}}[ -]?[0-9]{{6}}[ -]?[A-Z0-9]{{2}}[0-9A]{END}", re.IGNORECASE
        ),
        is_valid=_is_rfc,
        words=cue(r"r\.?f\.?c\.?|registro federal(?: de contribuyentes)?"),
        is_plain=str.islower,
        takes_any=True,
    ),
)
_SOUTHERN_CONE = (
    Scheme(
        name="ar.cuit",
        pattern=re.compile(
            rf"{AFTER_NO_NUMBER}(?:2[03-7]|3[034])[- ]?"
            rf"(?:[0-9]{{8}}|[0-9]{{2}}\.[0-9]{{3}}\.[0-9]{{3}})[-/ ]?[0-9]{END}"
        ),
        is_valid=cuit.is_valid,
        words=cue(
            r"cuit(?:/cuil)?|cuil|cuit/l|c\.u\.i\.[tl]\.|clave [uú]nica de identificaci[oó]n(?: tributaria| laboral)?"
        ),
        takes_any=True,
    ),
    Scheme(
        name="cl.rut",
        pattern=re.compile(
            rf"{AFTER_NO_NUMBER}(?:[0-9]{{1,2}}\.[0-9]{{3}}\.[0-9]{{3}} ?- ?|[0-9]{{7,8}}-|[0-9]{{7,8}})[0-9Kk]{END}"
        ),
        is_valid=rut.is_valid,
        words=cue(r"r\.?u\.?t\.?|r\.?u\.?n\.?|rol [uú]nico(?: tributario| nacional)?"),
        is_plain=has_no_dash,
        takes_any=True,
    ),
    Scheme(
        name="uy.rut",
        pattern=re.compile(rf"{AFTER_NO_NUMBER}[0-9]{{2}}[- ]?[0-9]{{6}}[- ]?[0-9]{{3}}[- ]?[0-9]{END}"),
        is_valid=uruguayan_rut.is_valid,
        words=cue(r"r\.?u\.?t\.?|rut uruguay"),
        is_plain=always,
        mentions=("rut", "r.u.t"),
    ),
    Scheme(
        name="br.cpf",
        pattern=re.compile(rf"{AFTER_NO_NUMBER}[0-9]{{3}}[. ]?[0-9]{{3}}[. ]?[0-9]{{3}}[- /]?[0-9]{{2}}{END}"),
        is_valid=cpf.is_valid,
        words=cue(r"cpf(?:/mf)?|cadastro de pessoas f[ií]sicas"),
    ),
    Scheme(
        name="br.cnpj",
        pattern=re.compile(
            rf"{AFTER_NO_NUMBER}[0-9]{{2}}[. ]?[0-9]{{3}}[. ]?[0-9]{{3}}[/ ]?[0-9]{{4}}[- ]?[0-9]{{2}}{END}"
        ),
        is_valid=cnpj.is_valid,
        words=cue(r"cnpj(?:/mf)?"),
    ),
)
_IDENTITY_WORDS = cue(
    r"c[eé]dula(?: de (?:ciudadan[ií]a|identidad|extranjer[ií]a))?|c\. ?c\.|c\.? ?c\.?(?= ?(?:[:n#]|no\b))|cc|"
    r"c\. ?i\.|identificad[oa] con"
)
_ANDES = (
    Scheme(
        name="co.nit",
        pattern=re.compile(
            rf"{AFTER_NO_NUMBER}(?:[0-9]{{3}}\.[0-9]{{3}}\.[0-9]{{3}}[- ]|[0-9]{{9}}-|[0-9]{{9}})[0-9]{END}"
        ),
        is_valid=nit.is_valid,
        words=cue(r"n\.?i\.?t\.?|identificaci[oó]n tributaria"),
        takes_any=True,
    ),
    Scheme(
        name="co.cedula",
        pattern=re.compile(
            rf"{AFTER_NO_NUMBER}(?:[0-9]{{1,3}}(?:\.[0-9]{{3}}){{1,3}}|[0-9]{{6,11}}|[0-9]{{7,9}}-[0-9]){END}"
        ),
        is_valid=always,
        words=_IDENTITY_WORDS,
        is_plain=always,
        mentions=("dula", "cc", "c.c", "c. c", "ci", "c.i", "c. i", "identificad"),
        score=0.8,
    ),
    Scheme(
        name="pe.ruc",
        pattern=re.compile(rf"{AFTER_NO_NUMBER}(?:10|15|16|17|20)[0-9]{{9}}{END}"),
        is_valid=ruc.is_valid,
        words=cue(r"r\.?u\.?c\.?"),
        takes_any=True,
    ),
    Scheme(
        name="ec.ci",
        pattern=re.compile(rf"{AFTER_NO_NUMBER}[0-9]{{9}}-?[0-9](?:001)?{END}"),
        is_valid=lambda value: ecuadorian_ci.is_valid(value[:10]),
        words=cue(r"c[eé]dula|r\.?u\.?c\.?|c\. ?i\."),
        is_plain=always,
        mentions=("dula", "ruc", "r.u.c", "c.i", "c. i"),
    ),
    Scheme(
        name="ve.rif",
        pattern=re.compile(rf"{AFTER_NO_NUMBER}[VEJPG]-?[0-9]{{8}}-?[0-9]{END}"),
        is_valid=rif.is_valid,
        words=cue(r"r\.?i\.?f\.?"),
        is_plain=str.isalnum,
        takes_any=True,
    ),
    Scheme(
        name="do.cedula",
        pattern=re.compile(rf"{AFTER_NO_NUMBER}[0-9]{{3}}-?[0-9]{{7}}-?[0-9]{END}"),
        is_valid=dominican_cedula.is_valid,
        words=_IDENTITY_WORDS,
    ),
)
LATIN_AMERICA: tuple[Scheme, ...] = (*_MEXICO, *_SOUTHERN_CONE, *_ANDES)
