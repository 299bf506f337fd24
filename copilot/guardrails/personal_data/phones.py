"""Telephone numbers, international or as they are written in the countries at hand.

Invariant: a number without `+` counts when it is valid in a country that the hints name, when it is grouped as only
telephone numbers are, or when a word before it says so. Dates, amounts and numbers of orders are none.
"""

import re
from collections.abc import Iterable, Iterator

import phonenumbers

from copilot.domain.language import Language
from copilot.domain.personal_data import DataClass, Hints, PersonalSpan
from copilot.guardrails.personal_data.places import candidates, cue, cued, is_business_number
from copilot.guardrails.personal_data.recogniser import span_of

_MOST_COUNTRIES = 3
_FEWEST_DIGITS, _MOST_DIGITS = 7, 15
_SPACE = r"[ \u00a0\u202f]"
_SEPARATOR = rf"(?:{_SPACE}?[-\u2010-\u2013]{_SPACE}?|[./]|{_SPACE}{{1,2}})"
_GROUP = rf"(?:{_SEPARATOR}?\([0-9]{{1,5}}\)|{_SEPARATOR}[0-9]{{1,11}}|(?<=\))[0-9]{{1,11}})"
"""One way to read any row of digits, so that a failed match is cheap."""
_EXTENSION = (
    rf"(?:{_SPACE}?(?:,{_SPACE}?)?(?:x|ext\.?|extensi[oó]n|extension|int\.?|interno){_SPACE}?[0-9]{{1,6}}(?![^\W_])"
    r"|(?![\w:]|[.,][0-9]))"
)
"""Or nothing that goes on."""
_INTERNATIONAL = re.compile(
    rf"(?<![\w+])(?:\+|00{_SPACE}?|\(\+)[1-9][0-9]{{0,14}}\)?{_GROUP}{{0,7}}{_EXTENSION}",
    re.IGNORECASE,
)
_NATIONAL = re.compile(
    rf"(?<![\w+@])(?<![0-9][.,/:-])(?:\([0-9]{{1,5}}\)|[0-9]{{1,11}}){_GROUP}{{0,6}}{_EXTENSION}",
    re.IGNORECASE,
)
_AREA_AND_SLASH = re.compile(r"\(?[0-9]{2,4}\)?/[0-9 .-]{6,}$")
_EXTENSION_LETTERS = re.compile(r"[a-zA-Z]")
_NUMBER_LENGTH = re.compile(r"[0-9]")
_DATE = re.compile(
    r"(?:19|20)[0-9]{2}[-/. ](?:0?[1-9]|1[0-2])[-/. ](?:0?[1-9]|[12][0-9]|3[01])(?![0-9])"
    r"|[0-3]?[0-9][-/. ][0-3]?[0-9][-/. ](?:19|20)[0-9]{2}(?![0-9])"
    r"|(?:19|20)[0-9]{2} ?[-/] ?(?:19|20)[0-9]{2}"
    r"|(?:19|20)[0-9]{6}(?:[0-9]{6})?$"
)
_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1?[0-9]{1,2})"
_SAID_AFTER = re.compile(
    r"[ ,]{0,2}(?:is|es) (?:my|the|our|his|her|mi|el|nuestro|su) (?:new |work |direct |nuevo )?"
    r"(?:phone|number|cell|mobile|line|tel[eé]fono|m[oó]vil|n[uú]mero|celular)",
    re.IGNORECASE,
)
_BRACKETED = re.compile(r"\(0?[1-9][0-9]{0,3}\) ?[0-9]{2,4}[ .-]?[0-9]{2,4}(?:[ .-][0-9]{2,4})?$")
_LINE_START = re.compile(r"(?:^|\n)[ \t>|*-]{0,4}$")
_LINE_END = re.compile(r"[ \t.]{0,3}(?:\n|$)")
_OTHER_SHAPE = re.compile(rf"[0-9]{{3}}-[0-9]{{2}}-[0-9]{{4}}$|{_OCTET}(?:\.{_OCTET}){{3}}$|.{{3,8}}[ .]000$")
"""Social-security numbers, versions and addresses of machines, round amounts."""
_AMOUNT = re.compile(r"[0-9]{1,3}(?:[. \u00a0\u202f][0-9]{3}){1,4}$|[0-9]{1,6}\.[0-9]{2}$")
_CURRENCY_BEFORE = re.compile(r"(?:[€$£¥%#]|\b(?:usd|eur|gbp|mxn|cop|clp|ars|brl|us))[ \u00a0]?[-+]?$", re.IGNORECASE)
_UNIT_AFTER = re.compile(
    r"[ \u00a0]?(?:[€$£¥%°º]|(?:usd|eur|euros?|gbp|mxn|cop|clp|ars|brl|d[oó]lares|dollars|pesos|libras|pounds|unidades|"
    r"units|licencias|licen[cs]es|usuarios|users|kg|km|m2|mb|gb|kwh|millones|million|registros|records|eventos|"
    r"events|horas|hours|d[ií]as|days|visitas|requests)\b)",
    re.IGNORECASE,
)
_NOUNS = cue(
    r"tel[eé]fonos?|tel[eé]fs?\.?|tels?\.?|telf\.?|tfnos?\.?|tlfs?\.?|tlfnos?\.?|tlno\.?|fono|m[oó]vil(?:es)?|"
    r"m[oó]v\.?|"
    r"mob\.?|celular(?:es)?|cel\.?|whatsapp|wasap|wsp|fax|phones?|ph\.?|telephones?|mobiles?|cell(?:phone)?s?|landline|"
    r"hotline|n[uú]mero de contacto|contact number|(?:your|my|his|her|our|the) (?:phone |cell |mobile )?number|"
    r"my registered|"
    r"mi n[uú]mero(?: es)?|number at|office:|oficina:|despacho:|centralita|"
    r"switchboard|extensi[oó]n|sms",
    gap=40,
)
_VERBS = re.compile(
    r"(?<![^\W_])(?:call(?: me| us| him| her| them)?(?: back)?(?: at| on)?|calling|dial|ring(?: me| us)?(?: on| at)?|"
    r"text(?: me| us)?|ll[aá]m[aeo]\w{0,6}|llamar\w{0,4}|llamad\w{0,4}|marque|marca(?:r|ndo)|reach \w{2,8}(?: at| on)|"
    r"messages? to|mensajes? al?|contact(?:o|ar)?(?: en| me| us)?(?: at| on)?)(?![^\W_])[^0-9.\n]{0,28}$",
    re.IGNORECASE,
)
"""What one does with a number stands in the same sentence."""
_LETTER = re.compile(r"(?<![^\W_])[tmf][.:] ?$", re.IGNORECASE)
_NORTH_AMERICAN = re.compile(
    r"(?:1[-. ])?(?:\([2-9][0-9]{2}\) ?[2-9][0-9]{2}[-. ][0-9]{4}|[2-9][0-9]{2}([-. ])[2-9][0-9]{2}\1[0-9]{4})$"
)
_SPANISH = re.compile(
    r"(?:[679][0-9]{2}([ .-])[0-9]{3}\1[0-9]{3}|[679][0-9]{2}([ .-])[0-9]{2}\2[0-9]{2}\2[0-9]{2}|"
    r"9[0-9]([ .-])[0-9]{3}\3[0-9]{2}\3[0-9]{2})$"
)
_BRITISH = re.compile(r"\(?0[1-9][0-9]{1,4}\)?[ -](?:[0-9]{3,4}[ -][0-9]{3,4}|[0-9]{5,7})$")
_SHAPES = ((_NORTH_AMERICAN, "US"), (_SPANISH, "ES"), (_BRITISH, "GB"))
_AT_HOME = {Language.ES: ("ES", "MX", "CO"), Language.EN: ("US", "GB", "CA"), None: ("ES", "US", "GB")}
_LINK = re.compile(r"[ \u00a0]{0,2}(?:[/,;|]|\b(?:y|o|u|and|or)\b)[ \u00a0]{0,2}$")


