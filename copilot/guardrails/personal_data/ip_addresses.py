"""Addresses of machines, IPv4 and IPv6, that are neither versions nor section numbers.

Invariant: what no machine of anybody has (loopback, network masks, the unspecified address) is nobody's data.
"""

import ipaddress
import re
from collections.abc import Iterable, Iterator

from copilot.domain.personal_data import DataClass, Hints, PersonalSpan
from copilot.guardrails.personal_data.places import cue, cued
from copilot.guardrails.personal_data.recogniser import span_of

_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_VERSION_4 = re.compile(rf"(?<![\w.,§-]){_OCTET}(?:\.{_OCTET}){{3}}(?:/(?:[12]?[0-9]|3[0-2]))?(?![\w-]|\.[0-9])")
_VERSION_6 = re.compile(r"(?<![\w:.])[0-9a-fA-F]{1,4}(?::{1,2}[0-9a-fA-F]{1,4}){2,7}(?:::)?(?![\w:])")
_NOT_A_MACHINE = cue(
    r"v|v\.|ver\.?|versi[oó]n(?:es)?|versions?|releases?|build|firmware|actualizaci[oó]n|update|upgrade|parche|patch|"
    r"secci[oó]n(?:es)?|sections?|sec\.?|apartados?|cl[aá]usulas?|clauses?|art\.?|art[ií]culos?|articles?|"
    r"cap[ií]tulos?|"
    r"chapters?|anexos?|annex(?:es)?|appendix|numeral(?:es)?|requisitos?|requirements?|control(?:es|s)?|puntos?|"
    r"paragraphs?|p[aá]rrafos?|tablas?|tables?|figuras?|figures?"
)
_MACHINE = cue(
    r"ips?|ipv4|direcci[oó]n(?:es)?(?: ip)?|addresses|address|hosts?|servers?|servidor(?:es)?|dns|gateway|vpn"
)
_LINE_START = re.compile(r"\n[ \t#*-]{0,3}$")
_SMALL = 30
"""Versions and section numbers stay below; few public addresses have all four numbers below."""


class IpAddressRecogniser:
    """Finds addresses of machines."""

    name = "ip_addresses"

    def find(self, text: str, hints: Hints) -> Iterable[PersonalSpan]:
        """See the class docstring."""
        del hints
        yield from _of_version_4(text)
        if text.count(":") >= 2:
            yield from _of_version_6(text)


def _of_version_4(text: str) -> Iterator[PersonalSpan]:
    for match in _VERSION_4.finditer(text):
        address = ipaddress.IPv4Address(match.group().partition("/")[0])
        if _is_nobodys(address) or _reads_as_a_number(text, match.start(), address):
            continue
        yield span_of(text, match.span(), data_class=DataClass.IP_ADDRESS, scheme="ip.v4", score=0.9)


def _reads_as_a_number(text: str, start: int, address: ipaddress.IPv4Address) -> bool:
    """Whether it is a version, or the number of a section."""
    if cued(text, start, _MACHINE):
        return False
    is_small = all(part <= _SMALL for part in address.packed)
    opens_line = _LINE_START.search(text[max(0, start - 4) : start]) is not None or start == 0
    if cued(text, start, _NOT_A_MACHINE) or (is_small and opens_line):
        return True
    return is_small and not address.is_private


def _of_version_6(text: str) -> Iterator[PersonalSpan]:
    for match in _VERSION_6.finditer(text):
        try:
            address = ipaddress.IPv6Address(match.group())
        except ValueError:
            continue
        if not _is_nobodys(address) and any(char.isdigit() for char in match.group()):
            yield span_of(text, match.span(), data_class=DataClass.IP_ADDRESS, scheme="ip.v6", score=0.95)


def _is_nobodys(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    return (
        address.is_loopback
        or address.is_unspecified
        or (address.version == 4 and (address.packed[0] in (0, 255) or address.packed[0] >= 240))
    )
