"""The guardrails over any text.

Invariant: nothing of the text is stored or logged; the answer says which checks ran and which need a draft.
"""

from typing import Annotated

from fastapi import APIRouter, Body
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.deps import ApplicationDep, ViewerDep
from api.schemas.common import PROBLEMS
from copilot.domain.evidence import Origin
from copilot.domain.findings import Stage, TextReport
from copilot.domain.language import Language
from copilot.domain.personal_data import Hints

router = APIRouter(prefix="/api/v1/guardrails", tags=["guardrails"], responses=PROBLEMS)
MAX_TEXT = 200_000
"""Characters of one text."""
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]


class TextCheck(BaseModel):
    """A text, where it is on its way and who wrote it."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(max_length=MAX_TEXT)
    stage: Stage = Stage.CONTEXT
    origin: Origin = Origin.CUSTOMER
    language: Language | None = None
    countries: list[Country] = Field(default_factory=list, max_length=5)
    """ISO 3166-1 alpha-2: whose national telephone numbers may appear."""


@router.post("/check")
def check(wanted: Annotated[TextCheck, Body()], _viewer: ViewerDep, application: ApplicationDep) -> TextReport:
    """What the guardrails see in a text; `start` and `end` are characters of it."""
    hints = Hints(language=wanted.language, countries=tuple(wanted.countries))
    return application.guardrails.check_text(wanted.text, stage=wanted.stage, origin=wanted.origin, hints=hints)