class PhoneRecogniser:
    """Finds telephone numbers. The countries of `Hints.countries` decide what is valid without a prefix."""

    name = "phones"

    def find(self, text: str, hints: Hints) -> Iterable[PersonalSpan]:
        """See the class docstring. At most three countries are tried."""
        if "+" in text or "00" in text:
            yield from _international(text)
        yield from _national(text, hints)


def _international(text: str) -> Iterator[PersonalSpan]:
    for match in candidates(_INTERNATIONAL, text, minimum=_FEWEST_DIGITS):
        written = match.group()
        has_plus = "+" in written
        if not has_plus and not _says_phone(text, match.start()) and not _is_grouped(written):
            continue
        number = written if has_plus else f"+{written[2:].lstrip()}"
        end = _longest(number, None)
        if end:
            end = match.start() + end + len(written) - len(number)
            yield _phone(text, (match.start(), end), score=0.95)
        elif has_plus and _FEWEST_DIGITS < _digits(written) <= _MOST_DIGITS and not _is_followed_by_unit(text, match):
            yield _phone(text, match.span(), score=0.6)


def _national(text: str, hints: Hints) -> Iterator[PersonalSpan]:
    linked_from = -1
    for match in _candidates(text):
        start, end = match.span()
        if not _FEWEST_DIGITS <= _digits(match.group()) <= _MOST_DIGITS or _is_something_else(text, match):
            continue
        is_linked = 0 <= start - linked_from <= 8 and _LINK.match(text, linked_from, start) is not None
        is_named = is_linked or _says_phone(text, start) or _is_said_after(text, match)
        score = _score(text, match, hints, is_named=is_named)
        if score:
            linked_from = end
            yield _phone(text, (start, end), score=score)


