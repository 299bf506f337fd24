"""Models of scores as the API answers with them: what each learnt from, how good it is, and whether it is in use."""

from collections.abc import Mapping
from datetime import date, datetime

from pydantic import BaseModel

from copilot.domain.language import Language
from copilot.domain.scores import ScoreKind
from copilot.scoring.quality import Bin, Measure, Measured
from copilot.scoring.report import Counts, Lately
from copilot.workflows.scores.models import KeptModel, KeptModels, ModelStanding


class ChoiceOut(BaseModel):
    """Who chose a model by hand, and when. It stays in use until that is taken back, even if what was learnt since was
    refused: `later_refusal` then says why."""

    by: str
    at: datetime
    later_refusal: str | None


class ModelOut(BaseModel):
    """One training. `figures` are of months that it had not seen, each with its 95 % interval; `reliability` is the
    calibration curve: what was said, and what came true. `lately` is what happened in the newest months on record, and
    by how much the level of the score was moved to it. `why_not` says what is missing where it was refused."""

    id: str
    kind: ScoreKind
    standing: ModelStanding
    trained_at: datetime
    trained_on: date
    """The last day whose records it learnt from."""
    used_from: datetime | None
    choice: ChoiceOut | None
    """Null: nobody chose it by hand."""
    refusal: str | None
    why_not: str
    counts: Counts | None
    figures: Mapping[Measure, Measured]
    reliability: tuple[Bin, ...]
    lately: Lately | None
    columns: tuple[str, ...]

    @classmethod
    def of(cls, kept: KeptModel, *, language: Language) -> "ModelOut":
        """With the figures of its report."""
        model, report = kept.model, kept.report
        quality, choice = report.quality if report else None, kept.choice
        return cls(
            id=model.id,
            kind=model.kind,
            standing=kept.standing,
            trained_at=model.trained_at,
            trained_on=model.trained_on,
            used_from=model.used_from,
            choice=choice
            and ChoiceOut(by=choice.by_name, at=choice.at, later_refusal=choice.why_refused(language) or None),
            refusal=model.refusal,
            why_not=kept.why_not(language),
            counts=report.counts if report else None,
            figures=quality.figures if quality else {},
            reliability=quality.reliability if quality else (),
            lately=report.lately if report else None,
            columns=report.used if report else (),
        )


class ModelList(BaseModel):
    """Every training, the newest first. `now`: of each kind the id of the one that counts; null: never trained."""

    models: list[ModelOut]
    now: dict[ScoreKind, str | None]

    @classmethod
    def of(cls, found: KeptModels, *, language: Language) -> "ModelList":
        """All of them."""
        return cls(
            models=[ModelOut.of(one, language=language) for one in found.models],
            now={kind: one.model.id if one else None for kind, one in found.now.items()},
        )
