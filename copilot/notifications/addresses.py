"""Which addresses a webhook may be delivered to.

Invariant: what is connected to is one of the addresses that were checked, never a name that is looked up again; and
no address of this network is reached unless the installation says so. Addresses of the link (where clouds keep
their credentials), of many receivers or of none are never reached.
"""

import asyncio
import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

from copilot.errors import InputError, UnavailableError
from copilot.notifications.texts import error

Address = IPv4Address | IPv6Address

_LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
_LONGEST = 2_000
_HIDDEN_IPV4 = tuple(ip_network(block) for block in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32"))
"""IPv6 addresses that stand for an IPv4 address behind a gateway: nobody can tell which network that reaches."""
_PORTS = {"https": 443, "http": 80}


class AddressRefused(UnavailableError):
    """The receiver's address may not be reached, or there is none. Internal: ends as a code in the delivery log."""


def checked_url(url: str, *, language: str = "en") -> SplitResult:
    """The parts of an address that a receiver may have: https, or http on this machine; no password, no fragment.

    Raises InputError in the language of the reader.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as unreadable:
        raise error(InputError, "url_unreadable", language=language) from unreadable
    host = parts.hostname or ""
    if len(url) > _LONGEST or not url.isascii() or any(char.isspace() or char == "\\" for char in url):
        raise error(InputError, "url_unreadable", language=language)
    if not host or port == 0 or parts.username is not None or parts.password is not None or parts.fragment:
        raise error(InputError, "url_parts", language=language)
    if parts.scheme != "https" and not (parts.scheme == "http" and host in _LOCAL_NAMES):
        raise error(InputError, "url_https", language=language)
    literal = _literal(host)
    if literal is not None and not may_be_reached(literal, private=True):
        raise error(InputError, "url_never", language=language)
    return parts


def port_of(parts: SplitResult) -> int:
    """The port that is meant."""
    return parts.port or _PORTS[parts.scheme]


async def resolved(parts: SplitResult, *, private: bool) -> Address:
    """The address to connect to. Every address of the name has to be allowed, so that none is reached by luck.

    Raises AddressRefused.
    """
    host = parts.hostname or ""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port_of(parts), type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as unknown:
        raise AddressRefused("The name of the receiver is not known.") from unknown
    addresses = [ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    if not addresses or not all(may_be_reached(address, private=private) for address in addresses):
        raise AddressRefused("The address of the receiver may not be reached.")
    return addresses[0]


def may_be_reached(address: Address, *, private: bool) -> bool:
    """Whether a delivery may go there. `private`: the installation allows addresses of its own network."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return may_be_reached(address.ipv4_mapped, private=private)
        if any(address in block for block in _HIDDEN_IPV4):
            return False
    if address.is_link_local or address.is_multicast or address.is_unspecified or _is_site_local(address):
        return False
    if address.is_loopback or address.is_private:
        return private and (address.is_loopback or not address.is_reserved)
    return address.is_global and not address.is_reserved


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _is_site_local(address: Address) -> bool:
    return isinstance(address, IPv6Address) and address.is_site_local
