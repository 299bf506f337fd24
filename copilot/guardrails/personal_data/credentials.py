"""Secrets: keys of well-known services, tokens, private keys, passwords.

Invariant: a secret is found by the form that its issuer gives it, or by the word before it together with a value
that looks like one; prose about passwords is none.
"""

import re
from collections.abc import Iterable, Iterator

from copilot.domain.personal_data import DataClass, Hints, PersonalSpan
from copilot.guardrails.personal_data.recogniser import span_of

_VENDORS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("aws", ("AKIA", "ASIA"), r"(?:AKIA|ASIA)[A-Z0-9]{16}"),
    ("github", ("gh",), r"gh[pousr]_[A-Za-z0-9]{30,255}"),
    ("github", ("github_pat_",), r"github_pat_[A-Za-z0-9_]{22,255}"),
    ("gitlab", ("glpat-",), r"glpat-[A-Za-z0-9_-]{20,100}"),
    ("slack", ("xox",), r"xox[abeoprs]-[A-Za-z0-9-]{10,250}"),
    ("slack", ("xapp-",), r"xapp-[A-Za-z0-9-]{10,250}"),
    ("slack_webhook", ("hooks.slack.com",), r"hooks\.slack\.com/services/[A-Za-z0-9/_-]{20,100}"),
    ("google", ("AIza",), r"AIza[A-Za-z0-9_-]{35}"),
    ("google_oauth", ("GOCSPX-",), r"GOCSPX-[A-Za-z0-9_-]{28}"),
    ("google_oauth", ("ya29.",), r"ya29\.[A-Za-z0-9_-]{20,500}"),
    ("stripe", ("_live_", "_test_"), r"[srp]k_(?:live|test)_[A-Za-z0-9]{10,200}"),
    ("stripe_webhook", ("whsec_",), r"whsec_[A-Za-z0-9]{20,100}"),
    ("model_api", ("sk-",), r"sk-(?:[a-z]{2,12}[0-9]{0,3}-){0,3}[A-Za-z0-9_-]{20,250}"),
    ("sendgrid", ("SG.",), r"SG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{16,64}"),
    ("twilio", ("SK", "AC"), r"(?:SK|AC)[0-9a-f]{32}"),
    ("mailgun", ("key-",), r"key-[0-9a-f]{32}"),
    ("npm", ("npm_",), r"npm_[A-Za-z0-9]{36}"),
    ("pypi", ("pypi-",), r"pypi-[A-Za-z0-9_-]{50,300}"),
    ("hugging_face", ("hf_",), r"hf_[A-Za-z0-9]{30,60}"),
    ("hubspot", ("pat-",), r"pat-(?:na|eu)[0-9]-[0-9a-f-]{36}"),
    ("shopify", ("shp",), r"shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}"),
    ("digitalocean", ("dop_v1_",), r"dop_v1_[a-f0-9]{64}"),
    ("atlassian", ("ATATT",), r"ATATT[A-Za-z0-9_=-]{40,300}"),
    ("salesforce", ("00D",), r"00D[A-Za-z0-9]{12,15}![A-Za-z0-9._]{60,150}"),
    ("telegram", (":AA",), r"[0-9]{8,10}:AA[A-Za-z0-9_-]{33}"),
    ("jwt", ("eyJ",), r"eyJ[A-Za-z0-9_-]{8,4000}\.eyJ[A-Za-z0-9_-]{8,8000}\.[A-Za-z0-9_-]{0,2000}"),
)
_BY_FORM = tuple(
    (f"credential.{vendor}", marks, re.compile(rf"(?<![A-Za-z0-9_]){form}(?![A-Za-z0-9])"))
    for vendor, marks, form in _VENDORS
)
_KEY_BEGIN = re.compile(r"-----BEGIN (?:[A-Z0-9]{1,20} ){0,4}PRIVATE KEY(?: BLOCK)?-----")
_KEY_END = re.compile(r"-----END (?:[A-Z0-9]{1,20} ){0,4}PRIVATE KEY(?: BLOCK)?-----")
_KEY_LIMIT = 16_000
_LOGIN = re.compile(r"://[^\s/@:?#\"'<>]{0,100}:(?P<secret>[^\s/@\"'<>]{1,200})@[\w\[][^\s\"'<>,;)]{0,200}(?<![.:])")
_URL_SCHEME = re.compile(r"[A-Za-z][\w+.-]{0,20}$")
_BEARER = re.compile(r"\b(?:bearer|basic)\s{1,3}(?P<secret>[A-Za-z0-9+/_.~-]{16,2000}={0,2})", re.IGNORECASE)
_WORDS = (
    r"(?i:asswords?|asswd|wd|assphrase|asscode|ass|in|ontrase[nñ]as?|laves?(?: de (?:acceso|api|paso))?|"
    r"redencial(?:es)?|redentials?|okens?|ecrets?|ecreto|"
    r"(?:ccess|uth|pi|efresh|earer|ession)[ _-]?tokens?|(?:lient|pp|pi|hared)[ _-]?secrets?|"
    r"(?:pi|ccess|ecret|rivate|ccount|ncryption|icense)[ _-]?(?:access[ _-]?)?keys?)"
)
"""Without their first letters, which stand in a set of their own for a quick search."""
_ASSIGNED = re.compile(
    rf"[aAbBcCeElLpPrRsStT](?<![^\W_].)(?P<words>{_WORDS})(?![^\W_])"
    r"(?P<between>[^\n:=]{0,24}?[\"'`*]{0,3}\s{0,3}(?:(?::?=>?)[ \t]{0,3}|(?::|\b(?i:is|es)\b)\s{0,3}))"
    r"(?P<quote>[\"'`*“«]{0,3})(?P<secret>[^\s\"'`,;<>“”«»]{4,200})"
)
_BESIDE = re.compile(
    r"[pPcC](?<![^\W_].)(?i:assword|asswd|asscode|ontrase[nñ]a)[ \t]{1,2}(?P<quote>[\"'`“«]{0,2})"
    r"(?P<secret>[^\s\"'`,;<>“”«»]{6,200})"
)
"""Nothing but a space between: then it has to look like a secret all the more."""
_MENTION = ("pass", "contrase", "clave", "pwd", "pin", "token", "secret", "key", "credencial", "credential")
_QUOTES = frozenset("\"'`*”»")
_TRAILING = ".)]}"
_PLACEHOLDER = re.compile(r"(?:x+|\*+|\.+|•+|_+|-+|\$\{?.*|\{.*|%.*|\[.*|<.*|null|none|true|false)$", re.IGNORECASE)
_REFERENCE = re.compile(r"https?://|[^@]{1,64}@[\w-]{1,63}\.|[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{2,4}$", re.IGNORECASE)
"""An address or a date after the word says where or when, not what."""
_STRONG = re.compile(r"assw|wd|assphrase|asscode|ontrase|in|laves? de|redential|redencial|.*key", re.IGNORECASE)
_LETTERS_AND_DIGITS = re.compile(r"(?=.{0,200}[0-9])(?=.{0,200}[^\W\d_])")
_MIXED = re.compile(r"(?=.*[0-9])(?=.*[^\W\d_])|(?=.*[a-z])(?=.*[A-Z][^A-Z]*[A-Z])|(?=.*\w)(?=.*[@#$!%^&*+=~?])")


