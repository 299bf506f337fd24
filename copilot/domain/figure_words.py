"""Words and signs that belong to figures in Spanish and English: months, numbers, currencies, scales, units."""

from decimal import Decimal

_MONTHS = (
    ("enero", "ene", "january", "jan"),
    ("febrero", "feb", "february"),
    ("marzo", "mar", "march"),
    ("abril", "abr", "april", "apr"),
    ("mayo", "may"),
    ("junio", "jun", "june"),
    ("julio", "jul", "july"),
    ("agosto", "ago", "august", "aug"),
    ("septiembre", "setiembre", "sept", "sep", "set", "september"),
    ("octubre", "oct", "october"),
    ("noviembre", "nov", "november"),
    ("diciembre", "dic", "december", "dec"),
)
MONTHS: dict[str, int] = {name: number for number, names in enumerate(_MONTHS, start=1) for name in names}
FULL_SPANISH_MONTHS = (*(names[0] for names in _MONTHS), "setiembre")
FULL_ENGLISH_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)

ORDINAL_QUARTERS: dict[str, int] = {
    "primer": 1,
    "primero": 1,
    "1er": 1,
    "segundo": 2,
    "tercer": 3,
    "tercero": 3,
    "3er": 3,
    "cuarto": 4,
    "first": 1,
    "second": 2,
    "third": 3,
    "fourth": 4,
    **{
        f"{number}{ending}": number
        for number in range(1, 5)
        for ending in (".º", "º", "o", ".er", "st", "nd", "rd", "th")
    },
}
_SPANISH_UNITS = {"dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7, "ocho": 8, "nueve": 9}
_SPANISH_TENS = {
    "treinta": 30,
    "cuarenta": 40,
    "cincuenta": 50,
    "sesenta": 60,
    "setenta": 70,
    "ochenta": 80,
    "noventa": 90,
}
SPANISH_NUMBERS: dict[str, int] = {
    **_SPANISH_UNITS,
    "diez": 10,
    "once": 11,
    "doce": 12,
    "trece": 13,
    "catorce": 14,
    "quince": 15,
    **{f"dieci{name}": 10 + value for name, value in _SPANISH_UNITS.items() if value > 5},
    "dieciséis": 16,
    "veinte": 20,
    **dict.fromkeys(("veintiuno", "veintiuna", "veintiún"), 21),
    **{f"veinti{name}": 20 + value for name, value in _SPANISH_UNITS.items()},
    "veintidós": 22,
    "veintitrés": 23,
    "veintiséis": 26,
    **_SPANISH_TENS,
    **{
        f"{tens} y {name}": more + value
        for tens, more in _SPANISH_TENS.items()
        for name, value in {**_SPANISH_UNITS, "uno": 1, "una": 1, "un": 1}.items()
    },
}
_ENGLISH_UNITS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9}
_ENGLISH_TENS = {
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "seventy": 70,
    "eighty": 80,
    "ninety": 90,
}
ENGLISH_NUMBERS: dict[str, int] = {
    **_ENGLISH_UNITS,
    "ten": 10,
    "eleven": 11,
    "twelve": 12,
    "thirteen": 13,
    "fourteen": 14,
    "fifteen": 15,
    "sixteen": 16,
    "seventeen": 17,
    "eighteen": 18,
    "nineteen": 19,
    **_ENGLISH_TENS,
    **{
        f"{tens}{mark}{name}": more + value
        for tens, more in _ENGLISH_TENS.items()
        for name, value in {**_ENGLISH_UNITS, "one": 1}.items()
        for mark in ("-", " ")
    },
}
"""Number words from two to ninety-nine. "One" is an article as often as a number."""
_ENGLISH_HUNDREDS: dict[str, int] = {
    f"{name} hundred": 100 * value for name, value in {"a": 1, "one": 1, **_ENGLISH_UNITS}.items()
}
_SPANISH_HUNDREDS: dict[str, int] = {
    "cien": 100,
    "ciento": 100,
    **{
        f"{stem}{ending}": 100 * value
        for stem, value in {
            "dosc": 2, "tresc": 3, "cuatroc": 4, "quin": 5, "seisc": 6, "setec": 7, "ochoc": 8, "novec": 9,
        }.items()
        for ending in (("ientos", "ientas"))
    },
}  # fmt: skip


def spelt_number(words: str) -> tuple[int | None, int | None]:
    """What number words mean in Spanish and in English, None where they mean none; up to 999."""
    plain = " ".join(words.lower().split())
    return (
        _spelt(plain, small=SPANISH_NUMBERS, hundreds=_SPANISH_HUNDREDS, joined=""),
        _spelt(plain, small=ENGLISH_NUMBERS, hundreds=_ENGLISH_HUNDREDS, joined="and "),
    )