def _candidates(text: str) -> Iterator[re.Match[str]]:
    """Rows of digits; where a dash joins two numbers, each by itself."""
    for match in candidates(_NATIONAL, text, minimum=_FEWEST_DIGITS):
        if _digits(match.group()) <= _MOST_DIGITS or " - " not in match.group():
            yield match
            continue
        place = match.start()
        for piece in match.group().split(" - "):
            part = _NATIONAL.match(text, place, place + len(piece))
            if part is not None:
                yield part
            place += len(piece) + len(" - ")


def _is_something_else(text: str, match: re.Match[str]) -> bool:
    """A date, an amount, or two numbers with a slash between them."""
    written = match.group()
    if written.startswith("000") or _DATE.match(written) or ("/" in written and _AREA_AND_SLASH.match(written) is None):
        return True
    before = text[max(0, match.start() - 6) : match.start()]
    return _is_followed_by_unit(text, match) or _CURRENCY_BEFORE.search(before) is not None


def _score(text: str, match: re.Match[str], hints: Hints, *, is_named: bool) -> float:
    """How sure it is that a number without prefix is a telephone; 0: it is none."""
    written = match.group()
    if is_named:
        return 0.9 if _is_valid_somewhere(written, _countries(hints)) else 0.7
    if _digits(written) < 8 or _OTHER_SHAPE.match(written) or is_business_number(text, match.start()):
        return 0
    countries = _countries(hints)
    for shape, country in _SHAPES:
        # Threes with dots or spaces between them are also how an amount is written, so there the country must fit.
        is_sure = country in countries or not _AMOUNT.match(written)
        if is_sure and shape.match(written) and _longest(written, country):
            return 0.85
    if _AMOUNT.match(written):
        return 0
    if _BRACKETED.match(written) or (_is_tidy(written) and _stands_alone(text, match)):
        return 0.7
    # One run of digits could be anything, so only the account's own country, which comes first, makes it a telephone.
    hinted = hints.countries[: 1 if written.isdigit() else _MOST_COUNTRIES]
    return 0.75 if hinted and _is_tidy(written) and _is_valid_somewhere(written, hinted) else 0


def _says_phone(text: str, start: int) -> bool:
    is_said = cued(text, start, _NOUNS) or cued(text, start, _VERBS)
    return is_said or _LETTER.search(text[max(0, start - 4) : start]) is not None


def _is_said_after(text: str, match: re.Match[str]) -> bool:
    """An extension, or the word for a telephone behind the number."""
    return match.group()[-1:].isdigit() and (
        any(char.isalpha() for char in match.group())
        or _SAID_AFTER.match(text, match.end(), match.end() + 40) is not None
    )


def _stands_alone(text: str, match: re.Match[str]) -> bool:
    """Whether a line holds nothing but three groups or more with one separator, as in a signature."""
    before = text[max(0, match.start() - 6) : match.start()]
    starts = _LINE_START.search(before) is not None and (match.start() <= 5 or "\n" in before)
    separators = set(re.findall(r"[^0-9]", match.group()))
    return (
        starts
        and len(separators) == 1
        and _is_grouped(match.group())
        and _LINE_END.match(text, match.end()) is not None
    )


def _countries(hints: Hints) -> tuple[str, ...]:
    return (hints.countries or _AT_HOME[hints.language])[:_MOST_COUNTRIES]


def _is_tidy(written: str) -> bool:
    """Whether it is one run of nine or ten digits, or groups that one kind of separator parts."""
    groups = re.findall(r"[0-9]+", written)
    if len(groups) == 1:
        return 9 <= len(groups[0]) <= 10
    return len(groups[0]) <= 5 and all(2 <= len(group) <= 4 for group in groups[1:])


def _is_grouped(written: str) -> bool:
    return len(re.findall(r"[0-9]+", written)) >= 3


def _is_followed_by_unit(text: str, match: re.Match[str]) -> bool:
    return _UNIT_AFTER.match(text, match.end(), match.end() + 16) is not None


def _digits(written: str) -> int:
    """How many digits the number has, without those of an extension."""
    return len(_NUMBER_LENGTH.findall(_EXTENSION_LETTERS.split(written, maxsplit=1)[0]))


def _is_valid_somewhere(written: str, countries: tuple[str, ...]) -> bool:
    return any(_longest(written, country) == len(written) for country in countries)


def _longest(written: str, country: str | None) -> int:
    """How many characters of `written`, cut between groups, are a valid number of `country` (None: with prefix)."""
    end = len(written)
    for _ in range(3):
        try:
            number = phonenumbers.parse(written[:end], country)
        except phonenumbers.NumberParseException:
            return 0
        if phonenumbers.is_valid_number(number):
            return end
        cut = written.rfind(" ", 0, end)
        if cut < 0 or country is not None:
            return 0
        end = cut
    return 0


def _phone(text: str, place: tuple[int, int], *, score: float) -> PersonalSpan:
    return span_of(text, place, data_class=DataClass.PHONE, scheme="phone", score=score)
