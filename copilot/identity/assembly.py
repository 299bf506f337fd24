"""Puts single sign-on together from the settings.

Invariant: half a configuration is refused when the product starts, so that nobody is locked out by a typo later.
"""

from typing import TYPE_CHECKING

from copilot.errors import ConfigurationError
from copilot.identity.sign_on_rules import load_sign_on_rules
from copilot.people import People
from copilot.settings import Settings
from copilot.store.database import Database

if TYPE_CHECKING:
    from copilot.identity.sign_on import SingleSignOn

CALLBACK, SIGNED_OUT = "/sign-in/sso/callback", "/sign-out/done"


def open_sign_on(settings: Settings, *, database: Database, people: People) -> "SingleSignOn | None":
    """Single sign-on, if a provider is named. Connects when somebody signs in. Raises ConfigurationError."""
    if settings.sso_issuer is None:
        if settings.break_glass is not None:
            raise ConfigurationError(
                "Passwords are switched off, and there is no other way to sign in.",
                hint="Set COPILOT_SSO_ISSUER, or unset COPILOT_PASSWORDS_ONLY_FOR.",
            )
        return None
    if settings.sso_client_id is None or settings.public_url is None:
        raise ConfigurationError(
            "Single sign-on needs to know its client id, and where people reach this installation.",
            hint="Set COPILOT_SSO_CLIENT_ID and COPILOT_PUBLIC_URL.",
        )
    # Imported here: who does not use it does not wait for its libraries.
    from copilot.identity.openid import Connection, Provider
    from copilot.identity.sign_on import SingleSignOn

    rules = load_sign_on_rules(settings.sso_rules_file)
    connection = Connection(
        issuer=settings.sso_issuer,
        client_id=settings.sso_client_id,
        client_secret=_secret(settings),
        redirect_uri=settings.public_url.rstrip("/") + CALLBACK,
        signed_out_uri=settings.public_url.rstrip("/") + SIGNED_OUT,
        scopes=rules.scopes,
    )
    return SingleSignOn(
        database,
        provider=Provider(connection, clock=database.clock),
        rules=rules,
        people=people,
        name=settings.sso_name,
        language=settings.default_language,
    )


def _secret(settings: Settings) -> str | None:
    if settings.sso_client_secret_file is None:
        return settings.sso_client_secret.get_secret_value() if settings.sso_client_secret else None
    try:
        secret = settings.sso_client_secret_file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            "The secret of single sign-on cannot be read.", hint="Correct COPILOT_SSO_CLIENT_SECRET_FILE."
        ) from error
    if not secret:
        raise ConfigurationError(
            "The file with the secret of single sign-on is empty.", hint="Correct COPILOT_SSO_CLIENT_SECRET_FILE."
        )
    return secret
