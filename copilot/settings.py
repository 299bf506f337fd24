"""Settings, read once from the environment; the only module that does.

Invariant: no other module reads `os.environ`; there is no default secret outside the demo.
"""

import os
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Literal

from platformdirs import user_data_path
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from copilot.errors import ConfigurationError


class Settings(BaseSettings):
    """Everything that can be configured, with the environment variable that sets it."""

    model_config = SettingsConfigDict(env_file=None, populate_by_name=True, extra="ignore", frozen=True)

    data_dir: Path = Field(default_factory=lambda: user_data_path("sales-copilot"), validation_alias="COPILOT_DATA_DIR")
    """Folder (mode 0700) of the embedded database, the vector index, exports and logs."""
    database_url: SecretStr | None = Field(default=None, validation_alias="DATABASE_URL")
    """PostgreSQL URL of the application role. Unset: an embedded server under `data_dir`."""
    database_owner_url: SecretStr | None = Field(default=None, validation_alias="DATABASE_OWNER_URL")
    """URL of the role that owns the schema and runs migrations. Unset: the same as `database_url`."""
    chroma_url: str | None = Field(default=None, validation_alias="CHROMA_URL")
    """Chroma server, e.g. `http://localhost:8000`. Unset: embedded, for one process."""

    pinned_today: date | None = Field(default=None, validation_alias="COPILOT_TODAY")
    """Business date for figures, ISO 8601; the demo pins its own."""
    default_language: Literal["es", "en"] = Field(default="en", validation_alias="COPILOT_LANGUAGE")
    home_currency: str = Field(default="EUR", validation_alias="COPILOT_CURRENCY")

    embedding_model: Literal["e5-small", "use-multilingual", "openai", "none"] = Field(
        default="e5-small", validation_alias="COPILOT_EMBEDDINGS"
    )
    embedding_api_model: str = Field(default="text-embedding-3-small", validation_alias="COPILOT_EMBEDDINGS_MODEL")
    openai_api_key: SecretStr | None = Field(default=None, validation_alias="OPENAI_API_KEY")
    openai_base_url: str | None = Field(default=None, validation_alias="OPENAI_BASE_URL")
    writer_model: str | None = Field(default=None, validation_alias="COPILOT_WRITER_MODEL")
    """Models of the writer role, tried in this order: `NAME`, `NAME@URL` or `local`, separated by commas. Unset: the
    local model where there is one, else the offline writer, which also ends every chain."""
    planner_model: str | None = Field(default=None, validation_alias="COPILOT_PLANNER_MODEL")
    """Models of the planner role, likewise. Unset: the writer's. Used only once `models check` found them fit."""
    judge_model: str | None = Field(default=None, validation_alias="COPILOT_JUDGE_MODEL")
    """Models of the judge role, likewise. Unset: none."""
    model_keys: SecretStr | None = Field(default=None, validation_alias="COPILOT_MODEL_KEYS")
    """Keys of endpoints other than OPENAI_BASE_URL: `HOST=KEY`, separated by commas."""
    local_model: Path | None = Field(default=None, validation_alias="COPILOT_LOCAL_MODEL")
    """GGUF file that runs inside this process; needs the extra `local`."""
    local_context_tokens: int = Field(default=8192, ge=512, validation_alias="COPILOT_LOCAL_CONTEXT")
    local_threads: int | None = Field(default=None, ge=1, validation_alias="COPILOT_LOCAL_THREADS")
    """Unset: every core."""
    local_timeout_seconds: float = Field(default=600.0, gt=0, validation_alias="COPILOT_LOCAL_TIMEOUT")
    """A small computer writes about ten tokens a second."""
    models_file: Path | None = Field(default=None, validation_alias="COPILOT_MODELS")
    """Limits, budgets and prices of models. Unset: those that come with the product."""
    model_input_price: Decimal | None = Field(default=None, ge=0, validation_alias="COPILOT_MODEL_INPUT_PRICE")
    """US dollars per million input tokens of the writer's first model. Unset: what the file of COPILOT_MODELS says, or
    the cost of a draft is unknown."""
    model_output_price: Decimal | None = Field(default=None, ge=0, validation_alias="COPILOT_MODEL_OUTPUT_PRICE")
    """US dollars per million output tokens of the writer model."""
    model_timeout_seconds: float = Field(default=60.0, gt=0, validation_alias="COPILOT_MODEL_TIMEOUT")

    public_url: str | None = Field(
        default=None, pattern=r"^https?://[^\s/?#]+(/[^\s?#]*)?$", validation_alias="COPILOT_PUBLIC_URL"
    )
    """Where people reach the web app, e.g. `https://copilot.company.example`. Unset: mails have no links."""
    webhook_private_addresses: bool = Field(default=False, validation_alias="COPILOT_WEBHOOK_PRIVATE_ADDRESSES")
    """Whether webhooks may go to this machine and to private networks."""
    host: str = Field(default="127.0.0.1", validation_alias="COPILOT_HOST")
    port: int = Field(default=8080, ge=1, le=65535, validation_alias="COPILOT_PORT")
    secure_cookies: bool = Field(default=False, validation_alias="COPILOT_SECURE_COOKIES")
    """Set behind HTTPS; cookies are then sent over TLS only."""
    session_hours: int = Field(default=12, ge=1, le=720, validation_alias="COPILOT_SESSION_HOURS")
    sso_issuer: str | None = Field(default=None, validation_alias="COPILOT_SSO_ISSUER")
    """Identity provider (OpenID Connect) that people sign in through, as it names itself, e.g.
    `https://login.company.example`. Needs COPILOT_PUBLIC_URL; the provider is told to send people back to its
    `/sign-in/sso/callback`. Unset: people sign in with passwords only."""
    sso_client_id: str | None = Field(default=None, validation_alias="COPILOT_SSO_CLIENT_ID")
    """How this installation is known there."""
    sso_client_secret: SecretStr | None = Field(default=None, validation_alias="COPILOT_SSO_CLIENT_SECRET")
    """What it was given there. Unset, without the file: none, for providers that go by PKCE alone."""
    sso_client_secret_file: Path | None = Field(default=None, validation_alias="COPILOT_SSO_CLIENT_SECRET_FILE")
    """File with the same secret."""
    sso_name: str = Field(default="", max_length=60, validation_alias="COPILOT_SSO_NAME")
    """What people call the provider; it stands on the button."""
    sso_rules_file: Path | None = Field(default=None, validation_alias="COPILOT_SSO_RULES")
    """Whose addresses are let in, and which groups become which role and team. Unset: only people whom an
    administrator added, as what they were added."""
    break_glass: str | None = Field(
        default=None, pattern=r"^[^\s@]+@[^\s@]+$", validation_alias="COPILOT_PASSWORDS_ONLY_FOR"
    )
    """Email of the only administrator who may still sign in with a password; everybody else comes by single sign-on.
    Unset: everybody with a password may."""
    user: str | None = Field(default=None, validation_alias="COPILOT_USER")
    """Email of the user on whose behalf the command line acts."""
    export_dir: Path | None = Field(default=None, validation_alias="COPILOT_EXPORT_DIR")
    """Where approved drafts are written. Unset: `exports` under `data_dir`."""
    smtp_url: SecretStr | None = Field(default=None, validation_alias="COPILOT_SMTP_URL")
    """Mail server, `smtps://USER:PASSWORD@HOST:465` or `smtp://USER:PASSWORD@HOST:587` (STARTTLS). Unset: approved
    emails are written as files, for a person to send."""
    smtp_from: str | None = Field(default=None, validation_alias="COPILOT_SMTP_FROM")
    """Address that notifications come from and undeliverable mail returns to."""
    dry_run: bool = Field(default=False, validation_alias="COPILOT_DRY_RUN")
    """Nothing leaves: every delivery, notification and webhook is only recorded."""
    policy_file: Path | None = Field(default=None, validation_alias="COPILOT_POLICY")
    """Who must approve what. Unset: the policy that comes with the product."""
    health_file: Path | None = Field(default=None, validation_alias="COPILOT_HEALTH")
    """Scorecard of customers' health. Unset: the one that comes with the product."""
    playbooks_file: Path | None = Field(default=None, validation_alias="COPILOT_PLAYBOOKS")
    """What to do about alerts, by cause. Unset: the playbooks that come with the product."""
    leads_file: Path | None = Field(default=None, validation_alias="COPILOT_LEADS")
    """How leads are scored and who could look after them. Unset: the rules that come with the product."""
    lifetime_file: Path | None = Field(default=None, validation_alias="COPILOT_LIFETIME")
    """Horizon, discount rate and margin of customers' lifetime value. Unset: what comes with the product."""
    value_file: Path | None = Field(default=None, validation_alias="COPILOT_VALUE")
    """How use and value are counted: minutes by hand of each kind of draft. Unset: what comes with the product."""
    score_bands_file: Path | None = Field(default=None, validation_alias="COPILOT_SCORE_BANDS")
    """From when on a probability is to be watched or bad. Unset: what comes with the product."""
    label_delay_days: int = Field(default=30, ge=0, le=365, validation_alias="COPILOT_LABEL_DELAY")
    """Days after which it is on record that a customer left. Learning counts no window that ended later."""
    alert_budget: float = Field(default=0.2, gt=0, lt=1, validation_alias="COPILOT_ALERT_BUDGET")
    """Share of the customers that can be looked after; a trained model's report says whom that would have found."""
    retrain_days: int = Field(default=30, ge=0, le=366, validation_alias="COPILOT_RETRAIN_DAYS")
    """After so many days what was trained once is learnt again in the background; 0: never."""
    audit_key_file: Path | None = Field(default=None, validation_alias="COPILOT_AUDIT_KEY_FILE")
    """Ed25519 key (PKCS 8) that signs checkpoints of the audit chain. Unset: `audit.key` under `data_dir`."""
    audit_checkpoint_dir: Path | None = Field(default=None, validation_alias="COPILOT_AUDIT_CHECKPOINT_DIR")
    """Folder outside this machine's reach, for copies of the checkpoints. Unset: none are kept."""
    audit_checkpoint_events: int = Field(default=100, ge=1, le=1000, validation_alias="COPILOT_AUDIT_CHECKPOINT_EVENTS")
    """A checkpoint is signed within a minute of this many new events,"""
    audit_checkpoint_minutes: int = Field(
        default=15, ge=1, le=1440, validation_alias="COPILOT_AUDIT_CHECKPOINT_MINUTES"
    )
    """or after this time, if there is any new event."""
    guardrail_policy_file: Path | None = Field(default=None, validation_alias="COPILOT_GUARDRAIL_POLICY")
    """What the guardrails look for and how heavily it weighs. Unset: the policy that comes with the product."""
    max_file_megabytes: int = Field(default=50, ge=1, validation_alias="COPILOT_MAX_FILE_MB")
    benchmarks_dir: Path = Field(default=Path("../shared/benchmarks"), validation_alias="COPILOT_BENCHMARKS")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="warning", validation_alias="COPILOT_LOG_LEVEL"
    )

    @property
    def exports(self) -> Path:
        """Folder that the file sink writes to."""
        return self.export_dir or self.data_dir / "exports"

    @property
    def audit_key(self) -> Path:
        """File of the key that signs checkpoints."""
        return self.audit_key_file or self.data_dir / "audit.key"


def load_settings() -> Settings:
    """Read the environment.

    Raises ConfigurationError naming each variable that cannot be used and why (never its value).
    """
    try:
        return Settings()
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(str(p) for p in e['loc'])}: {e['msg']}" for e in error.errors())
        raise ConfigurationError(
            f"These settings cannot be used: {problems}.", hint="Correct the environment variables named."
        ) from error


def tiktoken_cache_folder(default: Path) -> Path:
    """Folder in which tiktoken looks for vocabularies; `default` from now on if none is set.

    The library can be told by this environment variable only; unset, it would try to download.
    """
    return Path(os.environ.setdefault("TIKTOKEN_CACHE_DIR", str(default)))
