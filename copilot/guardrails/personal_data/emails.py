"""Email addresses, also written out as `name (at) company.com`.

Invariant: only what stands around an at sign is read, at most 64 characters before it and 200 after it.
"""

import re
from collections.abc import Iterable, Iterator

from copilot.domain.personal_data import DataClass, Hints, PersonalSpan
from copilot.guardrails.personal_data.recogniser import span_of

_AT = re.compile(r"[@\uff20(\[{](?:(?<=[@\uff20])|\s?(?:at|arroba)\s?[)\]}])[ ]?", re.IGNORECASE)
"""One set of first characters, which the search skips to; brackets only with the word in them."""
_LOCAL = re.compile(r"[\w.%+'’&-]*[ ]?$")
_LOCAL_LIMIT = 64
_DOT = r"(?:\.|[ ]?[(\[{]\s?(?:dot|punto)\s?[)\]}][ ]?)"
_DOMAIN = re.compile(
    rf"(?:[^\W_](?:[^\W_]|-){{0,62}}{_DOT}){{1,6}}(?P<top>xn--[a-z0-9-]{{2,40}}|[^\W\d_]{{2,24}})(?![^\W_])",
    re.IGNORECASE,
)
_DOMAIN_LIMIT = 200
_LOGIN = re.compile(r"://[^\s/@:]{0,64}:[^\s/@]{1,64}@$")
_FILES = frozenset({"png", "jpg", "jpeg", "gif", "svg", "webp", "pdf", "html", "css", "js", "ts", "json", "xml"})
_REMOTES = frozenset({"git", "hg", "svn"})


class EmailRecogniser:
    """Finds addresses with a domain that has a dot."""

    name = "emails"

    def find(self, text: str, hints: Hints) -> Iterable[PersonalSpan]:
        """See the class docstring."""
        del hints
        return _emails(text)


def _emails(text: str) -> Iterator[PersonalSpan]:
    for at in _AT.finditer(text):
        domain = _DOMAIN.match(text, at.end(), at.end() + _DOMAIN_LIMIT)
        if domain is None:
            continue
        local = _LOCAL.search(text, max(0, at.start() - _LOCAL_LIMIT), at.start())
        written = local.group().lstrip(".%+'’&-") if local else ""
        name = written.rstrip(" ")
        is_spaced = " " in at.group() or written != name
        if not name or (is_spaced and len(at.group()) < 3) or _is_something_else(text, name, domain):
            continue
        place = (at.start() - len(written), domain.end())
        yield span_of(text, place, data_class=DataClass.EMAIL, scheme="email")


def _is_something_else(text: str, name: str, domain: re.Match[str]) -> bool:
    """A file name for two screen densities, the remote of a repository, or the login in a connection string."""
    before = text[max(0, domain.start() - _LOCAL_LIMIT * 2) : domain.start()]
    if _LOGIN.search(before) is not None:
        return True
    is_remote = name.lower() in _REMOTES and text[domain.end() : domain.end() + 1] == ":"
    return domain["top"].lower() in _FILES or is_remote
