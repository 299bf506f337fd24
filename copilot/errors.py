"""Every error the product raises on purpose.

CopilotError
├── ConfigurationError        a setting is missing, malformed or contradictory
├── UnavailableError          something the product depends on cannot be reached now
│   ├── DatabaseUnavailable
│   ├── ModelUnavailable      a language or embedding model endpoint
│   │   ├── BudgetExceeded    what may be spent on models today is used up; nothing was sent
│   │   └── PromptTooLong     more than the model can read; nothing was sent
│   ├── StorageFull
│   └── MailUnavailable       the mail server cannot be reached or takes no mail now; nothing was sent
├── InputError                what the user handed in cannot be used
│   ├── UnreadableFile        broken, encrypted, empty, oversized or mislabelled
│   └── MappingError          columns that cannot be mapped onto the record type
├── NotFound                  it does not exist, or this viewer may not know that it does
├── NotAllowed                the viewer is known and may not do this
├── NotAuthenticated
├── TooFast                   the viewer asks more often than policy lets them
├── Conflict                  somebody else decided differently first, or the version moved on
│   └── DigestMismatch        what was approved is not what is there
├── PromptError               a prompt is missing, altered after release, or lacks a variable
├── ModelOutputError          a model answered with something that is not what was asked for
├── GuardrailFailure          a detector failed or timed out; the text is blocked
├── MailRefused               the mail server refuses a message for good; nothing was sent
└── OutcomeUnknown            nobody can know whether it was sent; a person has to look

Invariant: the message says what to do next and never carries personal data, a secret, or the
existence of something the viewer may not see.
"""


class CopilotError(Exception):
    """Base of the tree. `code` is the stable machine name used by the API and the CLI."""

    code = "error"

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class ConfigurationError(CopilotError):
    code = "configuration"


class UnavailableError(CopilotError):
    code = "unavailable"


class DatabaseUnavailable(UnavailableError):
    code = "database_unavailable"


class ModelUnavailable(UnavailableError):
    code = "model_unavailable"


class BudgetExceeded(ModelUnavailable):
    code = "model_budget_exceeded"


class PromptTooLong(ModelUnavailable):
    code = "prompt_too_long"


class StorageFull(UnavailableError):
    code = "storage_full"


class MailUnavailable(UnavailableError):
    code = "mail_unavailable"


class InputError(CopilotError):
    code = "bad_input"


class UnreadableFile(InputError):
    code = "unreadable_file"


class MappingError(InputError):
    code = "bad_mapping"


class NotFound(CopilotError):
    code = "not_found"


class NotAllowed(CopilotError):
    code = "not_allowed"


class NotAuthenticated(CopilotError):
    code = "not_authenticated"


class TooFast(CopilotError):
    code = "too_fast"


class Conflict(CopilotError):
    code = "conflict"


class DigestMismatch(Conflict):
    code = "digest_mismatch"


class PromptError(CopilotError):
    code = "prompt"


class ModelOutputError(CopilotError):
    code = "model_output"


class GuardrailFailure(CopilotError):
    code = "guardrail_failure"


class MailRefused(CopilotError):
    code = "mail_refused"


class OutcomeUnknown(CopilotError):
    code = "outcome_unknown"
