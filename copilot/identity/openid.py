"""What is said to an OpenID Connect provider, and what is believed of its answers.

Invariants: nobody is believed to be somebody for whom the provider did not sign, with a key of its own and a method
that keeps the key to itself, for this client, for this sign-in and a short while ago; what else is asked about them is
asked of the provider over HTTPS; no call waits longer than a few seconds, and while the provider is away nobody waits
in line; neither codes nor tokens are logged or kept: the identity token is handed to the browser whose sign-in it is.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, Final
from urllib.parse import urlsplit

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.common.urls import add_params_to_uri
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from copilot.clock import Clock
from copilot.errors import ConfigurationError, NotAuthenticated, UnavailableError
from copilot.llm.deadline import DeadlineTransport
from copilot.telemetry import get_logger

_log = get_logger(__name__)

SECONDS: Final = 8.0
"""The longest that one call may take."""
ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Only such whose key for checking cannot sign. `none` and shared secrets are not among them."""
_DISCOVERY = "/.well-known/openid-configuration"
_KEPT_FOR: Final = timedelta(hours=1)
_KEYS_ANEW: Final = timedelta(minutes=1)
"""So long after keys were read an unknown one does not make them be read again."""
_AWAY_FOR: Final = timedelta(seconds=10)
"""So long after it could not be reached nobody tries again: each would hold a thread for all seconds of a call."""
_LEEWAY: Final = 60
"""Seconds by which the provider's clock may differ."""
_LOCAL: Final = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Connection:
    """How this installation is known to the provider."""

    issuer: str
    client_id: str
    client_secret: str | None
    redirect_uri: str
    signed_out_uri: str
    """Where the provider sends a browser back to whose session it ended."""
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """What the provider said of somebody."""

    claims: Mapping[str, object]
    id_token: str
    """As it came: the provider knows its session by it again."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What the provider says about itself."""

    metadata: Mapping[str, Any]
    keys: KeySet
    read_at: datetime

    def address(self, name: str) -> str:
        return str(self.metadata[name])