def _spelt(plain: str, *, small: dict[str, int], hundreds: dict[str, int], joined: str) -> int | None:
    if plain in small:
        return small[plain]
    name = next((name for name in sorted(hundreds, key=len, reverse=True) if f"{plain} ".startswith(f"{name} ")), None)
    if name is None:
        return None
    rest = plain.removeprefix(name).strip().removeprefix(joined)
    if not rest:
        return hundreds[name]
    more = 1 if rest in {"one", "uno", "una", "un"} else small.get(rest)
    return None if more is None else hundreds[name] + more


def spelt_pattern(spaces: str) -> str:
    """A pattern for number words; `spaces` are the characters that may stand between them."""
    between = f"[{spaces}]+"
    small = {**SPANISH_NUMBERS, **ENGLISH_NUMBERS}
    by_length = sorted(small, key=len, reverse=True)
    one = "|".join(["one", "una", "uno", "un"])
    words = "|".join(name.replace(" ", between) for name in by_length)
    english = "|".join(name.replace(" ", between) for name in _ENGLISH_HUNDREDS)
    spanish = "|".join(sorted(_SPANISH_HUNDREDS, key=len, reverse=True))
    after = rf"(?:{between}(?:and{between})?(?:{words}|{one})\b)?"
    return rf"(?:{english}|(?:{spanish})\b){after}|(?:{words})(?!{between}hundred\b)"


_DOLLARS_AND_PESOS = frozenset(
    {"USD", "MXN", "CLP", "COP", "ARS", "UYU", "CAD", "AUD", "NZD", "SGD", "HKD", "DOP", "CUP"}
)
_PESOS = frozenset({"MXN", "CLP", "COP", "ARS", "UYU", "DOP", "CUP", "PHP"})
_DOLLARS = frozenset({"USD", "CAD", "AUD", "NZD", "SGD", "HKD"})
_CODES = ("EUR", "USD", "GBP", "MXN", "CLP", "COP", "ARS", "PEN", "BRL", "UYU", "CHF", "CAD", "AUD", "JPY", "CLF")
CURRENCIES: dict[str, frozenset[str]] = {
    **{code.lower(): frozenset({code}) for code in _CODES},
    "€": frozenset({"EUR"}),
    "£": frozenset({"GBP"}),
    "¥": frozenset({"JPY", "CNY"}),
    "$": _DOLLARS_AND_PESOS,
    "us$": frozenset({"USD"}),
    "u$s": frozenset({"USD"}),
    "mx$": frozenset({"MXN"}),
    "r$": frozenset({"BRL"}),
    "c$": frozenset({"CAD"}),
    "a$": frozenset({"AUD"}),
    "s/": frozenset({"PEN"}),
    "euro": frozenset({"EUR"}),
    "euros": frozenset({"EUR"}),
    "dólar": _DOLLARS,
    "dólares": _DOLLARS,
    "dolares": _DOLLARS,
    "dollar": _DOLLARS,
    "dollars": _DOLLARS,
    "libra": frozenset({"GBP"}),
    "libras": frozenset({"GBP"}),
    "pound": frozenset({"GBP"}),
    "pounds": frozenset({"GBP"}),
    "peso": _PESOS,
    "pesos": _PESOS,
    "sol": frozenset({"PEN"}),
    "soles": frozenset({"PEN"}),
}
"""What is written -> the ISO 4217 codes it may stand for."""

SCALES: dict[str, Decimal] = {
    "k": Decimal(1_000),
    "mil": Decimal(1_000),
    "thousand": Decimal(1_000),
    "m": Decimal(1_000_000),
    "mm": Decimal(1_000_000),
    "mn": Decimal(1_000_000),
    "millón": Decimal(1_000_000),
    "millon": Decimal(1_000_000),
    "millones": Decimal(1_000_000),
    "million": Decimal(1_000_000),
    "millions": Decimal(1_000_000),
    "bn": Decimal(1_000_000_000),
    "billion": Decimal(1_000_000_000),
    "mil millones": Decimal(1_000_000_000),
}

UNITS: dict[str, tuple[str, Decimal]] = {
    **dict.fromkeys(("día", "días", "dia", "dias", "day", "days"), ("days", Decimal(1))),
    **dict.fromkeys(("semana", "semanas", "week", "weeks"), ("days", Decimal(7))),
    **dict.fromkeys(("mes", "meses", "month", "months"), ("months", Decimal(1))),
    **dict.fromkeys(("año", "años", "year", "years"), ("months", Decimal(12))),
    **dict.fromkeys(("trimestre", "trimestres", "quarter", "quarters"), ("months", Decimal(3))),
    **dict.fromkeys(("minuto", "minutos", "minute", "minutes", "min", "mins"), ("minutes", Decimal(1))),
    **dict.fromkeys(("hora", "horas", "hour", "hours", "h"), ("minutes", Decimal(60))),
}
"""Word -> what kind of time it measures, and in how many of its smallest unit."""
