"""How models are used: limits, budgets and prices, as reviewed data.

Invariant: every limit comes from one checked file; a key that nobody reads is an error.
"""

import tomllib
from decimal import Decimal
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from copilot.domain.model_calls import Budget, BudgetScope
from copilot.errors import ConfigurationError
from copilot.llm.roles import ModelRole

SHIPPED = Path(__file__).parent / "models.toml"
_PER_MILLION = Decimal(1_000_000)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Limits(_Part):
    attempts: int = Field(ge=1, le=10)
    first_pause_seconds: float = Field(gt=0)
    longest_pause_seconds: float = Field(gt=0)


class BreakerRules(_Part):
    failures: int = Field(ge=1)
    open_seconds: float = Field(gt=0)
    longest_open_seconds: float = Field(gt=0)


class RoleRules(_Part):
    max_output_tokens: int = Field(ge=16)
    temperature: float = Field(ge=0, le=2)


class Price(_Part):
    """US dollars per million tokens."""

    input: Decimal = Field(ge=0)
    output: Decimal = Field(ge=0)

    def cost(self, *, input_tokens: int, output_tokens: int) -> Decimal:
        """US dollars."""
        return (input_tokens * self.input + output_tokens * self.output) / _PER_MILLION


FREE = Price(input=Decimal(0), output=Decimal(0))


class ModelFacts(_Part):
    """What is known about a model by its name."""

    input_price: Decimal | None = Field(default=None, ge=0)
    output_price: Decimal | None = Field(default=None, ge=0)
    context_tokens: int | None = Field(default=None, ge=256)

    @property
    def price(self) -> Price | None:
        """None unless both prices are known."""
        if self.input_price is None or self.output_price is None:
            return None
        return Price(input=self.input_price, output=self.output_price)


class ModelPolicy(_Part):
    """The whole file."""

    version: int
    limits: Limits
    breaker: BreakerRules
    roles: dict[ModelRole, RoleRules]
    budgets: dict[BudgetScope, Budget] = Field(default_factory=dict)
    models: dict[str, ModelFacts] = Field(default_factory=dict)

    def facts(self, model: str) -> ModelFacts:
        """What is known about the model of this name."""
        return self.models.get(model, ModelFacts())


def load_model_policy(path: Path | None = None) -> ModelPolicy:
    """Read the file; None: the one that comes with the product. Raises ConfigurationError naming what is wrong."""
    try:
        content = tomllib.loads((path or SHIPPED).read_text(encoding="utf-8"))
        policy = ModelPolicy.model_validate(content)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError("The file of COPILOT_MODELS cannot be read.", hint=str(error)) from error
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise ConfigurationError(f"The file of COPILOT_MODELS cannot be used: {problems}.") from error
    missing = [role.value for role in ModelRole if role not in policy.roles]
    if missing:
        raise ConfigurationError(f"The file of COPILOT_MODELS lacks roles: {', '.join(missing)}.")
    return policy