class Provider:
    """One provider, for all threads of the process."""

    def __init__(self, connection: Connection, *, clock: Clock) -> None:
        """Connects when somebody signs in. Raises ConfigurationError for an issuer that is not on HTTPS."""
        if not is_safe_address(connection.issuer):
            raise ConfigurationError(
                "The issuer of single sign-on is not on HTTPS.", hint="Correct COPILOT_SSO_ISSUER."
            )
        self.connection = connection
        self._clock = clock
        self._known: _Known | None = None
        self._away_since: datetime | None = None
        self._lock = Lock()

    def sign_in_address(self, *, state: str, nonce: str, verifier: str) -> str:
        """Where a browser goes to prove who its user is. Raises UnavailableError."""
        with self._client() as client:
            address, _ = client.create_authorization_url(
                self._read().address("authorization_endpoint"), state=state, nonce=nonce, code_verifier=verifier
            )
        return str(address)

    def sign_out_address(self, id_token: str, *, state: str) -> str | None:
        """Where a browser goes to end its session at the provider; None: the provider publishes no such place.

        `id_token`: of its sign-in; empty: the provider will ask the person. Raises UnavailableError.
        """
        place = self._read().metadata.get("end_session_endpoint")
        if not isinstance(place, str) or not is_safe_address(place):
            return None
        known = self.connection
        asked = {"client_id": known.client_id, "post_logout_redirect_uri": known.signed_out_uri, "state": state}
        return str(
            add_params_to_uri(place, [*({"id_token_hint": id_token} if id_token else {}).items(), *asked.items()])
        )

    def claims_of(self, code: str, *, nonce: str, verifier: str, wanted: Collection[str]) -> Told:
        """Who somebody is who came back with this code; what is `wanted` is asked for if the token does not tell it.

        Raises NotAuthenticated or UnavailableError.
        """
        known = self._read()
        token = self._exchange(code, verifier=verifier, known=known)
        raw, access = token.get("id_token"), token.get("access_token")
        if not isinstance(raw, str):
            raise refused("no_id_token")
        claims = self._verified(raw, nonce=nonce, access_token=access if isinstance(access, str) else None)
        if all(name in claims for name in wanted):
            return Told(claims, raw)
        told = self._user_info(access, subject=claims["sub"], known=known)
        if "email" in claims and told.get("email") != claims["email"]:
            # What it vouches for there is another address than the one that is taken.
            told = {name: value for name, value in told.items() if name != "email_verified"}
        return Told({**told, **claims}, raw)

    def check_answer(self, issuer: str | None) -> None:
        """Whether an answer came from this provider (RFC 9207). Raises NotAuthenticated or UnavailableError."""
        must = bool(self._read().metadata.get("authorization_response_iss_parameter_supported"))
        if issuer != self.connection.issuer and (must or issuer is not None):
            raise refused("other_issuer")

    def _exchange(self, code: str, *, verifier: str, known: _Known) -> Mapping[str, Any]:
        try:
            with self._client(known.metadata) as client:
                token: Mapping[str, Any] = client.fetch_token(
                    known.address("token_endpoint"), grant_type="authorization_code", code=code, code_verifier=verifier
                )
                return token
        except AuthlibBaseError as error:
            raise refused("code_refused") from error
        except (httpx2.HTTPError, ValueError) as error:
            raise _unavailable(error) from error

    def _verified(self, raw: str, *, nonce: str, access_token: str | None) -> Mapping[str, object]:
        """The claims of an identity token, after every check that OpenID Connect Core 3.1.3.7 asks for."""
        try:
            token = self._decoded(raw)
            claims = CodeIDToken(
                token.claims,
                token.header,
                options={
                    "iss": {"essential": True, "value": self.connection.issuer},
                    "aud": {"essential": True, "value": self.connection.client_id},
                    "sub": {"essential": True},
                    "exp": {"essential": True},
                    "iat": {"essential": True},
                },
                params={"nonce": nonce, "client_id": self.connection.client_id, "access_token": access_token},
            )
            claims.validate(now=int(self._clock.now().timestamp()), leeway=_LEEWAY)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise refused(f"token_{type(error).__name__}") from error
        if not isinstance(claims["sub"], str):
            raise refused("no_subject")
        return dict(claims)

    def _decoded(self, raw: str) -> jwt.Token:
        """Checked against the provider's keys, which are read again when it has new ones."""
        known = self._read()
        try:
            return jwt.decode(raw, known.keys, algorithms=ALGORITHMS)
        except InvalidKeyIdError:
            if self._clock.now() - known.read_at < _KEYS_ANEW:
                raise
            return jwt.decode(raw, self._read(anew=True).keys, algorithms=ALGORITHMS)

    def _user_info(self, access: object, *, subject: object, known: _Known) -> Mapping[str, object]:
        """What the provider tells only to who holds the access token; nothing, if that is about somebody else."""
        address = known.metadata.get("userinfo_endpoint")
        if not isinstance(address, str) or not isinstance(access, str):
            return {}
        if not is_safe_address(address):
            raise _unavailable(ValueError("userinfo_endpoint"))
        found = self._get(address, headers={"authorization": f"Bearer {access}"})
        return found if found.get("sub") == subject else {}

    def _read(self, *, anew: bool = False) -> _Known:
        with self._lock:
            known, now = self._known, self._clock.now()
            if known is None or anew or now - known.read_at >= _KEPT_FOR:
                if self._away_since is not None and now - self._away_since < _AWAY_FOR:
                    raise _unavailable(TimeoutError("away"))
                try:
                    known = self._known = self._discovered()
                except UnavailableError:
                    self._away_since = self._clock.now()
                    raise
            return known

    def _discovered(self) -> _Known:
        metadata = self._get(self.connection.issuer.rstrip("/") + _DISCOVERY)
        places = [metadata.get(name) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")]
        if metadata.get("issuer") != self.connection.issuer or not all(
            isinstance(place, str) and is_safe_address(place) for place in places
        ):
            raise _unavailable(ValueError("discovery"))
        try:
            keys = KeySet.import_key_set(self._get(str(metadata["jwks_uri"])))  # type: ignore[arg-type]
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise _unavailable(error) from error
        return _Known(metadata, keys, self._clock.now())

    def _get(self, address: str, *, headers: Mapping[str, str] | None = None) -> Mapping[str, Any]:
        transport = DeadlineTransport(seconds=SECONDS)
        try:
            with httpx2.Client(transport=transport, timeout=SECONDS, follow_redirects=False) as client:
                answer = client.get(address, headers=dict(headers or {}))
                answer.raise_for_status()
                content = answer.json()
        except (httpx2.HTTPError, ValueError) as error:
            raise _unavailable(error) from error
        if not isinstance(content, dict):
            raise _unavailable(ValueError("no object"))
        return content

    def _client(self, metadata: Mapping[str, Any] | None = None) -> Any:
        known = self.connection
        methods = (metadata or {}).get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        basic = "client_secret_basic" in methods or "client_secret_post" not in methods
        method = "none" if known.client_secret is None else "client_secret_basic" if basic else "client_secret_post"
        return OAuth2Client(
            known.client_id,
            known.client_secret,
            token_endpoint_auth_method=method,
            redirect_uri=known.redirect_uri,
            scope=" ".join(known.scopes),
            code_challenge_method="S256",
            transport=DeadlineTransport(seconds=SECONDS),
            timeout=SECONDS,
            follow_redirects=False,
        )


def is_safe_address(address: str) -> bool:
    """Whether nobody on the way reads or changes what is said there: HTTPS, or this machine."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOCAL))


def refused(reason: str) -> NotAuthenticated:
    """The sign-in cannot be believed; the log says why, in a word."""
    _log.warning("sign_on.refused", reason=reason)
    return NotAuthenticated(
        "The sign-in could not be confirmed.",
        hint="Try again from this page. If it happens again, tell your administrator.",
    )


def _unavailable(error: Exception) -> UnavailableError:
    _log.error("sign_on.unavailable", error=type(error).__name__)
    return UnavailableError(
        "Single sign-on cannot be reached at the moment.", hint="Try again in a minute, or tell your administrator."
    )
