"""What went wrong with a call, in the product's own words.

Invariant: everything that an endpoint can do wrong becomes one of these; no message quotes what it answered.
"""

from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from json import JSONDecodeError

import httpx2
import openai
from langchain_core.exceptions import OutputParserException
from pydantic import ValidationError

from copilot.domain.model_calls import CallOutcome
from copilot.errors import CopilotError, ModelOutputError, ModelUnavailable, PromptTooLong

READABLE = (
    openai.OpenAIError,
    httpx2.HTTPError,
    TimeoutError,
    OutputParserException,
    JSONDecodeError,
    ValidationError,
    # The client trips over answers that are no chat completions with one of these.
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
)
"""What the client raises when an endpoint fails or talks nonsense."""
PASSING = frozenset({
    CallOutcome.TIMED_OUT,
    CallOutcome.RATE_LIMITED,
    CallOutcome.SERVER_ERROR,
    CallOutcome.UNREACHABLE,
})  # fmt: skip
"""May be over in a moment; these are tried again and open the circuit."""
_TOO_LONG = ("context_length", "context length", "exceed_context_size", "context size", "maximum context")
_REQUEST_TIMEOUT, _TOO_MANY, _SERVER = 408, 429, 500


@dataclass(frozen=True, slots=True)
class Failure:
    """What went wrong, and how long the endpoint wants to be left alone (seconds)."""

    outcome: CallOutcome
    status: int | None = None
    retry_after: float | None = None
    input_tokens: int = 0
    output_tokens: int = 0

    @property
    def passing(self) -> bool:
        return self.outcome in PASSING

    def error(self, model: str) -> CopilotError:
        """The typed error for whoever asked."""
        what, hint = self._words()
        if self.outcome is CallOutcome.TOO_LONG:
            return PromptTooLong(f"The model {model} {what}.", hint=hint)
        if self.outcome in {CallOutcome.UNREADABLE, CallOutcome.CUT, CallOutcome.FILTERED}:
            return ModelOutputError(f"The model {model} {what}.", hint=hint)
        return ModelUnavailable(f"The model {model} {what}.", hint=hint)

    def _words(self) -> tuple[str, str]:
        return {
            CallOutcome.TIMED_OUT: ("did not answer in time", "Raise COPILOT_MODEL_TIMEOUT or try later."),
            CallOutcome.RATE_LIMITED: ("refuses more requests for now (429)", "Try again in a while."),
            CallOutcome.KEY_REFUSED: ("refuses the key", "Check OPENAI_API_KEY or COPILOT_MODEL_KEYS."),
            CallOutcome.UNREACHABLE: ("cannot be reached", "Check OPENAI_BASE_URL."),
            CallOutcome.TOO_LONG: ("cannot read that much", "Ask about less."),
            CallOutcome.CUT: ("answered more than it may", "Raise max_output_tokens in the file of COPILOT_MODELS."),
            CallOutcome.FILTERED: ("withheld its answer", "Its provider's filter objected."),
            CallOutcome.UNREADABLE: (
                "answered with something that cannot be read",
                "Check that OPENAI_BASE_URL speaks /v1/chat/completions.",
            ),
        }.get(
            self.outcome,
            (f"answered with status {self.status}", "Check OPENAI_BASE_URL and COPILOT_WRITER_MODEL."),
        )


def failure_of(error: BaseException) -> Failure:
    """Sort out one of `READABLE`."""
    if isinstance(error, (openai.LengthFinishReasonError, openai.ContentFilterFinishReasonError)):
        return _unfinished(error)
    if isinstance(error, (openai.APITimeoutError, httpx2.TimeoutException, TimeoutError)):
        return Failure(CallOutcome.TIMED_OUT)
    if isinstance(error, openai.APIStatusError):
        return _refused(error)
    if isinstance(error, (openai.APIConnectionError, httpx2.TransportError)):
        return Failure(CallOutcome.UNREACHABLE)
    return Failure(CallOutcome.UNREADABLE)


def _unfinished(error: openai.LengthFinishReasonError | openai.ContentFilterFinishReasonError) -> Failure:
    if not isinstance(error, openai.LengthFinishReasonError):
        return Failure(CallOutcome.FILTERED)
    usage = error.completion.usage
    return Failure(
        CallOutcome.CUT,
        input_tokens=usage.prompt_tokens if usage else 0,
        output_tokens=usage.completion_tokens if usage else 0,
    )


def _refused(error: openai.APIStatusError) -> Failure:
    status = error.status_code
    if isinstance(error, (openai.AuthenticationError, openai.PermissionDeniedError)):
        return Failure(CallOutcome.KEY_REFUSED, status)
    if status == _REQUEST_TIMEOUT:
        return Failure(CallOutcome.TIMED_OUT, status)
    if status == _TOO_MANY:
        return Failure(CallOutcome.RATE_LIMITED, status, retry_after=_retry_after(error.response))
    if status >= _SERVER:
        return Failure(CallOutcome.SERVER_ERROR, status, retry_after=_retry_after(error.response))
    # Only compared with, never shown: an endpoint's message may quote the prompt.
    if any(mark in str(error).lower() for mark in _TOO_LONG):
        return Failure(CallOutcome.TOO_LONG, status)
    return Failure(CallOutcome.REFUSED, status)


def _retry_after(response: httpx2.Response) -> float | None:
    """Seconds, from a number of seconds or a date; None if the header is missing or nonsense."""
    value = response.headers.get("retry-after", "")
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        until, now = parsedate_to_datetime(value), parsedate_to_datetime(response.headers.get("date", ""))
        return max(0.0, (until - now).total_seconds())
    except (ValueError, TypeError):
        return None