class CredentialRecogniser:
    """Finds secrets; of an assignment only the secret itself, of a connection with a password all of it."""

    name = "credentials"

    def find(self, text: str, hints: Hints) -> Iterable[PersonalSpan]:
        """See the class docstring."""
        del hints
        yield from _by_form(text)
        yield from _private_keys(text)
        yield from _by_word(text)


def _by_form(text: str) -> Iterator[PersonalSpan]:
    for scheme, marks, pattern in _BY_FORM:
        if any(mark in text for mark in marks):
            for match in pattern.finditer(text):
                yield _secret(text, match.span(), scheme)
    if "://" in text:
        for match in _LOGIN.finditer(text):
            if not _PLACEHOLDER.match(match["secret"]):
                scheme_name = _URL_SCHEME.search(text, max(0, match.start() - 22), match.start())
                start = scheme_name.start() if scheme_name else match.start()
                yield _secret(text, (start, match.end()), "credential.connection")


def _private_keys(text: str) -> Iterator[PersonalSpan]:
    place = 0
    while "PRIVATE KEY" in text and (begin := _KEY_BEGIN.search(text, place)):
        limit = min(len(text), begin.end() + _KEY_LIMIT)
        end = _KEY_END.search(text, begin.end(), limit)
        place = end.end() if end else limit
        yield _secret(text, (begin.start(), place), "credential.private_key")


def _by_word(text: str) -> Iterator[PersonalSpan]:
    lower = text.lower()
    if "bearer " in lower or "basic " in lower:
        for match in _BEARER.finditer(text):
            if _MIXED.match(match["secret"]):
                yield _secret(text, match.span("secret"), "credential.token", score=0.9)
    if any(mention in lower for mention in _MENTION):
        for match in _ASSIGNED.finditer(text):
            yield from _assigned(text, match)
        for match in _BESIDE.finditer(text):
            value = match["secret"].rstrip(_TRAILING)
            if _LETTERS_AND_DIGITS.match(value) and not _REFERENCE.match(value):
                start = match.start("secret")
                yield _secret(text, (start, start + len(value)), "credential.password", score=0.8)


def _assigned(text: str, match: re.Match[str]) -> Iterator[PersonalSpan]:
    value = match["secret"] if match["quote"] else match["secret"].rstrip(_TRAILING)
    if len(value) < 4 or _PLACEHOLDER.match(value) or _REFERENCE.match(value):
        return
    is_quoted = "=" in match["between"] or (bool(match["quote"]) and text[match.end() : match.end() + 1] in _QUOTES)
    is_named = _STRONG.match(match["words"]) is not None
    if _looks_secret(value, is_named=is_named) or (is_quoted and len(value) >= 6):
        start = match.start("secret")
        yield _secret(text, (start, start + len(value)), "credential.password", score=0.9)


def _looks_secret(value: str, *, is_named: bool) -> bool:
    """Letters with digits, two capitals among small letters, or signs that words do not have."""
    if is_named:
        return _MIXED.match(value) is not None or (value.isdigit() and len(value) <= 12)
    return len(value) >= 6 and _LETTERS_AND_DIGITS.match(value) is not None


def _secret(text: str, place: tuple[int, int], scheme: str, *, score: float = 1.0) -> PersonalSpan:
    return span_of(text, place, data_class=DataClass.CREDENTIAL, scheme=scheme, score=score)
