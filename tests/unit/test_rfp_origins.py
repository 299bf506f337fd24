"""A draft of several answers says where a model wrote, what it cost, and what went otherwise."""

from decimal import Decimal

from copilot.domain.drafts import Provenance
from copilot.domain.language import Language
from copilot.domain.rfp_answers import Confidence, Dimension, RfpAnswer, Route
from copilot.workflows.rfp.origins import with_origins

BASE = Provenance(writer="offline", code_version="1", parameters={"kept": "yes"}, notes=("first",))


def answer(provenance: Provenance | None) -> RfpAnswer:
    sure = Confidence(value=1, dimensions=dict.fromkeys(Dimension, 1.0))
    return RfpAnswer(
        question_id="q", language=Language.EN, confidence=sure, route=Route.EXPERT, category="x", provenance=provenance
    )


def by_model(name: str, *, cost: str | None, note: str) -> Provenance:
    return Provenance(
        writer="model",
        model=name,
        prompt_id="rfp_answer",
        prompt_version=1,
        prompt_sha256="ab",
        input_tokens=100,
        output_tokens=10,
        cost_usd=None if cost is None else Decimal(cost),
        code_version="1",
        notes=(note,),
    )


def test_answers_of_rules_leave_it_as_it_is() -> None:
    assert with_origins(BASE, [answer(None)]) == BASE


def test_one_sentence_of_a_model_makes_it_a_models_and_everything_spent_is_counted() -> None:
    failed = Provenance(writer="offline", code_version="1", notes=("it failed",))
    told = [by_model("small", cost="0.5", note="dropped"), by_model("large", cost="0.25", note="dropped"), failed]
    found = with_origins(BASE, [answer(None), *map(answer, told)])
    assert (found.writer, found.model, found.prompt_id) == ("model", "small, large", "rfp_answer")
    assert (found.input_tokens, found.output_tokens, found.cost_usd) == (200, 20, Decimal("0.75"))
    assert found.notes == ("first", "dropped", "it failed")
    assert found.parameters == {"kept": "yes"}


def test_a_cost_that_is_not_known_makes_the_sum_unknown_and_a_model_that_failed_wrote_nothing() -> None:
    assert with_origins(BASE, [answer(by_model("small", cost=None, note="x"))]).cost_usd is None
    failed = Provenance(writer="offline", code_version="1", notes=("it failed",))
    assert with_origins(BASE, [answer(failed)]).writer == "offline"
