"""A small OpenID Connect provider that really speaks HTTP, for tests: it signs, and it lies when it is told to.

Whoever comes to it is signed in as `subject` at once. What it says is in `claims`; `lie` changes one answer.
"""

import base64
import hashlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Annotated, Any
from urllib.parse import urlencode

import uvicorn
from fastapi import FastAPI, Form, Header, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT_ID, CLIENT_SECRET = "sales-copilot", "a-secret-of-the-tests"
_BITS = 2048
Claims = dict[str, Any]
Forger = Callable[[Claims], str]


@dataclass
class OidcProvider:
    """One provider, and what it says of the person who comes."""

    issuer: str
    clock: Callable[[], float]
    key: RSAKey
    subject: str = "subject-1"
    claims: Claims = field(default_factory=dict)
    """Claims of the identity token, besides those that every token has."""
    user_info: Claims = field(default_factory=dict)
    forge: Forger | None = None
    """Writes the identity token instead of the provider."""
    discovery: Claims = field(default_factory=dict)
    """What it says otherwise about itself."""
    codes: dict[str, Claims] = field(default_factory=dict)
    asked: list[Claims] = field(default_factory=list)
    """What browsers were sent with."""
    ended: list[Claims] = field(default_factory=list)
    """What browsers were sent with to end their session."""

    def metadata(self) -> Claims:
        """What it says about itself."""
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "userinfo_endpoint": f"{self.issuer}/me",
            "end_session_endpoint": f"{self.issuer}/end?tenant=tramontia",
            "authorization_response_iss_parameter_supported": True,
        } | self.discovery

    def token(self, nonce: str) -> Claims:
        """The claims of a good identity token."""
        now = int(self.clock())
        usual = {"iss": self.issuer, "sub": self.subject, "aud": CLIENT_ID, "iat": now, "exp": now + 300}
        return usual | {"nonce": nonce} | self.claims

    def signed(self, claims: Claims, *, key: RSAKey | None = None) -> str:
        """A token signed with the provider's key, or with another."""
        header = {"alg": "RS256", "kid": self.key.kid}
        return jwt.encode(header, claims, key or self.key, algorithms=["RS256"])


def new_key() -> RSAKey:
    """A key pair of a provider."""
    key = RSAKey.generate_key(_BITS, auto_kid=True)
    key.ensure_kid()
    return key


def _app(provider: OidcProvider) -> FastAPI:
    app = FastAPI()

    @app.get("/.well-known/openid-configuration")
    def discovery() -> JSONResponse:
        return JSONResponse(provider.metadata())

    @app.get("/keys")
    def keys() -> JSONResponse:
        return JSONResponse({"keys": [provider.key.as_dict(private=False) | {"use": "sig", "alg": "RS256"}]})

    @app.get("/authorize")
    def authorize(request: Request) -> Response:
        asked = dict(request.query_params)
        provider.asked.append(asked)
        code = f"code-{len(provider.asked)}"
        provider.codes[code] = asked
        back = urlencode({"code": code, "state": asked["state"], "iss": provider.issuer})
        return RedirectResponse(f"{asked['redirect_uri']}?{back}", status_code=302)

    @app.post("/token")
    def token(
        code: Annotated[str, Form()],
        code_verifier: Annotated[str, Form()],
        redirect_uri: Annotated[str, Form()],
        authorization: Annotated[str, Header()] = "",
    ) -> Response:
        asked = provider.codes.pop(code, None)
        secret = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        challenge = base64.urlsafe_b64encode(hashlib.sha256(code_verifier.encode()).digest()).rstrip(b"=").decode()
        if authorization != f"Basic {secret}":
            return JSONResponse({"error": "invalid_client"}, status_code=401)
        if asked is None or asked["redirect_uri"] != redirect_uri or asked["code_challenge"] != challenge:
            return JSONResponse({"error": "invalid_grant"}, status_code=400)
        claims = provider.token(asked["nonce"])
        signed = provider.forge(claims) if provider.forge else provider.signed(claims)
        return JSONResponse({"access_token": "access", "token_type": "Bearer", "expires_in": 60, "id_token": signed})

    @app.get("/me")
    def me(authorization: Annotated[str, Header()]) -> Response:
        if authorization != "Bearer access":
            return JSONResponse({}, status_code=401)
        return JSONResponse({"sub": provider.subject} | provider.user_info)

    _end_sessions(app, provider)
    return app


def _end_sessions(app: FastAPI, provider: OidcProvider) -> None:
    @app.get("/end")
    def end(request: Request) -> Response:
        asked = dict(request.query_params)
        hint = jwt.decode(asked["id_token_hint"], provider.key, algorithms=["RS256"])
        provider.ended.append(asked | {"sub": hint.claims["sub"]})
        return RedirectResponse(f"{asked['post_logout_redirect_uri']}?{urlencode({'state': asked['state']})}")


@contextmanager
def running_provider(*, clock: Callable[[], float], key: RSAKey) -> Iterator[OidcProvider]:
    """A provider on a free port of this machine, until the end of the block."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        provider = OidcProvider(f"http://127.0.0.1:{listener.getsockname()[1]}", clock=clock, key=key)
        server = uvicorn.Server(uvicorn.Config(_app(provider), log_level="error", lifespan="off"))
        thread = threading.Thread(target=lambda: server.run(sockets=[listener]), daemon=True)
        thread.start()
        while not server.started:
            assert thread.is_alive(), "the provider did not start"
            time.sleep(0.02)
        try:
            yield provider
        finally:
            server.should_exit = True
            thread.join(timeout=20)
